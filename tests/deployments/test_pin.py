"""A yes to a sensitive request asks for the expert's PIN."""

import asyncio
from functools import partial

import pytest

from facility import clock
from facility.deployments.rules.answers import MOST_PIN_TRIES
from facility.events.relay import deliver_all
from facility.experts.rules.pin import check_pin
from facility.experts.service.pin import choose_pin, delete_pin
from facility.experts.service.profile_link import profile_link
from facility.outbox.links import path_of
from facility.refused import Refused
from tests.browser import Browsers, errors, gives_reason, states, work
from tests.deployments.conftest import AHEAD, INVITED, Sending, expert, form_of, sound

PIN = "482915"


async def sensitive(sending: Sending, *, pin: str | None = PIN) -> tuple[object, str]:
    """X1 is asked and may have a PIN, X2 waits; the request and the link."""
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    if pin:
        await sending.play.act(None, partial(choose_pin, expert_id=sending.experts["X1"], pin=pin), INVITED)
    key = await sending.soon(
        sensitive=True,
        declares_conflicts=True,
        terms_of_reference="Teach.",
        contact_name="Ada",
        contact_email="ada@example.org",
    )
    return key, await sending.link(key, "X1")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "12a456", "١٢٣٤٥٦", "111111", "121212", "345678", "876543"]
)
def test_a_pin_is_six_digits_that_nobody_tries_first(pin: str) -> None:
    with pytest.raises(Refused, match="pin_"):
        check_pin(pin)
    check_pin(PIN)


async def test_a_yes_comes_with_the_pin(sending: Sending, browse: Browsers) -> None:
    key, path = await sensitive(sending)
    browser = await browse()
    assert 'name="pin"' in (await browser.get(path)).text
    yes = {"answer": "accept", "conflict": "no"}
    for pin in ({}, {"pin": "000001"}):
        wrong = await browser.send_form(path, yes | pin)
        assert (wrong.status_code, errors(wrong)) == (422, ["pin"])
        assert "000001" not in wrong.text
    row = (await sending.invitations(key))["X1"]  # type: ignore[arg-type]
    assert (row.outcome, row.pin_tries) == ("open", 2)
    assert (await browser.send_form(path, yes | {"pin": PIN})).status_code == 303
    assert await sending.outcomes(key) == {"X1": "accepted"}  # type: ignore[arg-type]
    await sound(sending)


async def test_the_mail_of_a_sensitive_request_says_days_place_and_contact(sending: Sending) -> None:
    await sensitive(sending)
    (mail,) = await sending.mails("invitation")
    withheld = (mail.context["institutions"], mail.context["terms"], mail.context["offer"])
    assert withheld == ([], "", [])
    assert mail.context["contact"] == "Ada, ada@example.org"


async def test_few_tries_also_at_once_and_then_a_new_link(sending: Sending, browse: Browsers) -> None:
    key, path = await sensitive(sending)
    browser, ada = await browse(), await browse(sending.play.people["ada"])
    again = f"/deployments/{key}/invitations/{await sending.invitation(key, 'X1')}/new-link"  # type: ignore[arg-type]
    assert (await ada.send_form(again)).status_code == 409
    yes = {"answer": "accept", "conflict": "no"}
    answers = await asyncio.gather(*[browser.send_form(path, yes | {"pin": f"00000{n}"}) for n in range(10)])
    assert sorted(answer.status_code for answer in answers) == [409] * 5 + [422] * MOST_PIN_TRIES
    right = await browser.send_form(path, yes | {"pin": PIN})
    assert (right.status_code, "pin-locked" in states(right)) == (409, True)
    assert await sending.outcomes(key) == {"X1": "open"}  # type: ignore[arg-type]
    page = (await ada.get(f"/deployments/{key}")).text
    assert (again in page, "somebody with the link of X1" in page) == (True, True)
    assert "invitations-locked-by-a-wrong-pin" in work(await ada.get("/"))
    assert (await ada.send_form(again)).status_code == 303
    assert "invitations-locked-by-a-wrong-pin" not in work(await ada.get("/"))
    await deliver_all(sending.db, clock.now)
    assert (await browser.send_form(path, yes | {"pin": PIN})).status_code == 409
    fresh = [mail.link_id for mail in await sending.mails("invitation")]
    assert len(set(fresh)) == 2
    assert (await sending.invitations(key))["X1"].pin_tries == 0  # type: ignore[arg-type]


async def test_without_a_pin_nobody_accepts_and_anybody_declines(sending: Sending, browse: Browsers) -> None:
    key, path = await sensitive(sending, pin=None)
    browser = await browse()
    assert "You need a PIN to accept" in (await browser.get(path)).text
    yes = await browser.send_form(path, {"answer": "accept", "conflict": "no", "pin": PIN})
    assert yes.status_code == 409
    await browser.send_form(path, {"answer": "decline"})
    assert await sending.outcomes(key) == {"X1": "declined", "X2": "open"}  # type: ignore[arg-type]


async def test_the_pin_is_chosen_once_at_the_profile(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    expert_id = sending.experts["X1"]
    path = f"{path_of(await sending.play.act(None, lambda tx: profile_link(tx, expert_id), clock.now()))}/pin"
    browser, ada = await browse(), await browse(sending.play.people["ada"])
    simple = await browser.send_form(path, {"pin": "123456", "again": "123456"})
    assert gives_reason(simple, "pin_too_simple")
    other = await browser.send_form(path, {"pin": PIN, "again": "482916"})
    assert (other.status_code, PIN in other.text) == (422, False)
    assert (await browser.send_form(path, {"pin": PIN, "again": PIN})).status_code == 303
    assert (await browser.send_form(path, {"pin": "593026", "again": "593026"})).status_code == 409
    assert 'name="pin"' not in (await browser.get(path)).text
    assert (await ada.send_form(f"/experts/{expert_id}/pin")).status_code == 303
    assert 'name="pin"' in (await browser.get(path)).text
    with pytest.raises(Refused, match="pin_missing"):
        await sending.play.act("ada", lambda tx: delete_pin(tx, expert_id), clock.now())


async def test_a_request_is_marked_on_its_form(sending: Sending, browse: Browsers) -> None:
    ada = await browse(sending.play.people["ada"])
    answer = await ada.send_form("/deployments/new", form_of(sending, sensitive="yes"))
    page = await ada.get(answer.headers["location"])
    assert "experts accept with their PIN" in page.text
