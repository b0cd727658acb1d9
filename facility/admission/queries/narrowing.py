"""How staff filter and sort the list of what came in, as conditions of a statement: each filter, and three orders both
ways.

Values are written into the statements (`literal_execute`) instead of being bound, so that PostgreSQL plans for each
value: rare values are found by their index, frequent ones by walking the list in its order.

A sealed application never matches a filter on its content, and is never listed in order of amount: both would reveal
something of it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from facility.accounts.queries.institutions import named
from facility.applications.models.application import LATEST_CHECK_SQL, Application, Party
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.sealing import SEALED
from facility.calls.models.call import Call
from facility.folding import search_words
from facility.web import carried
from facility.zone import brussels_midnight

_FEW = 500
"""As many as a search may find for its finds to be collected; more are met soon by walking the order."""

SORTS: dict[str, tuple[Any, bool]] = {
    "received": (Application.received_at, True),
    "received-up": (Application.received_at, False),
    "amount": (Application.requested, True),
    "amount-up": (Application.requested, False),
    "reference": (Application.reference, False),
    "reference-down": (Application.reference, True),
}
"""By what the list is sorted, and whether the greatest comes first."""

CHECKED = ("unchecked", "admissible", "inadmissible")
"""Whether somebody has judged the admissibility, and how."""


def _open(viewer: UUID | None) -> ColumnElement[bool]:
    """Filters on content may match: the application is opened, and not closed to the viewer by a conflict that they
    declared."""
    return and_(not_(SEALED), _not_shut(viewer))


def _not_shut(viewer: UUID | None) -> Any:
    return text(f"NOT {shut_out()}").bindparams(bindparam("viewer", viewer, type_=Uuid()))


class Filters(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the list is asked for; "" and None: for anything. Amounts in EUR, days in Brussels, both included."""

    call: str = ""
    status: str = ""
    track: str = ""
    beneficiary: str = ""
    lead: str = ""
    theme: str = ""
    checked: str = ""
    q: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    since: date | None = None
    until: date | None = None
    sort: str = "received"

    @property
    def tells(self) -> bool:
        """Whether the list would say something of what stands in the applications."""
        inside = (self.beneficiary, self.lead, self.theme, self.checked, self.least, self.most)
        return any(value not in ("", None) for value in inside) or self.sort.startswith("amount")


def _is(column: Any, value: Any) -> Any:
    return literal(value, column.type, literal_execute=True)


def _among(column: Any, values: Sequence[UUID]) -> ColumnElement[bool]:
    ids = cast(literal(list(values), ARRAY(column.type)), ARRAY(column.type))
    condition: ColumnElement[bool] = column == any_(ids)
    return condition


