"""Missions that are over, and experts whose employers are asked to release them."""

from datetime import datetime, time, timedelta

import msgspec
from sqlalchemy import text

from facility.deployments.rules.fees import Pay, Travel
from facility.deployments.service.answering import accept
from facility.deployments.service.mission import end_missions, state_travel
from facility.deployments.service.release import answer_release, end_silent
from facility.deployments.service.reporting import ask_for_reports, send_report
from facility.deployments.service.requesting import confirm_order, confirm_shortlist, request_expertise
from facility.experts.service.pool import register_expert
from facility.story.after_award import EXPERT, REQUEST
from tests.hostile.open_calls import ADA, Opened


async def leave_missions(ends: Opened) -> None:
    """Three missions that are over: two whose travel is to be stated, one whose pay is to be confirmed. Of the first the report was sent, of
    the third the mail about it did not get through."""
    first = ends.monday(-3)
    for number in (1, 2, 3):
        sent = msgspec.structs.replace(
            EXPERT,
            code=f"Y{number}",
            name=f"Sent Expert {number}",
            email=f"sent{number}@example.org",
            available=[(first, first + timedelta(days=4))],
        )
        await ends.act(ends.noon(-60), "ada", register_expert, sent)
    draft = msgspec.structs.replace(
        REQUEST,
        application_id=await ends.funded(),
        starts_on=first,
        ends_on=first + timedelta(days=2),
        seats=3,
        pay=Pay("AL"),
        report_days=30,
    )
    made = await ends.act(ends.noon(-50), "ada", request_expertise, draft)
    await ends.act(ends.noon(-50), "ada", confirm_shortlist, made.id)
    async with ends.db.reader() as connection:
        query = text("SELECT id FROM invitation WHERE deployment_id = :made ORDER BY seat")
        invitations = list((await connection.execute(query, {"made": made.id})).scalars())
    for key in invitations:
        await ends.act(ends.noon(-49), None, accept, key)
    await end_missions(ends.db, ends.now)
    out, back = (datetime.combine(day, time(10)) for day in (first, first + timedelta(days=2)))
    await ends.act(ends.now, None, state_travel, invitations[0], Travel(out, back))
    await ask_for_reports(ends.db, ends.now)
    reports = [
        await ends.value_of("SELECT id FROM mission_report WHERE invitation_id = :it", it=key)
        for key in invitations
    ]
    answers = {"done": "Training.", "results": "A manual.", "recommendations": "Another one."}
    await ends.act(ends.now, None, send_report, reports[0], answers)
    await ends.refuse(reports[2])
    ends.at(ADA, f"/deployments/{made.id}")


async def leave_releases(ends: Opened) -> None:
    """Experts who said yes: of one the superior is not known, one is asked for, one did not answer, and one expert is appointed."""
    first = ends.monday(9)
    for number in range(1, 5):
        superior = "" if number == 1 else f"head{number}@example.org"
        sent = msgspec.structs.replace(
            EXPERT,
            code=f"W{number}",
            name=f"Lent Expert {number}",
            email=f"lent{number}@example.org",
            superior_name=superior and f"Head {number}",
            superior_email=superior,
            available=[(first, first + timedelta(days=4))],
        )
        await ends.act(ends.noon(-60), "ada", register_expert, sent)
    draft = msgspec.structs.replace(
        REQUEST,
        application_id=await ends.funded(),
        starts_on=first,
        ends_on=first + timedelta(days=2),
        seats=4,
        respond_within_hours=240,
        release_days=2,
        appoints=True,
    )
    made = await ends.act(ends.noon(-5), "ada", request_expertise, draft)
    codes = [f"W{number}" for number in range(1, 5)]
    async with ends.db.reader() as connection:
        query = text("SELECT id FROM expert WHERE code = ANY(:codes) ORDER BY code")
        experts = list((await connection.execute(query, {"codes": codes})).scalars())
    await ends.act(ends.noon(-5), "ada", confirm_order, made.id, experts, reason="They know the place.")
    async with ends.db.reader() as connection:
        query = text("SELECT id FROM invitation WHERE deployment_id = :made ORDER BY seat")
        invitations = list((await connection.execute(query, {"made": made.id})).scalars())
    for key in invitations:
        at = ends.now if key == invitations[1] else ends.noon(-4)
        await ends.act(at, None, accept, key)
    release = await ends.value_of("SELECT id FROM release WHERE invitation_id = :it", it=invitations[3])
    await ends.act(ends.noon(-3), None, answer_release, release, releases=True, insured=True, name="Head 4")
    await end_silent(ends.db, ends.now)
    ends.at(ADA, f"/deployments/{made.id}")
