"""Whether the scores of an application have to be settled, looked at whenever an assessment begins or ceases to count; and the end of a
consensus. The caller holds the application's row."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from facility.applications.models.application import Application
from facility.applications.models.ending import HAS_ENDED
from facility.applications.service.ending import ends_with_the_application
from facility.calls.models.call import Call
from facility.calls.service.reading import rules_of
from facility.db import Tx
from facility.evaluation.events import ConsensusEnded, ScoresUnsettled
from facility.evaluation.models.consensus import Consensus, stands
from facility.evaluation.models.outcome import Unsettled
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.outcomes import UNSETTLED
from facility.evaluation.rules.ranking import Judged, stand
from facility.events.log import record


async def judged_now(tx: Tx, application_id: UUID) -> Judged | None:
    """How the application stands by the scores that count; None where it is not evaluated."""
    await tx.flush()
    call_id = (await tx.get(Application, application_id)).call_id
    rules = rules_of(await tx.get(Call, call_id))
    alone = await applicants(tx.session, call_id, application_id)
    return next(iter(stand(alone, rules.grid, rules.min_beneficiaries).everyone), None)


async def settle(tx: Tx, application_id: UUID) -> None:
    """End a consensus that rests on an assessment which counts no more, and enter whether the scores have to be settled."""
    call_id = (await tx.get(Application, application_id)).call_id
    if not rules_of(await tx.get(Call, call_id)).grid.settling:
        return
    await tx.flush()
    fallen = select(Consensus).join(Application, Application.id == Consensus.application_id)
    fallen = fallen.where(
        Consensus.application_id == application_id, Consensus.ended_at.is_(None), text(f"NOT {stands()}")
    )
    for consensus in (await tx.session.scalars(fallen)).all():
        await end_consensus(tx, consensus, "")
    judged = await judged_now(tx, application_id)
    if judged is None or judged.outcome not in UNSETTLED:
        await tx.session.execute(delete(Unsettled).where(Unsettled.application_id == application_id))
        return
    row = {"application_id": application_id, "outcome": judged.outcome.value, "since": tx.now}
    entered = insert(Unsettled).values(row).on_conflict_do_nothing().returning(Unsettled.since)
    if (await tx.session.execute(entered)).scalar():
        await record(
            tx,
            ScoresUnsettled(application_id=application_id, call_id=call_id, outcome=judged.outcome.value),
        )


async def end_consensus(tx: Tx, consensus: Consensus, reason: str) -> None:
    """It has no effect from now on. reason: "" where nobody ended it by hand."""
    consensus.ended_at, consensus.ended_by, consensus.end_reason = tx.now, tx.actor, reason
    await tx.flush()
    call_id = (await tx.get(Application, consensus.application_id)).call_id
    await record(
        tx,
        ConsensusEnded(application_id=consensus.application_id, call_id=call_id, consensus_id=consensus.id),
    )


@ends_with_the_application(
    "consensus",
    held=f"""SELECT application.id FROM call JOIN application ON application.call_id = call.id
        JOIN consensus ON consensus.application_id = application.id
        WHERE call.state IN ('closed', 'cancelled') AND {HAS_ENDED} AND consensus.ended_at IS NULL
            AND consensus.closed_at IS NULL""",  # noqa: S608 - our own text
)
async def end_open_consensuses(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Nobody has to agree on scores any more."""
    query = select(Consensus).where(
        Consensus.application_id.in_(application_ids),
        Consensus.ended_at.is_(None),
        Consensus.closed_at.is_(None),
    )
    for consensus in (await tx.session.scalars(query.order_by(Consensus.application_id))).all():
        await end_consensus(tx, consensus, "")
