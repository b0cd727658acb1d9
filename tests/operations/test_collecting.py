"""The store of documents is cleared of what nothing refers to, and never of what is being attached."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.applications.models.application import Application, Document
from facility.applications.service.documents import attach_document, remove_document
from facility.db import Database, new_id
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.schedule import run_due
from facility.files import intake
from facility.files import store as stores
from facility.files.kept import AFTER_REMOVAL, DOCUMENT
from facility.files.store import PREFIXES, Kept, Store, open_store
from facility.operations.events import DocumentsCollected
from facility.operations.models import Collection
from facility.operations.service.collecting import EVERY, collect, collect_documents_due, delete_unless_needed
from facility.settings import Settings
from facility.worker import background
from tests import documents
from tests.applications.conftest import NOW, Stage

OLD = datetime(2021, 1, 1, tzinfo=UTC)
TURNS = 64


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The store that this process looks into."""
    stores.configure(settings)
    yield open_store(settings)
    stores.configure(None)


def aged(settings: Settings, sha256: str) -> str:
    """As if it had been put there long ago."""
    os.utime(settings.documents_dir / sha256[:2] / sha256[2:], (OLD.timestamp(), OLD.timestamp()))
    return sha256


async def attached(db: Database, application: UUID, sha256: str) -> UUID:
    async with db.transaction(now=NOW) as tx:
        document = await attach_document(tx, application, name="a.pdf", kind="pdf", size=1, sha256=sha256)
    return document.id


async def removed(db: Database, document: UUID, at: datetime = NOW) -> None:
    async with db.transaction(now=at) as tx:
        await remove_document(tx, document)


async def cleared(db: Database, at: datetime) -> int:
    """A whole walk through the store, turn by turn."""
    return sum([await collect_documents_due(db, at) for _ in range(TURNS)])


async def test_what_nothing_refers_to_goes_after_a_day(
    db: Database,
    draft: UUID,
    store: Store,
    settings: Settings,
) -> None:
    orphan = aged(settings, store.put(b"nobody's"))
    wanted = aged(settings, store.put(b"the agenda"))
    young = store.put(b"just arrived")
    await attached(db, draft, wanted)
    assert await cleared(db, NOW) == 1
    assert [store.verify(sha256) for sha256 in (orphan, wanted, young)] == [False, True, True]
    async with db.transaction(now=NOW) as tx:
        (walk,) = (await tx.session.scalars(select(Collection))).all()
    assert (walk.looked_at, walk.unreferenced, walk.removed, walk.bytes) == (3, 1, 0, 8)
    async with db.reader() as connection:
        (event,) = await history(connection, walk.id)
    assert event.event == DocumentsCollected(
        collection_id=walk.id, looked_at=3, unreferenced=1, removed=0, bytes=8
    )


async def test_it_walks_once_a_day_and_a_part_at_a_time(
    db: Database, store: Store, settings: Settings
) -> None:
    aged(settings, store.put(b"nobody's"))
    assert await collect_documents_due(db, NOW) in (0, 1)
    async with db.transaction(now=NOW) as tx:
        (walk,) = (await tx.session.scalars(select(Collection))).all()
        assert (walk.prefix, walk.ended_at) == (4, None)
    await cleared(db, NOW)
    again = aged(settings, store.put(b"and another"))
    assert await cleared(db, NOW + EVERY - timedelta(seconds=1)) == 0
    assert store.verify(again)
    assert await cleared(db, NOW + EVERY) == 1


async def test_where_no_store_is_known_nothing_is_looked_for(db: Database) -> None:
    assert await collect_documents_due(db, NOW) == 0
    await run_due(db, NOW)
    async with db.transaction(now=NOW) as tx:
        assert (await tx.session.scalars(select(Collection))).all() == []


async def test_whoever_runs_the_scheduler_knows_the_store(settings: Settings, database_url: str) -> None:
    async with background(settings, database_url):
        assert stores.configured() is open_store(settings)
    assert stores.configured() is None


async def test_what_was_removed_goes_when_it_is_needed_no_more(
    db: Database,
    draft: UUID,
    store: Store,
    settings: Settings,
) -> None:
    sha256 = aged(settings, store.put(b"the first agenda"))
    await removed(db, await attached(db, draft, sha256))
    assert await cleared(db, NOW + AFTER_REMOVAL - timedelta(seconds=1)) == 0
    assert store.verify(sha256)
    assert await cleared(db, NOW + AFTER_REMOVAL + EVERY) == 1
    assert not store.verify(sha256)
    async with db.transaction(now=NOW) as tx:
        walks = (await tx.session.scalars(select(Collection).order_by(Collection.begun_at))).all()
        assert [(walk.removed, walk.unreferenced) for walk in walks] == [(0, 0), (1, 0)]
        assert len((await tx.session.scalars(select(Document))).all()) == 1  # the history names it
    assert not any((await reconcile(db)).values())


async def test_what_was_removed_here_and_is_attached_there_stays(
    db: Database,
    draft: UUID,
    store: Store,
    settings: Settings,
) -> None:
    sha256 = aged(settings, store.put(b"the agenda of both"))
    await removed(db, await attached(db, draft, sha256))
    await attached(db, draft, sha256)
    assert await cleared(db, NOW + 2 * AFTER_REMOVAL) == 0
    assert store.verify(sha256)


