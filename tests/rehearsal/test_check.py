"""A wrong scenario file is refused, with every mistake named by its path."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.data import DATA
from facility.formats.mistakes import Mistake, WrongFile
from facility.rehearsal.service.check import check

pytestmark = pytest.mark.as_worded  # what is wrong in a file is said by a path and a sentence

EXAMPLES = DATA / "examples"
RESERVE: dict[str, Any] = json.loads((EXAMPLES / "taf-2021-01-reserve.json").read_text())
EURO = r"must look like ^(0|[1-9][0-9]{0,11})\.[0-9]{2}$"
LONG = "holds too long a name (at most 2000 bytes)"
RECEIVED = "must not be before the application's received_at"
INSTANT = "is not an instant with an offset, like 2021-07-30T12:00:00+02:00"
DAY = "is not a day of the calendar, like 2021-10-04"
REMOVE = "(removed)"  # a word, so that a test is named alike in every process


def mistakes(raw: bytes) -> list[Mistake]:
    with pytest.raises(WrongFile) as caught:
        check(raw)
    return caught.value.mistakes


def changed(*changes: tuple[tuple[str | int, ...], Any]) -> bytes:
    """The example with values set (or removed) at paths."""
    file = copy.deepcopy(RESERVE)
    for path, value in changes:
        node: Any = file
        for part in path[:-1]:
            node = node[part]
        if value is REMOVE:
            del node[path[-1]]
        elif isinstance(node, list) and path[-1] == len(node):
            node.append(value)
        else:
            node[path[-1]] = value
    return json.dumps(file).encode()


def test_example_is_read_into_values() -> None:
    scenario = check(changed())
    a, x01 = scenario.applications[0], scenario.experts[0]
    assert scenario.call.closes_at == datetime(2021, 7, 30, 10, tzinfo=UTC)
    assert scenario.call.closes_at.tzinfo is UTC
    assert (a.requested, a.partners[0].beneficiary, a.partners[0].withdrew_at) == (
        Decimal("35427.70"),
        "XK",
        None,
    )
    assert a.assessments["E1"]["design"] == Decimal(12)
    assert x01.available == (date(2021, 10, 1), date(2021, 10, 31))
    assert scenario.after_award[0].final_cost == Decimal("32100.00")
    assert scenario.deployments[0].replies is not None
    assert list(scenario.deployments[0].replies) == ["X01"]


def test_optional_keys_left_out_are_false_empty_or_none() -> None:
    keys = ("after_award", "experts", "deployments", "activities")
    scenario = check(changed(*(((key,), REMOVE) for key in keys), (("call", "extended_to"), REMOVE)))
    assert (scenario.after_award, scenario.experts, scenario.deployments, scenario.activities) == (
        (),
        (),
        (),
        (),
    )
    assert (scenario.call.extended_to, scenario.call.skip_unaffordable) == ((), False)


def test_numbers_and_instants_in_other_spellings_are_the_same() -> None:
    spelled = changed(
        (("call", "min_beneficiaries"), 2.0), (("call", "closes_at"), "2021-07-30t10:00:00.0000000z")
    )
    assert check(spelled) == check(changed())
    assert check(b"\xef\xbb\xbf" + changed()) == check(changed())


NOT_JSON: list[tuple[bytes, list[tuple[str, str]]]] = [
    (b"", [("$", "is not JSON: Expecting value (line 1, column 1)")]),
    (b'{"a": 1,\n}', [("$", "is not JSON: Illegal trailing comma before end of object (line 1, column 8)")]),
    (b'{"scenario": "\xff"}', [("$", "is not UTF-8: byte 14 is broken")]),
    (b"\xff\xfe{\x00}\x00", [("$", "is not UTF-8: byte 0 is broken")]),
    (b"[" * 200_000, [("$", "is nested too deeply")]),
    (b"[" * 500 + b"]" * 500, [("[0]" * 32, "is nested too deeply")]),
    (b"[]", [("$", "must be an object")]),
    (b"null", [("$", "must be an object")]),
]


@pytest.mark.parametrize(("raw", "expected"), NOT_JSON)
def test_what_is_no_json_object(raw: bytes, expected: list[tuple[str, str]]) -> None:
    assert mistakes(raw) == expected


def test_json_with_more_than_one_meaning() -> None:
    raw = changed().decode()
    raw = raw.replace('"place": "Tirana"', '"place": "a\\u0000b"').replace('"seats": 2', '"seats": NaN')
    raw = raw.replace('"min_beneficiaries": 2', '"min_beneficiaries": 2, "min_beneficiaries": 1')
    raw = raw.replace('"deployments_12m": 1', '"deployments_12m": 1e999999999')
    raw = raw.replace('"title": "Drugs seminar"', '"title": "\\ud800"')
    assert mistakes(raw.encode()) == [
        ("call.min_beneficiaries", "is there more than once"),
        ("applications[4].title", "holds half a character (a lone surrogate)"),
        ("experts[2].deployments_12m", "is too large a number (at most 2147483647)"),
        ("deployments[0].place", "holds a NUL character"),
        ("deployments[0].seats", "NaN is no number of JSON"),
        ("experts[2].deployments_12m", "must be a whole number"),
        ("deployments[0].seats", "must be a whole number"),
    ]


def test_doubled_keys_are_read_in_the_time_that_their_number_gives() -> None:
    """A process that may use four seconds of the processor; it took forty when each key was counted by itself."""
    keys = ",".join(f'"k{number}":0' for number in range(30_000))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (4, 4))\n"
        "from facility.formats.strict_json import read\n"
        "print(len(read(sys.stdin.buffer.read())[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=f"{{{keys},{keys}}}".encode(), capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"30000\n")


WRONG: list[tuple[tuple[tuple[str | int, ...], Any], list[tuple[str, str]]]] = [
    ((("call", "mode"), "rolling"), [("call.mode", 'must be "deadline"')]),
    ((("call", "award_max"), REMOVE), [("call.award_max", "is missing")]),
    ((("call", "colour"), "red"), [("call.colour", "is not part of the format")]),
    ((("call", "envelope"), "80000.0"), [("call.envelope", EURO)]),
    ((("call", "envelope"), "80000.00\n"), [("call.envelope", EURO)]),
    ((("call", "envelope"), "-1.00"), [("call.envelope", EURO)]),
    ((("call", "reference"), "é" * 1001), [("call.reference", LONG)]),
    ((("contract", "donors", 1, "name"), "é" * 1001), [("contract.donors[1].name", LONG)]),
    ((("applications", 1, "themes", 0), "é" * 1001), [("applications[1].themes", LONG)]),
    ((("experts", 0, "languages", "é" * 1001), "C1"), [("experts[0].languages", LONG)]),
    ((("activities", 0, "reference"), "é" * 1001), [("activities[0].reference", LONG)]),
    ((("call", "envelope"), 80000), [("call.envelope", "must be a text")]),
    ((("call", "min_beneficiaries"), 0), [("call.min_beneficiaries", "must be at least 1")]),
    ((("call", "min_beneficiaries"), 1.5), [("call.min_beneficiaries", "must be a whole number")]),
    ((("call", "min_beneficiaries"), True), [("call.min_beneficiaries", "must be a whole number")]),
    ((("call", "opens_at"), "2021-06-01T09:00:00"), [("call.opens_at", INSTANT)]),
    ((("call", "opens_at"), "2021-06-01"), [("call.opens_at", INSTANT)]),
    ((("call", "opens_at"), "2021-02-29T09:00:00Z"), [("call.opens_at", DAY)]),
    ((("call", "opens_at"), "0000-01-01T09:00:00Z"), [("call.opens_at", DAY)]),
    ((("call", "opens_at"), "2021-06-01T09:00:00+24:00"), [("call.opens_at", INSTANT)]),
    ((("call", "opens_at"), "0001-01-01T00:00:00+01:00"), [("call.opens_at", "lies outside the years 1 to 9999")]),
    ((("call", "decided_at"), "9999-12-31T23:30:00Z"), [("call.decided_at", "lies outside the years 1 to 9999")]),
    ((("call", "opens_at"), "2016-12-31T23:59:60Z"),
     [("call.opens_at", "has a second above 59: leap seconds can't be kept")]),
    ((("call", "opens_at"), "2021-06-01T09:00:00.0000001Z"), [("call.opens_at", "is finer than a microsecond")]),
    ((("call", "opens_at"), "2021-07-30T10:00:00Z"), [("call.closes_at", "must be after call.opens_at")]),
    ((("call", "decided_at"), "2021-07-30T09:59:59Z"), [("call.decided_at", "must not be before call.closes_at")]),
    ((("call", "award_min"), "60000.01"), [("call.award_min", "must not be above call.award_max")]),
    ((("call", "grid", "sections", 1, "key"), "capacity"),
     [("call.grid.sections[1].key", "is there before, in sections[0]"),
      ("call.grid.tie_break[0]", "names neither a section nor beneficiaries nor received_at"),
      *[(f"applications[{i}].assessments.{e}.relevance", "is no section of the grid")
        for i, who in ((0, "12345"), (1, "1235"), (2, "12345"), (7, "12345")) for e in (f"E{n}" for n in who)]]),
    ((("call", "grid", "thresholds", "scope"), "1"),
     [("call.grid.thresholds.scope", "names neither a section nor total")]),
    ((("call", "grid", "tie_break", 0), "total"),
     [("call.grid.tie_break[0]", "names neither a section nor beneficiaries nor received_at")]),
    ((("contract", "donors", 1, "name"), "EU"), [("contract.donors[1].name", "is there before, in donors[0]")]),
    ((("contract", "donors"), [{"name": "EU", "amount": "0.00"}]),
     [("contract.donors", "their amounts must sum to more than 0")]),
    ((("contract", "donors"), []), [("contract.donors", "must hold at least 1")]),
    ((("applications", 1, "reference"), "A"), [
        ("applications[1].reference", "is there before, in applications[0]"),
        ("activities[2].application", "is no application of this file"),
        ("activities[3].application", "is no application of this file")]),
    ((("applications", 0, "withdrawn_at"), "2021-07-29T16:19:59+02:00"),
     [("applications[0].withdrawn_at", RECEIVED)]),
    ((("applications", 0, "partners", 1, "withdrew_at"), "2021-07-29T14:19:59Z"),
     [("applications[0].partners[1].withdrew_at", RECEIVED)]),
    ((("applications", 0, "lead", "beneficiary"), "DE"),
     [("applications[0].lead.beneficiary",
       'must be one of "AL", "BA", "XK", "ME", "MK", "RS", "TR"')]),
    ((("applications", 0, "assessments", "E1", "design"), "15.01"),
     [("applications[0].assessments.E1.design", "must be at most 15")]),
    ((("applications", 0, "assessments", "E1", "design"), REMOVE),
     [("applications[0].assessments.E1.design", "is not scored")]),
    ((("applications", 0, "assessments", "E 1"), {}),
     [(f'applications[0].assessments["E 1"].{key}', "is not scored") for key in
      ("capacity", "relevance", "design", "implementation", "sustainability", "cost_effectiveness")]),
    ((("applications", 0, "consultation"), ""), [("applications[0].consultation", "must hold at least 1")]),
    ((("after_award", 0, "final_cost"), REMOVE),
     [("after_award[0].final_cost", "is missing: an award is closed with a final cost")]),
    ((("after_award", 0, "application"), "Q"), [("after_award[0].application", "is no application of this file")]),
    ((("after_award", 0, "at"), "2021-09-01T15:29:59+02:00"),
     [("after_award[0].at", "must not be before call.decided_at")]),
    ((("experts", 0, "available"), ["2021-10-31", "2021-10-01"]), [("experts[0].available", "ends before it starts")]),
    ((("experts", 0, "available", 1), "2021-10-32"), [("experts[0].available[1]", DAY)]),
    ((("experts", 0, "available"), ["2021-10-01"]), [("experts[0].available", "must hold at least 2")]),
    ((("experts", 0, "available"), "now"), [("experts[0].available", "fits none of the alternatives")]),
    ((("experts", 0, "languages", "en"), "C3"),
     [("experts[0].languages.en", 'must be one of "A1", "A2", "B1", "B2", "C1", "C2"')]),
    ((("experts", 1, "id"), "X03"), [("experts[2].id", "is there before, in experts[1]")]),
    ((("deployments", 0, "end"), "2021-10-03"), [("deployments[0].end", "must not be before start")]),
    ((("deployments", 0, "application"), "Q"), [("deployments[0].application", "is no application of this file")]),
    ((("deployments", 0, "replies", "X11"), {"answer": "accept", "after_hours": 1}),
     [("deployments[0].replies.X11", "is no expert of this file")]),
    ((("deployments", 0, "respond_within_hours"), 2**31 - 1),
     [("deployments[0].respond_within_hours", "is so long that replies may be due after the year 9999")]),
    ((("activities", 1, "reference"), "A1"), [("activities[1].reference", "is there before, in activities[0]")]),
    ((("activities", 0, "end"), "2021-10-04"), [("activities[0].end", "must not be before start")]),
    ((("activities", 0, "start"), "0001-01-01"), [("activities[0].start", "begins before the year 1")]),
    ((("activities", 0, "attended", "AL"), -1), [("activities[0].attended.AL", "must be at least 0")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), WRONG, ids=lambda value: str(value)[:60])
def test_each_mistake_is_named(
    change: tuple[tuple[str | int, ...], Any], expected: list[tuple[str, str]]
) -> None:
    assert mistakes(changed(change)) == expected


def test_all_mistakes_at_once() -> None:
    named = mistakes(
        changed(
            (("scenario",), REMOVE),
            (("call", "decided_at"), "2021-07-01T00:00:00Z"),
            (("applications", 0, "requested"), "1e3"),
            (("deployments", 0, "start"), "tomorrow"),
            (("activities", 3, "application"), "Q"),
        )
    )
    assert sorted(named) == [
        ("activities[3].application", "is no application of this file"),
        ("applications[0].requested", EURO),
        ("call.decided_at", "must not be before call.closes_at"),
        ("deployments[0].start", DAY),
        ("scenario", "is missing"),
    ]


@pytest.mark.parametrize("name", ["total", "beneficiaries", "received_at"])
def test_no_section_has_a_reserved_name(name: str) -> None:
    section = {"key": name, "title": "x", "max": 5}
    raw = changed((("call", "grid", "sections", 6), section), (("applications",), []), (("after_award",), []))
    named = mistakes(raw.replace(b'"deployments"', b'"deployments": [], "activities": [], "_"'))
    assert ("call.grid.sections[6].key", f"no section may be named {name}") in named


@settings(max_examples=150)
@given(st.data())
def test_no_file_crashes_the_check(data: st.DataObject) -> None:
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("9999-12-31"),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    )
    file = copy.deepcopy(RESERVE)
    node: Any = file
    walk: Callable[[Any], bool] = lambda node: isinstance(node, dict | list) and bool(node)  # noqa: E731
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not walk(node[key]) or data.draw(st.integers(0, 4)) == 0:
            node[key] = data.draw(junk)
            break
        node = node[key]
    try:
        check(json.dumps(file).encode())
    except WrongFile as wrong:
        assert wrong.mistakes  # noqa: PT017 - either answer will do, another exception won't
