"""Which scores count: against worked examples, and for random calls against a second computation with fractions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.call import CallRules, Grid, call_mistakes
from facility.calls.rules.lot import place_of
from facility.calls.rules.scoring import Aggregate, Criterion, Section, Settles, Steps
from facility.evaluation.rules.assessing import comment_mistakes, score_mistakes
from facility.evaluation.rules.divergence import Divergence, Settled, divergence_of
from facility.evaluation.rules.means import Scores, means, missed_thresholds
from facility.evaluation.rules.outcomes import UNSETTLED, Applicant, Outcome
from facility.evaluation.rules.ranking import stand
from tests.oracle.scoring import counted, lot, missed, settled, tie
from tests.scenarios import Draw, often
from tests.scoring import assessment, grids

AT = datetime(2021, 7, 1, tzinfo=UTC)
CAPACITY = Section(
    "capacity",
    "Capacity",
    20,
    criteria=(Criterion("staff", "Staff"), Criterion("skills", "Skills"), Criterion("money", "Money", 2)),
    reject_at=Decimal(1),
    may_not_apply=True,
)
GRID = Grid(
    sections=(CAPACITY, Section("relevance", "Relevance", 20, may_not_apply=True)),
    thresholds={"capacity": Decimal(12), "total": Decimal(20)},
    min_assessments=1,
    tie_break=("capacity",),
)


def scores(
    staff: str | None, skills: str | None, money: str | None, relevance: str | None
) -> dict[str, Decimal | None]:
    given = {
        "capacity.staff": staff,
        "capacity.skills": skills,
        "capacity.money": money,
        "relevance": relevance,
    }
    return {key: None if score is None else Decimal(score) for key, score in given.items()}


FOUR = [scores("4", "3", "5", "10"), scores("2", "3", "1", "12"), scores("1", "5", "2", "20")]


def test_sub_scores_are_counted_one_by_one_and_times_their_weights() -> None:
    mean = means(FOUR, GRID)
    assert mean.criteria == {
        "capacity.staff": Fraction(7, 3),
        "capacity.skills": Fraction(11, 3),
        "capacity.money": Fraction(8, 3),
    }
    assert mean.sections == {"capacity": Fraction(34, 3), "relevance": Fraction(14)}
    assert missed_thresholds(mean, GRID) == ("capacity",)
    middle = means(FOUR, replace(GRID, aggregate=Aggregate.MEDIAN))
    assert list(middle.criteria.values()) == [2, 3, 2]
    assert middle.kept()["capacity"] == "9"
    assert (middle.sections["relevance"], middle.total) == (Fraction(12), Fraction(21))
    two = means(FOUR[:2], replace(GRID, aggregate=Aggregate.MEDIAN))
    assert list(two.criteria.values()) == [3, 3, 3]


def test_a_sub_score_of_one_rejects_if_it_is_the_one_that_counts() -> None:
    ones = [scores("1", "5", "5", "20"), scores("1", "5", "5", "20"), scores("2", "5", "5", "20")]
    assert missed_thresholds(means(ones, GRID), GRID) == ()
    median = replace(GRID, aggregate=Aggregate.MEDIAN)
    assert missed_thresholds(means(ones, median), median) == ("capacity.staff",)
    assert missed_thresholds(means(ones[:2], GRID), GRID) == ("capacity.staff",)


def test_what_does_not_apply_leaves_the_mean_and_is_never_zero() -> None:
    one_assessor = means([scores(None, "4", "4", "10"), scores("2", "4", "4", "10")], GRID)
    assert one_assessor.criteria["capacity.staff"] == 2
    nobody = means([scores(None, "4", "4", "10")], GRID)
    assert (nobody.criteria["capacity.staff"], nobody.sections["capacity"]) == (None, Fraction(16))
    section = means([scores("3", "3", "3", None)], GRID)
    assert (section.sections["relevance"], section.total) == (None, Fraction(24))
    assert missed_thresholds(means([scores(None, None, None, "15")], GRID), GRID) == ()


def codes(given: Scores, grid: Grid = GRID, **comments: str) -> list[tuple[str, str | None]]:
    mistakes = [*score_mistakes(given, grid), *comment_mistakes(given, comments, grid)]
    return [(reason.code, reason.field) for reason in mistakes]


def test_every_wrong_score_is_named_by_its_sub_criterion() -> None:
    wrong = scores("0", "6", "NaN", "3.125") | {"capacity.style": Decimal(1), "capacity": Decimal(3)}
    assert codes(wrong) == [
        ("score_out_of_range", "capacity.staff"),
        ("score_out_of_range", "capacity.skills"),
        ("score_out_of_range", "capacity.money"),
        ("too_many_decimals", "relevance"),
        ("unknown_section", "capacity.style"),
        ("unknown_section", "capacity"),
    ]
    assert codes(scores("3.5", "3", "3", "10"), replace(GRID, steps=Steps.WHOLE)) == [
        ("not_whole", "capacity.staff")
    ]
    halves = replace(GRID, steps=Steps.HALF)
    assert codes(scores("3.5", "3", "3.25", "10"), halves) == [("not_half", "capacity.money")]
    assert codes(scores(None, None, None, None)) == [("nothing_scored", "capacity.staff")]
    strict = replace(GRID, sections=(replace(CAPACITY, may_not_apply=False), GRID.sections[1]))
    assert codes(scores("3", None, "3", None), strict) == [("must_apply", "capacity.skills")]


def test_comments_are_asked_for_as_the_call_says() -> None:
    grid = replace(
        GRID,
        comment_low=40,
        comment_high=100,
        sections=(CAPACITY, replace(GRID.sections[1], needs_comment=True)),
    )
    fair = scores("3", "4", "4", "10")
    assert codes(fair, grid) == [("comment_missing", "comment-relevance")]
    assert codes(fair, grid, relevance="Sound.") == []
    for extreme in ("1", "2", "5"):
        assert codes(scores(extreme, "4", "4", "10"), grid, relevance="Sound.") == [
            ("comment_on_extreme", "comment-capacity")
        ]
        assert codes(scores(extreme, "4", "4", "10"), grid, relevance="Sound.", capacity="Why.") == []
    assert codes(scores(None, "4", "4", "10"), grid, relevance="Sound.") == []


def test_a_call_with_sub_criteria_adds_up() -> None:
    rules = CallRules(
        AT, AT + timedelta(days=1), Decimal(1), Decimal(0), Decimal(1), 2, frozenset(), False, grid=GRID
    )
    assert call_mistakes(rules) == []
    wrong = replace(CAPACITY, max=15, criteria=(*CAPACITY.criteria, Criterion("staff", "Staff", 0)))
    plain = replace(GRID.sections[1], reject_at=Decimal(1))
    assert [
        (reason.code, reason.field)
        for reason in call_mistakes(replace(rules, grid=replace(GRID, sections=(wrong, plain))))
    ] == [
        ("criterion_twice", "sections.0.criteria.0"),
        ("criterion_twice", "sections.0.criteria.3"),
        ("below_one", "sections.0.criteria.3"),
        ("criteria_do_not_add_up", "sections.0.max"),
        ("rejects_without_criteria", "rejecting"),
    ]


def test_a_grid_without_these_rules_is_written_as_ever() -> None:
    plain = Grid((Section("a", "A", 5),), {}, 1, ())
    assert msgspec.json.decode(msgspec.json.encode(plain)) == {
        "sections": [{"key": "a", "title": "A", "max": 5}],
        "thresholds": {},
        "min_assessments": 1,
        "tie_break": [],
        "total": None,
    }
    assert plain.is_plain
    for other in (
        replace(plain, aggregate=Aggregate.MEDIAN),
        replace(plain, comment_low=0),
        replace(plain, divergence=15, settles=Settles.CONSENSUS),
        replace(plain, aggregate=Aggregate.CONSENSUS),
        replace(plain, tie_break=("lot",)),
        replace(plain, sections=(replace(plain.sections[0], needs_comment=True),)),
    ):
        assert not other.is_plain
        assert msgspec.json.decode(msgspec.json.encode(other), type=Grid) == other


@st.composite
def _calls(draw: Draw) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """A grid, and of each application its reference, beneficiaries, minutes of receipt, assessments with the minute in which each was
    sent, and agreed scores where there are any."""
    grid = draw(grids())
    if draw(often(False, True)):
        grid["aggregate"] = "consensus"
    elif draw(st.booleans()):
        grid["divergence"] = draw(st.integers(1, 10))
        grid["settles"] = draw(st.sampled_from(("either", "assessor", "consensus")))
    agreeing = grid.get("aggregate") == "consensus" or grid.get("settles", "assessor") != "assessor"
    applications = [
        (
            f"T/{i}",
            draw(st.integers(2, 3)),
            draw(st.integers(0, 1)),
            [(draw(st.integers(0, 2)), assessment(draw, grid)) for _one in range(draw(often(2, 1, 3)))],
            assessment(draw, grid) if agreeing and draw(st.booleans()) else None,
        )
        for i in range(draw(st.integers(2, 6)))
    ]
    return grid, applications


def _as_scores(scores: dict[str, str | None]) -> Scores:
    return {key: None if score is None else Decimal(score) for key, score in scores.items()}


@given(call=_calls())
def test_random_calls_are_ranked_as_the_second_computation_ranks_them(call: Any) -> None:
    raw_grid, applications = call
    grid = msgspec.convert(raw_grid, Grid)
    applicants = [
        Applicant(
            UUID(int=i),
            reference,
            ApplicationStatus.ADMISSIBLE,
            Decimal(1),
            AT + timedelta(minutes=minutes),
            ("AL", "BA", "RS")[:beneficiaries],
            tuple(_as_scores(scores) for _minute, scores in sent),
            lot=place_of("seed", reference),
            sent_at=tuple(AT + timedelta(minutes=minute) for minute, _scores in sent),
            agreed=_as_scores(agreed) if agreed else None,
        )
        for i, (reference, beneficiaries, minutes, sent, agreed) in enumerate(applications)
    ]
    stands = stand(applicants, grid, 2)
    expected: list[tuple[Any, ...]] = []
    for reference, beneficiaries, minutes, sent, agreed in applications:
        judged = next(judged for judged in stands.everyone if judged.applicant.reference == reference)
        counting = settled(raw_grid, sent, agreed)
        assert (judged.outcome in UNSETTLED) == (counting is None)
        if counting is None:
            continue
        points = counted(raw_grid, counting)
        assert judged.means is not None
        assert {**judged.means.sections, **judged.means.criteria, "total": judged.means.total} == points
        assert list(judged.missed) == missed(raw_grid, points)
        assert (judged.outcome is Outcome.BELOW_THRESHOLD) == bool(judged.missed)
        if not judged.missed:
            place: list[Any] = [-(points["total"] or 0)]
            for key in raw_grid["tie_break"]:
                by_rule: dict[str, Any] = {"beneficiaries": -beneficiaries, "received_at": minutes}
                by_rule["lot"] = lot("seed", reference)
                place.append(by_rule[key] if key in by_rule else -tie(raw_grid, points, key))
            expected.append((place, reference))
        assert 0 <= judged.means.total <= grid.points
    assert [judged.applicant.reference for judged in stands.ranked] == [
        name for _place, name in sorted(expected)
    ]


@pytest.mark.parametrize("aggregate", list(Aggregate))
def test_scores_that_all_agree_count_as_they_are(aggregate: Aggregate) -> None:
    same = scores("4", "4", "4", "16")
    assert means([same] * 3, replace(GRID, aggregate=aggregate)) == means([same], GRID)


def applicant(*sent: tuple[int, int], **more: Any) -> Applicant:
    """Assessments with a minute and a score for relevance, 20 for capacity."""
    return Applicant(
        UUID(int=1),
        "T",
        ApplicationStatus.ADMISSIBLE,
        Decimal(1),
        AT,
        ("AL", "BA"),
        tuple(scores("5", "5", "5", str(score)) for _minute, score in sent),
        sent_at=tuple(AT + timedelta(minutes=minute) for minute, _score in sent),
        **more,
    )


LIMITED = replace(GRID, min_assessments=2, divergence=5)


@pytest.mark.parametrize(
    ("sent", "settles", "open_"),
    [
        (((1, 10), (2, 15)), Settles.EITHER, False),  # as far apart as the call allows
        (((1, 10), (2, 16)), Settles.EITHER, True),
        (((1, 10), (2, 16), (3, 12)), Settles.EITHER, False),
        (((1, 10), (2, 16), (3, 12)), Settles.ASSESSOR, False),
        (((1, 10), (2, 16), (3, 12)), Settles.CONSENSUS, True),
        (((1, 10), (2, 12), (3, 16)), Settles.EITHER, True),  # the third is who diverges
        (((1, 10), (2, 12), (3, 16), (4, 11)), Settles.EITHER, False),
        (((1, 10), (1, 12), (1, 16)), Settles.EITHER, True),  # none was sent later
        (((4, 11), (1, 10), (3, 16), (2, 12)), Settles.EITHER, False),
    ],
)
def test_one_more_assessment_settles_a_divergence_if_it_was_sent_later(
    sent: tuple[tuple[int, int], ...], settles: Settles, open_: bool
) -> None:
    grid = replace(LIMITED, settles=settles)
    assessed = applicant(*sent)
    (judged,) = stand([assessed], grid, 2).everyone
    assert (judged.outcome is Outcome.DIVERGENT) == open_
    divergence = divergence_of(assessed, grid)
    assert (divergence is not None and divergence.settled is Settled.OPEN) == open_


def test_agreed_scores_count_instead_of_all_others() -> None:
    agreed = scores("4", "4", "4", "12")
    apart = applicant((1, 4), (2, 20), agreed=agreed)
    (judged,) = stand([apart], LIMITED, 2).everyone
    assert (judged.agreed, judged.means) == (True, means([agreed], LIMITED))
    assert divergence_of(apart, LIMITED) == Divergence(Fraction(16), Settled.CONSENSUS)
    (under_way,) = stand([applicant((1, 4), (2, 4), agreeing=True)], LIMITED, 2).everyone
    assert under_way.outcome is Outcome.TO_AGREE
    by_consensus = replace(GRID, aggregate=Aggregate.CONSENSUS)
    outcomes = [
        stand([candidate], by_consensus, 2).everyone[0].outcome
        for candidate in (applicant((1, 4)), applicant((1, 4), (1, 4)), apart)
    ]
    assert outcomes == [Outcome.RANKED, Outcome.TO_AGREE, Outcome.RANKED]


def test_a_limit_between_totals_is_a_number_and_makes_sense() -> None:
    rules = CallRules(
        AT, AT + timedelta(days=1), Decimal(1), Decimal(0), Decimal(1), 2, frozenset(), False, grid=LIMITED
    )
    assert call_mistakes(rules) == []
    wrong = replace(rules, grid=replace(LIMITED, divergence=0, aggregate=Aggregate.CONSENSUS))
    assert [(reason.code, reason.field) for reason in call_mistakes(wrong)] == [
        ("below_one", "divergence"),
        ("divergence_needless", "divergence"),
    ]
