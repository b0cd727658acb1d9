"""Every form, with hostile values in its fields: 4xx or done, never 5xx, nothing half-done, and what was typed comes back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.browser import errors
from tests.hostile.conftest import NOT_SHOWN, Crowd, Walk
from tests.hostile.forms import FREE, Field, PageForm, Value, changed, read, replaced, send
from tests.hostile.judge import listed, wrong
from tests.hostile.values import CHANGES, CODES, DAYS, EVERYTHING, INSTANTS, KEYS, NUMBERS, TEXTS, TIMES, some

SLOW = {"/rehearsal"}  # plays whole scenarios; its files have a test of their own
KEEPS = "/copy"
"""Ends the address at which a form is kept as it was typed, whatever stands in which field."""
KEY = re.compile(r"[0-9a-f-]{36}")
ROWS = 5
"""One in so many rows that are none is tried. There are six kinds: with each group of a form another one."""
NUMBER = re.compile(r"[0-9a-f-]{36}|\d+")


def test_every_form_stands_on_a_page(walked: Walk) -> None:
    """A route whose form nobody finds is tried with nothing that fits: the story goes on in `open_ends` to where it is shown."""
    assert set(walked.routes) - walked.forms.keys() == set()
    assert [route for route, (_, form) in walked.forms.items() if not form.page] == list(NOT_SHOWN)


async def test_one_hostile_value_in_every_field(walked: Walk, crowd: Crowd) -> None:
    problems = []
    for place, (route, (name, form)) in enumerate(sorted(walked.forms.items())):
        free = route not in SLOW and any(field.kind in FREE for field in form.fields)
        for label, value in some(EVERYTHING.items(), place, 24) if free else ():
            response = await send(crowd[name], form.action, list(changed(form, value)))
            if problem := wrong(response, crowd) or _lost(form, value, response):
                problems.append((route, label, problem))
    assert not problems, listed(problems)


async def test_each_field_alone_among_fitting_ones(walked: Walk, crowd: Crowd) -> None:
    problems = []
    for place, (route, (name, form)) in enumerate(sorted(walked.forms.items())):
        for field, label, value in _alone(form, 7 * place) if _is_read(route) else ():
            response = await send(crowd[name], form.action, list(replaced(form, field, value)))
            if problem := wrong(response, crowd):
                problems.append((route, field, label, problem))
    assert not problems, listed(problems)


def _is_read(route: str) -> bool:
    """Whether its fields are read one by one."""
    return route not in SLOW and not route.endswith(KEEPS)


def _ends(names: Iterable[str]) -> set[str]:
    """Of the names of a row's fields those in the first and in the last row; others there are as they are."""
    rows = defaultdict(list)
    for name in names:
        rows[NUMBER.sub("*", name)].append(name)
    return {name for same in rows.values() for name in (same[0], same[-1])}


def _alone(form: PageForm, place: int) -> Iterator[tuple[str, str, Value]]:
    """For each field one of what it is read as; another for each field, so that each meets many. Texts in what is no text come in
    every field at once, above."""
    names = _ends(field.name for field in form.fields)
    for nth, field in enumerate((field for field in form.fields if field.name in names), place):
        kind = _kind(field)
        for label, value in some(kind.items(), nth, len(kind)) if field.kind != "file" else ():
            yield field.name, label, value


def _kind(field: Field) -> dict[str, Value]:
    if field.kind not in FREE:  # keys in hidden fields come below
        return KEYS if field.kind != "hidden" and KEY.fullmatch(field.value) else TEXTS
    if field.kind in ("date", "time") or re.search(r"_(day|on|time|at)$|from|until", field.name):
        return DAYS | TIMES | INSTANTS
    return NUMBERS if re.match(r"[\d\s.,]+$", field.value) else TEXTS


async def test_what_pages_carry_for_themselves(walked: Walk, crowd: Crowd) -> None:
    """Hidden fields, also those that only some other page of the form shows: they hold instants, numbers and keys."""
    problems, carried = [], 0
    for route, (name, form) in sorted(walked.forms.items()):
        hidden = [field.name for field in form.fields if field.kind == "hidden"]
        for field in sorted(_ends(sorted({*hidden, *walked.parameters[route]}))) if route not in SLOW else ():
            carried += 1
            for label, value in _carried(field, carried):
                others = [pair for pair in form.values().items() if pair[0] != field]
                response = await send(crowd[name], form.action, [*others, (field, value)])
                if problem := wrong(response, crowd):
                    problems.append((route, field, label, problem))
    assert not problems, listed(problems)
    assert carried > 100


