"""All open requests at once: the flow against every assignment there is, and what a person takes of a proposal."""

import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from facility import clock
from facility.db import Tx
from facility.deployments.queries.matching import head, matched, question
from facility.deployments.rules.matching_run import (
    Chosen,
    OpenRequest,
    Question,
    Why,
    compared,
    one_by_one,
    points_of,
    propose,
)
from facility.deployments.service.matching import answered, store
from facility.deployments.words import WHYS
from facility.experts.models.profile import Theme
from facility.experts.service.rota import put_on_call, set_rota_themes
from tests.browser import Browsers, gives_reason, says, states
from tests.deployments.conftest import AHEAD, Sending, expert, sound

MONDAY = date(2027, 3, 1)
STATES = {"A": "IT", "B": "IT", "C": "HR", "D": "DE"}


def request_for(
    number: int, first: int, last: int, seats: int, on_call: str = "", **points: int
) -> OpenRequest:
    """A request for these days; the shortlist is in the order of the points, whoever is on call before all others."""
    ranked = sorted(points, key=lambda code: (code not in on_call, -points[code], code))
    return OpenRequest(
        UUID(int=number),
        MONDAY + timedelta(days=first),
        MONDAY + timedelta(days=last),
        seats,
        ranked,
        [points[code] for code in ranked],
        [code for code in ranked if code in on_call],
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A few requests of some days within a week, and four experts."""
    requests = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, 6))
        points = draw(st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 9), min_size=1))
        last, seats = first + draw(st.integers(0, 3)), draw(st.integers(1, 2))
        on_call = draw(st.sampled_from(["", "", "A", "BD"]))
        requests.append(request_for(number, first, last, seats, on_call, **points))
    return Question(requests, STATES, draw(st.integers(1, 3)), draw(st.integers(1, 2)))


def holds(asked_for: Question, chosen: Chosen) -> bool:
    """Whether it breaks no limit."""
    theirs = {code: [r for r in asked_for.requests if code in chosen.get(r.id, ())] for code in STATES}
    days = all(not first.overlaps(second) for rs in theirs.values() for first, second in combinations(rs, 2))
    states = all(
        sum(STATES[code] == state for code in group) <= asked_for.most_of_state
        for group in chosen.values()
        for state in STATES.values()
    )
    seats = all(len(chosen.get(request.id, ())) <= request.seats for request in asked_for.requests)
    return days and states and seats and all(len(rs) <= asked_for.most for rs in theirs.values())


def every(requests: list[OpenRequest]) -> Iterator[dict[UUID, list[str]]]:
    """Each way to fill the seats, or to leave them empty."""
    if not requests:
        yield {}
        return
    for rest in every(requests[1:]):
        for size in range(requests[0].seats + 1):
            for group in combinations(requests[0].experts, size):
                yield {**rest, requests[0].id: list(group)}


def on_call_of(asked_for: Question, chosen: Chosen) -> int:
    """How many come to a request that asks for them before all others."""
    return sum(len({*request.on_call} & {*chosen.get(request.id, ())}) for request in asked_for.requests)


def why(asked_for: Question) -> dict[tuple[int, str], tuple[Why, UUID | None]]:
    """By request and expert, why the proposal differs."""
    lines = compared(asked_for, propose(asked_for).chosen, one_by_one(asked_for))
    return {(line.request_id.int, line.expert): (line.why, line.other_id) for line in lines}


@given(questions())
@settings(max_examples=300 if os.environ.get("HOSTILE") == "all" else 12, deadline=None)
def test_nobody_finds_more_than_the_bound_and_one_flow_is_the_best(asked_for: Question) -> None:
    proposal = propose(asked_for)
    assert proposal == propose(asked_for)
    assert holds(asked_for, proposal.chosen)
    assert points_of(asked_for, proposal.chosen) == proposal.points
    best = max(
        (on_call_of(asked_for, way), points_of(asked_for, way))
        for way in every(asked_for.requests)
        if holds(asked_for, way)
    )
    reached = (on_call_of(asked_for, proposal.chosen), proposal.points)
    assert reached <= best
    assert max(proposal.points, best[1]) <= proposal.bound
    assert proposal.flows > 1 or (reached == best and proposal.points == proposal.bound)
    lines = list(compared(asked_for, proposal.chosen, one_by_one(asked_for)))
    same = (Why.SAME, Why.ON_CALL)
    assert all(line.why in same for line in lines if line.proposed and line.one_by_one)
    assert all(line.why is not Why.SAME for line in lines if line.proposed != line.one_by_one)


def test_days_that_overlap_in_a_chain_leave_a_bound_above_the_proposal() -> None:
    chain = [request_for(1, 0, 2, 1, A=5), request_for(2, 2, 4, 1, A=4), request_for(3, 4, 6, 1, A=5)]
    proposal = propose(Question(chain, STATES, 3, 1))
    assert proposal.points <= proposal.bound
    assert holds(Question(chain, STATES, 3, 1), proposal.chosen)


def test_it_says_what_changes_and_why() -> None:
    requests = [
        request_for(1, 0, 2, 1, A=9, B=8),
        request_for(2, 1, 3, 1, A=9, D=1),
        request_for(3, 20, 21, 2, A=3, B=2, C=1),
    ]
    asked_for = Question(requests, STATES, 1, 1)
    proposal, simple = propose(asked_for), one_by_one(asked_for)
    assert (proposal.points, points_of(asked_for, simple)) == (8 + 9 + 1, 9 + 1 + 5)
    assert why(asked_for) == {
        (1, "A"): (Why.DAYS, UUID(int=2)),
        (1, "B"): (Why.MOVED, None),
        (2, "A"): (Why.FREED, UUID(int=1)),
        (2, "D"): (Why.SEATS, None),
        (3, "A"): (Why.MOST, UUID(int=2)),
        (3, "B"): (Why.MOST, UUID(int=1)),
        (3, "C"): (Why.MOVED, None),
    }


def test_whoever_is_on_call_comes_before_more_points_where_the_request_asks_for_them() -> None:
    plain = Question([request_for(1, 0, 2, 1, A=9, B=8, C=1)], STATES, 1, 1)
    assert propose(plain).chosen == {UUID(int=1): ["A"]}
    first = Question([request_for(1, 0, 2, 1, "C", A=9, B=8, C=1)], STATES, 1, 1)
    proposal = propose(first)
    assert (proposal.chosen, proposal.points, proposal.bound) == ({UUID(int=1): ["C"]}, 1, 1)
    assert why(first) == {(1, "C"): (Why.ON_CALL, None)}
    # Set free elsewhere: one by one the first request would have them.
    requests = [request_for(1, 0, 2, 1, A=9, B=1), request_for(2, 1, 3, 1, "A", A=2, D=9)]
    assert why(Question(requests, STATES, 1, 1)) == {
        (1, "A"): (Why.DAYS, UUID(int=2)),
        (1, "B"): (Why.MOVED, None),
        (2, "A"): (Why.CALLED, UUID(int=1)),
        (2, "D"): (Why.DUTY, None),
    }


def test_the_bound_holds_where_days_in_a_chain_leave_fewer_on_call() -> None:
    chain = [
        request_for(1, 0, 2, 1, "A", A=1, B=9),
        request_for(2, 2, 4, 1, "A", A=1, C=1),
        request_for(3, 4, 6, 1, "A", A=1, D=9),
    ]
    asked_for = Question(chain, STATES, 3, 2)
    proposal = propose(asked_for)
    assert holds(asked_for, proposal.chosen)
    # The first flow has two of A's requests, which overlap, and fewer points than what holds in the end.
    assert (on_call_of(asked_for, proposal.chosen), proposal.flows) == (1, 2)
    assert proposal.points == proposal.bound == 9 + 1 + 9


@pytest.fixture
async def two(sending: Sending) -> dict[str, UUID]:
    """Two requests on overlapping days: X0 fits both, X1 the first, X2 hardly the second."""
    await sending.pool(
        expert("X0", available=[AHEAD], themes={"X.JIT": 5, "X.SIENA": 5}),
        expert("X1", available=[AHEAD], themes={"X.JIT": 5}),
        expert("X2", available=[AHEAD], themes={"X.SIENA": 3}, country="HR"),
    )
    sending.at = clock.now()
    first = sending.at.date() + timedelta(days=30)
    days = {"starts_on": first, "ends_on": first + timedelta(days=2)}
    jit = await sending.request(**days, themes={"X.JIT": 3})
    sending.at += timedelta(minutes=1)
    siena = await sending.request(**days, themes={"X.SIENA": 3}, place="Skopje")
    return {"jit": jit, "siena": siena}


async def test_where_nothing_can_be_proposed_the_page_says_so(sending: Sending, browse: Browsers) -> None:
    ada = await browse(sending.play.people["ada"])
    page = await ada.get("/deployments/matching")
    assert gives_reason(page, "nothing_to_match")
    assert 'action="/deployments/matching"' not in page.text
    pressed = await ada.send_form("/deployments/matching", {"most": "2", "most_of_state": "1"})
    assert (pressed.status_code, gives_reason(pressed, "nothing_to_match")) == (409, True)


async def test_a_person_takes_a_proposal_request_by_request(
    sending: Sending, two: dict[str, UUID], browse: Browsers
) -> None:
    ada = await browse(sending.play.people["ada"])
    assert "/deployments/matching" in (await ada.get("/deployments")).text
    assert (
        await ada.send_form("/deployments/matching", {"most": "0", "most_of_state": "1"})
    ).status_code == 422
    answer = await ada.send_form("/deployments/matching", {"most": "2", "most_of_state": "1"})
    path = answer.headers["location"]
    page = (await ada.get(path)).text
    assert "best" in states(page)
    for reason, other in ((Why.FREED, "A/D1"), (Why.DAYS, "A/D2"), (Why.MOVED, "")):
        assert says(page, WHYS[reason], other=other)
    assert f'action="{path}"' in page
    assert "same-again" in states(await ada.get(f"{path}?again=true"))
    # Nothing is made twice, and nobody is asked yet.
    again = await ada.send_form("/deployments/matching", {"most": "2", "most_of_state": "1"})
    assert again.headers["location"] == path
    assert await sending.outcomes(two["jit"]) == {}
    chosen = {f"choice-{two['jit']}": "proposal", f"choice-{two['siena']}": "proposal", "after": "0"}
    refused = await ada.send_form(path, {**chosen, "reason": ""})
    assert refused.status_code == 422
    assert gives_reason(refused, "reason_missing")
    later = {**chosen, f"choice-{two['siena']}": "later", "reason": "Better for both."}
    assert (await ada.send_form(path, later)).status_code == 303
    assert await sending.outcomes(two["jit"]) == {"X1": "open"}
    assert await sending.outcomes(two["siena"]) == {}
    page = (await ada.get(path)).text
    assert re.search(r'data-state="taken-as-proposed">[^<]* Ada ', page)
    row = await sending.row(two["jit"])
    assert row.order_reason == "Better for both."
    simple = {f"choice-{two['siena']}": "one_by_one", "after": "0", "reason": ""}
    assert (await ada.send_form(path, simple)).status_code == 303
    assert await sending.outcomes(two["siena"]) == {"X0": "open"}
    assert (await ada.send_form(path, simple)).status_code == 422
    greta = await browse(sending.play.people["greta"])
    assert f'action="{path}"' not in (await greta.get(path)).text
    assert (await greta.send_form(path, simple)).status_code == 403
    await sound(sending)


async def test_a_proposal_prefers_whoever_is_on_call_as_the_shortlist_does(
    sending: Sending, browse: Browsers
) -> None:
    await sending.pool(
        expert("X0", available=[AHEAD]),
        expert("X1", available=[AHEAD], themes={"X.JIT": 3}),
    )
    sending.at = clock.now()

    async def put(tx: Tx) -> None:
        theme_id = (await tx.session.scalars(select(Theme.id).where(Theme.code == "X.JIT"))).one()
        await set_rota_themes(tx, [theme_id])
        today = sending.at.astimezone(clock.BRUSSELS).date()
        await put_on_call(tx, theme_id, sending.experts["X1"], today, 1)

    await sending.play.act("ada", put, sending.at)
    first = sending.at.date() + timedelta(days=30)
    days = {"starts_on": first, "ends_on": first + timedelta(days=2)}
    plain = await sending.request(**days)
    key = await sending.request(
        starts_on=first + timedelta(days=9), ends_on=first + timedelta(days=9), on_call_first=True
    )
    ada = await browse(sending.play.people["ada"])
    answer = await ada.send_form("/deployments/matching", {"most": "2", "most_of_state": "1"})
    path = answer.headers["location"]
    async with sending.db.reader() as connection:
        lines, _more = await matched(connection, UUID(path.split("/")[-1]), sending.play.people["ada"])
    assert {line.id: [place.code for place in line.experts if place.proposed] for line in lines} == {
        plain: ["X0"],
        key: ["X1"],
    }
    page = (await ada.get(path)).text
    assert says(page, WHYS[Why.ON_CALL])
    assert "on-call-first" in states(page)
    assert "same-again" in states(await ada.get(f"{path}?again=true"))
    taken = {f"choice-{plain}": "later", f"choice-{key}": "proposal", "after": "0", "reason": ""}
    # Whoever is on call stands first on the shortlist, so no reason is asked for.
    assert (await ada.send_form(path, taken)).status_code == 303
    assert await sending.outcomes(key) == {"X1": "open"}


async def test_a_proposal_of_yesterday_asks_nobody_who_has_left_the_shortlist(
    sending: Sending, two: dict[str, UUID]
) -> None:
    async with sending.db.reader() as connection:
        asked_for = await question(
            connection, sending.play.people["ada"], sending.at, most=1, most_of_state=1
        )
    assert [request.experts for request in asked_for.requests] == [["X0", "X1"], ["X0", "X2"]]
    answer = answered(asked_for)
    key = await sending.play.act("ada", partial(store, answer=answer), sending.at)
    async with sending.db.reader() as connection:
        assert (await head(connection, key)).points == answer.proposal.points
        lines, more = await matched(connection, key, sending.play.people["ada"])
    assert ([line.differs for line in lines], more) == ([True, True], None)
