"""A later version of a decided ranking: begun by an upheld complaint, proposed, decided by a second person. Lock order: envelope, call,
applications."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Application
from facility.awards.events.versions import RankingReopened, VersionClosed, VersionDecided, VersionProposed
from facility.awards.models.complaint import Complaint
from facility.awards.models.decision import AwardDecision
from facility.awards.models.version import RankingCause, RankingVersion
from facility.awards.queries.bundle import bundle
from facility.awards.queries.later_version import Making, making
from facility.awards.queries.reasons import reasons
from facility.awards.rules.awards import may_decide
from facility.awards.rules.bundle import document_of
from facility.awards.rules.complaints import complaint_reference
from facility.awards.rules.later_version import may_propose_version
from facility.awards.service.deciding import go_back, go_back_with_reason, lock_and_look, refuse_suspended
from facility.awards.service.ending import serve_envelope
from facility.awards.service.relisting import line_up, renumber, settle_the_rest
from facility.awards.service.report import refuse_unsigned
from facility.awards.service.shared import acting, lock_money
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.calls.service.reading import after_decision_of
from facility.db import Tx, new_id
from facility.evaluation.models.assessment import Reassessment
from facility.evaluation.service.assessing import end_evaluation
from facility.evaluation.service.committee import refuse_committee, refuse_unless_full
from facility.evaluation.service.conflicts import refuse_undecided
from facility.evaluation.service.reassessing import begin_reassessment, end_reassessment
from facility.events.log import record
from facility.refused import refuse


async def begin_version(
    tx: Tx, call: Call, application: Application, complaint: Complaint, *, by_others: bool
) -> None:
    """The application is assessed again because of the complaint, for the version that is being made, or a next one. The caller holds the
    locks of all three, and has asked rules.later_version.may_rank_again."""
    version = await open_version(tx, call.id) or await _next(tx, call)
    reference = complaint_reference(call.reference, complaint.number)
    reassessment = await begin_reassessment(tx, application, by_others=by_others, reason=reference)
    tx.add(
        RankingCause(
            complaint_id=complaint.id,
            version_id=version.id,
            reassessment_id=reassessment.id,
            application_id=application.id,
        )
    )
    await tx.flush()
    await record(
        tx,
        RankingReopened(
            call_id=call.id,
            application_id=application.id,
            complaint_id=complaint.id,
            version=version.version,
            by_others=by_others,
        ),
    )


async def open_version(tx: Tx, call_id: UUID) -> RankingVersion | None:
    """The version of the call that is being made, if one is."""
    query = select(RankingVersion).where(
        RankingVersion.call_id == call_id,
        RankingVersion.decided_at.is_(None),
        RankingVersion.ended_at.is_(None),
    )
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _next(tx: Tx, call: Call) -> RankingVersion:
    """Begin the next version. Before the first one, keep the decided ranking as version 1, since what it follows from
    may change now."""
    query = select(RankingVersion.version).where(
        RankingVersion.call_id == call.id, RankingVersion.ended_at.is_(None)
    )
    last = max((await tx.session.scalars(query)).all(), default=0)
    if not last:
        await _keep_the_first(tx, call)
        last = 1
    version = RankingVersion(id=new_id(), call_id=call.id, version=last + 1, begun_at=tx.now)
    tx.add(version)
    await tx.flush()
    return version


async def _keep_the_first(tx: Tx, call: Call) -> None:
    decision = (await tx.session.scalars(select(AwardDecision).where(AwardDecision.call_id == call.id))).one()
    document = await bundle(await tx.session.connection(), call.id)
    first = RankingVersion(
        id=new_id(),
        call_id=call.id,
        version=1,
        begun_at=decision.proposed_at,
        proposed_by=decision.proposed_by,
        proposed_at=decision.proposed_at,
        decided_by=decision.decided_by,
        decided_at=decision.decided_at,
    )
    _keep(first, document)
    tx.add(first)


def _keep(version: RankingVersion, document: dict[str, Any]) -> None:
    version.document = msgspec.json.encode(document).decode()
    version.root = document["root"]
    version.ranks = {record["application"]: record["rank"] for record in document["ranking"]}


async def propose_version(tx: Tx, call_id: UUID) -> RankingVersion:
    """Propose the next version as it stands now; assessors send no more. Proposing anew replaces a proposal that is not decided; nothing
    happens where the same person has proposed the same.

    Refused: "not_ranked_again", rules.later_version.may_propose_version, "reasons_missing", what the call's committee lacks,
    "conflicts_undecided"; (forbidden) "assesses_here", "shut_out".
    """
    actor = acting(tx)
    await run(tx, call_id, Duty.PROPOSED)
    call = await tx.lock(Call, call_id)
    await lock_and_look(tx, call_id)
    version = await _open(tx, call_id)
    now = await making(tx.session, call_id)
    await _may_be_proposed(tx, call, now)
    await refuse_unless_full(tx, call)
    await refuse_undecided(tx, call)
    if version.proposed_by == actor and not now.differs:
        return version
    version.proposed_by, version.proposed_at = actor, tx.now
    version.proposed = msgspec.to_builtins(now.revised)
    await end_evaluation(tx, call_id)
    await record(tx, VersionProposed(call_id=call_id, version=version.version))
    return version


async def _may_be_proposed(tx: Tx, call: Call, now: Making) -> None:
    may_propose_version(left=bool(now.version.still_open), waiting_for=now.waiting_for)
    if not after_decision_of(call).gives_reasons:
        return
    ids = {cause.application_id: cause.application for cause in now.version.still_open}
    written = await reasons(tx.session, list(ids))
    if missing := [reference for key, reference in ids.items() if key not in written]:
        refuse("reasons_missing", applications=", ".join(missing))


async def _open(tx: Tx, call_id: UUID) -> RankingVersion:
    return await open_version(tx, call_id) or refuse("not_ranked_again")


async def _proposed(tx: Tx, call_id: UUID) -> tuple[RankingVersion, UUID]:
    """The version that is proposed, and who proposed it. Refused: "not_proposed"."""
    version = await open_version(tx, call_id)
    if version is None or version.proposed_by is None:
        refuse("not_proposed")
    return version, version.proposed_by


async def take_version_back(tx: Tx, call_id: UUID) -> None:
    """Take back a proposal that is not decided yet. Refused: "not_proposed", "assesses_here" (forbidden)."""
    await run(tx, call_id, Duty.PROPOSED)
    await tx.lock(Call, call_id)
    version, proposer = await _proposed(tx, call_id)
    _blank_proposal(version)
    await go_back(tx, call_id, proposer)


async def send_version_back(tx: Tx, call_id: UUID, reason: str) -> None:
    """Send a proposal back to be corrected. Refused: as `take_version_back`, "same_person", "shut_out" (forbidden)."""
    actor = acting(tx)
    await run(tx, call_id, Duty.DECIDED)
    await tx.lock(Call, call_id)
    await lock_and_look(tx, call_id)
    version, proposer = await _proposed(tx, call_id)
    may_decide(proposer, actor)
    _blank_proposal(version)
    await go_back_with_reason(tx, call_id, proposer, reason)


def _blank_proposal(version: RankingVersion) -> None:
    version.proposed_by = version.proposed_at = version.proposed = None


async def close_version(tx: Tx, call_id: UUID) -> None:
    """Give up the version since nothing is left to rank again: its applications have their awards meanwhile, or have left. Refused:
    "not_ranked_again", "something_to_rank"."""
    await run(tx, call_id, Duty.PROPOSED)
    await tx.lock(Call, call_id)
    applications = await lock_and_look(tx, call_id)
    version = await _open(tx, call_id)
    if (await making(tx.session, call_id)).version.still_open:
        refuse("something_to_rank")
    version.ended_at = tx.now
    await _end_reassessments(tx, version, applications)
    await end_evaluation(tx, call_id)
    await record(tx, VersionClosed(call_id=call_id, version=version.version))


async def decide_version(tx: Tx, call_id: UUID, *, seen: str | None = None) -> RankingVersion:
    """Decide the next version as it stands now, in this one transaction. Awards stay. What lies above the line and has none heads the
    reserve list, which is served at once with the money that is free, as whenever money comes free.

    `seen`: the fingerprint of what the deciding person was shown. Refused: "not_proposed", "same_person", "assesses_here", "on_committee"
    or "shut_out" (forbidden), "changed_since_shown", "decision_suspended", rules.later_version.may_propose_version, what the call's committee
    lacks, "report_unsigned".
    """
    actor = acting(tx)
    await run(tx, call_id, Duty.DECIDED)
    envelope, call = await lock_money(tx, call_id)
    version, proposer = await _proposed(tx, call_id)
    may_decide(proposer, actor)
    applications = await lock_and_look(tx, call_id)
    await refuse_committee(tx, call_id)
    await refuse_suspended(tx, call)
    await refuse_unless_full(tx, call)
    now = await making(tx.session, call_id, tx.now)
    await _may_be_proposed(tx, call, now)
    await refuse_unsigned(tx, call, actor)
    if seen is not None and seen != now.fingerprint:
        refuse("changed_since_shown")
    version.decided_by, version.decided_at = actor, tx.now
    _keep(version, document_of(now.decided(tx.now)))
    await _end_reassessments(tx, version, applications)
    await line_up(tx, call, now, applications)
    below = await settle_the_rest(tx, envelope, now, applications)
    await tx.flush()
    served = await serve_envelope(tx, envelope.id, first=call.id)
    moved = await renumber(tx, call, now, served)
    again = {cause.application_id for cause in now.version.still_open}
    waiting = [key for reference in now.revised.reserve if (key := now.ids[reference]) not in served]
    assert version.root is not None
    await record(
        tx,
        VersionDecided(
            call_id=call_id,
            version=version.version,
            changed=[key for key in waiting if key in moved or key in again],
            below=below,
            root=version.root,
        ),
    )
    return version


async def _end_reassessments(tx: Tx, version: RankingVersion, applications: dict[UUID, Application]) -> None:
    query = select(Reassessment).join(RankingCause, RankingCause.reassessment_id == Reassessment.id)
    query = query.where(RankingCause.version_id == version.id, Reassessment.ended_at.is_(None))
    for reassessment in (await tx.session.scalars(query)).all():
        await end_reassessment(tx, reassessment, applications[reassessment.application_id])
