"""All open requests at once: a proposal is stored with its question, and a person takes it, request by request."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.db import Tx, new_id
from facility.deployments.events.requests import (
    MatchingDecided,
    MatchingProposed,
)
from facility.deployments.models.matching import Matching, MatchingLine, MatchingRequest
from facility.deployments.models.request import Deployment
from facility.deployments.queries.matching import closed_of
from facility.deployments.rules.matching_run import (
    Line,
    Proposal,
    Question,
    compared,
    one_by_one,
    points_of,
    propose,
)
from facility.deployments.service.asking import lock_deployments, lock_experts
from facility.deployments.service.requesting import confirm_order, ids_of
from facility.events.log import record
from facility.refused import refuse


class Answer(msgspec.Struct, frozen=True):
    """A proposal beside the order one by one."""

    question: Question
    proposal: Proposal
    simple: dict[UUID, list[str]]
    lines: list[Line]


def answered(question: Question) -> Answer:
    """Solve it. It takes seconds for thousands of requests: no transaction is open meanwhile."""
    return explained(question, propose(question))


def explained(question: Question, proposal: Proposal) -> Answer:
    """With the order one by one, and the reasons of what differs."""
    simple = one_by_one(question)
    return Answer(question, proposal, simple, list(compared(question, proposal.chosen, simple)))


async def store(tx: Tx, answer: Answer) -> UUID:
    """Keep a proposal with its reasons; its id. The same person's last one is kept where it answers the same question. Refused:
    "nothing_to_match"."""
    question, proposal = answer.question, answer.proposal
    if not question.requests:
        refuse("nothing_to_match")
    encoded = msgspec.json.encode(question)
    digest = hashlib.sha256(encoded).hexdigest()
    last = (
        select(Matching.id, Matching.digest)
        .where(Matching.made_by == tx.actor)
        .order_by(Matching.made_at.desc())
    )
    row = (await tx.session.execute(last.limit(1))).first()
    if row and row.digest == digest:
        return row.id  # type: ignore[no-any-return]
    matching = Matching(
        id=new_id(),
        made_by=tx.actor,
        made_at=tx.now,
        most=question.most,
        most_of_state=question.most_of_state,
        question=encoded,
        digest=digest,
        requests=len(question.requests),
        seats=sum(request.seats for request in question.requests),
        points=proposal.points,
        bound=proposal.bound,
        flows=proposal.flows,
        filled=sum(map(len, proposal.chosen.values())),
        one_by_one_points=points_of(question, answer.simple),
        one_by_one_filled=sum(map(len, answer.simple.values())),
    )
    tx.add(matching)
    await tx.flush()
    await _write(tx, matching.id, question, answer.lines)
    await record(tx, MatchingProposed(matching_id=matching.id, requests=matching.requests))
    return matching.id


_LINES = text(
    """INSERT INTO matching_line (matching_id, deployment_id, expert_id, place, points, proposed, one_by_one, why, other_id)
    SELECT :matching, request_id, expert.id, place, points, proposed, one_by_one, why, other_id
    FROM json_to_recordset(CAST(:lines AS json)) AS line(request_id uuid, expert text, points bigint, proposed boolean,
        one_by_one boolean, why text, other_id uuid, place bigint) JOIN expert ON expert.code = line.expert"""
)
_REQUESTS = text(
    """INSERT INTO matching_request (matching_id, deployment_id, number)
    SELECT :matching, key, number FROM unnest(CAST(:keys AS uuid[])) WITH ORDINALITY AS request(key, number)"""
)


async def _write(tx: Tx, matching_id: UUID, question: Question, lines: Sequence[Line]) -> None:
    """All at once: there may be thousands."""
    keys = [request.id for request in question.requests]
    await tx.session.execute(_REQUESTS, {"matching": matching_id, "keys": keys})
    rows = [{**msgspec.structs.asdict(line), "place": place} for place, line in enumerate(lines, 1)]
    await tx.session.execute(_LINES, {"matching": matching_id, "lines": msgspec.json.encode(rows).decode()})


async def decide(tx: Tx, matching_id: UUID, choices: Mapping[UUID, bool], *, reason: str) -> int:
    """Confirm the orders of these requests, as proposed (True) or one by one, and ask; how many. By the proposal its experts come first,
    each in their place on the shortlist, then all others. An order that departs from its shortlist takes a reason.

    Refused: "nothing_chosen" (invalid), "not_in_matching", "shut_out" (forbidden), as `confirm_order`.
    """
    if not choices:
        refuse("nothing_chosen", kind="invalid")
    if await closed_of(tx.session, choices, tx.actor):
        refuse("shut_out", kind="forbidden")
    deployments = await lock_deployments(tx, choices)
    proposed = await _proposed(tx, matching_id, choices)
    orders = {
        deployment.id: await _order(tx, deployment, proposed[deployment.id] if choices[deployment.id] else ())
        for deployment in deployments
    }
    await lock_experts(tx, (), also={expert_id for order in orders.values() for expert_id in order})
    for deployment in deployments:
        await confirm_order(tx, deployment.id, orders[deployment.id], reason=reason)
        row = await tx.get(MatchingRequest, (matching_id, deployment.id))
        row.taken, row.decided_by, row.decided_at = choices[deployment.id], tx.actor, tx.now
        await tx.flush()
        await record(
            tx,
            MatchingDecided(
                matching_id=matching_id, deployment_id=deployment.id, proposal=choices[deployment.id]
            ),
        )
    return len(deployments)


async def _proposed(tx: Tx, matching_id: UUID, choices: Mapping[UUID, bool]) -> dict[UUID, list[UUID]]:
    """By request, who is proposed, in the order of its shortlist."""
    query = select(MatchingRequest.deployment_id).where(
        MatchingRequest.matching_id == matching_id, MatchingRequest.deployment_id.in_(choices)
    )
    places: dict[UUID, list[UUID]] = {key: [] for key in (await tx.session.execute(query)).scalars()}
    if len(places) < len(choices):
        refuse("not_in_matching", kind="missing")
    lines = (
        select(MatchingLine.deployment_id, MatchingLine.expert_id)
        .where(
            MatchingLine.matching_id == matching_id,
            MatchingLine.deployment_id.in_(choices),
            MatchingLine.proposed,
        )
        .order_by(MatchingLine.place)
    )
    for row in await tx.session.execute(lines):
        places[row.deployment_id].append(row.expert_id)
    return places


async def _order(tx: Tx, deployment: Deployment, first: Sequence[UUID]) -> list[UUID]:
    shortlisted = await ids_of(tx, [entry["code"] for entry in deployment.shortlist["ranked"]])
    return [*first, *(expert_id for expert_id in shortlisted if expert_id not in set(first))]
