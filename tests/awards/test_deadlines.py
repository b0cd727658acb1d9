"""The deadlines of the Financial Regulation: what a call has to do by when, what was met, and the signature of an award."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from facility.admission.service.admissibility import check_admissibility
from facility.applications.service.withdrawal import withdraw
from facility.awards.events.awards import AwardSigned
from facility.awards.models.award import AwardSignature
from facility.awards.rules.agreement_deadlines import inform_others_by, sign_by
from facility.awards.service.signing import record_signature
from facility.calls.models.call import Call
from facility.calls.rules.deadlines import inform_by
from facility.db import Database
from facility.events.log import history
from facility.events.relay import follow
from facility.refused import Refused
from facility.web.deadlines import Deadline, deadlines_of, missed_in
from tests.awards.reading import three
from tests.browser import Browsers, errors, work
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import kept
from tests.statements import count_statements

INFORM, OTHERS, SIGN = (
    "Inform all applicants of the outcome",
    "Inform the applicants without an award",
    "Sign the agreements on the awards",
)
TODAY = date(2021, 9, 2)


async def deadlines(play: Judging, today: date = TODAY, call: str = "TAF-2021-01") -> list[Deadline]:
    async with play.db.reader() as connection:
        return await deadlines_of(connection, play.calls[call], today)


def summary(lines: list[Deadline]) -> list[tuple[str, date, date | None, int, int]]:
    return [(str(line.label), line.by, line.met, line.number, line.of) for line in lines]


async def sign(play: Judging, name: str, day: date, at: datetime = DECIDED, who: str = "ada") -> UUID:
    award = await play.award(name)
    await play.act(who, lambda tx: record_signature(tx, award.id, signed_on=day, subject="Workshops"), at)
    return award.id


@kept
async def decided(play: Judging) -> None:
    await three(play)
    await play.decide()


def test_the_days_of_the_worked_example() -> None:
    assert inform_by(CLOSES) == date(2022, 1, 31)
    assert (sign_by(DECIDED), inform_others_by(DECIDED)) == (date(2021, 12, 1), date(2021, 9, 16))


async def test_a_call_keeps_the_day_of_its_closing_and_an_award_that_of_its_making(play: Judging) -> None:
    await decided(play)
    assert (await play.row(Call, play.calls["TAF-2021-01"])).inform_by == date(2022, 1, 31)
    assert (await play.award("A")).sign_by == date(2021, 12, 1)


async def test_an_open_call_says_by_when_applicants_hear(play: Judging) -> None:
    assert summary(await deadlines(play)) == [(INFORM, date(2022, 1, 31), None, 0, 0)]


async def test_what_is_closed_waits_until_all_are_informed(play: Judging) -> None:
    await three(play)
    assert summary(await deadlines(play)) == [(INFORM, date(2022, 1, 31), None, 0, 3)]
    await play.decide()
    assert summary(await deadlines(play)) == [
        (INFORM, date(2022, 1, 31), date(2021, 9, 1), 3, 3),
        (OTHERS, date(2021, 9, 16), date(2021, 9, 1), 2, 2),
        (SIGN, date(2021, 12, 1), None, 0, 1),
    ]


async def test_what_was_found_inadmissible_is_informed_before_the_others(play: Judging) -> None:
    for name in "AB":
        await play.apply(name, "1000.00")
    await play.close()
    key = play.applications["B"]
    later = CLOSES + timedelta(days=1)
    await play.act(
        "ada", lambda tx: check_admissibility(tx, key, admissible=False, reason="One page is missing."), later
    )
    assert summary(await deadlines(play)) == [(INFORM, date(2022, 1, 31), None, 1, 2)]


async def test_whoever_withdrew_is_not_informed(play: Judging) -> None:
    await play.apply("W", "1000.00")
    await play.act("omar", lambda tx: withdraw(tx, play.applications["W"]), CLOSES - timedelta(hours=1))
    await decided(play)
    assert [line.of for line in await deadlines(play)] == [3, 2, 1]


async def test_a_call_to_which_nobody_applied_owes_nobody_an_answer(play: Judging) -> None:
    await play.close()
    assert await deadlines(play) == []


async def test_an_agreement_is_met_when_all_are_signed_and_the_latest_counts(play: Judging) -> None:
    await decided(play)
    later = DECIDED + timedelta(days=150)
    await play.end("A", "30000.00", later)  # B is served from the reserve, three months from then
    assert summary(await deadlines(play, date(2022, 3, 1)))[2] == (SIGN, date(2022, 4, 29), None, 0, 1)
    await sign(play, "A", date(2021, 12, 4), later)
    assert summary(await deadlines(play, date(2022, 3, 1)))[2] == (SIGN, date(2022, 4, 29), None, 1, 2)
    await sign(play, "B", date(2022, 2, 1), later + timedelta(days=30))
    signed = (await deadlines(play, date(2022, 6, 1)))[2]
    assert summary([signed]) == [(SIGN, date(2021, 12, 1), date(2021, 12, 4), 2, 2)]
    assert signed.late == 3


@pytest.mark.parametrize(
    ("today", "late", "left", "presses"),
    [
        (date(2021, 11, 16), 0, 15, False),
        (date(2021, 11, 17), 0, 14, True),
        (date(2021, 12, 1), 0, 0, True),
        (date(2021, 12, 2), 1, -1, True),
    ],
)
async def test_what_is_missed_is_counted_in_days_after_the_last(
    play: Judging, today: date, late: int, left: int, presses: bool
) -> None:
    await decided(play)
    line = (await deadlines(play, today))[2]
    assert (line.late, line.left, line.presses) == (late, left, presses)


async def test_a_signature_is_corrected_and_stands_in_the_history_each_time(play: Judging) -> None:
    await decided(play)
    later = DECIDED + timedelta(days=20)
    key = await sign(play, "A", date(2021, 9, 10), later)
    await sign(play, "A", date(2021, 9, 10), later)
    await sign(play, "A", date(2021, 9, 13), later, "paul")
    row = await play.row(AwardSignature, key)
    assert (row.signed_on, row.recorded_by) == (date(2021, 9, 13), play.people["paul"])
    async with play.db.transaction(now=later) as tx:
        events = [recorded.event for recorded in await history(await tx.session.connection(), key)]
    signed = [event.signed_on for event in events if isinstance(event, AwardSigned)]
    assert signed == [date(2021, 9, 13), date(2021, 9, 10)]


@pytest.mark.parametrize(
    ("day", "code"), [(date(2021, 8, 31), "signed_before_award"), (date(2021, 9, 2), "signed_later")]
)
async def test_a_signature_lies_between_the_award_and_today(play: Judging, day: date, code: str) -> None:
    await decided(play)
    with pytest.raises(Refused) as refused:
        await sign(play, "A", day)
    assert refused.value.codes == (code,)


async def test_what_was_withdrawn_is_not_signed(play: Judging) -> None:
    await decided(play)
    await play.withdraw_award("A", "It can't take place.")
    with pytest.raises(Refused) as refused:
        await sign(play, "A", date(2021, 9, 1))
    assert refused.value.codes == ("not_an_award",)
    assert summary(await deadlines(play))[2][3:] == (0, 2)  # those of B and C, from the reserve


async def test_work_leads_to_the_form_and_ends_with_it(db: Database, play: Judging, browse: Browsers) -> None:
    await decided(play)
    award = await play.award("A")
    ada, omar = await browse(play.people["ada"]), await browse(play.people["omar"])
    here = f"/awards/{award.id}/signature"
    assert "awards-whose-agreement-is-to-be-signed" in work(await ada.get("/"))
    assert "To be signed by 1 December 2021" in (await ada.get(f"/awards/{award.id}")).text
    assert (await ada.get(here)).status_code == 200
    assert (await omar.get(here)).status_code == 403
    wrong = await ada.send_form(here, {"signed_on": "2021-08-31", "subject": "W"})
    assert (wrong.status_code, errors(wrong)) == (422, ["signed_on"])
    assert (await ada.send_form(here, {"signed_on": "2999-01-01", "subject": "W"})).status_code == 422
    assert (await ada.send_form(here, {"signed_on": "2021-12-03", "subject": "W"})).status_code == 303
    assert "Signed on 3 December 2021" in (page := (await ada.get(f"/awards/{award.id}")).text)
    assert "2 days late" in page
    assert "awards-whose-agreement-is-to-be-signed" not in work(await ada.get("/"))


async def test_the_overview_of_a_call_says_what_is_due_in_one_statement(
    db: Database, play: Judging, browse: Browsers
) -> None:
    await decided(play)
    carl = await browse(play.people["carl"])
    page = (await carl.get(f"/staff/calls/{play.calls['TAF-2021-01']}")).text
    assert "Deadlines of the Financial Regulation" in page
    assert "Monday 31 January 2022" in page
    assert "Met on 1 September 2021" in page
    assert "Missed by " in page  # nobody has signed since 2021
    with count_statements(db) as seen:
        await deadlines(play)
    assert len(seen) == 1


async def test_the_commissions_list_of_calls_names_what_was_missed(play: Judging) -> None:
    await decided(play)
    async with play.db.reader() as connection:
        calls = [play.calls["TAF-2021-01"]]
        assert await missed_in(connection, calls, date(2021, 12, 1)) == []
        (missed,) = await missed_in(connection, calls, date(2021, 12, 4))
    assert (missed.reference, str(missed.deadline.label), missed.deadline.late) == ("TAF-2021-01", SIGN, 3)


async def test_who_watches_reads_of_it(play: Judging, browse: Browsers) -> None:
    await decided(play)
    await follow(play.db)
    for name in ("carl", "greta"):
        page = (await (await browse(play.people[name])).get("/commission/calls")).text
        assert 'id="missed"' in page
