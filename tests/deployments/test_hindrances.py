"""What keeps experts from a request: conflicts that the data show, and what has changed by the time somebody is asked."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from facility.deployments.models.request import Candidate
from facility.deployments.queries.conflicts import found_conflicts
from facility.deployments.queries.offer import offer
from facility.deployments.rules.balance import Balance, Member, balance
from facility.deployments.rules.shortlist import RecentFrom
from facility.deployments.service.requesting import confirm_shortlist
from facility.deployments.words import PASSED_OVER
from facility.experts.models.profile import Expert
from facility.experts.service.pool import change_expert
from tests.browser import Browsers, says
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert, form_of, requested, sound

YEAR = timedelta(days=366)
LATER = [(date(2021, 10, 1), date(2023, 12, 31))]


async def conflicts_of(
    sending: Sending, code: str, *, of: str = "A", months: int = 24, at: datetime = INVITED
) -> list[tuple[str, ...]]:
    key = sending.play.applications[of]
    async with sending.db.reader() as connection:
        conflicts = await found_conflicts(connection, key, cool_off_months=months, now=at)
    return [tuple(conflict) for conflict in conflicts.get(code, [])]


LEAD = "Albanian State Police"
CONFLICTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"employer": " albanian state police"}, [("employer", LEAD)]),
    ({"country": "AL"}, [("nationality", "Albania")]),
    ({"country": "ME"}, []),
    ({"email": "omar@example.org"}, [("employer", LEAD)]),
    ({"email": "elena@example.org"}, [("assessor", ""), ("assessor_of_lead", LEAD)]),
]
"""What an expert is, and the conflicts with application A."""


async def test_the_data_show_conflicts(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}", **changes) for n, (changes, _conflicts) in enumerate(CONFLICTS)])
    assert [await conflicts_of(sending, f"X{n}") for n in range(len(CONFLICTS))] == [
        conflicts for _changes, conflicts in CONFLICTS
    ]
    # An assessor of the lead has cooled off a year later, one of the application never does.
    assert await conflicts_of(sending, "X5", months=12, at=INVITED + YEAR) == [("assessor", "")]


async def test_whoever_was_deployed_for_a_party_in_another_application_has_a_conflict_for_a_while(
    sending: Sending,
) -> None:
    await sending.pool(expert("X1"))
    await sending.accept(await sending.asking(), "X1")
    assert [key for key, _party in await conflicts_of(sending, "X1", of="B")] == ["deployed"] * 3
    assert await conflicts_of(sending, "X1", of="B", months=12, at=INVITED + 2 * YEAR) == []
    assert await conflicts_of(sending, "X1") == []


async def test_a_request_that_does_not_look_is_as_before(sending: Sending) -> None:
    await sending.pool(expert("X1", email="elena@example.org"))
    row = await sending.row(await sending.request())
    assert (row.left_out, set(row.shortlist)) == ({}, {"ranked", "counts"})
    looked = await sending.row(await sending.request(cool_off_months=0))
    assert looked.left_out == {"X1": "conflict"}
    assert looked.shortlist["conflicts"] == {"X1": [["assessor", ""]]}


async def test_days_in_a_year_hold_when_asked_and_are_a_hint_at_the_yes(sending: Sending) -> None:
    await sending.pool(expert("X1"))
    async with sending.db.transaction(now=INVITED) as tx:
        (await tx.lock(Expert, sending.experts["X1"])).days_per_year = 6
    first = await sending.asking()
    second = await sending.asking(starts_on=date(2021, 10, 18), ends_on=date(2021, 10, 19))
    assert await _hints(sending, second) == []
    await sending.accept(first, "X1")
    (hint,) = await _hints(sending, second)
    assert re.findall(r"\d+", hint) == ["7", "6"]
    late = await sending.request(starts_on=date(2021, 10, 20), ends_on=date(2021, 10, 21))
    assert (await sending.row(late)).left_out == {"X1": "not_available"}
    await sending.accept(second, "X1")
    assert await sending.outcomes(second) == {"X1": "accepted"}


async def _hints(sending: Sending, key: UUID) -> list[str]:
    invitation = await sending.invitation(key, "X1")
    async with sending.db.reader() as connection:
        return [fact for term, fact in await offer(connection, invitation) if term == "Days in 2021"]


async def test_recent_deployments_are_counted_from_bookings_and_stay(sending: Sending) -> None:
    await sending.pool(expert("X1", available=LATER), expert("X9", available=LATER))
    rule = {"recent_from": RecentFrom.BOOKINGS}
    first = await sending.asking()
    await sending.accept(first, "X1")
    before = await sending.request(starts_on=date(2021, 10, 18), ends_on=date(2021, 10, 19), **rule)
    assert (await sending.row(before)).shortlist.get("recent") is None
    sending.at = INVITED + timedelta(days=60)
    draft = {"starts_on": date(2022, 1, 10), "ends_on": date(2022, 1, 11), **rule}
    shortlist = (await sending.row(await sending.request(**draft))).shortlist
    assert [candidate["code"] for candidate in shortlist["ranked"]] == ["X9", "X1"]
    assert shortlist["recent"] == {"X1": 1}
    sending.at = INVITED + 2 * YEAR
    later = await sending.row(await sending.request(**draft | {"place": "Rome"}))
    assert [candidate["code"] for candidate in later.shortlist["ranked"]] == ["X1", "X9"]
    assert (await sending.row(before)).shortlist.get("recent") is None


THE_DAY_BEFORE = INVITED - 24 * HOUR


async def change(sending: Sending, code: str, **changes: Any) -> None:
    draft = expert(code, **changes)
    await sending.play.act("ada", lambda tx: change_expert(tx, sending.experts[code], draft), THE_DAY_BEFORE)


HINDRANCES: list[tuple[dict[str, Any], str]] = [
    ({"available": [(date(2021, 10, 1), date(2021, 10, 7))]}, "not_available"),
    ({"conflicts": [(None, "Kin.")]}, "conflict"),
    ({"employer": LEAD}, "conflict"),
    ({"active": False}, "left"),
    ({"valid_until": date(2021, 9, 5)}, "left"),
]


async def test_all_is_checked_anew_when_somebody_is_asked(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(7)])
    key = await sending.request(cool_off_months=24)
    for number, (changes, _reason) in enumerate(HINDRANCES):
        await change(sending, f"X{number}", **changes)
    await sending.play.act("ada", lambda tx: confirm_shortlist(tx, key), INVITED)
    assert await sending.outcomes(key) == {"X5": "open"}
    await change(sending, "X6", conflicts=[(sending.play.institutions["XK"], "Posted.")])
    await sending.decline(key, "X5")
    assert (await sending.row(key)).state == "exhausted"
    query = (
        select(Candidate.passed_because).where(Candidate.deployment_id == key).order_by(Candidate.position)
    )
    async with sending.db.reader() as connection:
        reasons = (await connection.execute(query)).scalars().all()
    assert reasons == [*[reason for _changes, reason in HINDRANCES], None, "conflict"]
    await sound(sending)


def test_balance_counts_states_genders_and_load() -> None:
    members = [Member("IT", "F", 0), Member("HR", None, 2), Member("IT", "M", 0)]
    assert balance(members) == Balance(
        3, [("IT", 2), ("HR", 1)], [("F", 1), ("M", 1), (None, 1)], [(0, 2), (2, 1)]
    )


async def test_the_shortlist_shows_balance_and_why_there_is_a_conflict(
    sending: Sending, browse: Browsers
) -> None:
    await sending.pool(
        expert("X0", available=[AHEAD], gender="F"),
        expert("X1", available=[AHEAD], country="HR"),
        expert("X2", available=[AHEAD], email="elena@example.org"),
    )
    ada = await browse(sending.play.people["ada"])
    form = (await ada.get(f"/deployments/new?application={sending.play.applications['A']}")).text
    assert 'name="cool_off_months"' in form
    assert 'id="f-recent_from-hint"' in form
    key = await requested(sending, ada, seats="1", cool_off_months="24", recent_from="bookings")
    page = (await ada.get(f"/deployments/{key}/order")).text
    for words in (
        "The first 1",
        "Croatia 1, Italy 1",
        "Woman 1",
        "never: 2",
        "assesses or assessed this application",
        "counted from bookings",
    ):
        assert words in page
    assert re.search(r"<dt>Conflicts of interest</dt><dd>[^<]* 24 ", page)
    await change(sending, "X0", available=[])
    await ada.send_form(
        f"/deployments/{key}/order",
        {f"place_{sending.experts[f'X{n}']}": str(n + 1) for n in range(2)} | {"reason": ""},
    )
    assert says(await ada.get(f"/deployments/{key}"), PASSED_OVER["not_available"])
    wrong = await ada.send_form("/deployments/new", form_of(sending, cool_off_months="121", recent_from="x"))
    assert wrong.status_code == 422
