"""Giving applications to assessors, wherever a form offers it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from facility.db import Tx
from facility.evaluation.queries import board
from facility.evaluation.rules.assignment import Pair
from facility.evaluation.service import assessing
from facility.web.fields import Fields
from facility.web.i18n import N_, _, ngettext, translated

ALL_ASSIGNED = N_("Nothing was assigned: they have these applications already.")


def chosen_assessors(fields: Fields) -> list[UUID]:
    """The field "assessors": at least one."""
    chosen = fields.keys("assessors", required=False)
    if not chosen:
        fields.wrong("assessors", _("Choose at least one assessor."))
    return chosen


async def assign_each(
    tx: Tx,
    call_id: UUID,
    application_ids: Collection[UUID],
    assessor_ids: Collection[UUID],
    due_on: date | None = None,
) -> str:
    """Give each application to each assessor; who has one already keeps it, unless by a conflict it is closed to them. Returns
    what is said of it. Raises Refused as service.assign."""
    seats = await board.seats(await tx.session.connection(), call_id)
    taken = {(seat.application_id, seat.assessor_id) for seat in seats if not seat.conflict}
    new = [
        Pair(application_id, assessor_id)
        for application_id in application_ids
        for assessor_id in assessor_ids
        if (application_id, assessor_id) not in taken
    ]
    await assessing.begin_assigning(tx, call_id, assessor_ids)
    if not new:
        return translated(ALL_ASSIGNED)
    await assessing.give(tx, call_id, new, due_on)
    return ngettext("{count} assessment was assigned.", "{count} assessments were assigned.", len(new))
