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
        "Party.on_board, ON_BOARD_SQL or rules.parties.is_on_board",
        "applications/models/application.py",
        "applications/rules/parties.py",
    ),
    "takes part": _state(
        r"confirmation\s*(<>|!=)\s*('declined'|Confirmation\.DECLINED)",
        "TAKES_PART or TAKES_PART_SQL",
        "applications/models/parties.py",
    ),
    "sealed, or opened": _state(
        r"\b[Aa]pplication\.opened_at(\s+IS\b(?! NOT DISTINCT)|\.is_| is\b)|opened=\w+\.opened_at is"
        r"|\btrack = 'joint'[^\"]{0,60}\bopened_at\s+IS\b(?! NOT DISTINCT)",
        "Application.sealed, Application.opened, SEALED_SQL, OPENED_SQL or rules.is_sealed",
    ),
    "the check that stands": _state(
        r"\bchecked_at DESC\b[^\"]{0,60}LIMIT 1|checked_at\.desc\(\)",
        "LATEST_CHECK_SQL",
        "applications/models/application.py",
    ),
    "a call runs": _state(
        r"[Cc]all\.state ==? ('published'|CallState\.PUBLISHED)[^\"]{0,60}closes_at\s*(>|<\s*:now)"
        r"|PUBLISHED (or|and) \w+ <?>?=? \w*\.?closes_at|PUBLISHED if now",
        "calls.rules.standing.runs, or RUNS_SQL, PAST_SQL and STANDS of calls.models.standing",
        "calls/models/standing.py",
        "calls/rules/standing.py",
    ),
    "an assessment counts": _state(
        r"\b[Aa]ssessment\.sent_at\s*>=?(?=[^\"]{0,40}\breceived(_at)?\b)",
        "evaluation.models.counting_assessments.counts",
        "evaluation/models/counting_assessments.py",
    ),
    "recused": _state(
        r"EXISTS\s*\(\s*SELECT FROM conflict_declaration AS \w+\s+WHERE[^\"]{0,160}\b(assignment|assessment)\.assessor_id",
        "evaluation.models.counting_assessments.recused",
    ),
    "an award stands": _state(
        r"\b[Aa]ward\.ended_at(\s+IS\b|\.is_| is\b)|\b(FROM|JOIN) award\b[^\"]{0,120}?[\s(]ended_at IS\b",
        "Award.stands, AWARD_STANDS_SQL or awards.rules.awards.stands",
    ),
    "an award is kept": _state(
        r"end_kind\s+IS NULL OR\b|\bAward\.end_kind == \"closed\"",
        "Award.kept or AWARD_KEPT_SQL",
    ),
    "a call may be rehearsed": _state(
        r"decided_at IS NOT NULL AND (call\.)?mode = 'deadline'", "_READABLE", "rehearsal/service/past.py"
    ),
    "an invitation stands": _state(
        r"outcome IN \('open', 'accepted'\)|\(InvitationStatus\.OPEN, InvitationStatus\.ACCEPTED\)"
        r"|\[InvitationStatus\.OPEN, InvitationStatus\.ACCEPTED\]",
        "Invitation.stands or INVITATION_STANDS_SQL",
        "deployments/rules/answers.py",
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
        (
            "an assessment counts",
            "EXISTS (SELECT FROM assessment WHERE assessment.sent_at >= application.received_at)",
        ),
        (
            "an assessment counts",
            "(Assessment.application_id == key) & (Assessment.sent_at >= received)",
        ),
        (
            "recused",
            """NOT EXISTS (SELECT FROM conflict_declaration AS declared
            WHERE declared.conflict AND declared.assessor_id = assignment.assessor_id)""",
        ),
        ("an award stands", "SELECT FROM award WHERE application_id = application.id AND ended_at IS NULL"),
        ("an award stands", "select(Award).where(Award.ended_at.is_(None))"),
        ("an award is kept", "AND (end_kind IS NULL OR end_kind = 'closed')"),
        ("an invitation stands", "WHERE deployment_id = :id AND outcome IN ('open', 'accepted')"),
    ],
)
def test_a_copy_is_found(name: str, source: str) -> None:
    assert list(_copies(STATES[name], source))