def _carried(field: str, place: int) -> list[tuple[str, Value]]:
    """A third of the instants where one is meant: they are all read by `web.carried`. Else one of each kind."""
    instant = re.search(r"(?:_at|^seen|^read)$", field)
    return [
        *some(INSTANTS.items(), place, 3 if instant else len(INSTANTS)),
        *some(NUMBERS.items(), place, len(NUMBERS)),
        *some(KEYS.items(), place, len(KEYS)),
    ]


async def test_codes_in_other_digits(walked: Walk, crowd: Crowd) -> None:
    name, form = walked.forms["/sign-in/check/{request_id}"]
    for code in CODES.values():
        response = await send(crowd[name], form.action, [("code", code)])
        assert (response.status_code, wrong(response, crowd)) == (422, None)


def _lost(form: PageForm, value: Value, response: Any) -> str | None:
    """What was typed and did not come back on a page that asks again."""
    if response.status_code != 422:
        return None
    typed = value if isinstance(value, str) else unquote_to_bytes(value).decode()
    returned = {
        field.name: field.value
        for again in read(response).forms
        for field in again.fields
        if field.kind in FREE
    }
    lost = [
        field.name
        for field in form.fields
        if field.kind in FREE and field.name in returned and _plain(returned[field.name]) != _plain(typed)
    ]
    return f"lost what was typed: {lost}" if lost else None


def _plain(text: str) -> str:
    """Line ends as browsers and forms have them differ."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")


async def test_times_that_the_clocks_skip_or_repeat(walked: Walk, crowd: Crowd) -> None:
    seen = 0
    for name, form in walked.forms.values():
        if form.action.endswith("/travel"):  # by the clock at the airport, in no zone
            continue
        names = {field.name for field in form.fields}
        instants = [
            name.removesuffix("_day") for name in names if f"{name.removesuffix('_day')}_time" in names
        ]
        for instant in sorted(instants):
            for day, time in CHANGES.values():
                given = {**form.values(), f"{instant}_day": day, f"{instant}_time": time}
                if instant.startswith("cut_offs-"):  # which a call with one deadline doesn't look at
                    given["mode"] = "rolling"
                response = await send(crowd[name], form.action, list(given.items()))
                assert response.status_code == 422
                assert instant in errors(response)
                seen += 1
    assert seen >= 4


async def test_single_answers_given_twice_and_keys_that_nobody_asked_for(walked: Walk, crowd: Crowd) -> None:
    problems = []
    for place, (route, (name, form)) in enumerate(sorted(walked.forms.items())):
        values = list(form.values().items())
        for label, pairs in _more(values, place):
            response = await send(crowd[name], form.action, pairs)
            if problem := wrong(response, crowd):
                problems.append((route, label, problem))
            if label.startswith("unknown") and response.status_code < 400:
                problems.append((route, label, f"taken: {response.status_code}"))
        for label, pairs in _pressed(form, values):
            response = await send(crowd[name], form.action, pairs)
            if (problem := wrong(response, crowd)) or crowd.db.kept:
                problems.append((route, label, problem or f"kept {crowd.db.kept}"))
    assert not problems, listed(problems)


def _more(values: Sequence[tuple[str, str]], place: int) -> Iterator[tuple[str, list[tuple[str, Value]]]]:
    yield "twice", [*values, *values]
    for unknown in some(("is_admin", "__class__", "reason[]", ""), place, 4):
        yield f"unknown {unknown!r}", [*values, (unknown, "x")]
    yield from some(_rows(values), place, ROWS)
    for row in _groups(values):
        yield "rows out of bounds", [*values, *((f"{row}-{n}-amount", "1") for n in range(990))]


def _pressed(
    form: PageForm, values: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, list[tuple[str, Value]]]]:
    """The same by the form's other buttons, which show it again before it has been read."""
    for place, button in enumerate(form.buttons):
        for label, pairs in some(_rows(values), place, ROWS):
            yield f"{button[1]}, {label}", [*pairs, button]


def _groups(values: Sequence[tuple[str, str]]) -> set[str]:
    return {name.split("-")[0] for name, _ in values if "-" in name}


def _rows(values: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[tuple[str, Value]]]]:
    """Rows whose numbers are none."""
    for row in _groups(values):
        for number in ("99999999", "²", "٣", "-1", "9" * 5000, "x"):
            strange = [(f"{row}-{number}-who", "x"), (f"{row}-{number}", "x"), (f"{row}-{number}-", "x")]
            yield f"unknown, row {number[:9]}", [*values, *strange]
