from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from facility.calls.rules.call import CallRules, Grid, call_mistakes, is_open, may_publish
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.scoring import Section
from facility.refused import Refused

OPENS = datetime(2021, 6, 1, 7, tzinfo=UTC)
CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)
GRID = Grid(
    sections=(Section("capacity", "Capacity", 20), Section("relevance", "Relevance", 20)),
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=3,
    tie_break=("relevance", "beneficiaries", "received_at"),
)
RULES = CallRules(
    opens_at=OPENS,
    closes_at=CLOSES,
    amount=Decimal("100000.00"),
    award_min=Decimal("5000.00"),
    award_max=Decimal("60000.00"),
    min_beneficiaries=2,
    extended_to=frozenset(),
    skip_unaffordable=False,
    grid=GRID,
)
SECOND = timedelta(seconds=1)


def test_a_call_is_open_up_to_its_last_instant() -> None:
    instants = (OPENS - SECOND, OPENS, CLOSES, CLOSES + SECOND)
    assert [is_open(RULES, at) for at in instants] == [False, True, True, False]


def test_a_sound_draft_has_no_mistakes() -> None:
    assert call_mistakes(RULES) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"closes_at": OPENS}, [("closes_before_it_opens", "closes_at")]),
        ({"award_min": Decimal("60000.01")}, [("award_min_above_max", "award_min")]),
        (
            {"award_min": Decimal(-1), "amount": Decimal(-1)},
            [("negative", "amount"), ("negative", "award_min")],
        ),
        ({"min_beneficiaries": 0}, [("below_one", "min_beneficiaries")]),
    ],
)
def test_every_mistake_of_the_frame(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    reasons = call_mistakes(msgspec.structs.replace(RULES, **changes))
    assert [(reason.code, reason.field) for reason in reasons] == expected


def test_every_mistake_of_the_grid_at_once() -> None:
    grid = Grid(
        sections=(Section("total", "", 0), Section("design", "", 5), Section("design", "", 5)),
        thresholds={"scope": Decimal(-1)},
        min_assessments=0,
        tie_break=("design", "total", "title"),
    )
    reasons = call_mistakes(msgspec.structs.replace(RULES, grid=grid))
    assert [(reason.code, reason.field) for reason in reasons] == [
        ("below_one", "min_assessments"),
        ("reserved_section_key", "sections.0.key"),
        ("below_one", "sections.0.max"),
        ("section_key_twice", "sections.1.key"),
        ("section_key_twice", "sections.2.key"),
        ("unknown_threshold", "thresholds.scope"),
        ("negative", "thresholds.scope"),
        ("unknown_tie_break", "tie_break.2"),
    ]


def test_sections_add_up_to_what_was_declared_and_to_anything_where_nobody_declared() -> None:
    declared = msgspec.structs.replace(RULES.grid, total=RULES.grid.points + 1)
    undeclared = msgspec.structs.replace(RULES.grid, total=None)
    wrong = call_mistakes(msgspec.structs.replace(RULES, grid=declared))
    assert [(reason.code, reason.field) for reason in wrong] == [("weights_do_not_add_up", "total")]
    assert call_mistakes(msgspec.structs.replace(RULES, grid=undeclared)) == []


def test_a_cool_down_that_lets_nobody_in_is_a_mistake() -> None:
    wrong = call_mistakes(msgspec.structs.replace(RULES, cool_down=CoolDown(0, -1)))
    assert [(reason.code, reason.field) for reason in wrong] == [
        ("below_one", "same_lead_calls"),
        ("below_one", "per_beneficiary_most"),
    ]


def test_who_drafted_does_not_publish() -> None:
    may_publish("ada", "vera")
    with pytest.raises(Refused, match="same_person"):
        may_publish("ada", "ada")