def _on_board(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    having_party = select(Party.application_id).where(Party.on_board, *conditions)
    return Application.id.in_(having_party)


def _judged(checked: str) -> ColumnElement[bool]:
    latest: ColumnElement[bool] = literal_column(f"(SELECT admissible {LATEST_CHECK_SQL})", Boolean())
    if checked == "unchecked":
        return and_(Application.status == _is(Application.status, "submitted"), latest.is_(None))
    return latest.is_(checked == "admissible")


async def narrowed(
    connection: AsyncConnection, filters: Filters, viewer: UUID | None = None
) -> list[ColumnElement[bool]] | None:
    """The conditions; None where nothing can match. An application that is closed to the viewer matches no filter on
    its content or on its outcome."""
    conditions: list[ColumnElement[bool]] = [Application.received_at.is_not(None)]
    if filters.tells:
        conditions.append(_open(viewer))
    elif filters.status:
        conditions.append(_not_shut(viewer))
    for column, value in ((Application.status, filters.status), (Application.track, filters.track)):
        if value:
            conditions.append(column == _is(column, value))
    if filters.call:
        calls = await _call_and_batches(connection, filters.call)
        if not calls:
            return None
        only = Application.call_id == _is(Application.call_id, calls[0])
        conditions.append(only if len(calls) == 1 else _among(Application.call_id, calls))
    if filters.lead:
        leads = await named(connection, filters.lead)
        if not leads:
            return None
        conditions.append(_among(Application.lead_institution_id, leads))
    if filters.beneficiary:
        conditions.append(
            _on_board(Party.beneficiary_code == _is(Party.beneficiary_code, filters.beneficiary))
        )
    if filters.theme:
        conditions.append(_with_theme(filters.theme))
    if filters.checked:
        conditions.append(_judged(filters.checked))
    conditions += _between(filters)
    if filters.q:
        conditions.append(await _searched(connection, filters.q, viewer))
    return conditions


async def _call_and_batches(connection: AsyncConnection, reference: str) -> Sequence[UUID]:
    """The call; of a series its batches too, into which its applications move when they are submitted."""
    series = aliased(Call)
    query = select(Call.id).outerjoin(series, series.id == Call.series_id)
    named_so = or_(Call.reference == reference, series.reference == reference)
    return (await connection.execute(query.where(named_so).order_by(Call.id))).scalars().all()


def _with_theme(code: str) -> ColumnElement[bool]:
    return Application.theme_codes.op("@>", is_comparison=True)(_is(Application.theme_codes, [code]))


def _between(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.least is not None:
        conditions.append(Application.requested >= _is(Application.requested, filters.least))
    if filters.most is not None:
        conditions.append(Application.requested <= _is(Application.requested, filters.most))
    if filters.since is not None:
        conditions.append(
            Application.received_at >= _is(Application.received_at, brussels_midnight(filters.since))
        )
    if filters.until is not None:
        conditions.append(
            Application.received_at
            < _is(Application.received_at, brussels_midnight(filters.until + timedelta(days=1)))
        )
    return conditions


async def _searched(connection: AsyncConnection, search: str, viewer: UUID | None) -> ColumnElement[bool]:
    """Words of title and reference, or of the name of one institution that takes part; or the whole reference, by which a
    sealed one, and one that is closed to the viewer, is found too."""
    words = search_words(search)[:8]
    exact = Application.reference == search.strip().upper()
    if not words:
        return exact
    spelt = and_(*(Application.search_key.like(_is(Application.search_key, f"% {word}%")) for word in words))
    institutions = await named(connection, search)
    titles = select(Application.id).where(Application.received_at.is_not(None), spelt).limit(_FEW + 1)
    takes = _among(Party.institution_id, institutions)
    parts = select(Party.application_id).where(Party.on_board, takes).limit(_FEW + 1)
    by_title = (await connection.execute(titles)).scalars().all()
    by_part = (await connection.execute(parts)).scalars().all() if institutions else []
    condition = spelt if len(by_title) > _FEW else _among(Application.id, by_title)
    if len(by_part) > _FEW:
        # Asked for each row on the way: a subquery with IN would collect all parties of all those institutions first.
        part = select(Party.id).where(Party.application_id == Application.id, Party.on_board, takes)
        condition = or_(condition, part.limit(1).scalar_subquery().is_not(None))
    elif by_part:
        condition = or_(condition, _among(Application.id, by_part))
    return or_(and_(_open(viewer), condition), exact)


def cursor(filters: Filters, place: str) -> tuple[Any, UUID] | None:
    """Where a page ended, from an address; None where it isn't one of ours."""
    if filters.sort.startswith("received"):
        return carried.place(place, carried.instant)
    return carried.place(place, carried.amount if filters.sort.startswith("amount") else str)


def place_of(row: Any) -> str:
    """The key of a row of `ordered`, for an address."""
    value = row.value
    return f"{value.isoformat() if isinstance(value, datetime) else value}~{row.id}"


def ordered(
    filters: Filters,
    conditions: Sequence[ColumnElement[bool]],
    beyond: tuple[Any, UUID] | None,
    *,
    back: bool,
) -> Select[Any]:
    """Ids with the value they are sorted by, beyond the place where a page ended; `back`: towards the top, the nearest
    first."""
    column, falls = SORTS[filters.sort]
    query = select(Application.id, column.label("value")).where(*conditions)
    down = falls != back
    if beyond is not None:
        place = tuple_(column, Application.id)
        query = query.where(place < tuple_(*beyond) if down else place > tuple_(*beyond))
    if down:
        return query.order_by(column.desc(), Application.id.desc())
    return query.order_by(column, Application.id)
