"""What stays behind of experts who came or were cancelled: a report that is late, a fee that is due, a booking whose cancellation costs."""

from datetime import timedelta
from uuid import UUID

import msgspec

from facility.db import new_id
from facility.deployments.rules.fees import Cancellation, Pay
from facility.deployments.rules.report import DRAFT
from facility.deployments.service.answering import accept, cancel
from facility.deployments.service.reporting import ask_for_reports, end_report_periods
from facility.deployments.service.requesting import RequestDraft, confirm_shortlist, request_expertise
from facility.drafting.service import Holder, keep
from facility.events.relay import deliver_all
from facility.experts.service.pool import register_expert
from facility.story.after_award import EXPERT, REQUEST
from tests.hostile.open_calls import ADA, Opened


async def leave_late(ends: Opened, application_id: UUID) -> None:
    """A mission four weeks ago whose report did not come, though it was begun."""
    draft = msgspec.structs.replace(REQUEST, application_id=application_id, report_days=1)
    made, invitation = await _booked(ends, draft, weeks=-4, number=1)
    await ask_for_reports(ends.db, ends.noon(-14))
    await deliver_all(ends.db, lambda: ends.noon(-14))
    await end_report_periods(ends.db, ends.now)
    await deliver_all(ends.db, lambda: ends.now)
    report = await ends.value_of("SELECT id FROM mission_report WHERE invitation_id = :it", it=invitation)
    page = Holder(new_id(), signed_in=False)
    await ends.act(ends.now, None, keep, report, DRAFT, page, {"done": ["Half of it."]})
    ends.at(ADA, f"/deployments/{made}")


async def leave_fees(ends: Opened, application_id: UUID) -> None:
    """Two missions soon, for which a cancellation costs: the expert of one was cancelled."""
    pay = Pay("AL", cancellation=Cancellation(60, 50))
    draft = msgspec.structs.replace(REQUEST, application_id=application_id, pay=pay)
    made, invitation = await _booked(ends, draft, weeks=3, number=2)
    await ends.act(ends.now, "ada", cancel, invitation, reason="No visas.")
    ends.at(ADA, f"/deployments/{made}")
    made, _invitation = await _booked(ends, draft, weeks=4, number=3)
    ends.at(ADA, f"/deployments/{made}")


async def _booked(ends: Opened, draft: RequestDraft, *, weeks: int, number: int) -> tuple[UUID, UUID]:
    """An expert of their own says yes to the request, so many weeks from now; the request and the invitation."""
    first, before = ends.monday(weeks), ends.noon(7 * min(weeks, 0) - 20)
    sent = msgspec.structs.replace(
        EXPERT,
        code=f"U{number}",
        name=f"Lonely Expert {number}",
        email=f"lonely{number}@example.org",
        themes={"X.INTEGRITY": 5},
        available=[(first, first + timedelta(days=4))],
    )
    await ends.act(before, "ada", register_expert, sent)
    days = {"starts_on": first, "ends_on": first + timedelta(days=2), "themes": {"X.INTEGRITY": 3}}
    made = await ends.act(before, "ada", request_expertise, msgspec.structs.replace(draft, **days))
    await ends.act(before, "ada", confirm_shortlist, made.id)
    invitation = await ends.value_of("SELECT id FROM invitation WHERE deployment_id = :it", it=made.id)
    await ends.act(before + timedelta(hours=1), None, accept, invitation)
    return made.id, invitation
