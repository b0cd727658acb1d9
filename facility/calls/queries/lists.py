"""Lists of calls: for everybody, and for those who run them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.models.standing import PAST_SQL, RUNS_SQL, STANDS
from facility.calls.rules.standing import CallDates, Standing, standing
from facility.folding import search_words

PAGE = 25


class CallLine(msgspec.Struct, frozen=True):
    """A call on a public list; instants in UTC, amounts in EUR."""

    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    state: str
    opened_at: datetime | None
    evaluating_since: datetime | None
    archived_at: datetime | None
    mode: str

    def standing(self, now: datetime) -> Standing:
        return standing_of(self, now)


class Narrowed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a visitor asks of the list; empty: whatever it is. beneficiary: whose institutions may take part."""

    beneficiary: str = ""
    theme: str = ""
    mode: str = ""


ANYTHING = Narrowed()
_LINE = """call.reference, call.title, call.opens_at, call.closes_at, call.amount, call.award_min, call.award_max, call.state,
    call.opened_at, call.evaluating_since, call.archived_at, call.mode"""
_ASKED = """
    (:mode = '' OR call.mode = :mode)
    AND (:theme = '' OR call.only_themes = '[]' OR call.only_themes @> to_jsonb(CAST(:theme AS text)))
    AND (:beneficiary = '' OR call.extended_to @> to_jsonb(CAST(:beneficiary AS text))
        OR EXISTS (SELECT FROM beneficiary WHERE code = :beneficiary AND western_balkans))
"""
_CURRENT = text(
    f"""
    SELECT {_LINE} FROM call WHERE {RUNS_SQL} AND call.series_id IS NULL
        AND {_ASKED}
    ORDER BY call.closes_at, call.id
    """  # noqa: S608
)
_PAST = text(
    f"""
    SELECT {_LINE} FROM call
    WHERE {PAST_SQL}
      AND (call.archived_at IS NOT NULL) = :archived AND call.series_id IS NULL AND {_ASKED}
      AND (CAST(:before AS text) IS NULL
           OR (call.closes_at, call.id) < (SELECT closes_at, id FROM call WHERE reference = :before))
    ORDER BY call.closes_at DESC, call.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608
)


async def current_calls(
    connection: AsyncConnection, now: datetime, narrowed: Narrowed = ANYTHING
) -> tuple[list[CallLine], list[CallLine]]:
    """Calls that are open, and those to come, both by closing time: one statement."""
    given = {"now": now, **msgspec.structs.asdict(narrowed)}
    lines = [CallLine(*row) for row in await connection.execute(_CURRENT, given)]
    return [line for line in lines if line.opens_at <= now], [line for line in lines if line.opens_at > now]


async def past_calls(
    connection: AsyncConnection,
    now: datetime,
    before: str | None,
    narrowed: Narrowed = ANYTHING,
    *,
    archived: bool = False,
) -> tuple[list[CallLine], str | None]:
    """A page of calls that are over, the latest first, older than the call `before`; and where the next page begins."""
    given = {"now": now, "before": before, "archived": archived, **msgspec.structs.asdict(narrowed)}
    rows = (await connection.execute(_PAST, given)).all()
    lines = [CallLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].reference if len(rows) > PAGE else None


class Choices(msgspec.Struct, frozen=True):
    """What a list can be narrowed to: code and name."""

    beneficiaries: list[tuple[str, str]]
    themes: list[tuple[str, str]]


_CHOICES = text(
    """
    SELECT (SELECT json_agg(json_build_array(code, name) ORDER BY sort_order) FROM beneficiary)::text AS beneficiaries,
        (SELECT json_agg(json_build_array(code, name) ORDER BY code) FROM theme WHERE active)::text AS themes
    """
)
_pairs = msgspec.json.Decoder(list[tuple[str, str]])


async def choices(connection: AsyncConnection) -> Choices:
    """Beneficiaries and themes: one statement."""
    row = (await connection.execute(_CHOICES)).one()
    return Choices(_pairs.decode(row.beneficiaries or "[]"), _pairs.decode(row.themes or "[]"))


class StaffLine(msgspec.Struct, frozen=True):
    id: UUID
    reference: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    evaluating_since: datetime | None
    archived_at: datetime | None
    amount: Decimal
    envelope: str
    contract: str
    mode: str

    def standing(self, now: datetime) -> Standing:
        return standing_of(self, now)


def standing_of(line: Any, now: datetime) -> Standing:
    """Where a call stands, from anything with its columns."""
    return standing(
        CallDates(
            state=line.state,
            opens_at=line.opens_at,
            closes_at=line.closes_at,
            opened_at=line.opened_at,
            evaluating_since=line.evaluating_since,
            archived_at=line.archived_at,
        ),
        now,
    )


def _staff(where: Standing | None) -> TextClause:
    return text(
        f"""
        SELECT call.id, call.reference, call.title, call.state, call.opens_at, call.closes_at, call.opened_at,
            call.evaluating_since, call.archived_at, call.amount, envelope.name AS envelope, contract.reference AS contract,
            call.mode
        FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
        WHERE (call.archived_at IS NOT NULL) = {where is Standing.ARCHIVED} AND {STANDS[where] if where else "true"}
          AND call.series_id IS NULL AND (:envelope IS NULL OR call.envelope_id = :envelope)
          AND (:words IS NULL OR call.search_key LIKE ALL(:words))
          AND (:before IS NULL OR (call.closes_at, call.id) < (SELECT closes_at, id FROM call WHERE id = :before))
          AND CAST(:now AS timestamptz) IS NOT NULL
        ORDER BY call.closes_at DESC, call.id DESC LIMIT {PAGE + 1}
        """  # noqa: S608
    ).bindparams(
        bindparam("envelope", type_=Uuid()),
        bindparam("before", type_=Uuid()),
        bindparam("words", type_=ARRAY(Text)),
    )


_STAFF = {where: _staff(where) for where in (None, *Standing)}


async def staff_calls(
    connection: AsyncConnection,
    now: datetime,
    *,
    standing: Standing | None = None,
    envelope: UUID | None = None,
    words: str = "",
    before: UUID | None = None,
) -> tuple[list[StaffLine], UUID | None]:
    """A page of the calls that stand so (None: all that are not archived), the latest closing first, and the call
    before which the next page begins. words: beginnings of words of the reference and the title, in either script."""
    # What holds no letter and no digit fits nothing.
    spelt = ([f"% {word}%" for word in search_words(words)] or [""]) if words.strip() else None
    given = {"now": now, "envelope": envelope, "words": spelt, "before": before}
    rows = (await connection.execute(_STAFF[standing], given)).all()
    lines = [StaffLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None
