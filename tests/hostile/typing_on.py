"""Text that somebody has typed in a form and not saved, by the button for browsers without scripts."""

from collections.abc import Iterable

from litestar import Litestar

from facility.db import Database
from facility.web import cookies
from tests.browser import Browser, lent
from tests.hostile.forms import FREE, PageForm, filled, read, send


async def type_in(app: Litestar, db: Database, session: str | None, pages: Iterable[str]) -> None:
    """In each of these pages, as this person, or as the holder of the link that they are."""
    async with Browser(lent(app, db)) as browser:
        if session:
            browser.cookies.set(cookies.SESSION, session)
        for page in pages:
            response = await browser.get(page)
            copy, *_by_button = [form for form in read(response).forms if form.action.endswith("/copy")]
            answer = await send(browser, copy.action, list(half_typed(copy).values().items()))
            assert answer.status_code == 303, (page, answer.status_code)


def half_typed(form: PageForm) -> PageForm:
    """The form with more in its texts than is saved."""
    for field in filled(form).fields:
        if field.kind in FREE and not field.value[:1].isdigit():
            field.value += " half typed"
    return form
