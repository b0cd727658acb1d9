"""What a change of an activity or the end of its award means for others: partners, experts, the officer who asked them."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import jinja2
import pytest
from sqlalchemy import select

from facility.activities.models import Activity
from facility.activities.service.activities import (
    ActivityDraft,
    cancel,
    complete,
    plan_activity,
    postpone,
)
from facility.db import Database
from facility.deployments.models.invitation import Invitation
from facility.deployments.service.calendar import mission_days
from facility.deployments.service.ending import call_off
from facility.events.reconcile import reconcile
from facility.experts.models.profile import Booking
from facility.experts.service.calendar import BOOKINGS
from facility.outbox.links import make_link, path_of
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.web.access import Role, Visitor
from facility.web.filters import day
from facility.web.waiting import work_of
from tests.browser import Browsers, states
from tests.doing import AFTER, FIRST, LAST, ask_experts, planned
from tests.judging import DECIDED, Judging


class Facility(NamedTuple):
    """What templates know of it."""

    name: str
    contact: str


PARTNERS = ["partner-me@example.org", "partner-xk@example.org"]
EXPERT, OFFICER = "x03@example.org", "ada@example.org"
ADRIFT = "Experts booked on days without an activity"
LATER = (date(2021, 11, 2), date(2021, 11, 4))


async def recipients(play: Judging, template: str) -> list[str]:
    """Who has a mail of this template."""
    async with play.db.reader() as connection:
        query = select(Mail.to_address).where(Mail.template == template).order_by(Mail.to_address)
        return list((await connection.scalars(query)).all())


async def move(play: Judging, key: UUID, first: date, last: date, at: datetime = DECIDED) -> None:
    await play.act("omar", lambda tx: postpone(tx, key, starts_on=first, ends_on=last, reason="Visas."), at)


async def tasks(play: Judging, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Labels of what waits for Ada in September 2021."""
    monkeypatch.setattr("facility.clock.now", lambda: DECIDED)
    ada = Visitor(
        play.people["ada"], "Ada", "AB", frozenset({Role.SECRETARIAT}), None, None, None, play.people["ada"]
    )
    async with play.db.reader() as connection:
        return [task.kind.label for task in (await work_of(connection, ada)).tasks]


async def entered(play: Judging, deployment: UUID) -> tuple[bytes, ...]:
    """Method, sequence and status of the entry that mails make in the calendar of the expert now."""
    query = select(Invitation.id).filter_by(deployment_id=deployment, outcome="accepted")
    templates = jinja2.Environment(autoescape=True)
    templates.globals["facility"] = Facility("Facility", "facility@facility.test")
    async with play.db.reader() as connection:
        invitation = (await connection.execute(query)).scalar_one()
        content = (await mission_days(connection, templates, invitation)).content
    return tuple(
        line.partition(b":")[2]
        for name in (b"METHOD", b"SEQUENCE", b"STATUS")
        for line in content.splitlines()
        if line.startswith(name)
    )


