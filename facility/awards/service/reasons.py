"""Writing the strengths and weaknesses of an application, for the evaluation report and its letters. Lock order: call."""

from uuid import UUID

from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.awards.events.decisions import ReasonsWritten
from facility.awards.models.reasons import ReasonsVersion
from facility.awards.queries.reasons import reasons, to_write
from facility.awards.rules.reasons import check_reasons, may_write, without_reasons
from facility.awards.service.shared import acting
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.calls.service.reading import after_decision_of
from facility.db import Tx
from facility.drafting.service import end
from facility.evaluation.rules.ranking import Standing
from facility.events.log import record
from facility.refused import refuse

TYPED = "reasons"
"""How unsaved text of theirs is called."""


async def write_reasons(tx: Tx, application_id: UUID, *, strengths: str, weaknesses: str, seen: int) -> None:
    """Save both texts as the next version. seen: the version that the writer saw, 0 for none; the same once more changes nothing.

    Refused: rules.reasons.may_write, rules.reasons.check_reasons; "edited_meanwhile" where somebody else has saved since;
    (forbidden) "assesses_here", "shut_out".
    """
    call_id = (await to_write(tx.session, application_id)).call_id
    await run(tx, call_id, Duty.REPORTED)
    await tx.lock(Call, call_id)
    await refuse_shut_out(tx, [application_id])
    state = await to_write(tx.session, application_id)
    may_write(asked=state.asked, ended=state.ended, judged=state.judged)
    check_reasons(strengths, weaknesses)
    given = strengths.strip(), weaknesses.strip()
    latest = (await reasons(tx.session, [application_id])).get(application_id)
    if latest is None or given != (latest.strengths, latest.weaknesses):
        version = latest.version if latest else 0
        if seen != version:
            refuse("edited_meanwhile")
        await _add(tx, application_id, call_id, version + 1, *given)
    await end(tx, application_id, [TYPED])


async def _add(
    tx: Tx, application_id: UUID, call_id: UUID, version: int, strengths: str, weaknesses: str
) -> None:
    row = ReasonsVersion(
        application_id=application_id,
        version=version,
        strengths=strengths,
        weaknesses=weaknesses,
        written_by=acting(tx),
        written_at=tx.now,
    )
    tx.add(row)
    await tx.flush()
    await record(tx, ReasonsWritten(application_id=application_id, call_id=call_id, version=version))


async def refuse_without_reasons(tx: Tx, call: Call, stands: Standing) -> None:
    """Where the call gives reasons, all that was judged has them before the ranking is proposed. Refused: "reasons_missing"."""
    if not after_decision_of(call).gives_reasons:
        return
    judged = [judged.applicant.application_id for judged in stands.everyone]
    if missing := without_reasons(stands, await reasons(tx.session, judged)):
        refuse("reasons_missing", applications=", ".join(missing))
