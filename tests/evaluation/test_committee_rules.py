"""Who may sit on a committee, and when it is full: by the rules alone."""

from itertools import combinations
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as some

from facility.calls.rules.committee import Committee, committee_mistakes
from facility.calls.rules.segregation_of_duties import Duty
from facility.evaluation.rules.committee import (
    Function,
    Member,
    appointment_mistakes,
    lacking,
    unlinked,
    why_not_serve,
)

THREE = Committee(3, 2)


def member(
    function: Function, institution: str = "Agency", under: str = "", person: UUID | None = None
) -> Member:
    return Member(person or uuid4(), function, institution, under)


def codes(reasons: object) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in reasons]  # type: ignore[attr-defined]


FULL = [
    member(Function.CHAIR),
    member(Function.SECRETARY),
    member(Function.VOTING, "Agency"),
    member(Function.VOTING, "Agency"),
    member(Function.VOTING, "Ministry"),
]


def test_a_call_asks_for_an_odd_number_of_at_least_three_from_at_least_two_institutions() -> None:
    assert codes(committee_mistakes(Committee())) == []
    assert {voting: codes(committee_mistakes(Committee(voting))) for voting in range(1, 8)} == {
        1: [("committee_not_odd", "committee_voting")],
        2: [("committee_not_odd", "committee_voting")],
        3: [],
        4: [("committee_not_odd", "committee_voting")],
        5: [],
        6: [("committee_not_odd", "committee_voting")],
        7: [],
    }
    for institutions in (1, 4):
        wrong = [("committee_institutions", "committee_institutions")]
        assert codes(committee_mistakes(Committee(3, institutions))) == wrong


def test_a_committee_is_full_with_everybody_whom_the_call_asks_for() -> None:
    assert list(lacking(FULL, THREE)) == []
    assert list(lacking([], Committee())) == []
    assert codes(lacking([], THREE)) == [
        ("committee_chair_missing", None),
        ("committee_secretary_missing", None),
        ("committee_voting_missing", None),
    ]
    for place, code in ((0, "committee_chair_missing"), (1, "committee_secretary_missing")):
        assert codes(lacking(FULL[:place] + FULL[place + 1 :], THREE)) == [(code, None)]
    same = [*FULL[:4], member(Function.VOTING, "AGENCY*")]
    assert codes(lacking(same, THREE)) == [("committee_linked", None)]
    below = [*FULL[:4], member(Function.VOTING, "Unit", under="Agency")]
    assert codes(lacking(below, THREE)) == [("committee_linked", None)]


def test_each_appointment_that_breaks_the_numbers_is_refused_at_its_field() -> None:
    def wrong(new: Member, members: list[Member] = FULL) -> list[tuple[str, str | None]]:
        return codes(appointment_mistakes(members, new, THREE))

    assert wrong(member(Function.CHAIR)) == [("committee_chair_taken", "function")]
    assert wrong(member(Function.SECRETARY)) == [("committee_secretary_taken", "function")]
    assert wrong(member(Function.VOTING)) == [("committee_voting_full", "function")]
    assert wrong(member(Function.SUBSTITUTE)) == wrong(member(Function.OBSERVER)) == []
    twice = member(Function.OBSERVER, person=FULL[3].person_id)
    assert wrong(twice) == [("on_committee_already", "person")]
    assert wrong(member(Function.VOTING, "Ministry"), FULL[:4]) == []
    assert wrong(member(Function.VOTING, "agency"), FULL[:4]) == [("committee_linked_member", "institution")]
    assert wrong(member(Function.VOTING, "Agency"), FULL[:3]) == []


def test_who_has_run_a_call_does_not_vote_and_who_assesses_does_not_chair() -> None:
    def why(function: Function, held: Duty | None) -> list[tuple[str, str | None]]:
        return codes(why_not_serve(function, "Nora", held))

    assert why(Function.VOTING, Duty.RECORDS) == [("records_here", "person")]
    assert why(Function.SUBSTITUTE, Duty.CHECKED) == [("checked_here", "person")]
    assert why(Function.SECRETARY, Duty.ASSESSES) == [("assesses_in_call", "person")]
    assert why(Function.SECRETARY, Duty.CHECKED) == why(Function.VOTING, Duty.ASSESSES) == []
    assert why(Function.CHAIR, None) == why(Function.VOTING, None) == []


NAMES = some.sampled_from("abcde")


@given(some.lists(some.tuples(NAMES, some.sampled_from(["", *"abcde"])), max_size=6))
def test_institutions_that_count_are_never_linked(places: list[tuple[str, str]]) -> None:
    """There are at least so many institutions of which none is above another, by trying all sets."""
    members = [member(Function.VOTING, name, under) for name, under in places]
    over: dict[str, set[str]] = {name: set() for name, _under in places}
    for _step in range(6):
        for name, under in places:
            over[name] |= {under, *over.get(under, set())} - {""}
    best = max(
        (
            size
            for size in range(len(over) + 1)
            for chosen in combinations(over, size)
            if all(b not in over[a] and a not in over[b] for a, b in combinations(chosen, 2))
            and all(a not in over[a] for a in chosen)
        ),
        default=0,
    )
    assert unlinked(members) <= best
    if all(len({under for other, under in places if other == name and under}) <= 1 for name, _u in places):
        loops = any(name in above for name, above in over.items())
        assert loops or unlinked(members) == best
