"""Rankings that are made anew because of a complaint: one to propose, one to decide, one with nothing left to rank, and one that was
decided twice."""

from uuid import UUID

from sqlalchemy import select

from facility.awards.models.complaint import Complaint
from facility.awards.service import later_version
from facility.awards.service.complaints import decide_complaint, register_complaint
from facility.awards.service.ending import withdraw_award
from facility.calls.rules.after_decision import AfterDecision
from facility.letters.models import Letter
from tests.hostile.open_calls import ADA, PAUL, SCORES, Opened

RULES = AfterDecision(complaint_days=60, answer_days=30)
STEPS = ("to propose", "to decide", "to close", "decided")


async def leave_versions(ends: Opened) -> None:
    """Each in a call of its own, of which one of two applications got the money. And one whose application has no assessors: these
    make the lists so long that no page need lead there."""
    unassigned, _keys = await ends.closed("to assign", "omar")
    ends.at(ADA, f"/evaluation/{unassigned}/assignment")
    for step in STEPS:
        call_id, keys = await ends.closed(f"again {step}", "omar", "ilir", after_decision=RULES)
        await ends.scored(*keys)
        await ends.decide(call_id, ends.noon(-4))
        async with ends.db.reader() as read:
            query = select(Letter.id, Letter.application_id).where(
                Letter.application_id.in_(keys), Letter.kind == "reserve"
            )
            letter, waits = (await read.execute(query)).one()
        lead = "omar" if waits == keys[0] else "ilir"
        await ends.act(ends.noon(-3), lead, register_complaint, letter, text="It was misread.", name="A lead")
        async with ends.db.reader() as read:
            complaint = (
                await read.execute(select(Complaint.id).where(Complaint.letter_id == letter))
            ).scalar_one()
        await ends.act(
            ends.noon(-3), "ada", decide_complaint, complaint, upheld=True, reason="So.", again="others"
        )
        await _go_on(ends, step, call_id, waits, *(key for key in keys if key != waits))
        ends.at(ADA, f"/evaluation/{call_id}/again", f"/evaluation/{call_id}/ranking")
        ends.at(PAUL, f"/evaluation/{call_id}/again")


async def _go_on(ends: Opened, step: str, call_id: UUID, waits: UUID, awarded: UUID) -> None:
    if step == "to close":
        await ends.act(ends.noon(-2), None, withdraw_award, awarded, "It ended.")
        return
    await ends.appoint("erik", [waits], ends.noon(-3))
    await ends.score(waits, "erik", SCORES, ends.noon(-2))
    if step != "to propose":
        await ends.act(ends.noon(-1), "vera", later_version.propose_version, call_id)
    if step == "decided":
        await ends.act(ends.noon(-1), "paul", later_version.decide_version, call_id)
