"""What one party marks confidential reaches nobody else: every route, mail, document, export, event and log is looked through."""

import contextlib
import functools
import io
import logging
import re
import zipfile
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy import text

from facility import clock
from facility.applications.service.answers import save_answers
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.own_parts import fill_in_part
from facility.calls.rules.forms import By, FormSection
from facility.db import Database
from facility.drafting.handlers import opened
from facility.drafting.service import Holder, keep
from facility.events.relay import drain
from facility.forms.types import Field, FieldType
from facility.log import LineFormatter
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.web.guard import handlers
from facility.web.limits import Limits
from tests.browser import SECRET, Browser
from tests.databases import database_at
from tests.house.links import Guarded
from tests.house.story import TakingBack, fill, objects
from tests.house.world import EVERYBODY, TakesBack, World

PART = FormSection(
    key="part",
    title="Your part",
    by=By.PARTY,
    fields=(
        Field(key="contribution", label="What you contribute", type=FieldType.LONG_TEXT),
        Field(
            key="secret",
            label="What only the facility should know",
            type=FieldType.LONG_TEXT,
            confidential=True,
        ),
    ),
)
HOLDS = {"section_answers", "section_change", "confirmed_content", "unsaved"}
"""Tables in which a party's confidential answers stand."""


class Planted(msgspec.Struct):
    """A copy of the story with a secret of each party, by the words of it, and who may read which."""

    db: Database
    undone: TakesBack
    """The same, where what a request writes is taken back."""
    readers: dict[str, set[str]]
    links: dict[str, UUID]
    """Pages of links that are good, with the party whose each is."""
    turned_away: set[tuple[str, str, int]] = set()
    """Of which route, by which method and with which status a refusal has been read."""


@pytest_asyncio.fixture(scope="module")
async def planted(server: str, story: str, world: World) -> AsyncIterator[Planted]:
    """Secrets in a draft, in an application under evaluation and in one that was awarded."""
    url = await database_at(server, "confided", of="story")
    db = Database(url, pool_size=2)
    made = Planted(db, TakesBack(url), {}, {})
    async with db.transaction(now=clock.now()) as tx:
        section = msgspec.json.encode(PART).decode()
        await tx.session.execute(
            text(
                "UPDATE call SET form = jsonb_set(form, '{sections}', form -> 'sections' || CAST(:part AS jsonb))"
            ),
            {"part": section},
        )
    known = objects(world)
    await _plant_draft(made, world, known["draft"]["application_id"])
    for name in ("judged", "awarded"):
        await _plant_submitted(made, world, known[name])
    await drain(db, clock.now)
    await _links(made)
    yield made
    await made.undone.dispose()
    await db.dispose()


def _secret(party: Any) -> str:
    return f"Zwiebelfisch{str(party.id)[:8]}"


def _parties(world: World, application_id: UUID) -> list[Any]:
    return [
        party
        for party in world.rows["party"]
        if party.application_id == application_id and party.left_at is None
    ]


def _officers(world: World, party: Any) -> set[str]:
    return {
        name
        for name, role in EVERYBODY.items()
        if role == "officer" and world.people[name].institution_id == party.institution_id
    }


async def _plant_draft(made: Planted, world: World, application_id: UUID) -> None:
    """By commands: filled in, confirmed, changed afterwards so that a difference is shown, half typed anew."""
    for party in _parties(world, application_id):
        made.readers[_secret(party)] = _officers(world, party)
        answers = {"contribution": "Rooms", "secret": _secret(party)}
        async with made.db.transaction(now=clock.now()) as tx:
            await fill_in_part(tx, party.id, "part", answers)
            if not party.is_lead:
                await confirm_party(tx, party.id, signatory_name="S", signatory_function="D")
        async with made.db.transaction(now=clock.now(), actor=world.people["Arta Krasniqi"].id) as tx:
            typed = {"secret": [f"{_secret(party)} half typed"]}
            await keep(tx, party.id, "part", Holder(world.people["Arta Krasniqi"].id), typed)
            await keep(tx, party.id, "part", opened(), typed)
    async with made.db.transaction(now=clock.now()) as tx:
        await save_answers(tx, application_id, {"ask": {"summary": "Said otherwise"}})
        for party in _parties(world, application_id):
            await fill_in_part(tx, party.id, "part", {"secret": f"{_secret(party)} now"})
            if not party.is_lead and not await _asks(tx, party.id):
                await ask_for_change(tx, party.id, wish="Other days")


async def _asks(tx: Any, party_id: UUID) -> bool:
    query = text("SELECT count(*) FROM change_request WHERE party_id = :id AND outcome IS NULL")
    return bool((await tx.session.execute(query, {"id": party_id})).scalar_one())


async def _plant_submitted(made: Planted, world: World, ids: dict[str, Any]) -> None:
    """As rows, since no command writes in what was handed in."""
    for party in _parties(world, ids["application_id"]):
        assessors = {
            name
            for name, role in EVERYBODY.items()
            if role == "assessor" and world.related("application.assigned", name, ids)
        }
        made.readers[_secret(party)] = _officers(world, party) | {"Ada Berisha"} | assessors
        async with made.db.transaction(now=clock.now()) as tx:
            await tx.session.execute(
                text(
                    """
                    INSERT INTO section_answers (application_id, party_id, section, answers, salts, version, saved_at)
                    VALUES (:application, :party, 'part', jsonb_build_object('secret', CAST(:secret AS text)),
                        '{"secret": "salt"}', 1, now())
                    """
                ),
                {"application": ids["application_id"], "party": party.id, "secret": _secret(party)},
            )


