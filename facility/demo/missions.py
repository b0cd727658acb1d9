"""A mission of the demo from the request to the report, a second one that is being asked for, and a candidate for the pool."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, select

from facility.db import Tx
from facility.demo.story import Story
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release
from facility.deployments.models.report import MissionReport
from facility.deployments.rules.answers import DeclineReason, InvitationStatus
from facility.deployments.rules.fees import Pay, Travel
from facility.deployments.rules.shortlist import RecentFrom
from facility.deployments.service import answering
from facility.deployments.service.mission import end_missions, state_travel
from facility.deployments.service.release import answer_release, name_superior
from facility.deployments.service.reporting import ask_for_reports, send_report
from facility.deployments.service.requesting import confirm_shortlist, request_expertise
from facility.events.relay import deliver_all
from facility.experts.models.candidacy import Candidacy
from facility.experts.rules.branches import Branch
from facility.experts.rules.candidacy import Wish
from facility.experts.rules.profile import OwnProfile
from facility.experts.service.joining import (
    CANDIDACY,
    NOMINATION,
    Nomination,
    ask_by_mail,
    nominate,
    send_candidacy,
)
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.story.after_award import REQUEST
from facility.web.privacy import NOTICE

_FIREARMS = msgspec.structs.replace(
    REQUEST,
    themes={"X.JIT": 3, "OC.FIREARMS": 2},
    recent_from=RecentFrom.BOOKINGS,
    contact_name="Ada Berisha",
    contact_email="ada@example.org",
    declares_conflicts=True,
    remind_hours_before=24,
    release_days=5,
    appoints=True,
    report_days=10,
    target_days=21,
)


async def one_is_over(story: Story, application_id: UUID, first: date) -> None:
    """An expert of the workshop: asked second, released, back again; the report is there, and what is due waits to be confirmed."""
    at = story.noon(-39)
    draft = msgspec.structs.replace(
        _FIREARMS,
        application_id=application_id,
        starts_on=first,
        ends_on=first + timedelta(days=2),
        terms_of_reference="Show the participants how a joint team shares the traces of a weapon.",
        pay=Pay(country="AL"),
    )
    deployment = await story.act(at, "ada", request_expertise, draft)
    await story.act(at, "ada", confirm_shortlist, deployment.id)
    first_asked = await _open_invitation(story, deployment.id)
    day = timedelta(days=1)
    busy = "On a course in these days."
    await story.act(at + day, None, answering.decline, first_asked, why=DeclineReason.DATES, reason=busy)
    expert = await _open_invitation(story, deployment.id)
    await story.act(at + 2 * day, None, answering.accept, expert, named=True, no_conflict=True)
    superior = {"name": "Petra Lang", "email": "petra.lang@justice.example"}
    await story.act(at + 2 * day, "ada", name_superior, expert, **superior, deployment_id=deployment.id)
    release = await _id(story, select(Release.id).where(Release.invitation_id == expert))
    await story.act(
        at + 4 * day, None, answer_release, release, releases=True, insured=True, name=superior["name"]
    )
    await _back(story, expert, first)


async def _back(story: Story, expert: UUID, first: date) -> None:
    """What the expert states and reports after the last day."""
    last = first + timedelta(days=2)
    morning = datetime.combine(last + timedelta(days=1), time(7), story.now.tzinfo)
    await end_missions(story.db, morning)
    await ask_for_reports(story.db, morning)
    await deliver_all(story.db, lambda: morning)
    travel = Travel(
        datetime.combine(first - timedelta(days=1), time(16, 20)), datetime.combine(last, time(21, 5))
    )
    evening = morning + timedelta(hours=11)
    await story.act(evening, None, state_travel, expert, travel)
    report = await _id(story, select(MissionReport.id).where(MissionReport.invitation_id == expert))
    answers = {
        "done": "Two days with twenty-four investigators of three authorities on how to ask for the traces of a weapon.",
        "results": "The three authorities agreed on one form and on a contact person each.",
        "recommendations": "Meet again after half a year and look at the requests that were made with the form.",
        "preparation": 5,
        "cooperation": 4,
        "prospects": 4,
        "comment": "",
    }
    await story.act(evening, None, send_report, report, answers)


async def one_is_asked_for(story: Story, application_id: UUID, first: date) -> None:
    """Two seats for the study trip: an invitation that can be answered now."""
    asked_at = story.now - timedelta(hours=20)
    draft = msgspec.structs.replace(
        _FIREARMS,
        application_id=application_id,
        place="Rome",
        starts_on=first,
        ends_on=first + timedelta(days=4),
        seats=2,
        terms_of_reference="Guide the group through the laboratory, and answer questions on comparing cartridge cases.\n"
        "One talk of 45 minutes on setting up a joint investigation team; slides are welcome.",
        pay=Pay(country="IT"),
    )
    deployment = await story.act(asked_at, "ada", request_expertise, draft)
    await story.act(asked_at, "ada", confirm_shortlist, deployment.id)


async def _open_invitation(story: Story, deployment_id: UUID) -> UUID:
    waits = Invitation.outcome == InvitationStatus.OPEN
    return await _id(story, select(Invitation.id).where(Invitation.deployment_id == deployment_id, waits))


async def _id(story: Story, query: Select[UUID]) -> UUID:
    async with story.db.reader() as connection:
        return (await connection.execute(query)).scalar_one()


async def candidate(story: Story) -> None:
    """Nominated by an authority; has sent the form and waits for the secretariat."""
    nominator, address = "head.of.training@police.example", "katrin.saar@police.example"
    at = story.now - timedelta(hours=9)
    await story.act(at, None, ask_by_mail, Wish.NOMINATE, nominator)
    nomination = Nomination(
        authority="Police and border guard, training department",
        nominator="Mart Kask",
        name="Katrin Saar",
        email=address,
    )
    named = Candidacy.nominator_email == nominator
    await story.act(at, None, nominate, await story.act(at, None, _token, NOMINATION, named), nomination)
    profile = OwnProfile(
        name="Katrin Saar",
        country="EE",
        gender="F",
        branch=Branch.POLICE,
        themes={"OC.CYBER": 5, "X.EEVID": 4},
        languages={"en": "C1", "et": "C2"},
        available=[(story.day(20), story.day(200))],
        employer="Police and border guard, cybercrime unit",
    )
    later = story.now - timedelta(hours=3)
    token = await story.act(later, None, _token, CANDIDACY, Candidacy.email == address)
    await story.act(later, None, send_candidacy, token, profile, notice=NOTICE)


async def _token(tx: Tx, purpose: str, whose: ColumnElement[bool]) -> str:
    query = (
        select(Link).join(Candidacy, Candidacy.id == Link.subject_id).where(Link.purpose == purpose, whose)
    )
    return path_of((await tx.session.scalars(query)).one()).rpartition("/")[2]
