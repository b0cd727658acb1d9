"""Signing the evaluation report, and what waits for its signatures. Lock order: call."""

from uuid import UUID

from facility.awards.events.decisions import ReportSigned
from facility.awards.models.decision import ReportSignature
from facility.awards.queries.report import report
from facility.calls.models.call import Call
from facility.db import Tx
from facility.events.log import record
from facility.refused import refuse, refuse_if


async def sign_report(tx: Tx, call_id: UUID, *, seen: str) -> None:
    """The actor, a voting member, signs the sheet that was shown: `seen` is its digest.

    Refused: "not_a_voting_member" (forbidden), "not_proposed", "already_decided", "changed_since_shown", "report_signed".
    """
    assert tx.actor is not None, "members sign in person"
    await tx.lock(Call, call_id)
    shown = await report(await tx.session.connection(), call_id, tx.actor)
    own = next((member for member in shown.members if member.person_id == tx.actor), None)
    if own is None:
        refuse("not_a_voting_member", kind="forbidden")
    if shown.decided:
        refuse("already_decided")
    if seen != shown.digest:
        refuse("changed_since_shown")
    if own.current:
        refuse("report_signed")
    signature = ReportSignature(
        call_id=call_id, person_id=tx.actor, digest=shown.digest, sheet=shown.sheet, at=tx.now
    )
    tx.add(signature)
    await tx.flush()
    await record(tx, ReportSigned(call_id=call_id, appointee_id=tx.actor, digest=shown.digest))


async def refuse_unsigned(tx: Tx, call: Call, viewer: UUID) -> None:
    """Where the call has a committee, every voting member has signed the report as it stands. Refused: "report_unsigned"."""
    if not call.committee:
        return
    await tx.flush()
    shown = await report(await tx.session.connection(), call.id, viewer)
    refuse_if(shown.unsigned, "conflict")
