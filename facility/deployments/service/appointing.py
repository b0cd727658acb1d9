"""The letter of appointment, with the terms of reference: written after the yes, or after the release where one is needed."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.applications.models.application import Application
from facility.calls.models.call import Call
from facility.db import Tx
from facility.deployments.events.requests import (
    ExpertAppointed,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.queries.invited import contact_line, institutions
from facility.deployments.rules import fees
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.inviting import facts
from facility.deployments.words import cancellation_in_words, pay_lines
from facility.experts.models.profile import Expert
from facility.experts.words import languages_in_words, level_in_words
from facility.inquiries.service import record_event
from facility.letters.kinds import Stated, letter
from facility.letters.models import Letter
from facility.letters.service import ATTACHMENT, freeze
from facility.outbox.service import post
from facility.web.i18n import N_, _


class Appointment(Stated, frozen=True, kw_only=True):
    """What the letter states. institutions: that are served, with their beneficiaries; pay: what is paid for the planned travel, line by
    line and EUR; cancellation: what is due if we cancel; superior: who released the expert, empty where no release was needed."""

    invitation_id: UUID
    reference: str
    written_at: datetime
    expert: str
    employer: str
    place: str
    starts_on: date
    ends_on: date
    language: str
    level: str
    themes: list[str]
    institutions: list[str]
    terms_of_reference: str
    contact: str
    pay: list[tuple[str, Decimal]]
    total: Decimal | None
    superior: str
    insured: bool | None
    cancellation: str = ""


APPOINTMENT = letter(
    "appointment",
    states=Appointment,
    mail="deployments/appointment",
    label=N_("Letter of appointment"),
    title=N_("Appointment for application {application}"),
    apart=True,
)


async def appoint(tx: Tx, invitation_id: UUID) -> None:
    """Write the letter, once, where the request sends letters, the expert is booked, and is released where that is needed."""
    unlocked = await tx.get(Invitation, invitation_id)
    deployment = await tx.lock(Deployment, unlocked.deployment_id)
    invitation = await tx.lock(Invitation, invitation_id)
    if not deployment.appoints or deployment.state == DeploymentState.ENDED:
        return
    if invitation.outcome != InvitationStatus.ACCEPTED:
        return
    released = await _release(tx, invitation_id)
    if deployment.release_days is not None and released is None:
        return
    if await tx.session.scalar(
        select(Letter.id).where(
            Letter.application_id == deployment.application_id,
            Letter.kind == APPOINTMENT.name,
            Letter.data["invitation_id"].astext == str(invitation_id),
        )
    ):
        return
    expert = await tx.get(Expert, invitation.expert_id)
    stated = await _stated(tx, deployment, invitation, expert, released)
    letter_id = await freeze(tx, APPOINTMENT, deployment.application_id, stated)
    if letter_id is None:
        return
    await post(
        tx,
        template=APPOINTMENT.mail,
        to=expert.email,
        to_name=expert.name,
        subject=_("Your appointment: {reference}", reference=deployment.reference),
        subject_id=deployment.id,
        context=facts(deployment),
        attachments=[(ATTACHMENT, letter_id)],
    )
    await record_event(tx, invitation, ExpertAppointed)


async def _release(tx: Tx, invitation_id: UUID) -> Release | None:
    query = select(Release).filter_by(invitation_id=invitation_id, state=ReleaseState.RELEASED)
    return (await tx.session.scalars(query)).one_or_none()


async def _stated(
    tx: Tx, deployment: Deployment, invitation: Invitation, expert: Expert, released: Release | None
) -> Appointment:
    connection = await tx.session.connection()
    application = await tx.get(Application, deployment.application_id)
    call = await tx.get(Call, application.call_id)
    names = await connection.execute(
        text("SELECT name FROM theme WHERE code = ANY(:codes) ORDER BY name"),
        {"codes": list(deployment.themes)},
    )
    terms = msgspec.convert(deployment.terms, fees.Terms) if deployment.terms else None
    due = terms and fees.planned(terms, deployment.starts_on, deployment.ends_on, expert.country)
    return Appointment(
        application=application.reference,
        title=application.title,
        call=call.reference,
        call_title=call.title,
        invitation_id=invitation.id,
        reference=deployment.reference,
        written_at=tx.now,
        expert=expert.name,
        employer=expert.employer,
        place=deployment.place,
        starts_on=deployment.starts_on,
        ends_on=deployment.ends_on,
        language=languages_in_words(deployment.language, bcms=deployment.bcms),
        level=level_in_words(deployment.language_level, deployment.language_skill),
        themes=list(names.scalars()),
        institutions=await institutions(connection, deployment.id),
        terms_of_reference=deployment.terms_of_reference,
        contact=contact_line(deployment.contact_name, deployment.contact_email, deployment.contact_phone),
        pay=pay_lines(due) if due else [],
        total=due.total if due else None,
        superior=released.signed if released else "",
        insured=released.insured if released else None,
        cancellation=cancellation_in_words(terms.pay.cancellation)
        if terms and terms.pay.cancellation
        else "",
    )
