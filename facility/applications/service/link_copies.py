"""What is typed by a partner's link and not saved yet: kept for whoever holds the link, without an event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from facility.applications.models.writing import LinkCopy
from facility.applications.rules.differences import may_keep
from facility.db import Tx

MOST_SITTINGS = 20
"""Copies that a section keeps for the holders of a link; the oldest goes."""


class Sitting(msgspec.Struct, frozen=True):
    """A page that was opened by a link. resumed, resumed_at: the copy that it showed, and when that had been saved."""

    id: UUID
    resumed: UUID | None = None
    resumed_at: datetime | None = None


async def keep_link_copy(
    tx: Tx, party_id: UUID, section: str, sitting: Sitting, typed: Mapping[str, Sequence[str]], *, seal: str
) -> None:
    """Keep what was typed on this page, in the place of the copy that it showed; unless somebody has typed on in that one:
    then both stay. seal: of what the page showed as saved. The caller has looked whether the link is good.

    Refused: "copy_too_long" (invalid).
    """
    may_keep(typed)
    row = insert(LinkCopy).values(
        party_id=party_id,
        section=section,
        sitting=sitting.id,
        typed={name: list(values) for name, values in typed.items()},
        seal=seal,
        started_at=tx.now,
        saved_at=tx.now,
    )
    given = row.excluded
    await tx.session.execute(
        row.on_conflict_do_update(
            constraint=LinkCopy.__table__.primary_key,  # type: ignore[arg-type]
            set_={name: given[name] for name in ("typed", "seal", "saved_at")},
        )
    )
    here = and_(LinkCopy.party_id == party_id, LinkCopy.section == section)
    newest = select(LinkCopy.sitting).where(here).order_by(LinkCopy.saved_at.desc()).limit(MOST_SITTINGS)
    await tx.session.execute(
        delete(LinkCopy).where(here, or_(_resumed(sitting), LinkCopy.sitting.not_in(newest)))
    )


async def end_link_copy(tx: Tx, party_id: UUID, section: str, sitting: Sitting) -> None:
    """Forget what was typed on this page and in the copy that it showed: it is saved, or not wanted. What somebody else
    types by the same link stays."""
    own = or_(LinkCopy.sitting == sitting.id, _resumed(sitting))
    await tx.session.execute(
        delete(LinkCopy).where(LinkCopy.party_id == party_id, LinkCopy.section == section, own)
    )


def _resumed(sitting: Sitting) -> ColumnElement[bool]:
    return and_(
        LinkCopy.sitting == sitting.resumed,
        LinkCopy.sitting != sitting.id,
        LinkCopy.saved_at == sitting.resumed_at,
    )
