"""What an officer says about the overlap of an application with what is done already."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from facility.admission.events import OverlapJudged
from facility.admission.models.overlap import Initiative, OverlapJudgement
from facility.admission.rules.overlap import OverlapOutcome, may_judge_overlap
from facility.applications.service.editing import lock_with_call, status_of
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import refuse


async def judge_overlap(
    tx: Tx,
    application_id: UUID,
    *,
    outcome: OverlapOutcome,
    reason: str = "",
    initiative_ids: Sequence[UUID] = (),
) -> OverlapJudgement:
    """An officer judges; a later judgement replaces an earlier one, the same once more by the same person changes nothing.
    `initiative_ids`: what it is about.

    Refused: as `may_judge_overlap`, "initiative_unknown" (invalid).
    """
    application, call = await lock_with_call(tx, application_id)
    may_judge_overlap(
        status_of(application),
        sealed=application.sealed,
        decided=application.track == "joint" and call.decided_at is not None,
        outcome=outcome,
        reason=reason,
    )
    about = list(dict.fromkeys(initiative_ids))
    known = await tx.session.scalar(select(func.count()).where(Initiative.id.in_(about)))
    if known != len(about):
        refuse("initiative_unknown", kind="invalid", field="initiatives")
    values = {
        "outcome": outcome.value,
        "reason": reason.strip(),
        "initiative_ids": [str(initiative_id) for initiative_id in about],
        "judged_by": tx.actor,
    }
    last = await _last(tx, application_id)
    if last is not None and all(getattr(last, name) == value for name, value in values.items()):
        return last
    judgement = OverlapJudgement(id=new_id(), application_id=application_id, judged_at=tx.now, **values)
    tx.add(judgement)
    await record(
        tx,
        OverlapJudged(application_id=application_id, judgement_id=judgement.id, outcome=outcome.value),
    )
    return judgement


async def _last(tx: Tx, application_id: UUID) -> OverlapJudgement | None:
    query = select(OverlapJudgement).where(OverlapJudgement.application_id == application_id)
    latest = query.order_by(OverlapJudgement.judged_at.desc(), OverlapJudgement.id).limit(1)
    return (await tx.session.scalars(latest)).first()
