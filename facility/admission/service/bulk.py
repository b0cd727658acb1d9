"""One action on several applications: each under its own rule and in its own transaction, with the outcome of each."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from facility.admission.queries.checklist import checklist
from facility.admission.service.admissibility import begin_check, check_admissibility
from facility.applications.queries import application
from facility.applications.queries.application import reference_of
from facility.applications.rules.judged_items import Finding
from facility.applications.service.editing import lock_with_call
from facility.calls.rules.checklist import ChecklistItem
from facility.calls.words.calls import CHECKLIST
from facility.db import Database, Tx
from facility.refused import Reason, Refused, refuse, refuse_if
from facility.web.i18n import translated

MOST = 100


class Outcome(msgspec.Struct, frozen=True):
    """The outcome for one application; without reasons, the action was done. `reference`: None for one that was never
    submitted."""

    id: UUID
    reference: str | None
    reasons: tuple[Reason, ...]


type Deed = Callable[[Tx, UUID], Awaitable[object]]
"""`deed(tx, application_id)`: the command behind its rule; it refuses where the row's rule does not pass."""


async def do_each(
    db: Database, ids: Sequence[UUID], deed: Deed, *, now: datetime, actor: UUID
) -> list[Outcome]:
    """Do it to each, in this order; one that is refused leaves the others as they are."""
    return [
        await _do(db, application_id, deed, now=now, actor=actor) for application_id in dict.fromkeys(ids)
    ]


async def _do(db: Database, application_id: UUID, deed: Deed, *, now: datetime, actor: UUID) -> Outcome:
    reasons: tuple[Reason, ...] = ()
    try:
        async with db.transaction(now=now, actor=actor) as tx:
            await deed(tx, application_id)
    except Refused as refused:
        reasons = refused.reasons
    async with db.reader() as connection:
        reference = await reference_of(connection, application_id)
    return Outcome(application_id, reference, reasons)


def _label(item: ChecklistItem) -> str:
    return translated(CHECKLIST[item.key]) if item.key in CHECKLIST else item.text


async def mark_admissible(tx: Tx, application_id: UUID) -> None:
    """`check_admissibility`, only where nothing that the facility finds by itself speaks against it; what only people can
    tell, the officer says by marking it.

    Refused (conflict): those findings, "judged_already", and as the command does.
    """
    await begin_check(tx, application_id)
    await lock_with_call(tx, application_id)
    connection = await tx.session.connection()
    shown = await application.shown(connection, application_id)
    if shown.received_at is None:
        refuse("not_found", kind="missing", what="application")
    if shown.sealed:
        refuse("not_opened")
    if shown.checks:
        refuse("judged_already")
    if shown.track == "joint":
        shown_checklist = await checklist(connection, shown)
        against = [line.item for line in shown_checklist.lines if line.automatic.finding is Finding.NOT_MET]
        refuse_if([Reason("finding_against", params={"item": _label(item)}) for item in against], "conflict")
    await check_admissibility(tx, application_id, admissible=True)
