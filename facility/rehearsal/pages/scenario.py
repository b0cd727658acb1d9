"""The rehearsal page: a scenario file goes in, what would happen comes out. Nothing of it stays."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import get, post

from facility.data import DATA
from facility.formats.mistakes import Mistake, WrongFile
from facility.refused import refuse
from facility.rehearsal.pages.report import report_of
from facility.rehearsal.rules.scenario import Scenario
from facility.rehearsal.service.check import check
from facility.rehearsal.service.play import rehearse
from facility.rehearsal.words import OUTCOMES, STATUSES
from facility.web.access import INTERNAL, TAKES_FILES, allow
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Page, View
from facility.web.i18n import N_, _, translated
from facility.web.stops import Wrong

MAX_SCENARIO = 500_000
"""Bytes. A file with a hundred applications has about a tenth of it."""
SECONDS = 60
"""How long one may take before the page gives up; the worked examples take a few."""
MOST_MISTAKES = 200
FOLDER = DATA / "examples"
EXAMPLES = {
    "taf-2021-01": N_("The pilot call of 2021, from the call to its three joint activities"),
    "taf-2021-01-reserve": N_("The same call with less money: a reserve list, and experts who decline"),
}


class Stage:
    """One rehearsal at a time in each process: it is work for the database that also serves the pages."""

    busy = False


def _form_page(view: View, form: Fields, *, status: int = 200, mistakes: list[Mistake] | None = None) -> Page:
    all_mistakes = mistakes or []
    return view.page(
        "rehearsal/upload.html",
        status=status,
        form=form,
        examples=[(name, translated(label)) for name, label in EXAMPLES.items()],
        mistakes=all_mistakes[:MOST_MISTAKES],
        further=max(len(all_mistakes) - MOST_MISTAKES, 0),
        most=MAX_SCENARIO // 1000,
    )


@get("/rehearsal", opt={"allow": allow(*INTERNAL)}, sync_to_thread=False)
def upload(view: View) -> Page:
    return _form_page(view, Fields.showing())


@get("/rehearsal/examples/{name:str}", opt={"allow": allow(*INTERNAL)}, sync_to_thread=False)
def example(view: View, name: FromPath[str]) -> Page:
    """A worked example, to start one's own file from."""
    if name not in EXAMPLES:
        refuse("not_found", kind="missing")
    return view.download(example_file(name), f"{name}.json", "application/json")


def example_file(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


@post("/rehearsal", opt={"allow": allow(*INTERNAL)} | TAKES_FILES)
async def play(view: View, db: Database, form: Form) -> Page:
    fields = Fields(form)
    raw = _raw(view, fields)
    try:
        scenario = await asyncio.to_thread(check, raw)
    except WrongFile as wrong:
        raise Wrong(_form_page(view, fields, status=422, mistakes=wrong.mistakes)) from None
    return await played(view, db, scenario)


async def played(view: View, db: Database, scenario: Scenario, notes: Sequence[str] = ()) -> Page:
    """What would happen. `notes`: what was left out or converted before it was played."""
    result = await _bounded(db.url, scenario)
    text = msgspec.json.format(msgspec.json.encode(result), indent=1)
    return view.page(
        "rehearsal/result.html",
        scenario=scenario,
        notes=notes,
        report=report_of(scenario, result),
        statuses=_translated_words(STATUSES),
        outcomes=_translated_words(OUTCOMES),
        address="data:application/json;base64," + base64.b64encode(text).decode(),
    )


def _translated_words(words: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {code: (translated(label), kind) for code, (label, kind) in words.items()}


def _raw(view: View, fields: Fields) -> bytes:
    """The bytes of the chosen example or of the uploaded file. Raises Wrong with the form."""
    fields.ignore("file")
    chosen = fields.choice("example", EXAMPLES) if fields.given("example") else ""
    if chosen and "file" in fields.form.files:
        fields.wrong("example", _("Choose either an example or your own file."))
    content = b"" if chosen else fields.file("file").content
    too_large = len(content) > MAX_SCENARIO
    if too_large:
        fields.wrong("file", _("The file is too large: at most {most} kB.", most=MAX_SCENARIO // 1000))
    if not fields.are_right():
        raise Wrong(_form_page(view, fields, status=413 if too_large else fields.status))
    return content or example_file(chosen)


async def _bounded(url: str, scenario: Scenario) -> dict[str, Any]:
    """Play it, if nobody else is playing in this process, and not for longer than SECONDS. Refused otherwise."""
    if Stage.busy:
        refuse("rehearsal_under_way")
    Stage.busy = True
    try:
        async with asyncio.timeout(SECONDS):
            return await rehearse(url, scenario)
    except TimeoutError:
        refuse("rehearsal_too_long", kind="invalid")
    finally:
        Stage.busy = False


HANDLERS = [upload, example, play]