async def test_who_is_booked_learns_that_the_activity_is_moved_and_a_task_waits(
    play: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await planned(play, "A")
    deployment = await ask_experts(play, "A")
    assert ADRIFT not in await tasks(play, monkeypatch)
    await move(play, key, *LATER)
    assert await recipients(play, "activities/moved") == PARTNERS
    assert await recipients(play, "deployments/days_without_activity") == [OFFICER, EXPERT]
    assert ADRIFT in await tasks(play, monkeypatch)
    assert await entered(play, deployment) == (b"REQUEST", b"1", b"TENTATIVE")
    await play.act("ada", lambda tx: call_off(tx, deployment, reason="Moved to November."))
    assert ADRIFT not in await tasks(play, monkeypatch)
    assert {name: lines for name, lines in (await reconcile(play.db)).items() if lines} == {}


async def test_the_link_of_who_is_booked_says_what_the_mail_says(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, moved = await planned(play, "A"), "no-activity-on-these-days"
    deployment = await ask_experts(play, "A")
    async with play.db.transaction(now=DECIDED) as tx:
        accepted = select(Invitation.id).where(
            Invitation.deployment_id == deployment, Invitation.outcome == "accepted"
        )
        path = path_of(await make_link(tx, "invitation", (await tx.session.scalars(accepted)).one()))
    monkeypatch.setattr("facility.clock.now", lambda: DECIDED)
    anybody = await browse()
    assert moved not in states(await anybody.get(path))
    await move(play, key, *LATER)
    page = await anybody.get(path)
    assert ("you are booked" in page.text, moved in states(page)) == (True, True)


async def shown(play: Judging, browse: Browsers, deployment: UUID) -> tuple[str, ...]:
    """The status of the days in the file behind the link of who is booked, and in the feed that their calendar follows."""
    query = select(Invitation.id, Invitation.expert_id).filter_by(
        deployment_id=deployment, outcome="accepted"
    )
    async with play.db.transaction(now=DECIDED) as tx:
        booked = (await tx.session.execute(query)).one()
        file = f"{path_of(await make_link(tx, 'invitation', booked.id))}/booking.ics"
        feed = path_of(await make_link(tx, BOOKINGS, booked.expert_id))
    anybody = await browse()
    calendars = [(await anybody.get(path)).text.splitlines() for path in (file, feed)]
    return tuple(
        line.removeprefix("STATUS:") for lines in calendars for line in lines if line.startswith("STATUS:")
    )


async def test_an_activity_that_comes_back_to_its_first_days_makes_the_booking_certain_again(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facility.clock.now", lambda: DECIDED)
    key = await planned(play, "A")
    deployment = await ask_experts(play, "A")
    assert await shown(play, browse, deployment) == ("CONFIRMED",) * 2
    hours = (DECIDED + timedelta(hours=40 + number) for number in range(9))
    await move(play, key, *LATER, next(hours))
    assert await entered(play, deployment) == (b"REQUEST", b"1", b"TENTATIVE")
    assert await shown(play, browse, deployment) == ("TENTATIVE",) * 2
    await move(play, key, FIRST, LAST, next(hours))
    assert await recipients(play, "deployments/days_with_activity") == [EXPERT]
    assert await entered(play, deployment) == (b"REQUEST", b"2", b"CONFIRMED")
    assert await shown(play, browse, deployment) == ("CONFIRMED",) * 2
    # Who knows that the days stand hears nothing when they go on standing.
    await move(play, key, LAST, LAST, next(hours))
    assert await recipients(play, "deployments/days_with_activity") == [EXPERT]
    await move(play, key, *LATER, next(hours))
    assert await entered(play, deployment) == (b"REQUEST", b"3", b"TENTATIVE")
    # Another activity on these days does as well.
    draft = ActivityDraft(
        application_id=play.applications["A"],
        kind="workshop",
        title="Second workshop",
        place="Tirana",
        starts_on=LAST,
        ends_on=LAST,
    )
    await play.act("omar", lambda tx: plan_activity(tx, draft), next(hours))
    assert await entered(play, deployment) == (b"REQUEST", b"4", b"CONFIRMED")
    assert await recipients(play, "deployments/days_with_activity") == [EXPERT] * 2
    # A booking that has ended stays so.
    await play.act("ada", lambda tx: call_off(tx, deployment, reason="Not needed."), next(hours))
    await move(play, key, FIRST, LAST, next(hours))
    assert await recipients(play, "deployments/days_with_activity") == [EXPERT] * 2
    assert {name: lines for name, lines in (await reconcile(play.db)).items() if lines} == {}


async def test_who_is_booked_for_days_that_still_have_an_activity_hears_nothing(play: Judging) -> None:
    key = await planned(play, "A")
    await ask_experts(play, "A")
    await move(play, key, LAST, LAST + timedelta(days=3))
    assert await recipients(play, "activities/moved") == PARTNERS
    assert await recipients(play, "deployments/days_without_activity") == []


async def test_partners_and_experts_learn_that_it_is_called_off(play: Judging) -> None:
    key = await planned(play, "A")
    await ask_experts(play, "A")
    await play.act("omar", lambda tx: cancel(tx, key, reason="The hosts can't."))
    assert await recipients(play, "activities/moved") == PARTNERS
    assert EXPERT in await recipients(play, "deployments/days_without_activity")


async def test_an_award_that_is_closed_calls_off_what_has_not_begun(play: Judging) -> None:
    over, ahead = await planned(play, "A"), await planned(play, "A", "Second workshop")
    await move(play, ahead, *LATER)
    moved = await recipients(play, "activities/moved")
    await play.end("A", "30000.00", AFTER)
    states = {name: (await play.row(Activity, name)).state for name in (over, ahead)}
    assert states == {over: "planned", ahead: "cancelled"}
    assert await recipients(play, "activities/moved") == moved  # they hear that the award has ended instead
    assert await recipients(play, "awards/ended") == ["omar@example.org", *PARTNERS]
    with pytest.raises(Refused, match="not_funded"):
        await move(play, over, *LATER, AFTER)
    await play.act("omar", lambda tx: complete(tx, over), AFTER)


async def test_pages_say_what_ends_with_an_award(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facility.awards.service.consequences.clock.now", lambda: DECIDED)
    await planned(play, "A")
    await ask_experts(play, "A")
    award = (await play.award("A")).id
    ada = await browse(play.people["ada"])
    for path in ("close", "withdraw"):
        page = (await ada.get(f"/awards/{award}/{path}")).text
        for line in ("A/A1 Joint workshop", "A/D1, X03"):
            assert f"{line}, {day(FIRST)}</li>" in page, path


async def test_called_off_frees_the_days_and_tells_why(db: Database, play: Judging) -> None:
    deployment = await ask_experts(play, "A")
    await play.act("ada", lambda tx: call_off(tx, deployment, reason="Not needed."))
    assert await recipients(play, "deployments/called_off") == [EXPERT]
    async with db.reader() as connection:
        assert (await connection.scalars(select(Booking.day))).all() == []
    with pytest.raises(Refused, match="deployment_ended"):
        await play.act("ada", lambda tx: call_off(tx, deployment, reason="Again."))
    assert await recipients(play, "deployments/award_ended") == []


async def test_a_request_is_not_called_off_without_reason_or_after_its_days(play: Judging) -> None:
    deployment = await ask_experts(play, "A")
    with pytest.raises(Refused, match="reason_missing"):
        await play.act("ada", lambda tx: call_off(tx, deployment, reason=" "))
    with pytest.raises(Refused, match="too_late_to_cancel"):
        await play.act("ada", lambda tx: call_off(tx, deployment, reason="Late."), AFTER)


async def test_the_page_asks_why_and_keeps_what_was_typed(play: Judging, browse: Browsers) -> None:
    deployment = await ask_experts(play, "A")
    ada, path = await browse(play.people["ada"]), f"/deployments/{deployment}/call-off"
    page = await ada.get(path)
    assert page.status_code == 200
    assert "1 expert is booked" in page.text
    refused = await ada.send_form(path, {"reason": ""})
    assert refused.status_code == 422
    assert AFTER.date() > FIRST  # by the real clock its days are long over
    late = await ada.send_form(path, {"reason": "Kept words"})
    assert (late.status_code, "Kept words" in late.text) == (409, True)
