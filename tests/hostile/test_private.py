"""What people type stays in rows: not in events, subjects of mails, addresses or logs; and a refused form leaves nothing."""

import contextlib
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.log import LineFormatter
from facility.web import cookies
from facility.web.limits import Limits
from tests.browser import SECRET, Browser, lent
from tests.databases import STATEMENTS, database_at
from tests.hostile.conftest import Crowd, GoingOn, Walk
from tests.hostile.forms import FREE, PageForm, send
from tests.hostile.judge import listed
from tests.hostile.values import MARK

LEAVES = ("/sign-out", "/rehearsal", "/people/{account_id}/close", "/people/{account_id}/roles")
AS_TYPED = ("/copy", "/preview", "/look")
"""Take what is typed as it is, to keep it for its person or to show what it comes to."""
ADDRESS = "zwiebelfisch@example.org"


def in_turn(walked: Walk) -> list[tuple[str, tuple[str, PageForm]]]:
    """Every route and its form; last what shuts its person out of what the others are about."""
    return sorted(walked.forms.items(), key=lambda item: (item[0].endswith("/conflict"), item[0]))


class Real:
    """The app on a copy of the story, where what is done is done."""

    def __init__(self, app: Litestar, db: Database, sessions: dict[str, str]) -> None:
        self.app, self.db, self.sessions = app, db, sessions

    @contextlib.asynccontextmanager
    async def browser(self, name: str) -> AsyncIterator[Browser]:
        """The person's browser, with no attempt counted."""
        lent(self.app, self.db).state.limits = Limits(None, SECRET)
        async with Browser(self.app) as browser:
            if name:
                browser.cookies.set(cookies.SESSION, self.sessions[name])
            yield browser

    async def rows(self, query: str) -> list[Any]:
        """What the database says."""
        async with self.db.reader() as connection:
            return list((await connection.execute(text(query))).scalars())

    async def counts(self) -> list[Any]:
        """Rows of every table, and the last event."""
        tables = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        parts = [f"SELECT '{name}' || count(*) FROM \"{name}\"" for name in tables]
        return sorted(await self.rows(" UNION ALL ".join([*parts, "SELECT 'last' || max(seq) FROM event"])))


@pytest_asyncio.fixture
async def real(
    standing_app: Litestar, server: str, going_on: GoingOn, sessions: dict[str, str]
) -> AsyncIterator[Real]:
    """A fresh copy of the story as it goes on."""
    async with really(standing_app, server, going_on, sessions) as made:
        yield made


@contextlib.asynccontextmanager
async def really(
    app: Litestar, server: str, going_on: GoingOn, sessions: dict[str, str]
) -> AsyncIterator[Real]:
    """A copy, for a while."""
    url = await database_at(server, "copied", of="going_on")
    db = Database(url, pool_size=2, statements=STATEMENTS)
    try:
        yield Real(app, db, sessions)
    finally:
        await db.dispose()


def _lines(caplog: pytest.LogCaptureFixture) -> str:
    """The log as the service writes it."""
    ours = [
        record for record in caplog.records if not record.name.startswith("httpx")
    ]  # the test's own browser
    return "\n".join(map(LineFormatter(as_json=True).format, ours))


def _marked(form: PageForm) -> list[tuple[str, str]]:
    """The form with the mark in every text, and an address with it in every address."""
    return [
        (field.name, _marked_value(field.kind, field.value) if field.kind in FREE else field.value)
        for field in form.fields
        if field.kind != "file"
    ]


def _marked_value(kind: str, value: str) -> str:
    if kind == "email":
        return ADDRESS
    return value if kind in ("date", "time") or value[:1].isdigit() else f"{MARK} {value}"[:150]