async def _links(made: Planted) -> None:
    async with made.db.transaction(now=clock.now()) as tx:
        rows = await tx.session.execute(
            text("SELECT id FROM link WHERE purpose = 'partner' AND used_at IS NULL AND revoked_at IS NULL")
        )
        for key in rows.scalars().all():
            link = await tx.get(Link, key)
            made.links[path_of(link)] = link.subject_id


def whole_text(response: httpx.Response) -> str:
    """Everything that an answer says: headers and content."""
    return " ".join(f"{name}: {value}" for name, value in response.headers.items()) + read_out(response)


def read_out(response: httpx.Response) -> str:
    """The text, also of a PDF, and what is inside an archive."""
    if response.headers.get("content-type", "").startswith("application/pdf"):
        # Documents of the story are no real ones; what the product makes is.
        with contextlib.suppress(PyPdfError):
            return _printed(response.content)
    if response.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    return response.content.decode(errors="replace")


async def _walk(
    app: Litestar, made: Planted, name: str, session: str | None, world: World
) -> tuple[list[str], set[str]]:
    """What this person read that is not theirs, and which secrets they read at all. The guard turns somebody away before the
    object is read: that is looked at once for each route and status."""
    leaks, read = [], set()
    sets = {key: ids for key, ids in objects(world).items() if key in ("draft", "judged", "awarded")}
    guarded = Guarded(app, session) if session else None
    async with TakingBack(app, made.undone, session) as browser:
        for route, handler in handlers(app):
            requested = set[tuple[str, str]]()
            for label, ids in sets.items() if route.path_parameters else [("none", {"reference": ""})]:
                for path in _paths(route.path_format, ids, world):
                    for method in sorted(m for m in handler.http_methods if (m, path) not in requested):
                        requested.add((method, path))
                        if guarded and (status := await guarded.refusal(method, path)):
                            refusal = (method, route.path_format, status)
                            if refusal in made.turned_away:
                                continue
                            made.turned_away.add(refusal)
                        app.state.limits = Limits(None, SECRET)
                        secrets = _secrets(await _ask(browser, method, path), made)
                        read |= secrets
                        leaks += [
                            f"{method} {route.path_format} ({label}) as {name or 'nobody'}: {secret}"
                            for secret in secrets
                            if name not in made.readers[secret]
                        ]
    return leaks, read


def _paths(route: str, ids: dict[str, Any], world: World) -> list[str]:
    """The route filled in: for every party where it names one, and for the section that holds the secret."""
    here = {**ids, "section": "part"} if "{section}" in route else ids
    parties = (
        [party.id for party in _parties(world, ids["application_id"])]
        if "{party_id}" in route
        else [ids.get("party_id")]
    )
    paths = []
    for party_id in parties:
        path = fill(route, {**here, "party_id": party_id})
        paths.append(re.sub(r"/(answers|part)/ask\b", r"/\1/part", path))
    return paths


async def _ask(browser: Browser, method: str, path: str) -> httpx.Response:
    if method != "GET":
        return await browser.send_form(path)
    return await (browser.head(path) if path.endswith("/stream") else browser.get(path))


@functools.cache
def _printed(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def _secrets(response: httpx.Response, made: Planted) -> set[str]:
    words = whole_text(response)
    return {secret for secret in made.readers if secret in words}


async def test_no_answer_tells_another_what_is_confidential(
    standing_app: Litestar,
    planted: Planted,
    sessions: dict[str, str],
    world: World,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    leaks: list[str] = []
    readers: dict[str, set[str]] = defaultdict(set)
    for name in ("", *EVERYBODY):
        new_leaks, read = await _walk(standing_app, planted, name, sessions.get(name), world)
        leaks += new_leaks
        for secret in read:
            readers[secret].add(name)
    assert leaks == []
    assert {secret: names for secret, names in planted.readers.items() if names - readers[secret]} == {}
    lines = [
        LineFormatter(as_json=True).format(record) for record in caplog.records if record.name != "httpx"
    ]
    assert [line for line in lines if "Zwiebelfisch" in line] == []


async def test_a_link_shows_its_own_secret_alone(standing_app: Litestar, planted: Planted) -> None:
    assert planted.links
    async with TakingBack(standing_app, planted.undone, None) as browser:
        for path, party_id in planted.links.items():
            for below in (
                "",
                "/part/part",
                "/part/part/copy",
                "/part/part/discard",
                "/part/own-role",
                "/part/ask",
            ):
                for method in ("GET", "POST"):
                    secrets = _secrets(await _ask(browser, method, path + below), planted)
                    assert secrets <= {f"Zwiebelfisch{str(party_id)[:8]}"}


async def test_no_other_row_holds_it(planted: Planted) -> None:
    async with planted.db.reader() as connection:
        tables = (
            await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        ).scalars()
        holding = set()
        for table in tables.all():
            query = text(f"SELECT count(*) FROM \"{table}\" AS line WHERE line::text LIKE '%Zwiebelfisch%'")
            if (await connection.execute(query)).scalar_one():
                holding.add(table)
    assert holding == HOLDS
