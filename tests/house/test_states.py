"""A state has one definition, in its room's rules and models; whoever spells it out elsewhere will miss its next change."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import facility
from facility.settings import ROOT
from facility.web.render import TEMPLATES


class State(NamedTuple):
    """What a copy looks like, and where it may stand: where it is defined."""

    copies: str
    home: frozenset[str]
    use: str


def _state(copies: str, use: str, *home: str) -> State:
    return State(copies, frozenset(f"facility/{path}" for path in home), use)


STATES = {
    "on board": _state(
        r"\bleft_at\s+IS\b|\bleft_at\.is_|\bleft_at is\b|\b(if|not|and|or) \w+\.left_at\b(?!\|)",
        "Party.on_board, ON_BOARD_SQL or rules.is_on_board",
        "applications/models/application.py",
        "applications/rules/lifecycle.py",
    ),
    "takes part": _state(
        r"confirmation\s*(<>|!=)\s*('declined'|Confirmation\.DECLINED)",
        "TAKES_PART or TAKES_PART_SQL",
        "applications/models/boarding.py",
    ),
}


def _sources() -> Iterator[tuple[str, str]]:
    for folder, kinds in ((Path(facility.__path__[0]), ["*.py"]), (TEMPLATES, ["*.html", "*.txt"])):
        for path in sorted(path for kind in kinds for path in Path(folder).rglob(kind)):
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def _copies(state: State, source: str) -> Iterator[int]:
    for match in re.finditer(state.copies, source):
        yield source.count("\n", 0, match.start()) + 1


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_spelt_out_only_where_it_is_defined(name: str) -> None:
    state = STATES[name]
    raw = [
        f"{path}:{line}"
        for path, source in _sources()
        if path not in state.home
        for line in _copies(state, source)
    ]
    assert raw == [], f"{name}: use {state.use}"


@pytest.mark.parametrize("name", STATES)
def test_each_home_defines_its_state(name: str) -> None:
    for path in STATES[name].home:
        assert list(_copies(STATES[name], (ROOT / path).read_text())), path


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("on board", "WHERE party.application_id = application.id AND left_at IS NULL"),
        ("on board", "WHERE party.left_at IS NOT NULL"),
        ("on board", "select(Party.id).where(Party.left_at.is_(None))"),
        ("on board", "left=party.left_at is not None"),
        ("on board", "{% if party.left_at %}"),
        ("takes part", "confirmation <> 'declined'"),
    ],
)
def test_a_copy_is_found(name: str, source: str) -> None:
    assert list(_copies(STATES[name], source))
