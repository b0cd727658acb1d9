"""The list of what others do, loaded by the secretariat as a CSV file."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import beneficiaries
from facility.admission import words
from facility.admission.queries import overlap as queries
from facility.admission.rules.overlap import InitiativeLine, read_codes, read_day, read_result
from facility.admission.service.initiatives import import_initiatives, retire_initiative
from facility.experts.queries.pool import themes
from facility.folding import fold
from facility.web import carried, render
from facility.web.access import STAFF, TAKES_FILES, Role, allow
from facility.web.again import redrawn
from facility.web.amounts import Unclear
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, Message, _, filled, translated
from facility.web.pasted import Row, read_rows
from facility.web.texts import composed, plain, turned
from facility.web.uploads import name_of

SEES = {"allow": allow(*STAFF)}
KEEPS = {"allow": allow(Role.SECRETARIAT)}
MOST_LINES = 5000
MOST_TOLD = 50
"""Lines that are named when they are wrong."""
COLUMNS = {
    "result": ("donor",),
    "title": ("name", "activity"),
    "text": ("description", "summary", "objectives"),
    "beneficiaries": ("beneficiary", "countries", "partners"),
    "themes": ("theme", "topics"),
    "from": ("start", "starts", "starts on", "begin"),
    "to": ("end", "ends", "ends on", "until"),
    "source": ("reference", "link", "url"),
}
"""Columns, in the order that counts without a head row, and by what other names a head row may call them."""
NOT_UTF8 = N_("The file is not text in UTF-8. Save the list as “CSV UTF-8” and try again.")
LINE_WRONG = N_("Line {line}: {mistake}.")
MISTAKES: dict[str, Message] = {
    "not_a_result": N_("the result must be R1 to R9, or donor"),
    "title_missing": N_("the title is missing"),
    "too_long": N_("{column} is longer than {most} characters"),
    "not_a_beneficiary": N_("“{code}” is not a beneficiary code"),
    "not_a_theme": N_("“{code}” is not a theme code"),
    "not_a_day": N_("{column} must be a day like 2026-07-30"),
    "ends_early": N_("it ends before it begins"),
    "duplicate": N_("the same as line {first}"),
    "turned": N_("in {column}, an invisible sign near “{words}” changes the order of the letters"),
}
"""What can be wrong in a line, untranslated."""


async def _page(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields,
    *,
    status: int = 200,
    after: tuple[datetime, UUID] | None = None,
) -> Page:
    lines, more = await queries.imported(connection, after)
    return view.page(
        "admission/initiatives.html",
        status=status,
        lines=lines,
        more=f"{more[0].isoformat()}~{more[1]}" if more else "",
        after=after,
        may_load=view.me.has(Role.SECRETARIAT),
        columns=list(COLUMNS),
        results=words.RESULTS,
        most=MOST_LINES,
        form=fields,
    )


@get("/initiatives", opt=SEES)
async def initiatives(view: View, read: Read, after: FromQuery[str] = "") -> Page:
    """What is loaded, the newest first."""
    return await _page(view, read, Fields.showing(), after=carried.place(after, carried.instant))


@post("/initiatives", opt=KEEPS | TAKES_FILES)
async def load(view: View, form: Form, tx: Tx) -> Page:
    """Takes over all lines of a file, or none, with everything that is wrong named by its line."""
    fields = Fields(form)
    file = fields.file("list")
    connection = await tx.session.connection()
    lines: list[InitiativeLine] = []
    if not fields.errors:
        lines = _lines(
            fields,
            file.content,
            {beneficiary.code for beneficiary in await beneficiaries(connection)},
            {code for code, _name in await themes(connection, retired=True)},
        )
    async with redrawn(tx, fields, lambda read, status: _page(view, read, fields, status=status)):
        made = await import_initiatives(tx, name_of(file)[:200], lines)
    return view.go(
        "/initiatives",
        _("Loaded: {added} new, {changed} replaced.", added=made.added, changed=made.changed),
    )


def _lines(
    fields: Fields, content: bytes, known: Collection[str], taxonomy: Collection[str]
) -> list[InitiativeLine]:
    """The lines of the file; notes what is wrong."""
    try:
        rows = read_rows(_decoded(content), COLUMNS, MOST_LINES)
    except Unclear as unclear:
        fields.wrong("list", str(unclear))
        return []
    made: list[InitiativeLine] = []
    seen: dict[tuple[str, str, object], int] = {}
    wrong: list[str] = []
    for row in rows:
        line, mistakes = _line(row, known, taxonomy)
        same = (line.result, fold(line.title), line.starts_on)
        if not mistakes and (first := seen.setdefault(same, row.line)) != row.line:
            mistakes = [_mistake("duplicate", first=first)]
        wrong += [filled(LINE_WRONG, line=row.line, mistake=mistake) for mistake in mistakes]
        made.append(line)
    for text in wrong[:MOST_TOLD]:
        fields.wrong("list", text)
    if len(wrong) > MOST_TOLD:
        fields.wrong("list", _("And {count} more mistakes.", count=len(wrong) - MOST_TOLD))
    return made


def _decoded(content: bytes) -> str:
    """Raises Unclear for what is no text in UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unclear(translated(NOT_UTF8)) from None
    if "\0" in text:
        raise Unclear(translated(NOT_UTF8))
    return text


def _mistake(key: str, **values: object) -> str:
    return filled(MISTAKES[key], **values)


def _line(row: Row, known: Collection[str], taxonomy: Collection[str]) -> tuple[InitiativeLine, list[str]]:
    cells = {name: composed(plain(row.cells.get(name, ""))) for name in COLUMNS}
    mistakes = []
    result = read_result(cells["result"])
    if result is None:
        mistakes.append(_mistake("not_a_result"))
    if not cells["title"]:
        mistakes.append(_mistake("title_missing"))
    for name, most in (("title", 300), ("text", 5000), ("source", 300)):
        if len(cells[name]) > most:
            mistakes.append(_mistake("too_long", column=name, most=most))
        if near := turned(cells[name]):
            mistakes.append(_mistake("turned", column=name, words=near))
    codes, unknown = read_codes(cells["beneficiaries"], known)
    mistakes += [_mistake("not_a_beneficiary", code=code[:40]) for code in unknown]
    topics, strange = read_codes(cells["themes"], taxonomy)
    mistakes += [_mistake("not_a_theme", code=code[:40]) for code in strange]
    days = []
    for name in ("from", "to"):
        try:
            days.append(read_day(cells[name]))
        except ValueError:
            days.append(None)
            mistakes.append(_mistake("not_a_day", column=name))
    if days[0] and days[1] and days[0] > days[1]:
        mistakes.append(_mistake("ends_early"))
    line = InitiativeLine(
        result or "", cells["title"], cells["text"], codes, topics, days[0], days[1], cells["source"]
    )
    return line, mistakes


@post("/initiatives/{initiative_id:uuid}/retire", opt=KEEPS)
async def retire(view: View, form: Form, tx: Tx, initiative_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await retire_initiative(tx, initiative_id)
    return view.go("/initiatives", _("The entry is removed from the list."))


HANDLERS = [initiatives, load, retire]
