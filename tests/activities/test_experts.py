"""The lead of an activity asks for experts: what the secretariat makes of it, and what becomes of it when the activity moves."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.activities.models import Activity
from facility.activities.service.activities import ActivityDraft, cancel, plan_activity, postpone
from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment
from facility.deployments.models.wish import Wish
from facility.deployments.service.answering import accept
from facility.deployments.service.answering import cancel as cancel_booking
from facility.deployments.service.ending import call_off
from facility.deployments.service.requesting import RequestDraft, confirm_shortlist, request_expertise
from facility.deployments.service.rescheduling import ask_anew
from facility.deployments.service.wishing import WishDraft, refuse_wish, take_back, wish
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.experts.service.pool import register_expert, seed_themes
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.story.after_award import EXPERT, REQUEST
from tests.browser import Browser, Browsers, errors, gives_reason, work
from tests.judging import Judging
from tests.mails import IN_ORDER

TODAY = clock.now().date()
FIRST, LAST = TODAY + timedelta(days=30), TODAY + timedelta(days=32)
WISH = WishDraft(seats=1, themes=["X.JIT"], language="en", task="Teach for two days.")
TO_DO, MOVED = "experts-that-leads-ask-for", "experts-booked-on-days-without-an-activity"
"""Work of the secretariat."""


async def planned(play: Judging) -> UUID:
    draft = ActivityDraft(
        application_id=play.applications["A"],
        kind="workshop",
        title="Joint workshop",
        place="Tirana",
        starts_on=FIRST,
        ends_on=LAST,
    )
    made: Activity = await play.act("omar", lambda tx: plan_activity(tx, draft), clock.now())
    return made.id


async def pool(play: Judging) -> None:
    """One expert who is free for long."""
    sent = msgspec.structs.replace(
        EXPERT,
        code="X01",
        name="Xenia Known",
        email="x01@example.org",
        available=[(TODAY, date(2099, 12, 31))],
    )

    async def fill(tx: Tx) -> None:
        await seed_themes(tx)
        await register_expert(tx, sent)

    await play.act("ada", fill, clock.now())


async def wished(play: Judging, key: UUID, draft: WishDraft = WISH) -> Wish:
    made: Wish = await play.act("omar", lambda tx: wish(tx, key, draft), clock.now())
    return made


def draft_of(play: Judging, made: Wish) -> RequestDraft:
    return msgspec.structs.replace(
        REQUEST,
        application_id=play.applications["A"],
        starts_on=made.starts_on,
        ends_on=made.ends_on,
        wish_id=made.id,
    )


async def requested(play: Judging, made: Wish) -> UUID:
    draft = draft_of(play, made)
    return (await play.act("ada", lambda tx: request_expertise(tx, draft), clock.now())).id


async def booked(play: Judging, deployment_id: UUID) -> None:
    await play.act("ada", lambda tx: confirm_shortlist(tx, deployment_id), clock.now())
    async with play.db.reader() as connection:
        query = select(Invitation.id).where(Invitation.deployment_id == deployment_id)
        invitation = (await connection.scalars(query)).one()
    await play.act(None, lambda tx: accept(tx, invitation, named=True), clock.now())


async def move(play: Judging, key: UUID, days: int) -> None:
    by = timedelta(days=days)
    await play.act(
        "omar",
        lambda tx: postpone(tx, key, starts_on=FIRST + by, ends_on=LAST + by, reason="Visas."),
        clock.now(),
    )


async def mails(play: Judging, template: str = "activities/experts") -> list[tuple[str, str]]:
    """Address and subject of each mail of this template."""
    async with play.db.reader() as connection:
        query = select(Mail.to_address, Mail.subject).where(Mail.template == template)
        rows = await connection.execute(query.order_by(*IN_ORDER))
        return [(row.to_address, row.subject) for row in rows]


async def sound(play: Judging) -> None:
    assert {name: lines for name, lines in (await reconcile(play.db)).items() if lines} == {}


async def test_the_lead_asks_the_secretariat_completes_and_the_lead_hears(
    play: Judging, browse: Browsers
) -> None:
    key = await planned(play)
    await pool(play)
    here, asks = f"/activities/{key}", f"/activities/{key}/experts"
    omar, ada = await browse(play.people["omar"]), await browse(play.people["ada"])
    assert f'href="{asks}"' in (await omar.get(here)).text
    assert asks not in (await ada.get(here)).text
    wrong = await omar.send_form(asks, {"seats": "0", "language": "en", "task": "Teach."})
    assert (wrong.status_code, errors(wrong), "Teach." in wrong.text) == (422, ["seats", "themes"], True)
    form = {"seats": "1", "themes": ["X.JIT"], "language": "fr", "task": "Teach <b>two</b> days."}
    assert (await omar.send_form(asks, form)).status_code == 303
    assert (await omar.send_form(asks, form)).status_code == 303
    again = await omar.send_form(asks, {**form, "seats": "2"})
    assert (again.status_code, gives_reason(again, "experts_wished")) == (409, True)
    page = (await omar.get(here)).text
    assert ("With the secretariat" in page, "Teach &lt;b&gt;two&lt;/b&gt; days." in page) == (True, True)
    assert await completes(ada)
    row = (await rows_of(play, Wish))[0]
    path = f"/deployments/new?application={play.applications['A']}&wish={row.id}"
    new = (await ada.get(path)).text
    for words in ('value="Tirana"', f'value="{FIRST.isoformat()}"', f'value="{LAST.isoformat()}"'):
        assert words in new
    assert ("Teach &lt;b&gt;two&lt;/b&gt; days.</textarea>" in new, f'value="{row.id}"' in new) == (
        True,
        True,
    )
    deployment = await requested(play, row)
    assert not await completes(ada)
    with pytest.raises(Refused, match="request_made"):
        await play.act("vera", lambda tx: request_expertise(tx, draft_of(play, row)), clock.now())
    assert await mails(play) == []
    await booked(play, deployment)
    assert await mails(play) == [
        ("omar@example.org", "Experts are asked: A/A1"),
        ("omar@example.org", "Your experts have accepted: A/A1"),
    ]
    async with play.db.reader() as connection:
        contexts = list(
            await connection.scalars(select(Mail.context).where(Mail.template == "activities/experts"))
        )
    assert [context.get("names") for context in contexts if context["what"] == "filled"] == [["Xenia Known"]]
    assert "All seats filled" in (await omar.get(here)).text
    assert (await omar.send_form(f"{asks}/take-back")).status_code == 409
    await sound(play)


async def completes(ada: Browser) -> bool:
    page = await ada.get("/")
    return TO_DO in work(page) and "A/A1 Joint workshop" in page.text


async def rows_of[Row](play: Judging, model: type[Row]) -> list[Row]:
    async with play.db.transaction(now=clock.now()) as tx:
        return list(await tx.session.scalars(select(model)))


async def test_only_the_lead_asks_and_only_the_secretariat_refuses(play: Judging, browse: Browsers) -> None:
    key = await planned(play)
    await pool(play)
    await wished(play, key)
    asks = f"/activities/{key}/experts"
    for name, expected in {"arta": (404, 404, 403), "ada": (404, 404, 200), "omar": (409, 303, 403)}.items():
        browser = await browse(play.people[name])
        answers = (
            (await browser.get(asks)).status_code,
            (await browser.send_form(f"{asks}/take-back")).status_code if name != "omar" else 303,
            (await browser.get(f"{asks}/refuse")).status_code,
        )
        assert (name, answers) == (name, expected)


async def test_the_secretariat_refuses_with_a_reason_and_the_lead_may_ask_again(
    play: Judging, browse: Browsers
) -> None:
    key = await planned(play)
    await pool(play)
    await wished(play, key)
    ada, refuses = await browse(play.people["ada"]), f"/activities/{key}/experts/refuse"
    assert (await ada.send_form(refuses, {"reason": " "})).status_code == 422
    assert (await ada.send_form(refuses, {"reason": "Nobody knows this."})).status_code == 303
    await deliver_all(play.db, clock.now)
    assert await mails(play) == [("omar@example.org", "Your request for experts was refused: A/A1")]
    assert "Nobody knows this." in (await ada.get(f"/activities/{key}")).text
    with pytest.raises(Refused, match="wish_over"):
        await play.act("omar", lambda tx: take_back(tx, key), clock.now())
    made = await wished(play, key)
    await requested(play, made)
    with pytest.raises(Refused, match="wish_over"):
        await play.act("ada", lambda tx: refuse_wish(tx, key, reason="Late."), clock.now())


async def test_taken_back_before_anybody_is_asked(play: Judging) -> None:
    key = await planned(play)
    await pool(play)
    made = await wished(play, key)
    deployment = await requested(play, made)
    await play.act("omar", lambda tx: take_back(tx, key), clock.now())
    assert (await play.row(Deployment, deployment)).state == "ended"
    with pytest.raises(Refused, match="wish_over"):
        await requested(play, made)
    assert (await wished(play, key)).id != made.id
    await sound(play)


async def test_for_an_activity_that_is_cancelled_nobody_asks(play: Judging, browse: Browsers) -> None:
    key = await planned(play)
    await pool(play)
    made = await wished(play, key)
    await play.act("omar", lambda tx: cancel(tx, key, reason="No hosts."), clock.now())
    assert not await completes(await browse(play.people["ada"]))
    for refused in (requested(play, made), wished(play, key, msgspec.structs.replace(WISH, seats=2))):
        with pytest.raises(Refused, match="not_planned"):
            await refused


async def written(play: Judging, what: str) -> list[dict[str, Any]]:
    """What the mails of this kind to the lead say."""
    async with play.db.reader() as connection:
        contexts = await connection.scalars(
            select(Mail.context).where(Mail.template == "activities/experts").order_by(*IN_ORDER)
        )
        return [context for context in contexts if context["what"] == what]


async def test_the_lead_hears_that_an_expert_who_was_booked_does_not_come(play: Judging) -> None:
    key = await planned(play)
    await pool(play)
    deployment = await requested(play, await wished(play, key))
    await booked(play, deployment)
    assert await written(play, "one_less") == []
    (invitation,) = await rows_of(play, Invitation)
    await play.act(
        None,
        lambda tx: cancel_booking(tx, invitation.id, reason="Trial moved.", by_expert=True),
        clock.now(),
    )
    (mail,) = await written(play, "one_less")
    assert (mail["filled"], mail["seats"], "Trial" in str(mail)) == (0, 1, False)
    await sound(play)


async def test_the_lead_hears_that_the_secretariat_called_the_request_off(play: Judging) -> None:
    key = await planned(play)
    await pool(play)
    deployment = await requested(play, await wished(play, key))
    await booked(play, deployment)
    await play.act("ada", lambda tx: call_off(tx, deployment, reason="No money left."), clock.now())
    assert [mail["reason"] for mail in await written(play, "called_off")] == ["No money left."]
    assert await written(play, "one_less") == []


async def test_what_the_lead_set_off_or_goes_on_needs_no_mail(play: Judging) -> None:
    key = await planned(play)
    await pool(play)
    await requested(play, await wished(play, key))
    await play.act("omar", lambda tx: take_back(tx, key), clock.now())
    first = await requested(play, await wished(play, key))
    await booked(play, first)
    await move(play, key, 1)
    await play.act("ada", lambda tx: ask_anew(tx, first), clock.now())
    assert await written(play, "called_off") == []


async def test_who_says_yes_while_the_activity_is_elsewhere_hears_of_it_and_when_it_is_back(
    play: Judging,
) -> None:
    key = await planned(play)
    await pool(play)
    first = await requested(play, await wished(play, key))
    await move(play, key, 1)
    await booked(play, first)
    async with play.db.reader() as connection:
        query = select(Mail.context).where(Mail.template == "deployments/accepted")
        assert (await connection.execute(query)).scalar_one()["adrift"] is True
    assert await mails(play, "deployments/days_with_activity") == []
    await move(play, key, 0)
    again = [("x01@example.org", "Your booking stands: A/D1")]
    assert await mails(play, "deployments/days_with_activity") == again
    await sound(play)


async def test_an_activity_that_moves_asks_its_experts_anew_when_somebody_presses(
    play: Judging, browse: Browsers
) -> None:
    key = await planned(play)
    await pool(play)
    made = await wished(play, key)
    first = await requested(play, made)
    await booked(play, first)
    ada = await browse(play.people["ada"])
    assert MOVED not in work(await ada.get("/"))
    with pytest.raises(Refused, match="nothing_moved"):
        await play.act("ada", lambda tx: ask_anew(tx, first), clock.now())
    await move(play, key, 1)  # the days still overlap
    start = await ada.get("/")
    assert (MOVED in work(start), "A/D1 Tirana" in start.text) == (True, True)
    assert await mails(play, "deployments/days_without_activity") == [
        ("ada@example.org", "Activity moved or cancelled: A/D1"),
        ("x01@example.org", "Activity moved or cancelled: A/D1"),
    ]
    # Back on the days for which they were asked, and away once more.
    await move(play, key, 0)
    assert MOVED not in work(await ada.get("/"))
    assert await mails(play, "deployments/days_with_activity") == [
        ("x01@example.org", "Your booking stands: A/D1")
    ]
    await move(play, key, 1)
    anew = f"/deployments/{first}/anew"
    assert f'action="{anew}"' in (await ada.get(f"/deployments/{first}")).text
    answers = [await ada.send_form(anew) for _ in range(2)]
    await deliver_all(play.db, clock.now)
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    second = UUID(answers[0].headers["location"].split("/")[2])
    old, new = await play.row(Deployment, first), await play.row(Deployment, second)
    assert (old.state, new.state, new.wish_id) == ("ended", "requested", made.id)
    by = timedelta(days=1)
    assert (new.starts_on, new.ends_on, new.themes) == (FIRST + by, LAST + by, old.themes)
    assert [to for to, _subject in await mails(play, "deployments/called_off")] == ["x01@example.org"]
    assert MOVED not in work(await ada.get("/"))
    await booked(play, second)
    await sound(play)
