"""What came in: the list that staff narrow down, its number, and the same for spreadsheets."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.admission.pages import exports
from facility.admission.queries import options, received
from facility.admission.queries.narrowing import CHECKED, SORTS, Filters
from facility.admission.queries.received import MOST_COUNTED
from facility.admission.registry.received import HERE
from facility.applications import words
from facility.applications.rules.status import ApplicationStatus
from facility.applications.words import WORDS
from facility.web import render, sheets
from facility.web.access import STAFF, Role, allow
from facility.web.fields import Fields, shown
from facility.web.forms import Form
from facility.web.handler import Database, Page, Read, View
from facility.web.i18n import translated
from facility.web.workspace import find_workspace

BY_STAFF = {"allow": allow(*STAFF)}
_SHORT = 100


class ListQuery(msgspec.Struct, frozen=True):
    """What an address asks for: the filters, the form as it was typed with what is wrong in it, where the page begins."""

    filters: Filters
    fields: Fields
    after: str
    before: str

    @property
    def set_filters(self) -> dict[str, str]:
        """The filters that are set, as an address says them."""
        return as_query(self.filters)

    @property
    def narrowed(self) -> dict[str, str]:
        """Those of them that leave something out."""
        return {name: value for name, value in self.set_filters.items() if name != "sort"}


def as_query(filters: Filters) -> dict[str, str]:
    """Filters as an address says them; what is left at its default is left out."""
    values: dict[str, Any] = msgspec.structs.asdict(filters)
    values = {name: shown(value) for name, value in values.items()}
    return {name: value for name, value in values.items() if value and (name, value) != ("sort", "received")}


def list_query_of(query: Mapping[str, Sequence[str]]) -> ListQuery:
    """What an address asks for. What can't be read is noted at its field and left out."""
    given = {name: [value.replace("\0", "")[:200] for value in values] for name, values in query.items()}
    fields = Fields(Form(given, {}))

    def words_of(name: str) -> str:
        return fields.text(name, missing=None, most=_SHORT)

    def choice(name: str, options: Sequence[str]) -> str:
        value = words_of(name)
        return value if value in options else ""

    def amount(name: str) -> Decimal | None:
        return fields.eur(name) if fields.given(name) else None

    def day(name: str) -> date | None:
        return fields.day(name) if fields.given(name) else None

    filters = Filters(
        call=words_of("call"),
        status=choice("status", [status.value for status in ApplicationStatus]),
        track=choice("track", list(words.TRACKS)),
        beneficiary=words_of("beneficiary"),
        lead=words_of("lead"),
        theme=words_of("theme"),
        checked=choice("checked", CHECKED),
        q=words_of("q"),
        least=amount("least"),
        most=amount("most"),
        since=day("since"),
        until=day("until"),
        sort=choice("sort", list(SORTS)) or "received",
    )
    default = Filters()
    wrong = {name: getattr(default, name) for name in fields.errors if name in Filters.__struct_fields__}
    return ListQuery(
        msgspec.structs.replace(filters, **wrong),
        fields,
        after=_value(given, "after"),
        before=_value(given, "before"),
    )


def _value(given: Mapping[str, list[str]], name: str) -> str:
    return given.get(name, [""])[0]


def from_address(request: Request[Any, Any, Any]) -> ListQuery:
    return list_query_of(request.query_params.dict())


async def list_page(
    view: render.View, connection: AsyncConnection, query: ListQuery, *, count: bool = False, wrong: str = ""
) -> Page:
    """The list; `count`: with the exact number of results, `wrong`: why an action on the ticked applications was
    refused."""
    page = await received.page(connection, query.filters, view.me.id, after=query.after, before=query.before)
    whole = not (query.after or query.before or page.after)
    total = (
        len(page.lines)
        if whole
        else await received.count(connection, query.filters, view.me.id)
        if count
        else None
    )
    return view.page(
        "admission/received.html",
        workspace=await find_workspace(view, connection, query.filters.call, "applications")
        if query.filters.call
        else None,
        status=422 if query.fields.errors or wrong else 200,
        page=page,
        total=total,
        most=MOST_COUNTED,
        most_calls=options.MOST_CALLS,
        listed=query,
        query=query.set_filters,
        form=query.fields,
        wrong=wrong,
        options=await options.options(connection, view.me.id),
        checked=[(value, translated(label)) for value, label in words.CHECKED.items()],
        may_check=view.me.has(Role.SECRETARIAT),
        **WORDS,
    )


@get(HERE, opt=BY_STAFF)
async def show(view: View, read: Read, request: Request[Any, Any, Any]) -> Page:
    """What was handed in, the newest first unless it is asked for otherwise."""
    return await list_page(view, read, from_address(request), count="count" in request.query_params)


@get(f"{HERE}/count", opt=BY_STAFF)
async def count(view: View, read: Read, request: Request[Any, Any, Any]) -> Page:
    """How many fit, for a page that is there already."""
    total = await received.count(read, from_address(request).filters, view.me.id)
    return view.page("admission/_count.html", total=total, most=MOST_COUNTED)


def streamed(
    view: render.View, db: Database, filters: Filters, kind: str, chosen: Sequence[Any] | None = None
) -> Page:
    """The list as a file, sent while it is read."""
    rows = exports.rows(db, filters, view.me.id, chosen)
    head = exports.head()
    content = sheets.xlsx_stream(head, rows) if kind == "xlsx" else sheets.csv_stream(head, rows)
    name = f"applications-{clock.now().astimezone(clock.BRUSSELS):%Y-%m-%d}.{kind}"
    return sheets.sent(content, name, sheets.XLSX if kind == "xlsx" else sheets.CSV)


@get(f"{HERE}/list.csv", opt=BY_STAFF)
async def as_csv(view: View, db: Database, request: Request[Any, Any, Any]) -> Page:
    return streamed(view, db, from_address(request).filters, "csv")


@get(f"{HERE}/list.xlsx", opt=BY_STAFF)
async def as_xlsx(view: View, db: Database, request: Request[Any, Any, Any]) -> Page:
    return streamed(view, db, from_address(request).filters, "xlsx")


def address(query: Mapping[str, str], **more: str) -> str:
    encoded = urlencode({**query, **more})
    return f"{HERE}?{encoded}" if encoded else HERE


HANDLERS = [show, count, as_csv, as_xlsx]
