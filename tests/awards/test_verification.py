"""`facility verify-ranking`: what follows from scores and rules is equal, and whatever was changed is named."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

from facility.awards.rules import bundle as rules
from facility.awards.service.comparison import DIFFERS
from facility.awards.service.consistency import TWICE
from facility.awards.service.verification import ANOTHER_RANKING, NO_BUNDLE, TOO_LARGE, WRONG_DIGEST, verify
from facility.cli import main
from facility.data import DATA
from facility.formats import strict_json
from facility.formats.mistakes import Mistake, path_text
from facility.formats.strict_json import NOT_JSON, NOT_UTF8, TOO_DEEP
from facility.message import Message
from facility.web.i18n import filled, translated
from tests.awards.bundles import (
    SEVERAL,
    SINGLE,
    Document,
    Path,
    at,
    encoded,
    leaves,
    lists,
    of_scenario,
    replaced,
    resealed,
)
from tests.browser import says
from tests.hostile.values import some
from tests.scenarios import scenarios
from tests.scoring import scored_scenarios

EXAMPLES = {
    name: json.loads((DATA / "examples" / f"{name}.json").read_text())
    for name in ("taf-2021-01", "taf-2021-01-reserve")
}
PILOT = of_scenario(EXAMPLES["taf-2021-01-reserve"])


def differences(document: Document, root: str | None = None) -> list[Mistake]:
    return verify(encoded(document), root).differences


def paths(mistakes: list[Mistake]) -> set[str]:
    return {path for path, _message in mistakes}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_worked_by_hand_is_equal(name: str) -> None:
    document = of_scenario(EXAMPLES[name])
    verdict = verify(encoded(document), document["root"])
    assert (verdict.differences, verdict.root) == ([], document["root"])
    assert resealed(document) == document


@settings(max_examples=50)
@given(scenario=scenarios())
def test_what_the_second_computation_ranks_is_equal(scenario: dict[str, Any]) -> None:
    document = of_scenario(scenario)
    assert differences(document, document["root"]) == []
    assert resealed(document) == document


@settings(max_examples=40)
@given(scenario=scored_scenarios())
def test_every_rule_of_scoring_is_ranked_as_the_second_computation_ranks_it(scenario: dict[str, Any]) -> None:
    document = of_scenario(scenario)
    assert differences(document, document["root"]) == []
    assert resealed(document) == document


def test_the_pilot_has_all_that_is_to_be_changed() -> None:
    assert PILOT["line"]["awards"]
    assert PILOT["line"]["reserve"]
    assert PILOT["conflicts"]
    assert {record["outcome"] for record in PILOT["ranking"]} >= {"ranked", "below_threshold"}


def other_than(value: Any) -> Iterator[Any]:
    """Values that differ from it by one digit, letter or choice."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            yield from (int(f"{digit}{str(value)[1:]}") for digit in "19" if str(value)[0] != digit)
        case None:
            yield "A"
        case str():
            yield value + "1"
            # of a hash or a sentence some places stand for all
            places = range(len(value)) if len(value) <= 20 else (0, len(value) // 2, len(value) - 1)
            for i in places:
                character = value[i]
                digit = str((int(character) + 1) % 10) if character.isdecimal() else "x"
                yield value[:i] + ("y" if character == digit else digit) + value[i + 1 :]
        case _:
            raise AssertionError(value)


CHANGES = [
    (path, other)
    for place, (path, value) in enumerate(leaves(PILOT))
    for other in some(other_than(value), place, one_in=4)
]
"""The values of the pilot's bundle, with one digit or letter changed."""


def record_at(path: Path) -> str:
    return path_text(path[: 2 if path[0] in SEVERAL else 1])


def test_any_digit_or_letter_that_is_changed_is_named() -> None:
    unseen = []
    for path, other in CHANGES:
        named = paths(differences(replaced(PILOT, path, other)))
        if not any(place.startswith(record_at(path)) for place in named):
            unseen.append((path, other, named))
    assert len(CHANGES) > 350
    assert unseen == []


def test_whoever_makes_the_digests_anew_is_found_by_the_root() -> None:
    unseen = [
        (path, other)
        for path, other in CHANGES
        if path[-1] not in ("digest", "root")
        and not differences(resealed(replaced(PILOT, path, other)), PILOT["root"])
    ]
    assert unseen == []


def test_what_decides_is_found_without_a_root() -> None:
    """A score, a threshold or an amount that is changed with all digests, and moves somebody."""
    moved: dict[Path, Any] = {
        ("assessments", 0, "scores", "relevance"): "0",
        ("call", "grid", "thresholds", "total"): "100",
        ("applications", 3, "requested"): "1.00",
        ("call", "min_beneficiaries"): 3,
        ("line", "free"): "200000.00",
    }
    for path, value in moved.items():
        assert at(PILOT, path) != value
        assert differences(resealed(replaced(PILOT, path, value))) != []


@pytest.mark.parametrize("path", list(lists(PILOT)), ids=path_text)
def test_any_order_that_is_changed_is_named(path: Path) -> None:
    entries = at(PILOT, path)
    for i in range(len(entries) - 1):
        if entries[i] == entries[i + 1]:
            continue
        swapped = [*entries[:i], entries[i + 1], entries[i], *entries[i + 2 :]]
        changed = replaced(PILOT, path, swapped)
        assert differences(changed) != []
        assert differences(resealed(changed), PILOT["root"]) != []


@pytest.mark.parametrize("part", SEVERAL)
def test_a_record_that_is_left_out_or_there_twice_is_named(part: str) -> None:
    for i, record in enumerate(PILOT[part]):
        without = replaced(PILOT, (part,), PILOT[part][:i] + PILOT[part][i + 1 :])
        assert "root" in paths(differences(without))
        assert differences(resealed(without), PILOT["root"]) != []
        twice = resealed(replaced(PILOT, (part,), [*PILOT[part], record]))
        assert any(
            path == f"{part}[{len(PILOT[part])}]" and says(message, TWICE, also=f"{part}[{i}]")
            for path, message in differences(twice)
        )


def test_a_mean_is_named_with_both_values() -> None:
    i, record = next((i, record) for i, record in enumerate(PILOT["ranking"]) if record["means"])
    changed = resealed(replaced(PILOT, ("ranking", i, "means", "relevance", "exact"), "63/2"))
    assert differences(changed) == [
        (
            f"ranking[{i}].means.relevance.exact",
            filled(
                DIFFERS,
                application=record["application"],
                what="the mean of relevance",
                right=record["means"]["relevance"]["exact"],
                stated="63/2",
            ),
        )
    ]


def test_a_digest_is_named_with_its_record() -> None:
    record = PILOT["assessments"][2]
    changed = replaced(PILOT, ("assessments", 2, "digest"), "0" * 64)
    assert differences(changed) == [
        (
            "assessments[2]",
            filled(WRONG_DIGEST, what=f"{record['application']} {record['assessor']}"),
        )
    ]


def test_who_gets_what_is_named_with_both_places() -> None:
    awarded, waiting = PILOT["line"]["awards"][0], PILOT["line"]["reserve"][0]
    line = {**PILOT["line"], "awards": [waiting], "reserve": [awarded]}
    mistakes = differences(resealed(replaced(PILOT, ("line",), line)))
    place = "its place on the line"
    for path, application, right, stated in (
        ("line.reserve[0]", awarded, "award 1", "reserve 1"),
        ("line.awards[0]", waiting, "reserve 1", "award 1"),
    ):
        message = filled(DIFFERS, application=application, what=place, right=right, stated=stated)
        assert (path, message) in mistakes


def test_an_assessment_counts_unless_its_assessor_is_recused() -> None:
    changed = copy.deepcopy(PILOT)
    del changed["conflicts"][0]
    conflict = {"application": "A", "assessor": PILOT["assessments"][0]["assessor"], "effect": "not_counted"}
    changed["conflicts"].append(conflict)
    assert {"assessments[0].why_not"} <= paths(differences(resealed(changed)))
    without = replaced(PILOT, ("assessments", 1, "counts"), False)
    assert "assessments[1].counts" in paths(differences(resealed(without)))
    left_out = replaced(without, ("assessments", 1, "why_not"), "recused")
    assert "assessments[1].why_not" in paths(differences(resealed(left_out)))


def test_an_unknown_key_is_named_wherever_it_stands() -> None:
    places: list[Path] = [(), ("call",), ("call", "grid"), ("assessments", 1), ("ranking", 0, "total")]
    for place in places:
        changed = copy.deepcopy(PILOT)
        at(changed, place)["colour"] = "red"
        assert (path_text((*place, "colour")), "is not part of the format") in differences(changed)


def test_two_rankings_are_named() -> None:
    text = json.dumps(PILOT)
    again = text[:-1] + ', "ranking": ' + json.dumps(PILOT["ranking"]) + "}"
    assert ("ranking", "is there more than once") in verify(again.encode()).differences
    nested = replaced(PILOT, ("ranking",), [PILOT["ranking"], PILOT["ranking"]])
    assert ("ranking[0]", "must be an object") in differences(nested)
    twice = resealed(replaced(PILOT, ("ranking",), PILOT["ranking"] * 2))
    number, first = len(PILOT["ranking"]), PILOT["ranking"][0]["application"]
    assert (f"ranking[{number}]", filled(TWICE, what=first, also="ranking[0]")) in differences(twice)


@pytest.mark.parametrize(
    ("raw", "message", "values"),
    [
        (b"", NOT_JSON, {"line": 1, "column": 1}),
        (b"\xff\xfe", NOT_UTF8, {"position": 0}),
        (b"[1, 2]", NO_BUNDLE, {}),
        (b"NaN", NO_BUNDLE, {}),
        (b"[" * 100_000, TOO_DEEP, {}),
        (encoded(PILOT) * 2, NOT_JSON, {"what": "Extra data"}),
        (b" " * 64_000_001, TOO_LARGE, {"most": 64}),
    ],
    ids=["nothing", "no text", "a list", "no number", "deep", "two bundles", "large"],
)
def test_what_can_not_be_read(
    raw: bytes, message: Message, values: dict[str, object], tmp_path: File
) -> None:
    done = command(raw, tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert (done.stderr.startswith("$: "), says(done.stderr, message, **values)) == (True, True)
    assert len(done.stderr.splitlines()) == 1


def test_hostile_values_are_named() -> None:
    text = json.dumps(PILOT)
    free = json.dumps(PILOT["line"]["free"])
    number = filled(strict_json.TOO_LARGE, most=2147483647)
    for written, expected in (
        ("NaN", "NaN is no number of JSON"),
        ("1e999999999", number),
        ("9" * 5000, number),
        ("80000", "must be a text"),
        ('"1E+5"', "must look like"),
        ('"-1.00"', "must look like"),
        ('"\\u0000"', "holds a NUL character"),
        ('"\\ud800"', translated(strict_json.HALF_A_CHARACTER)),
        ("[" * 40 + "]" * 40, ""),
    ):
        raw = text.replace(f'"free": {free}', f'"free": {written}').encode()
        if expected:
            assert any(
                path == "line.free" and message.startswith(expected)
                for path, message in verify(raw).differences
            )
    deep = replaced(PILOT, ("ranking", 0, "means"), {"relevance": {"exact": "1/0", "shown": "1.00"}})
    assert "ranking[0].means.relevance.exact" in paths(differences(deep))


@pytest.mark.parametrize("part", [*SINGLE, *SEVERAL])
def test_parts_of_another_kind_are_named(part: str) -> None:
    others: list[Any] = [None, 1, "text", [], {}, [[]], [None], {"digest": 1}]
    for value in others:
        if value == PILOT[part] or (value == [] and part == "conflicts"):
            continue
        mistakes = differences(replaced(PILOT, (part,), value))
        assert mistakes != []


def command(raw: bytes, folder: File, *options: str) -> Result:
    file = folder / "bundle.json"
    file.write_bytes(raw)
    return CliRunner().invoke(main, ["verify-ranking", str(file), *options])


def test_the_command_says_that_all_is_equal(tmp_path: File) -> None:
    root = PILOT["root"]
    done = command(encoded(PILOT), tmp_path, "--root", f" {root[:32].upper()} {root[32:]}")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "equal: the ranking of TAF-2021-01, its line and its reserve follow from the scores and the rules"
        f" ({len(PILOT['applications'])} applications, 19 assessments that count)",
        f"root {root}: the same as was given",
    ]
    done = command(encoded(PILOT), tmp_path)
    assert done.stdout.splitlines()[1:] == [
        f"root {root}",
        "Compare this root with that in the log, on the report or in a letter (--root).",
    ]


def test_the_command_says_that_nothing_is_there_to_compare_with(tmp_path: File) -> None:
    older = resealed(replaced(PILOT, ("decision", "root_in_log"), False))
    assert command(encoded(older), tmp_path).stdout.splitlines()[2:] == [
        "It was decided before there were roots: the log, the report and the letters hold none to compare with."
    ]
    proposed = {**PILOT["decision"], "state": "proposed", "decided_at": None, "root_in_log": False}
    done = command(encoded(resealed({**PILOT, "decision": proposed})), tmp_path)
    assert done.stdout.splitlines()[2:] == [
        "This ranking is only proposed: its root stands in no log, report or letter yet."
    ]


def test_the_command_names_differences(tmp_path: File) -> None:
    changed = resealed(replaced(PILOT, ("call", "title"), "Another title"))
    done = command(encoded(changed), tmp_path, "--root", PILOT["root"])
    assert (done.exit_code, done.stderr) == (1, "")
    wrong = filled(ANOTHER_RANKING, computed=changed["root"], given=PILOT["root"])
    assert done.stdout == f"root: {wrong}\n"
    assert command(encoded(changed), tmp_path).exit_code == 0
    assert command(encoded(PILOT), tmp_path, "--root", "abc").exit_code == 2


def test_the_command_needs_no_settings_and_no_database(tmp_path: File) -> None:
    (tmp_path / "bundle.json").write_bytes(encoded(PILOT))
    done = subprocess.run(
        [File(sys.executable).with_name("facility"), "verify-ranking", "bundle.json"],
        cwd=tmp_path,
        env={"DATABASE_URL": "nowhere"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert PILOT["root"] in done.stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "bundle.json"]


def test_a_digest_covers_what_python_writes() -> None:
    for path in [(part,) for part in SINGLE] + [
        (part, i) for part in SEVERAL for i in range(len(PILOT[part]))
    ]:
        assert at(PILOT, path)["digest"] == rules.digest_of(at(PILOT, path))
