"""Making a list longer that has run out: what relaxing one condition would add, and taking such a proposal."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.awards.service.ending import standing_award
from facility.db import Tx, new_id
from facility.deployments.events.requests import (
    ListExtended,
)
from facility.deployments.models.request import (
    Candidate,
    CandidateState,
    Deployment,
    DeploymentState,
    ListExtension,
)
from facility.deployments.rules.relaxing import Proposal, around, proposals
from facility.deployments.service.asking import ask_for_free_seats
from facility.deployments.service.requesting import (
    ShortlistData,
    conditions_of,
    entries,
    ids_of,
    pool_for,
)
from facility.events.log import record
from facility.experts.models.profile import Expert
from facility.experts.service.pool import booked_days
from facility.refused import refuse
from facility.zone import BRUSSELS


async def propose(tx: Tx, deployment: Deployment) -> None:
    """Work out what could make the list longer, from the pool as it stands now. The caller holds the deployment's lock."""
    if deployment.state != DeploymentState.EXHAUSTED:
        return
    deployment.proposals = [
        {
            "condition": proposal.condition,
            "value": proposal.value,
            "experts": [expert.expert for expert in proposal.experts],
        }
        for proposal in await _proposals(tx, deployment)
    ]


async def propose_again(tx: Tx, deployment_id: UUID) -> Deployment:
    """As the pool stands now. Refused: "list_goes_on"."""
    deployment = await _lock_exhausted(tx, deployment_id)
    await propose(tx, deployment)
    return deployment


async def extend_list(tx: Tx, deployment_id: UUID, condition: str, value: str) -> Deployment:
    """Put on the list whom this relaxed condition adds now, behind the others, and ask the first for each free seat.

    Refused: "list_goes_on", "not_funded", "nobody_more".
    """
    deployment = await _lock_exhausted(tx, deployment_id)
    if await standing_award(tx, deployment.application_id) is None:
        refuse("not_funded")
    chosen = [
        proposal
        for proposal in await _proposals(tx, deployment)
        if (proposal.condition, proposal.value) == (condition, value) and proposal.condition != "days"
    ]
    if not chosen:
        refuse("nobody_more")
    await _extend(tx, deployment, chosen[0])
    deployment.proposals = []
    deployment.state = DeploymentState.ASKING
    await ask_for_free_seats(tx, deployment)
    return deployment


async def _lock_exhausted(tx: Tx, deployment_id: UUID) -> Deployment:
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state != DeploymentState.EXHAUSTED:
        refuse("list_goes_on")
    return deployment


async def _proposals(tx: Tx, deployment: Deployment) -> list[Proposal]:
    listed = select(Expert.code).join(Candidate, Candidate.expert_id == Expert.id)
    return proposals(
        (await pool_for(tx, deployment)).experts,
        conditions_of(deployment),
        await booked_days(tx, *around(deployment.starts_on, deployment.ends_on)),
        listed=set(await tx.session.scalars(listed.where(Candidate.deployment_id == deployment.id))),
        not_before=tx.now.astimezone(BRUSSELS).date(),
    )


async def _extend(tx: Tx, deployment: Deployment, proposal: Proposal) -> None:
    shortlist = ShortlistData(ranked=entries(proposal.experts), excluded={})
    extension = ListExtension(
        id=new_id(),
        deployment_id=deployment.id,
        condition=proposal.condition,
        value=proposal.value,
        shortlist=msgspec.to_builtins(shortlist),
        extended_by=tx.actor,
        extended_at=tx.now,
    )
    tx.add(extension)
    await tx.flush()
    last = select(func.max(Candidate.position)).where(Candidate.deployment_id == deployment.id)
    behind = (await tx.session.scalar(last)) or 0
    expert_ids = await ids_of(tx, [entry.code for entry in shortlist.ranked])
    tx.add(
        *[
            Candidate(
                deployment_id=deployment.id,
                position=position,
                expert_id=expert_id,
                state=CandidateState.WAITING,
                extension_id=extension.id,
            )
            for position, expert_id in enumerate(expert_ids, behind + 1)
        ]
    )
    await tx.flush()
    await record(
        tx,
        ListExtended(
            deployment_id=deployment.id,
            extension_id=extension.id,
            condition=proposal.condition,
            value=proposal.value,
            expert_ids=expert_ids,
        ),
    )
