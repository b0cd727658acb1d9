from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Section
from facility.evaluation.rules.assessing import may_assess, score_mistakes
from facility.evaluation.rules.means import SectionMeans, enough_assessments, means, missed_thresholds
from facility.evaluation.rules.ranking import Candidate, rank
from facility.refused import Refused

GRID = Grid(
    sections=(Section("capacity", "Capacity", 20), Section("relevance", "Relevance", 20)),
    thresholds={"total": Decimal(30), "capacity": Decimal(12)},
    min_assessments=3,
    tie_break=(),
)
AT = datetime(2021, 7, 1, tzinfo=UTC)


def scored(*pairs: tuple[str, str]) -> SectionMeans:
    return means([{"capacity": Decimal(a), "relevance": Decimal(b)} for a, b in pairs], GRID)


def candidate(reference: str, a: int, b: int, beneficiaries: int = 2, minutes: int = 0) -> Candidate:
    mean = SectionMeans({"capacity": Fraction(a), "relevance": Fraction(b)}, Fraction(a + b))
    return Candidate(reference, mean, beneficiaries, AT + timedelta(minutes=minutes))


def test_means_are_exact() -> None:
    mean = scored(("12", "10.5"), ("11", "10"), ("11", "10"))
    assert mean == SectionMeans({"capacity": Fraction(34, 3), "relevance": Fraction(61, 6)}, Fraction(43, 2))


def test_a_threshold_is_reached_exactly_or_missed() -> None:
    assert missed_thresholds(scored(("12", "18")), GRID) == ()
    assert missed_thresholds(scored(("12", "19"), ("11.99", "19"), ("12", "19")), GRID) == ("capacity",)
    assert missed_thresholds(scored(("11.99", "18")), GRID) == ("capacity", "total")


def test_enough_assessments() -> None:
    assert [enough_assessments(count, GRID) for count in (2, 3)] == [False, True]


def test_ties_are_broken_in_the_call_s_order() -> None:
    tied = [
        candidate("D", 10, 10, beneficiaries=3, minutes=5),
        candidate("C", 11, 9),
        candidate("B", 10, 10, beneficiaries=3, minutes=2),
        candidate("A", 10, 10, minutes=1),
        candidate("E", 9, 12),
    ]
    assert rank(tied, ()) == ["E", "A", "B", "C", "D"]
    assert rank(tied, ("relevance", "beneficiaries", "received_at")) == ["E", "B", "D", "A", "C"]
    assert rank(tied, ("capacity", "received_at")) == ["E", "C", "A", "B", "D"]


def test_references_sort_by_code_points() -> None:
    assert rank([candidate(reference, 1, 1) for reference in ("é", "a", "Z", "10", "9")], ()) == [
        "10",
        "9",
        "Z",
        "a",
        "é",
    ]


def test_every_wrong_score_is_named() -> None:
    assert score_mistakes({"capacity": Decimal(20), "relevance": Decimal("0.25")}, GRID) == []
    reasons = score_mistakes({"capacity": Decimal("20.01"), "design": Decimal(1)}, GRID)
    assert [(reason.code, reason.field) for reason in reasons] == [
        ("score_out_of_range", "capacity"),
        ("score_missing", "relevance"),
        ("unknown_section", "design"),
    ]
    reasons = score_mistakes({"capacity": Decimal("1.005"), "relevance": Decimal("NaN")}, GRID)
    assert [(reason.code, reason.field) for reason in reasons] == [
        ("too_many_decimals", "capacity"),
        ("score_out_of_range", "relevance"),
    ]


@pytest.mark.parametrize(
    ("declared", "conflict", "sent", "refusal"),
    [
        (True, True, False, "conflict"),
        (False, False, False, "not_declared"),
        (True, False, True, "already_sent"),
    ],
)
def test_who_may_not_assess(declared: bool, conflict: bool, sent: bool, refusal: str) -> None:
    may_assess(declared=True, conflict=False, sent=False)
    with pytest.raises(Refused) as caught:
        may_assess(declared=declared, conflict=conflict, sent=sent)
    assert caught.value.codes == (refusal,)
