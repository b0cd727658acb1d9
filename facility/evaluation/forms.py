"""What an assessor fills in; and giving applications to assessors, wherever a form offers it."""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import PersonShown, with_role
from facility.calls.queries.duties import duties_in
from facility.calls.rules.call import Grid
from facility.calls.rules.duties import Duty, why_not_assess
from facility.db import Tx
from facility.evaluation.queries import board
from facility.evaluation.rules.assessing import assignment_mistakes
from facility.evaluation.service import assessing
from facility.evaluation.service.assessing import UNSENT
from facility.forms.sections import Section
from facility.forms.types import Field, T, ask
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.i18n import _, ngettext
from facility.web.sentences import sentence

MOST_COMMENT = 4000
"""Characters of a comment that is sent."""


def sheet(grid: Grid) -> Section:
    """A score and a comment for each section of the grid."""
    return Section(key=UNSENT, title=_("Your assessment"), fields=tuple(_sheet(grid)))


def _sheet(grid: Grid) -> Iterator[Field]:
    for section in grid.sections:
        hint = _("From 0 to {most}.", most=section.max)
        if least := grid.thresholds.get(section.key):
            hint = _(
                "From 0 to {most}. The mean of all assessors must reach {least}.",
                most=section.max,
                least=least,
            )
        score = _("{section}: score", section=section.title)
        unit = _("of {most}", most=section.max)
        yield ask(f"score-{section.key}", score, T.NUMBER, hint, most=section.max, unit=unit)
        comment = _("{section}: comment", section=section.title)
        yield ask(f"comment-{section.key}", comment, T.LONG_TEXT, needed=False, most=MOST_COMMENT)


def chosen_assessors(fields: Fields) -> list[UUID]:
    """The field "assessors": at least one."""
    chosen = fields.keys("assessors", required=False)
    if not chosen:
        fields.wrong("assessors", _("Choose at least one assessor."))
    return chosen


class Offered(msgspec.Struct, frozen=True):
    """Whom a form offers to assess in a call, and why it does not offer the others, in sentences."""

    assessors: list[PersonShown]
    others: list[str]


async def offered(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> Offered:
    """All assessors but those who run the call, and the viewer, who gives nothing to themselves."""
    held = await duties_in(connection, call_id)
    people = await with_role(connection, Role.ASSESSOR)
    runs = why_not_assess({person.name: held.get(person.id) for person in people})
    own = assignment_mistakes(viewer, [person.id for person in people])
    return Offered(
        [person for person in people if person.id != viewer and held.get(person.id) in (None, Duty.ASSESSES)],
        [sentence(reason) for reason in [*own, *runs]],
    )


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
    # Applications are locked in the order of their ids.
    new = [
        (application_id, assessor_id)
        for application_id in sorted(application_ids)
        for assessor_id in assessor_ids
        if (application_id, assessor_id) not in taken
    ]
    await assessing.begin_assigning(tx, call_id, assessor_ids)
    for application_id, assessor_id in new:
        await assessing.give(tx, application_id, assessor_id, due_on)
    if not new:
        return _("Nothing was assigned: they have these applications already.")
    return ngettext("{count} assessment was assigned.", "{count} assessments were assigned.", len(new))
