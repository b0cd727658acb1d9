"""Reads of the audit trail: every event with who, what and when, and whether a subject's chain holds."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, exists, not_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import Person
from facility.applications.models.application import Application
from facility.applications.models.sealing import TELLS
from facility.clock import brussels_midnight
from facility.events.log import GENESIS, chain_hash, envelope_of, to_recorded
from facility.events.models import EventRow
from facility.operations.queries.shut import shut_objects
from facility.refused import refuse
from facility.web.history import moments
from facility.web.i18n import _

PAGE = 25
NOBODY = "facility"
"""In place of a person's id: what the facility did by itself, and what people did who came by a link."""


class TrailLine(msgspec.Struct, frozen=True):
    """One event as the log's page shows it; `due_at` where it should have happened earlier."""

    seq: int
    what: str
    who: str
    actor_id: UUID | None
    recorded_at: datetime
    due_at: datetime | None
    subject: str
    subject_id: UUID
    label: str
    version: int


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: of a kind of subject, of one subject, by a person (or NOBODY), of a day in Brussels, older than `before`."""

    subject: str = ""
    subject_id: UUID | None = None
    actor: UUID | str | None = None
    day: date | None = None
    before: int | None = None


class Chain(msgspec.Struct, frozen=True):
    """Whether a subject's events hang together: how many there are, and the version from which they don't."""

    events: int
    broken_at: int | None

    @property
    def holds(self) -> bool:
        """Every event carries the hash of the one before it, and none was changed since."""
        return self.broken_at is None


_LABELS = text(
    """
    SELECT id, reference AS label FROM application WHERE id = ANY(:ids)
    UNION ALL SELECT id, reference FROM call WHERE id = ANY(:ids)
    UNION ALL SELECT id, reference FROM contract WHERE id = ANY(:ids)
    UNION ALL SELECT envelope.id, contract.reference || ': ' || envelope.name
        FROM envelope JOIN contract ON contract.id = contract_id WHERE envelope.id = ANY(:ids)
    UNION ALL SELECT award.id, application.reference
        FROM award JOIN application ON application.id = application_id WHERE award.id = ANY(:ids)
    UNION ALL SELECT id, reference FROM deployment WHERE id = ANY(:ids)
    UNION ALL SELECT id, reference FROM activity WHERE id = ANY(:ids)
    UNION ALL SELECT id, code FROM expert WHERE id = ANY(:ids)
    UNION ALL SELECT id, name FROM person WHERE id = ANY(:ids)
    UNION ALL SELECT id, name FROM institution WHERE id = ANY(:ids)
    """
)
"""Names of subjects as people know them; these rooms all lie below."""


async def labels(connection: AsyncConnection, subject_ids: Sequence[UUID]) -> dict[UUID, str]:
    """References and names of subjects by id."""
    rows = await connection.execute(_LABELS, {"ids": sorted(set(subject_ids))})
    return {row.id: row.label for row in rows}


SEALED = exists().where(Application.id == EventRow.subject_id, not_(TELLS))
"""The event is about a draft or what is not opened yet: whoever acted there would give away whose it is."""


def _query(only: TrailFilter, viewer: UUID) -> Select[Any]:
    query = select(EventRow.__table__, Person.name.label("person"), SEALED.label("sealed")).outerjoin(
        Person, Person.id == EventRow.actor_id
    )
    query = query.where(EventRow.subject_id.not_in(shut_objects(viewer)))
    if only.subject:
        query = query.where(EventRow.subject == only.subject)
    if only.subject_id is not None:
        query = query.where(EventRow.subject_id == only.subject_id)
    if isinstance(only.actor, UUID):
        query = query.where(EventRow.actor_id == only.actor, ~SEALED)
    elif only.actor == NOBODY:
        query = query.where(EventRow.actor_id.is_(None))
    if only.day is not None:
        start, end = brussels_midnight(only.day), brussels_midnight(only.day + timedelta(days=1))
        query = query.where(EventRow.recorded_at >= start, EventRow.recorded_at < end)
    if only.before is not None:
        query = query.where(EventRow.seq < only.before)
    return query


async def trail(
    connection: AsyncConnection, only: TrailFilter, viewer: UUID
) -> tuple[list[TrailLine], int | None]:
    """A page of events, newest first, and the number to pass as `before` for the next page. Without what is closed to the
    viewer by a conflict that they declared."""
    rows = (
        await connection.execute(_query(only, viewer).order_by(EventRow.seq.desc()).limit(PAGE + 1))
    ).all()
    shown = rows[:PAGE]
    named = await labels(connection, [row.subject_id for row in shown]) if shown else {}
    people = {row.actor_id: row.person for row in shown if row.person}
    sentences = moments([to_recorded(row) for row in shown], people)
    lines = [
        TrailLine(
            seq=row.seq,
            what=moment.text,
            who=_("withheld until the opening") if row.sealed else moment.who,
            actor_id=None if row.sealed else row.actor_id,
            recorded_at=row.recorded_at,
            due_at=row.due_at if row.due_at != row.recorded_at else None,
            subject=row.subject,
            subject_id=row.subject_id,
            label=named.get(row.subject_id, ""),
            version=row.version,
        )
        for row, moment in zip(shown, sentences, strict=True)
    ]
    return lines, lines[-1].seq if len(rows) > PAGE else None


async def chain(connection: AsyncConnection, subject_id: UUID) -> Chain:
    """Compute the subject's hash chain anew. Raises Refused (missing) where nothing ever happened to it."""
    query = select(EventRow.__table__).where(EventRow.subject_id == subject_id).order_by(EventRow.version)
    rows = (await connection.execute(query)).all()
    if not rows:
        refuse("not_found", kind="missing")
    previous = GENESIS
    for version, row in enumerate(rows, start=1):
        sound = row.version == version and row.previous_hash == previous
        if not sound or row.hash != chain_hash(previous, envelope_of(row)):
            return Chain(len(rows), version)
        previous = row.hash
    return Chain(len(rows), None)


async def actors(connection: AsyncConnection) -> list[tuple[str, str]]:
    """People with an account, by name, for a choice on a page."""
    query = select(Person.id, Person.name).order_by(Person.sort_key, Person.id)
    return [(str(row.id), row.name) for row in await connection.execute(query)]
