"""The same act of the same person is done once, however often and however fast a button is pressed."""

import re
from collections import Counter
from typing import Any

import httpx

from facility import clock
from facility.events.relay import drain
from tests.hostile.conftest import Walk
from tests.hostile.forms import PageForm, send
from tests.hostile.judge import listed
from tests.hostile.test_private import LEAVES, Real, in_turn, real  # noqa: F401 - a fixture

ANSWERS = {"/sign-in", "/register", "/pool", "/link/sign-in/{token}", "/assessments/{application_id}"}
"""Lead to a page that is the answer itself: it asks for the code, greets whoever has come in, or shows the scores to be sent."""
MAILS = ("/sign-in", "/register", "/pool")
"""Whoever did not get a mail asks for it again; how often is limited there."""


def _values(form: PageForm) -> list[tuple[str, str]]:
    return [(field.name, field.value) for field in form.fields if field.kind != "file"]


async def _done(real: Real) -> Counter[str]:  # noqa: F811
    """Every event by its kind, and every mail by its template and address, once all deliveries are made; but for the trace that
    each attempt of somebody who is shut out leaves."""
    await drain(real.db, clock.now)
    query = "SELECT kind FROM event WHERE kind <> 'RecusedAttempt'"
    return Counter(await real.rows(f"{query} UNION ALL SELECT template || ' ' || to_address FROM mail"))


async def test_a_form_that_is_sent_again_does_nothing_more(walked: Walk, real: Real) -> None:  # noqa: F811
    """Every route that changes something, with a form that fits, one press after the other."""
    more: dict[str, Any] = {}
    took: list[str] = []
    before = await _done(real)
    for route, (name, form) in in_turn(walked):
        if route.startswith((*LEAVES, *MAILS)):
            continue
        async with real.browser(name) as browser:
            first = await send(browser, form.action, _values(form))
            once = await _done(real)
            for _ in range(2):
                await send(browser, form.action, _values(form))
        again = await _done(real)
        if once != before:
            took.append(route)
        if extra := again - once:
            more[route] = (first.status_code, dict(extra))
        before = again
    assert more == {}
    assert len(took) > 35


async def test_a_redirect_leads_to_a_page_that_says_what_was_done(walked: Walk, real: Real) -> None:  # noqa: F811
    """A redirect is no success by itself: its page is there for the person, and says what has happened."""
    silent, led = [], 0
    for route, (name, form) in in_turn(walked):
        if route.startswith(LEAVES) or route in ANSWERS:
            continue
        async with real.browser(name) as browser:
            answer = await send(browser, form.action, _values(form))
            if answer.status_code == 303:
                led += 1
                page = await browser.get(answer.headers["location"])
                if not _says_what_was_done(page):
                    silent.append((route, answer.headers["location"], page.status_code))
    assert not silent, listed(silent)
    assert led > 35


def _says_what_was_done(page: httpx.Response) -> bool:
    panel = r'class="(?:notice notice--\w+|done)"[^>]* role="status"'
    return page.status_code == 200 and re.search(panel, page.text) is not None
