"""Giving applications to assessors, wherever a form offers it."""

from collections.abc import Collection
from uuid import UUID

from facility.db import Tx
from facility.evaluation import lists, service
from facility.web.fields import Fields
from facility.web.i18n import _, ngettext


def chosen_assessors(fields: Fields) -> list[UUID]:
    """The field "assessors": at least one."""
    chosen = fields.keys("assessors", required=False)
    if not chosen:
        fields.wrong("assessors", _("Choose at least one assessor."))
    return chosen


async def assign_each(
    tx: Tx, call_id: UUID, application_ids: Collection[UUID], assessor_ids: Collection[UUID]
) -> str:
    """Give each application to each assessor; who has one already keeps it. Returns what is said of it. Raises Refused as
    service.assign."""
    seats = await lists.seats(await tx.session.connection(), call_id)
    taken = {(seat.application_id, seat.assessor_id) for seat in seats}
    # Applications are locked in the order of their ids.
    new = [
        (application_id, assessor_id)
        for application_id in sorted(application_ids)
        for assessor_id in assessor_ids
        if (application_id, assessor_id) not in taken
    ]
    for application_id, assessor_id in new:
        await service.assign(tx, application_id, assessor_id)
    return ngettext("{count} assessment was assigned.", "{count} assessments were assigned.", len(new))
