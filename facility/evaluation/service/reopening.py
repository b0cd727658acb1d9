"""A sent assessment is opened again for its assessor, with a reason; the old one is kept."""

from uuid import UUID

from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.db import Tx
from facility.evaluation.events import AssessmentReopened
from facility.evaluation.models.assessment import Assessment
from facility.evaluation.queries.standing import is_assigned
from facility.evaluation.rules.assignment import Pair
from facility.evaluation.service.assessing import lock_for_judging, put_back
from facility.evaluation.service.settling import settle
from facility.events.log import record
from facility.refused import refuse


async def reopen(tx: Tx, application_id: UUID, assessor_id: UUID, reason: str) -> None:
    """The assessor may change and send it again; until then it counts no more, and what was sent stays in the history.

    Refused: as `lock_for_judging` (so never after the ranking was proposed), "assesses_here" (forbidden), "not_theirs",
    "recused_already", "not_sent"; "reason_missing" (invalid).
    """
    call_id = (await tx.get(Application, application_id)).call_id
    await run(tx, call_id, Duty.ASSIGNED)
    await lock_for_judging(tx, call_id, [application_id])
    pair = Pair(application_id, assessor_id)
    if not await is_assigned(tx.session, *pair):
        refuse("not_theirs")
    answer = await tx.session.get(ConflictDeclaration, pair, populate_existing=True)
    if answer is not None and answer.conflict:
        refuse("recused_already")
    assessment = await tx.session.get(Assessment, pair, populate_existing=True)
    if assessment is None:
        refuse("not_sent")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    reopened_id = await put_back(tx, assessment, reason.strip())
    await record(tx, AssessmentReopened(call_id=call_id, **pair._asdict(), reopened_id=reopened_id))
    await settle(tx, application_id)
