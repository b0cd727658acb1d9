"""A new draft made from an earlier call."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text

from facility.calls.models.call import Call
from facility.calls.service.cloning import clone_call, moved_with
from facility.db import Database
from tests.browser import Browsers, errors
from tests.calls.reading import CALL, MID, current_draft, reconciled, refused
from tests.judging import Judging

WINTER = datetime(2022, 1, 10, 8, tzinfo=UTC)  # 9:00 in Brussels, as the call's opening in summer at 7:00


async def test_it_takes_over_everything_but_reference_and_dates(play: Judging, db: Database) -> None:
    key = play.calls[CALL]
    made = await play.act(
        "vera", lambda tx: clone_call(tx, key, reference="TAF-2022-01", opens_at=WINTER), MID
    )
    play.calls["TAF-2022-01"] = made.id
    old, new = await current_draft(play), await current_draft(play, "TAF-2022-01")
    assert (made.state, made.drafted_by, made.cloned_from, made.current_version) == (
        "draft",
        play.people["vera"],
        key,
        0,
    )
    assert new.closes_at == datetime(2022, 3, 10, 11, tzinfo=UTC)  # 59 days later, at 12:00 as before
    assert new == msgspec.structs.replace(
        old, reference="TAF-2022-01", opens_at=WINTER, closes_at=new.closes_at
    )
    assert (await play.row(Call, key)).state == "published"
    assert await reconciled(db) == []


async def test_a_reference_that_is_taken_is_refused(play: Judging) -> None:
    assert await refused(
        play, "vera", lambda tx: clone_call(tx, play.calls[CALL], reference=CALL, opens_at=WINTER)
    ) == [("reference_taken", "reference")]


def test_dates_keep_their_hour_in_brussels_over_the_change_of_clocks() -> None:
    opens, closes = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 4, 1, 10, tzinfo=UTC)
    later = datetime(2026, 10, 1, 7, tzinfo=UTC)  # both 9:00 in Brussels
    assert moved_with(closes, opens, later) == datetime(2026, 11, 1, 11, tzinfo=UTC)  # both 12:00
    at_noon = datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert moved_with(closes, opens, at_noon) == datetime(2026, 11, 1, 11, tzinfo=UTC)  # still 12:00


async def test_a_page_asks_for_what_the_new_draft_needs(
    play: Judging, db: Database, browse: Browsers
) -> None:
    ada, key = await browse(play.people["ada"]), play.calls[CALL]
    page = await ada.get(f"/staff/calls/{key}/clone")
    assert 'value="80000.00"' in page.text
    sent = {"reference": "TAF-2022-01", "opens_at_day": "2022-01-10", "opens_at_time": "12:00"}
    wrong = await ada.send_form(
        f"/staff/calls/{key}/clone", {**sent, "opens_at_time": "noon", "amount": "1.234"}
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["opens_at_time", "amount"])
    # The envelope holds less by now than this call may take.
    much = await ada.send_form(f"/staff/calls/{key}/clone", {**sent, "amount": "80 000,01"})
    assert (much.status_code, errors(much)) == (422, ["amount"])
    made = await ada.send_form(f"/staff/calls/{key}/clone", {**sent, "amount": "70 000,00"})
    assert made.status_code == 303
    play.calls["TAF-2022-01"] = UUID(made.headers["location"].rpartition("/")[2])
    new = await current_draft(play, "TAF-2022-01")
    assert (new.amount, new.closes_at) == (Decimal("70000.00"), datetime(2022, 3, 10, 11, tzinfo=UTC))


async def test_a_reference_that_somebody_takes_at_the_same_moment_is_told_at_its_field(
    play: Judging, db: Database, browse: Browsers
) -> None:
    ada, key = await browse(play.people["ada"]), play.calls[CALL]
    sent = {
        "reference": "TAF-2022-01",
        "opens_at_day": "2022-01-10",
        "opens_at_time": "12:00",
        "amount": "70000",
    }
    async with db.transaction(now=MID, actor=play.people["vera"]) as tx:
        await clone_call(tx, key, reference="TAF-2022-01", opens_at=WINTER)
        sending = asyncio.create_task(ada.send_form(f"/staff/calls/{key}/clone", sent))
        async with db.reader() as connection:  # it asked in vain, and waits with its insert
            query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not (await connection.execute(query)).scalar():
                assert not sending.done()
    page = await sending
    assert (page.status_code, errors(page)) == (422, ["reference"])