async def test_what_was_submitted_is_never_collected(
    db: Database,
    stage: Stage,
    confirmed: UUID,
    store: Store,
    settings: Settings,
) -> None:
    """Even where its row says removed: what is frozen names it."""
    sha256 = aged(settings, store.put(b"a mandate"))
    async with db.transaction(now=NOW) as tx:
        document = await attach_document(
            tx, confirmed, name="a.pdf", kind="pdf", size=1, sha256=sha256, may_void=True
        )
        application = await tx.lock(Application, confirmed)
        await tx.session.refresh(application, ["submission"])
        application.submission = {"documents": [{"name": "a.pdf", "sha256": sha256}]}
        document.removed_at = NOW
    assert await cleared(db, NOW + 2 * AFTER_REMOVAL) == 0
    assert store.verify(sha256)


async def test_what_is_put_again_is_not_collected_before_it_is_referred_to(
    db: Database, store: Store, settings: Settings
) -> None:
    sha256 = aged(settings, store.put(documents.png()))
    taken = await intake.take_in(
        settings, "a.png", documents.png(), lambda sha256: db.sharing(DOCUMENT, sha256)
    )
    assert isinstance(taken, intake.Stored)
    assert taken.sha256 == sha256
    assert await cleared(db, NOW) == 0
    assert store.verify(sha256)


async def test_what_is_put_again_after_it_was_seen_is_not_collected(
    db: Database, store: Store, settings: Settings
) -> None:
    sha256 = aged(settings, store.put(b"seen when it was old"))
    seen, before = Kept(sha256, 20, OLD), OLD + timedelta(days=1)
    store.put(b"seen when it was old")
    assert not await delete_unless_needed(db, store, NOW, seen, before)
    assert store.verify(sha256)
    aged(settings, sha256)
    assert await delete_unless_needed(db, store, NOW, seen, before)


async def test_while_somebody_puts_a_document_it_is_not_collected(
    db: Database, store: Store, settings: Settings
) -> None:
    sha256 = aged(settings, store.put(b"nobody's, for now"))
    async with db.sharing(DOCUMENT, sha256):
        assert await cleared(db, NOW) == 0
    assert store.verify(sha256)
    assert await cleared(db, NOW + EVERY) == 1


async def test_whoever_puts_waits_for_the_collection_of_the_same(
    db: Database, store: Store, settings: Settings
) -> None:
    picture = documents.png()
    sha256 = aged(settings, store.put(picture))
    async with db.alone(DOCUMENT, sha256) as alone:
        assert alone
        putting = asyncio.create_task(
            intake.take_in(settings, "a.png", picture, lambda sha256: db.sharing(DOCUMENT, sha256))
        )
        done, _pending = await asyncio.wait([putting], timeout=1)
        assert not done
        store.remove(sha256)
    await putting
    assert store.verify(sha256)


async def test_locks_are_given_back(db: Database) -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="it ends"):
            async with db.sharing(DOCUMENT, "a"):
                raise ValueError("it ends with what was done in it")
        async with db.alone(DOCUMENT, "a") as alone:
            assert alone


async def _bucket_cleared(db: Database, store: Store, hashes: Sequence[str]) -> int:
    async with db.transaction(now=NOW) as tx:
        walk = Collection(
            id=new_id(), begun_at=NOW, prefix=0, looked_at=0, unreferenced=0, removed=0, bytes=0
        )
        tx.add(walk)
    prefixes = [prefix for prefix in PREFIXES if prefix in {sha256[:2] for sha256 in hashes}]
    return await collect(db, store, NOW, walk, prefixes, unreferenced=timedelta(seconds=-5))


async def test_a_bucket_is_cleared_as_a_folder_is(
    db: Database,
    draft: UUID,
    bucket: Store,
) -> None:
    orphan, wanted = bucket.put(os.urandom(20)), bucket.put(os.urandom(20))
    await attached(db, draft, wanted)
    assert await _bucket_cleared(db, bucket, [orphan, wanted]) == 1
    assert (bucket.verify(orphan), bucket.verify(wanted)) == (False, True)


async def test_reconcile_names_what_is_lost_and_what_is_left_behind(
    db: Database,
    draft: UUID,
    store: Store,
    settings: Settings,
) -> None:
    left = aged(settings, store.put(b"nobody's"))
    store.put(b"just arrived")
    lost = "5b" * 32
    await attached(db, draft, lost)
    findings = {name: lines for name, lines in (await reconcile(db)).items() if lines}
    assert findings == {
        "documents: all there": [f"document {lost} is not in the store"],
        "documents: none left behind": [f"document {left} is in the store, and nothing refers to it"],
    }


async def test_reconcile_says_of_an_empty_store_that_it_is_empty(
    db: Database, draft: UUID, store: Store
) -> None:
    for number in range(2):
        await attached(db, draft, f"{number:064x}")
    assert (await reconcile(db))["documents: all there"] == [
        "the store is empty, and 2 documents belong there: is it the right one?"
    ]


async def test_reconcile_says_that_the_store_is_away(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(stores, "_configured", [Store.in_bucket("s3://documents/kept")])
    findings = await reconcile(db)
    assert findings["documents: all there"] == ["the store of documents does not answer"]