async def test_what_is_typed_stays_in_its_rows(
    walked: Walk, real: Real, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    done, addresses = [], []
    for route, (name, form) in in_turn(walked):
        if route.startswith(LEAVES):
            continue
        async with real.browser(name) as browser:
            response = await send(browser, form.action, _marked(form))
        assert response.status_code < 500, route
        addresses.append(response.headers.get("location", ""))
        if response.status_code == 303:
            done.append(route)
    await drain(real.db, clock.now)
    assert len(done) > 15
    assert [address for address in addresses if MARK in address or ADDRESS in address] == []
    events = await real.rows("SELECT kind || data::text FROM event")
    subjects = await real.rows("SELECT subject FROM mail")
    for written in [*events, *subjects, _lines(caplog)]:
        assert MARK.lower() not in written.lower()
    assert await real.rows("SELECT count(*) FROM delivery WHERE state <> 'done'") == [0]
    findings = await reconcile(real.db)
    assert {name: lines for name, lines in findings.items() if lines} == {}


EDGES: dict[str, tuple[str, ...]] = {
    "date": ("2000-01-01", "2099-12-31"),
    "time": ("00:00", "23:59:59"),
    "email": ("é@example.org", "a@x.org"),
}
OTHER_EDGES = ("\u200f\U0001f9c5\u200b", "999999", "0.01", "1", "2099-12-31")


def _edged(form: PageForm, which: int) -> list[tuple[str, str]]:
    """The form with values that are just right, or look as if: the first or last of their kind."""
    pairs = []
    for place, field in enumerate(field for field in form.fields if field.kind != "file"):
        edges = EDGES.get(field.kind, OTHER_EDGES) if field.kind in FREE else (field.value,)
        if re.search(r"_day|_on$|from|until", field.name) and field.kind in FREE:
            edges = EDGES["date"]
        pairs.append((field.name, edges[(place + which) % len(edges)]))
    return pairs


async def test_what_was_taken_can_be_shown(walked: Walk, real: Real) -> None:
    """A redirect is no success yet: the page that it leads to, and all others, can show what was taken."""
    broken: list[tuple[str, object, int]] = []
    taken = set()
    for route, (name, form) in in_turn(walked):
        for which in range(3) if not route.startswith(LEAVES) else ():
            async with real.browser(name) as browser:
                response = await send(browser, form.action, _edged(form, which))
                if response.status_code == 303:
                    taken.add(route)
                    page = await browser.get(response.headers["location"])
                    broken += [(route, which, page.status_code)] if page.status_code >= 400 else []
            broken += [(route, which, response.status_code)] if response.status_code >= 500 else []
    await drain(real.db, clock.now)
    for route, (name, path) in sorted(walked.visits.items()):
        async with real.browser(name) as browser:
            page = await browser.get(path)
        broken += [(route, "shown", page.status_code)] if page.status_code >= 500 else []
    assert not broken, listed(broken)
    assert len(taken) > 15


def _lasting(counts: list[str]) -> list[str]:
    """Without working copies: what is typed in a part of an application is kept for its person, refused or not."""
    return [count for count in counts if not count.startswith("unsaved")]


async def test_refused_forms_leave_nothing(walked: Walk, real: Real) -> None:
    await drain(real.db, clock.now)  # what the story left to do
    before = _lasting(await real.counts())
    refused = []
    for route, (name, form) in in_turn(walked):
        if route.startswith(LEAVES):
            continue
        values = _marked(form)
        free = [field.name for field in form.fields if field.kind in FREE]
        wrong = [(key, "\x07" if key == free[-1] else value) for key, value in values] if free else values
        async with real.browser(name) as browser:
            for pairs in (wrong, [*values, ("nobody_asked", "1")]):
                if pairs is values:
                    continue
                response = await send(browser, form.action, pairs)
                assert 400 <= response.status_code < 500 or route.endswith(AS_TYPED), route
                refused.append(route)
    await drain(real.db, clock.now)
    assert _lasting(await real.counts()) == before
    assert len(refused) > 60


async def test_nothing_that_is_asked_gets_into_the_log(
    walked: Walk, crowd: Crowd, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = f"{MARK}-token"
    for path in (f"/calls?before={MARK}", f"/{MARK}", f"/link/invitation/{token}", f"/link/partner/{token}"):
        await crowd[""].get(path)
    for name, form in walked.forms.values():
        await send(crowd[name], f"{form.action}?q={MARK}", [*_marked(form), ("unknown", MARK)])
    assert MARK.lower() not in _lines(caplog).lower()
