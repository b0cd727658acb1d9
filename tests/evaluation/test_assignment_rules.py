"""Assignments of a whole call: the optimum that trying everything finds, no pair that must not be, nobody above the limit."""

import random
from itertools import chain, combinations, product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from facility.evaluation.rules.assignment import (
    Bar,
    Pair,
    Proposal,
    Question,
    loads_with,
    propose,
    usual_limit,
    why_not,
)

APPLICATIONS = [UUID(int=number) for number in range(1, 4)]
ASSESSORS = [UUID(int=number) for number in range(11, 15)]
THEMES = ("arms", "cyber")


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Up to three applications and four assessors, so that every choice can be tried."""
    needs = {key: draw(st.integers(0, 2)) for key in APPLICATIONS[: draw(st.integers(0, 3))]}
    loads = {key: draw(st.integers(0, 2)) for key in ASSESSORS[: draw(st.integers(0, 4))]}
    barred = {
        application: {assessor: draw(st.sampled_from(Bar)) for assessor in loads if draw(st.booleans())}
        for application in needs
    }
    themes = {key: sorted(draw(st.sets(st.sampled_from(THEMES)))) for key in [*needs, *loads]}
    return Question(needs, loads, draw(st.integers(0, 4)), barred, themes)


def worth(question: Question, pairs: list[Pair]) -> tuple[int, int, int]:
    """The greater the better: places filled, evenness, themes."""
    loads = loads_with(question.loads, pairs)
    known = sum(len(question.shared(*pair)) for pair in pairs)
    return len(pairs), -sum(load**2 for load in loads.values()), known


def every_choice(question: Question) -> list[list[Pair]]:
    """All that is allowed."""

    def of(application: UUID) -> list[list[Pair]]:
        free = [key for key in question.loads if key not in question.barred.get(application, {})]
        counts = range(question.needs[application] + 1)
        return [[Pair(application, key) for key in some] for n in counts for some in combinations(free, n)]

    chosen = [list(chain(*parts)) for parts in product(*map(of, question.needs))]
    return [pairs for pairs in chosen if sound(question, pairs)]


def sound(question: Question, pairs: list[Pair]) -> bool:
    """Nobody is given more than the limit allows; who has more already gets nothing."""
    loads = loads_with(question.loads, pairs)
    return all(load <= max(question.most, question.loads[key]) for key, load in loads.items())


@given(questions())
def test_it_is_as_good_as_the_best_of_all_choices(question: Question) -> None:
    proposal = propose(question)
    pairs, choices = list(proposal.pairs), every_choice(question)
    assert sound(question, pairs)
    assert not any(pair.assessor_id in question.barred[pair.application_id] for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    assert worth(question, pairs) == max(worth(question, choice) for choice in choices)
    assert proposal.loads == loads_with(question.loads, pairs)
    # As many places filled with a smaller spread there is none.
    as_full = [choice for choice in choices if len(choice) == len(pairs)]
    lowest, highest = proposal.spread
    assert highest == min(max(loads_with(question.loads, choice).values(), default=0) for choice in as_full)
    assert lowest == max(min(loads_with(question.loads, choice).values(), default=0) for choice in as_full)


@given(questions(), st.randoms(use_true_random=False))
def test_the_same_question_has_the_same_answer_in_any_order(question: Question, mixed: random.Random) -> None:
    def shuffled[V](mapping: dict[UUID, V]) -> dict[UUID, V]:
        keys = list(mapping)
        mixed.shuffle(keys)
        return {key: mapping[key] for key in keys}

    other = Question(
        shuffled(dict(question.needs)),
        shuffled(dict(question.loads)),
        question.most,
        shuffled(dict(question.barred)),
        shuffled(dict(question.themes)),
    )
    assert propose(other) == propose(question)


@given(questions())
def test_what_is_missing_is_stated_with_a_reason_for_everybody(question: Question) -> None:
    proposal = propose(question)
    for application, needs in question.needs.items():
        given_to = {pair.assessor_id for pair in proposal.pairs_of(application)}
        assert len(given_to) + proposal.lacking.get(application, 0) == needs
        if application in proposal.lacking:
            reasons = why_not(question, proposal, application)
            assert reasons.keys() | given_to == question.loads.keys()
            for assessor, bar in reasons.items():
                if assessor not in question.barred[application]:
                    assert bar is Bar.FULL
                    assert proposal.loads[assessor] >= question.most


def test_evenness_comes_before_themes() -> None:
    first, second = ASSESSORS[:2]
    themes = dict.fromkeys((*APPLICATIONS, first), ("arms",))
    question = Question(dict.fromkeys(APPLICATIONS[:2], 1), {first: 0, second: 0}, 9, themes=themes)
    assert propose(question).spread == (1, 1)
    single = Question({APPLICATIONS[0]: 1}, {second: 0, first: 0}, 9, themes=themes)
    assert propose(single).pairs == (Pair(APPLICATIONS[0], first),)


def test_nothing_to_solve() -> None:
    assert propose(Question({}, {}, 3)) == Proposal((), {}, {})
    assert propose(Question({APPLICATIONS[0]: 2}, {}, 3)).lacking == {APPLICATIONS[0]: 2}
    assert propose(Question({APPLICATIONS[0]: 0}, {ASSESSORS[0]: 1}, 3)).spread == (1, 1)


def test_the_usual_limit_leaves_room_around_conflicts() -> None:
    question = Question(dict.fromkeys(APPLICATIONS, 3), dict.fromkeys(ASSESSORS, 0), 0)
    assert usual_limit(question) == 4
    assert usual_limit(Question({}, {}, 0)) == 1
