"""What is done already: kept from our own applications, loaded from lists of what others do."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text, update

from facility.admission.events import InitiativeRetired, InitiativesImported
from facility.admission.models.overlap import Initiative, InitiativeImport
from facility.admission.queries.overlap import compared_text
from facility.admission.rules.overlap import InitiativeLine, stems
from facility.applications.queries.application import shown
from facility.db import Tx, new_id
from facility.events.log import record
from facility.folding import fold
from facility.refused import refuse

# `ends_on` of our own ones comes from their activities and stays.
_WRITE = """
    WITH written AS (
        INSERT INTO initiative (id, application_id, import_id, result, title, title_key, text, beneficiaries, themes,
            starts_on, ends_on, source, public, words, added_at)
        SELECT id, application_id, import_id, result, title, title_key, text, beneficiaries, themes, starts_on, ends_on,
            source, public, setweight(to_tsvector('simple', title_words), 'A')
                || setweight(to_tsvector('simple', text_words), 'C'), CAST(:now AS timestamptz)
        FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line (id uuid, application_id uuid, import_id uuid, result text,
            title text, title_key text, text text, beneficiaries jsonb, themes jsonb, starts_on date, ends_on date,
            source text, public boolean, title_words text, text_words text)
        ON CONFLICT {conflict} DO UPDATE SET title = excluded.title, title_key = excluded.title_key, text = excluded.text,
            beneficiaries = excluded.beneficiaries, themes = excluded.themes, {days} source = excluded.source,
            public = excluded.public, words = excluded.words, import_id = excluded.import_id,
            added_at = excluded.added_at, retired_at = NULL
        RETURNING (xmax = 0) AS added
    ), word AS (
        INSERT INTO initiative_word
        SELECT DISTINCT word FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line (title_words text, text_words text)
        CROSS JOIN LATERAL regexp_split_to_table(title_words || ' ' || text_words, ' ') AS word
        WHERE word <> '' ORDER BY word ON CONFLICT DO NOTHING
    )
    SELECT count(*) AS written, count(*) FILTER (WHERE added) AS added FROM written
"""
_OWN = text(_WRITE.format(conflict="(application_id)", days=""))
_LINES = text(
    _WRITE.format(
        conflict="(result, title_key, coalesce(starts_on, '-infinity')) WHERE application_id IS NULL",
        days="ends_on = excluded.ends_on,",
    )
)


async def _write(tx: Tx, statement: Any, lines: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """How many of them were new, and how many were there and are changed."""
    rows = [
        {
            "id": new_id(),
            "title_key": fold(line["title"]),
            "title_words": " ".join(stems(line["title"])),
            "text_words": " ".join(stems(line["text"])),
            **line,
        }
        for line in lines
    ]
    row = (
        await tx.session.execute(statement, {"lines": msgspec.json.encode(rows).decode(), "now": tx.now})
    ).one()
    return row.added, row.written - row.added


async def import_initiatives(tx: Tx, name: str, lines: Sequence[InitiativeLine]) -> InitiativeImport:
    """Take over a list of what others do. A line with the result, title and first day of an earlier one replaces it. The list
    that the same person has loaded last is not loaded twice."""
    digest = hashlib.sha256(msgspec.json.encode((name, lines))).hexdigest()
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('initiative_import'))"))
    newest = select(InitiativeImport).order_by(InitiativeImport.imported_at.desc()).limit(1)
    last = (await tx.session.scalars(newest)).first()
    if last is not None and (last.imported_by, last.digest) == (tx.actor, digest):
        return last
    made = InitiativeImport(
        id=new_id(),
        name=name,
        digest=digest,
        added=0,
        changed=0,
        imported_by=tx.actor,
        imported_at=tx.now,
    )
    tx.add(made)
    await tx.flush()
    made.added, made.changed = await _write(
        tx,
        _LINES,
        [{**msgspec.structs.asdict(line), "import_id": made.id, "public": True} for line in lines],
    )
    await record(
        tx, InitiativesImported(initiative_import_id=made.id, added=made.added, changed=made.changed)
    )
    # How rare words are is counted here, so that the first search after a long list is as fast as later ones.
    await tx.session.execute(text("ANALYZE initiative"))
    return made


async def retire_initiative(tx: Tx, initiative_id: UUID) -> None:
    """Take a line off the imported list. Raises Refused (missing), also for one of our own."""
    initiative = await tx.lock(Initiative, initiative_id)
    if initiative.application_id is not None:
        refuse("not_found", kind="missing", what="initiative")
    if initiative.retired_at is None:
        initiative.retired_at = tx.now
        await record(tx, InitiativeRetired(initiative_id=initiative_id))


async def keep_initiative(tx: Tx, application_id: UUID, *, public: bool) -> None:
    """Keep one of our own applications among what is done: for officers once it is admitted, for all (`public`) once it is
    supported. What was public stays so."""
    application = await shown(await tx.session.connection(), application_id)
    before = await tx.session.scalar(
        select(Initiative.public).where(Initiative.application_id == application_id)
    )
    line = {
        "application_id": application_id,
        "result": "R10",
        "title": application.title,
        "text": compared_text(application),
        "beneficiaries": sorted({party.beneficiary for party in application.parts.on_board}),
        "themes": application.themes,
        "source": application.reference,
        "public": public or bool(before),
    }
    await _write(tx, _OWN, [line])


async def show_initiative(tx: Tx, application_id: UUID, *, public: bool) -> None:
    """Whether later applicants read of one of our own."""
    await tx.session.execute(
        update(Initiative).where(Initiative.application_id == application_id).values(public=public)
    )


async def drop_initiative(tx: Tx, application_id: UUID) -> None:
    """One of our own will not be done."""
    await tx.session.execute(
        update(Initiative)
        .where(Initiative.application_id == application_id, Initiative.retired_at.is_(None))
        .values(retired_at=tx.now)
    )


async def set_initiative_days(
    tx: Tx, application_id: UUID, starts_on: date | None, ends_on: date | None
) -> None:
    """For higher rooms: from the first to the last day of its activities, as far as they are planned."""
    await tx.session.execute(
        update(Initiative)
        .where(Initiative.application_id == application_id)
        .values(starts_on=starts_on, ends_on=ends_on)
    )
