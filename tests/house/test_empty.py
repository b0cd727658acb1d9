"""A facility in which nothing has happened: every list is there, says so, and leads nowhere that its reader may not go."""

import html
import re

import pytest

from facility import clock
from facility.accounts.service.people import add_user
from facility.db import Database
from facility.seed import seed
from facility.story.cast import PLACES, enter_places
from facility.web.access import Role, Visitor
from facility.web.navigation import entries
from tests.browser import Browsers

LINK = re.compile(r'<a (?:class="[^"]*" )?href="(/[^"#]*)')


@pytest.mark.parametrize("role", list(Role))
async def test_every_list_of_an_empty_facility_leads_on(db: Database, browse: Browsers, role: Role) -> None:
    await seed(db, clock.now())
    async with db.transaction(now=clock.now()) as tx:
        [place] = (await enter_places(tx, {"sipa": PLACES["sipa"]})).values()
        home = place if role is Role.OFFICER else None
        person = await add_user(
            tx, name="Ada", email="ada@facility.example", roles=[role], institution_id=home
        )
    browser = await browse(person.id)
    visitor = Visitor(person.id, "Ada", "A", frozenset({role}), home, None, None, person.id)
    menu = entries(visitor, "/")
    lists = {place.href for entry in menu for place in entry.inner or (entry,)}
    assert lists
    pages = {path: await browser.get(path) for path in sorted(lists)}
    assert {path: page.status_code for path, page in pages.items() if page.status_code != 200} == {}
    led_to = {html.unescape(href): path for path, page in pages.items() for href in LINK.findall(page.text)}
    answers = {path: (await browser.get(path)).status_code for path in sorted(led_to.keys() - lists)}
    assert {(led_to[path], path, status) for path, status in answers.items() if status >= 400} == set()
