"""All open requests at once: a proposal beside the order one by one, and what a person takes of it."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.deployments import words
from facility.deployments.access import SECRETARIAT
from facility.deployments.queries import matching as queries
from facility.deployments.queries.matching import Matched
from facility.deployments.rules.matching_run import Question, propose
from facility.deployments.service.matching import answered, decide, store
from facility.refused import Reason
from facility.web import render
from facility.web.access import PRIVATE, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, ngettext
from facility.web.sentences import sentence
from facility.web.uploads import received_at

LOOKS = {"allow": allow(*PRIVATE)}
USUAL = {"most": "3", "most_of_state": "2"}
MOST_REASON = 2000
PROPOSAL, ONE_BY_ONE, LATER = "proposal", "one_by_one", "later"


async def _start_page(view: render.View, read: AsyncConnection, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "deployments/matchings.html",
        status=status,
        form=fields,
        matchings=await queries.heads(read),
        may_act=view.me.has(Role.SECRETARIAT),
        nothing=None
        if await queries.is_any_open(read, view.me.id, clock.now())
        else sentence(Reason("nothing_to_match")),
    )


@get("/deployments/matching", opt=LOOKS)
async def matchings(view: View, read: Read) -> Page:
    """The latest proposals, and the limits of a new one."""
    return await _start_page(view, read, Fields.showing(USUAL))


@post("/deployments/matching", opt=SECRETARIAT)
async def match(view: View, form: Form, db: Database) -> Page:
    """Solves and stores a proposal. Nobody is asked by it. No transaction is open while it is solved."""
    fields, now = Fields(form), received_at(view)
    most = fields.integer("most", 1, 99)
    most_of_state = fields.integer("most_of_state", 1, 20)
    answer = None
    if not fields.errors:
        async with db.reader() as read:
            question = await queries.question(read, view.me.id, now, most=most, most_of_state=most_of_state)
        answer = await asyncio.to_thread(answered, question)
    async with db.transaction(now=now, actor=view.me.id) as tx:

        async def again(read: AsyncConnection, status: int) -> Page:
            return await _start_page(view, read, fields, status)

        async with redrawn(tx, fields, again, late=True, own_words=True):
            assert answer is not None, "wrong fields are refused before"
            matching_id = await store(tx, answer)
    return view.go(f"/deployments/matching/{matching_id}", _("The proposal is ready. Nobody has been asked."))


async def _matching_page(
    view: render.View,
    read: AsyncConnection,
    matching_id: UUID,
    after: int,
    *,
    fields: Fields | None = None,
    status: int = 200,
    same: bool | None = None,
) -> Page:
    head = await queries.head(read, matching_id)
    lines, more = await queries.matched(read, matching_id, view.me.id, after=after)
    return view.page(
        "deployments/matching.html",
        status=status,
        matching=head,
        lines=lines,
        more=more,
        after=after,
        form=fields or Fields.showing(_chosen(lines)),
        may_act=view.me.has(Role.SECRETARIAT) and any(line.open for line in lines),
        whys=words.WHYS,
        same=same,
        history=await history_lines(read, matching_id),
    )


def _chosen(lines: list[Matched]) -> dict[str, str | list[str]]:
    return {f"choice-{line.id}": PROPOSAL for line in lines if line.open}


@get("/deployments/matching/{matching_id:uuid}", opt=LOOKS)
async def matching(
    view: View,
    read: Read,
    matching_id: FromPath[UUID],
    after: FromQuery[int] = 0,
    again: FromQuery[bool] = False,
) -> Page:
    """The proposal, request by request, with what changes and why. again: it is solved once more from what is stored."""
    same = await _is_same(read, matching_id) if again else None
    return await _matching_page(view, read, matching_id, max(0, min(after, 2**31)), same=same)


async def _is_same(read: AsyncConnection, matching_id: UUID) -> bool:
    """Whether the stored question is the one whose digest is stored, and has the stored answer."""
    head, stored = await queries.head(read, matching_id), await queries.stored_question(read, matching_id)
    proposal = await asyncio.to_thread(propose, msgspec.json.decode(stored, type=Question))
    return (
        hashlib.sha256(stored).hexdigest() == head.digest
        and (proposal.points, proposal.bound) == (head.points, head.bound)
        and proposal.chosen == await queries.proposed_pairs(read, matching_id)
    )


@post("/deployments/matching/{matching_id:uuid}", opt=SECRETARIAT)
async def take(view: View, form: Form, tx: Tx, matching_id: FromPath[UUID]) -> Page:
    """Confirms the orders of the requests on the page, as chosen; the first for each seat are asked now."""
    connection, fields = await tx.session.connection(), Fields(form)
    after = fields.integer("after", 0, 2**31) if fields.given("after") else 0
    lines, _more = await queries.matched(connection, matching_id, view.me.id, after=after)
    choices: dict[UUID, bool] = {}
    for line in lines:
        name = f"choice-{line.id}"
        if not line.open or not fields.given(name):
            fields.ignore(name)
        elif (choice := fields.choice(name, (PROPOSAL, ONE_BY_ONE, LATER))) in (PROPOSAL, ONE_BY_ONE):
            choices[line.id] = choice == PROPOSAL
    reason = fields.text("reason", missing=None, most=MOST_REASON, multiline=True)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _matching_page(view, read, matching_id, after, fields=fields, status=status)

    async with redrawn(tx, fields, again):
        count = await decide(tx, matching_id, choices, reason=reason)
    notice = ngettext(
        "The order of {count} request is confirmed. The invitations are on their way.",
        "The orders of {count} requests are confirmed. The invitations are on their way.",
        count,
    )
    return view.go(f"/deployments/matching/{matching_id}{f'?after={after}' if after else ''}", notice)


HANDLERS: list[Any] = [matchings, match, matching, take]
