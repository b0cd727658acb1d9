"""A database as the release before left it is upgraded, and everything goes on: pages, links, texts, deliveries, mails."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import select, text

from facility import clock, migrate
from facility.accounts.service.sessions import begin_session
from facility.applications.rules.submission import fingerprint_of
from facility.awards.queries.bundle import bundle
from facility.awards.service.verification import verify
from facility.db import Database
from facility.drafting.queries import copies_of
from facility.evaluation.queries.board import own_assessment
from facility.evaluation.service.assessing import UNSENT
from facility.events.reactions import run_again
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.events.schedule import run_due
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.outbox.sender import Postman, hand_over_mails, send
from facility.outbox.service import MAKERS, send_again
from facility.settings import ROOT
from facility.web import cookies
from facility.worker import postman
from tests.browser import SECRET, Browser, lent, settings_for, states
from tests.databases import database_at
from tests.house.world import EVERYBODY
from tests.smtp import SmtpServer
from tests.upgrade.release import Release

FACILITY = Path(sys.executable).with_name("facility")
LINK = re.compile(r'href="(/[^"#?]*)"')


@pytest.fixture(scope="module")
def before() -> Release:
    """What the release before left behind."""
    return Release.read("0031")


def command(url: str, folder: Path, word: str, status: int = 0) -> str:
    """`facility WORD` on this database, as an administrator runs it, ending with this status; what it says."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "BASE_URL": "http://facility.test",
        "SECRET_KEY": SECRET,
        "FACILITY_DATA": str(folder),
    }
    done = subprocess.run(
        [FACILITY, word], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, f"{word}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest_asyncio.fixture(scope="module")
async def upgraded(server: str, before: Release, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of that database, upgraded by `facility migrate`."""
    url = await database_at(server, "upgraded")
    await before.restore(url)
    await asyncio.to_thread(command, url, tmp_path_factory.mktemp("upgraded"), "migrate")
    return url


@pytest.fixture
def now(before: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an hour after the release before was stopped."""
    monkeypatch.setattr(clock, "now", lambda: before.at + timedelta(hours=1))


@pytest_asyncio.fixture
async def db(upgraded: str, now: None) -> AsyncIterator[Database]:
    """The upgraded database, for tests that change nothing that another looks at."""
    made = Database(upgraded)
    yield made
    await made.dispose()


@pytest_asyncio.fixture
async def working_db(server: str, upgraded: str, now: None) -> AsyncIterator[Database]:
    """A copy of it, on which work goes on."""
    made = Database(await database_at(server, "upgraded_copy", of="upgraded"))
    yield made
    await made.dispose()


async def rows(db: Database, sql: str) -> list[Any]:
    async with db.reader() as connection:
        return list(await connection.execute(text(sql)))


async def off(db: Database) -> dict[str, list[str]]:
    """What reconcile finds, but for documents, which are not in the database: a test before may have named a store of its own."""
    findings = (await reconcile(db)).items()
    return {name: lines for name, lines in findings if lines and not name.startswith("documents:")}


async def test_everything_that_may_be_under_way_was_under_way(db: Database, before: Release) -> None:
    """Or this file would show nothing."""
    links = await rows(db, "SELECT DISTINCT purpose FROM link WHERE used_at IS NULL AND revoked_at IS NULL")
    purposes = {"clarification", "consultation", "invitation", "partner", "register", "sign-in"}
    assert {row.purpose for row in links} == purposes
    for table, expected in {
        "delivery": {"done", "parked", "waiting"},
        "mail": {"parked", "sending", "waiting"},
    }.items():
        assert {row.state for row in await rows(db, f"SELECT DISTINCT state FROM {table}")} == expected
    for table in ("unsaved", "change_request", "saved_view", "late_attempt"):
        assert await rows(db, f"SELECT 1 FROM {table}")


async def test_reconcile_finds_nothing(upgraded: str, tmp_path: Path) -> None:
    output = await asyncio.to_thread(command, upgraded, tmp_path, "reconcile", 1)
    off = [line for line in output.splitlines() if line.startswith("OFF")]
    assert off == ["OFF  documents: all there"]  # they are not in the database
    assert output.count("the store is empty, and ") == 1


async def test_reactions_of_the_release_before_are_demanded_of_all_that_happened_in_it(db: Database) -> None:
    known = await rows(db, "SELECT kind, reaction, since_seq FROM reaction_since")
    since = {(row.kind, row.reaction): row.since_seq for row in known}
    query = "SELECT DISTINCT kind, reaction FROM delivery JOIN event ON event.id = event_id"
    delivered = {(row.kind, row.reaction) for row in await rows(db, query)} & since.keys()  # some are gone
    assert {since[pair] for pair in delivered} == {0}
    assert len(delivered) > 20


async def test_every_link_that_was_open_opens(app_of: Litestar, db: Database) -> None:
    async with db.transaction(now=clock.now()) as tx:
        good = select(Link).where(Link.used_at.is_(None), Link.revoked_at.is_(None))
        links = (
            await tx.session.scalars(good.where(Link.expires_at.is_(None) | (Link.expires_at > tx.now)))
        ).all()
    async with Browser(app_of) as browser:
        answers = {link.purpose: set[int]() for link in links}
        for link in links:
            answers[link.purpose].add((await browser.get(path_of(link))).status_code)
    assert answers == {purpose: {200} for purpose in answers}


@pytest.fixture
def app_of(standing_app: Litestar, db: Database) -> Litestar:
    """The app on the upgraded database."""
    return lent(standing_app, db)


async def signed_in(app: Litestar, db: Database, name: str) -> Browser:
    """The browser of somebody of the story."""
    [person] = await rows(db, f"SELECT id FROM person WHERE name = '{name}'")
    browser = Browser(app)
    async with db.transaction(now=clock.now(), actor=person.id) as tx:
        browser.cookies.set(cookies.SESSION, await begin_session(tx, person.id))
    return browser


@pytest.mark.parametrize("name", EVERYBODY)
async def test_the_pages_of_everybody_open(app_of: Litestar, db: Database, name: str) -> None:
    """The first page, and two steps from there; documents are not in the database."""
    browser = await signed_in(app_of, db, name)
    seen, steps = {"/"}, ["/"]
    for _ in range(3):
        more: list[str] = []
        for path in steps:
            page = await browser.get(path)
            assert (path, page.status_code) in ((path, 200), (path, 303))
            links = [*LINK.findall(page.text), page.headers.get("location", "/")]
            more += [link for link in links if "/static/" not in link and "." not in link]
        steps = [link for link in dict.fromkeys(more) if link not in seen and "/documents/" not in link][:60]
        seen.update(steps)
    await browser.aclose()
    assert len(seen) > 5


async def test_every_letter_that_was_written_can_be_read_under_each_name(
    app_of: Litestar, db: Database, before: Release
) -> None:
    written = await rows(db, "SELECT id, kind FROM letter ORDER BY id")
    for row in written:
        for name in ("letter", "award_letter", "decision_letter"):  # as mails that wait may call it
            async with db.reader() as connection:
                made = await MAKERS[name](connection, app_of.state.renderer.environment, row.id)
            assert made.content.startswith(b"%PDF-")
    assert len(written) == len(before.tables["letter"].rows.splitlines()) > 5


async def test_rankings_that_were_decided_before_can_be_verified(db: Database) -> None:
    decided = [row.call_id for row in await rows(db, "SELECT call_id FROM award_decision")]
    assert decided
    for call_id in decided:
        async with db.reader() as connection:
            document = await bundle(connection, call_id)
        assert verify(msgspec.json.encode(document)).differences == []
        assert document["decision"]["root_in_log"] is False


async def test_what_was_typed_and_not_saved_is_still_there(app_of: Litestar, db: Database) -> None:
    [copy] = await rows(
        db,
        "SELECT application_id FROM unsaved JOIN party ON party.id = subject_id WHERE person_id IS NOT NULL",
    )
    browser = await signed_in(app_of, db, "Omar Hoxha")
    tasks = await browser.get(f"/applications/{copy.application_id}")
    await browser.aclose()
    assert "unsaved-there" in states(tasks)


async def test_the_worker_carries_on_with_what_it_finds(
    working_db: Database, smtp: SmtpServer, tmp_path: Path
) -> None:
    """Every reaction and every mail that was stored by name is known still, whatever became of its room."""
    db = working_db
    for delivery in await rows(db, "SELECT id FROM delivery WHERE state = 'parked'"):
        async with db.transaction(now=clock.now()) as tx:
            assert await run_again(tx, delivery.id)
    for mail in await rows(db, "SELECT id FROM mail WHERE state = 'parked'"):
        async with db.transaction(now=clock.now()) as tx:
            assert await send_again(tx, mail.id)
    await run_due(db, clock.now())
    await drain(db, clock.now)
    assert await rows(db, "SELECT reaction, error FROM delivery WHERE state <> 'done'") == []
    assert await rows(db, "SELECT step, item, error FROM failed_step") == []
    await _send_all(db, _postman(db.url, smtp, tmp_path))
    assert await rows(db, "SELECT template, error FROM mail WHERE state <> 'sent'") == []
    assert await off(db) == {}


def _postman(url: str, smtp: SmtpServer, folder: Path) -> Postman:
    made = postman(msgspec.structs.replace(settings_for(url, folder), smtp_url=smtp.url))
    assert made is not None
    return made


async def _send_all(db: Database, man: Postman) -> None:
    while turns := await hand_over_mails(db, clock.now()):
        for turn in turns:
            await send(db, man, turn, clock.now)


DRAFT = """SELECT application.id, application.version, party.id AS party, lead.id AS lead, person.id AS officer, party.role
    FROM application JOIN budget ON budget.application_id = application.id AND application.status = 'draft'
    JOIN party ON party.application_id = application.id AND NOT party.is_lead AND party.left_at IS NULL
    JOIN party AS lead ON lead.application_id = application.id AND lead.is_lead
    JOIN person ON person.institution_id = lead.institution_id ORDER BY application.id, party.id, person.id LIMIT 1"""
OWN = """{"key": "own", "title": "Your part", "by": "party", "fields": [{"key": "part", "label": "Part", "type": "long_text"},
    {"key": "secret", "label": "Secret", "type": "short_text", "confidential": true}]}"""
ANSWERS = {"part": "Stellt den Saal: „Čelik“", "secret": "Zwiebelfisch"}
OLDER = "an older seal"


async def _put(db: Database, statement: str, **values: object) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await tx.session.execute(text(statement), values)


async def _type_before(
    db: Database, party: UUID, section: str, *, seal: str | None = None, by: UUID | None = None, on: int = 0
) -> UUID:
    """A row of the tables of before: of this person, or by a link; whose it is."""
    holder = by or uuid4()
    if by:
        statement = """INSERT INTO working_copy (application_id, party_id, section, person_id, typed, based_on, seal, started_at, saved_at)
            SELECT application_id, id, :section, :holder, '{"typed": ["Half"]}', :on, :seal, now(), now() FROM party WHERE id = :party"""
    else:
        statement = """INSERT INTO working_copy_by_link (party_id, section, sitting, typed, seal, started_at, saved_at)
            VALUES (:party, :section, :holder, '{"typed": ["Half"]}', :seal, now(), now())"""
    values = {"party": party, "section": section, "holder": holder, "seal": seal}
    await _put(db, statement, **values, **({"on": on} if by else {}))
    return holder


async def _ground(db: Database) -> tuple[UUID, UUID, UUID, UUID, int, str]:
    """A draft of the release before, with a part that its partner has filled in three times, one of them its role twice."""
    [row] = await rows(db, DRAFT)
    await _put(
        db,
        """UPDATE call SET form = jsonb_set(form, '{sections}', form -> 'sections' || CAST(:own AS jsonb))
        WHERE id = (SELECT call_id FROM application WHERE id = :id)""",
        own=OWN,
        id=row.id,
    )
    await _put(
        db,
        """INSERT INTO section_answers (application_id, party_id, section, answers, salts, version, saved_at)
        VALUES (:id, :party, 'own', CAST(:answers AS jsonb), '{}', 3, now())""",
        id=row.id,
        party=row.party,
        answers=msgspec.json.encode(ANSWERS).decode(),
    )
    await _put(
        db,
        """INSERT INTO section_change (id, application_id, party_id, section, version, application_version, saved_at, before, after)
        SELECT gen_random_uuid(), :id, :lead, 'party-' || CAST(:party AS uuid), version, 1, now(), '{}', '{}' FROM generate_series(1, 2) AS version""",
        id=row.id,
        lead=row.lead,
        party=row.party,
    )
    return row.id, row.party, row.lead, row.officer, row.version, row.role


async def test_unsaved_text_of_before_is_kept_with_what_it_rests_on(working_db: Database) -> None:
    await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")
    assert await rows(working_db, "SELECT 1 FROM working_copy")
    assert await rows(working_db, "SELECT 1 FROM working_copy_by_link")
    _draft, party, lead, officer, version, role = await _ground(working_db)
    public = {"part": ANSWERS["part"]}
    expected: dict[tuple[UUID, str, UUID], int] = {
        (lead, "themes", await _type_before(working_db, lead, "themes", by=officer, on=1)): 1,
        (lead, "budget", await _type_before(working_db, lead, "budget", by=officer, on=version)): version,
        (
            party,
            "own",
            await _type_before(working_db, party, "own", by=officer, seal=fingerprint_of(public)),
        ): 3,
        (party, "own-role", await _type_before(working_db, party, "own-role", by=officer, seal=OLDER)): 1,
    }
    for section, seal, rests_on in (
        ("own", fingerprint_of(ANSWERS), 3),
        ("own", OLDER, 2),
        ("own-role", fingerprint_of({"role": role}), 2),
    ):
        expected[party, section, await _type_before(working_db, party, section, seal=seal)] = rests_on
    for _again in range(2):
        await asyncio.to_thread(migrate.upgrade, working_db.url)
        assert await _rests_on(working_db, [lead, party], officer, expected) == expected
        await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")


async def _rests_on(
    db: Database, subjects: list[UUID], officer: UUID, wanted: dict[tuple[UUID, str, UUID], int]
) -> dict[tuple[UUID, str, UUID], int]:
    """The versions on which the copies rest that were put in."""
    made: dict[tuple[UUID, str, UUID], int] = {}
    async with db.reader() as connection:
        for person in (officer, None):
            for (subject, section), copies in (await copies_of(connection, subjects, person)).items():
                made |= {(subject, section, copy.holder_id): copy.based_on for copy in copies}
                assert all(copy.typed for copy in copies)
    return {key: made.get(key, -1) for key in wanted}


SENT = "SELECT application_id, assessor_id, scores, comments, sent_at FROM assessment ORDER BY 1, 2"


async def test_what_an_assessor_had_not_sent_is_unsaved_text(working_db: Database) -> None:
    sent = await rows(working_db, SENT)
    await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")
    [seat] = await rows(
        working_db,
        """SELECT application_id, assessor_id FROM assignment WHERE NOT EXISTS (SELECT FROM assessment
            WHERE assessment.application_id = assignment.application_id AND assessment.assessor_id = assignment.assessor_id)
        ORDER BY 1, 2 LIMIT 1""",
    )
    await _put(
        working_db,
        """INSERT INTO assessment (application_id, assessor_id, scores, comments, state, saved_at)
        VALUES (:application_id, :assessor_id, '{"capacity": "fourt"}', '{"relevance": "Half a sent"}', 'draft', now())""",
        **seat._mapping,
    )
    query = "SELECT scores, comments FROM assessment WHERE state = 'draft'"
    before = await rows(working_db, query)
    for _again in range(2):
        await asyncio.to_thread(migrate.upgrade, working_db.url)
        async with working_db.reader() as connection:
            copies = await copies_of(connection, [seat.application_id], seat.assessor_id)
            own = await own_assessment(connection, seat.application_id, seat.assessor_id)
        [copy] = copies[seat.application_id, UNSENT]
        assert copy.typed == {"score-capacity": ["fourt"], "comment-relevance": ["Half a sent"]}
        assert own.values == {"score-capacity": "fourt", "comment-relevance": "Half a sent"}
        assert await rows(working_db, SENT) == sent
        await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")
        assert await rows(working_db, query) == before
