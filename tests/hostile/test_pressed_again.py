"""The same act of the same person is done once, however often and however fast a button is pressed."""

import re
from collections import Counter
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.events.relay import drain
from tests.browser import Browser
from tests.hostile.conftest import GoingOn, Walk
from tests.hostile.forms import PageForm, send
from tests.hostile.judge import listed
from tests.hostile.test_private import LEAVES, Real, in_turn, really

ANSWERS = {
    "/sign-in",
    "/register",
    "/pool",
    "/link/sign-in/{token}",
    "/assessments/{application_id}",
    "/operations/outbox",
}
"""Lead to a page that is the answer itself: it asks for the code, greets whoever has come in, shows the scores to be sent, or the mails
to an address."""
MAILS = ("/sign-in", "/register", "/pool")
"""Whoever did not get a mail asks for it again; how often is limited there."""


def _values(form: PageForm) -> list[tuple[str, str]]:
    return [(field.name, field.value) for field in form.fields if field.kind != "file"]


class Done(NamedTuple):
    """Every event by its kind, and every mail by its template and address; but for the trace that each attempt of somebody who is shut
    out leaves. last: by which it is seen that there is nothing new."""

    what: Counter[str]
    last: list[Any]


async def _done(real: Real, before: Done | None = None) -> Done:
    """Once all deliveries are made."""
    if before and await real.rows(_LAST) == before.last:
        return before
    await drain(real.db, clock.now)
    async with real.db.reader() as connection:
        rows = await connection.execute(text(_DONE))
        return Done(Counter({row.what: row.often for row in rows}), await real.rows(_LAST))


_LAST = "SELECT max(seq) FROM event UNION ALL SELECT count(*) FROM mail"


_DONE = """
    SELECT what, count(*) AS often FROM (
        SELECT kind AS what FROM event WHERE kind <> 'RecusedAttempt'
        UNION ALL SELECT template || ' ' || to_address FROM mail
    ) AS done GROUP BY what
"""


class Pressed(msgspec.Struct):
    """What came of pressing the button of each form."""

    took: list[str] = []
    """Routes that did something."""
    more: dict[str, Any] = {}
    """What was done when it was pressed again."""
    led: int = 0
    """How many redirects there were."""
    silent: list[tuple[str, str, int]] = []
    """Redirects whose page does not say what has happened."""


@pytest_asyncio.fixture(scope="module")
async def pressed(
    standing_app: Litestar, server: str, going_on: GoingOn, sessions: dict[str, str], walked: Walk
) -> Pressed:
    """Every route that changes something, with a form that fits, one press after the other. What is the same for both tests below is
    done once: telling everything that happened takes longer than the press."""
    pressed = Pressed()
    async with really(standing_app, server, going_on, sessions) as real:
        before = await _done(real)
        for route, (name, form) in in_turn(walked):
            if not route.startswith(LEAVES):
                async with real.browser(name) as browser:
                    before = await _press(pressed, real, browser, route, form, before)
    return pressed


async def _press(
    pressed: Pressed, real: Real, browser: Browser, route: str, form: PageForm, before: Done
) -> Done:
    """Once, and once more where that is not a wish for another mail; what was done by then."""
    first = await send(browser, form.action, _values(form))
    await _follow(pressed, browser, route, first)
    once = await _done(real, before)
    if route.startswith(MAILS):
        return once
    await send(browser, form.action, _values(form))
    again = await _done(real, once)
    if once.what != before.what:
        pressed.took.append(route)
    if extra := again.what - once.what:
        pressed.more[route] = (first.status_code, dict(extra))
    return again


async def _follow(pressed: Pressed, browser: Browser, route: str, answer: httpx.Response) -> None:
    """To the page that a redirect leads to."""
    if answer.status_code == 303 and route not in ANSWERS:
        address = answer.headers["location"]
        page = await browser.get(address)
        pressed.led += 1
        if not _says_what_was_done(page):
            pressed.silent.append((route, address, page.status_code))


async def test_a_form_that_is_sent_again_does_nothing_more(pressed: Pressed) -> None:
    assert pressed.more == {}
    assert len(pressed.took) > 35


async def test_a_redirect_leads_to_a_page_that_says_what_was_done(pressed: Pressed) -> None:
    """A redirect is no success by itself: its page is there for the person, and says what has happened."""
    assert not pressed.silent, listed(pressed.silent)
    assert pressed.led > 35


def _says_what_was_done(page: httpx.Response) -> bool:
    panel = r'class="(?:notice notice--\w+|done)"[^>]* role="status"'
    return page.status_code == 200 and re.search(panel, page.text) is not None
