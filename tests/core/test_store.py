"""Documents are kept under their hash, in a folder or in an S3 server, and read back as they were."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from facility.files.store import PREFIXES, DamagedDocument, Store, StoreAway, open_store
from tests import documents
from tests.browser import settings_for

SIGNED = {"authorization": "AWS of-the-tests:as-good-as-any"}


def test_store_keeps_each_document_once(tmp_path: Path) -> None:
    root = tmp_path / "documents"
    store = Store(root)
    data = documents.png()
    digest = store.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert store.put(data) == digest
    assert store.get(digest) == data
    assert store.verify(digest)
    assert [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()] == [
        f"{digest[:2]}/{digest[2:]}"
    ]


def test_store_sees_and_mends_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"what was said")
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"what was not said")
    assert not store.verify(digest)
    assert store.put(b"what was said") == digest
    assert store.verify(digest)


def test_store_knows_only_what_it_has(tmp_path: Path) -> None:
    store = Store(tmp_path)
    absent = "0" * 64
    assert not store.verify(absent)
    with pytest.raises(FileNotFoundError):
        store.get(absent)
    for path in ("../../etc/passwd", absent.upper()[:-1] + "A", "", "ab"):
        with pytest.raises(ValueError, match="SHA-256"):
            store.get(path)


def test_a_document_that_was_kept_before_is_found(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"an old one").hexdigest()
    (tmp_path / digest[:2]).mkdir()
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"an old one")
    assert Store(tmp_path).get(digest) == b"an old one"


def test_a_bucket_keeps_documents_as_a_folder_does(bucket: Store, s3: str) -> None:
    data = os.urandom(7_000_000)
    digest = bucket.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert bucket.put(data) == digest
    assert bucket.get(digest) == data
    kept = httpx.get(f"{s3}/documents/kept/here/{digest[:2]}/{digest[2:]}", headers=SIGNED)
    assert kept.content == data
    assert not bucket.verify("0" * 64)
    with pytest.raises(FileNotFoundError):
        bucket.get("0" * 64)


def test_damage_in_a_bucket_is_seen_and_mended(bucket: Store, s3: str) -> None:
    digest = bucket.put(b"what was said")
    httpx.put(
        f"{s3}/documents/kept/here/{digest[:2]}/{digest[2:]}", content=b"what was not said", headers=SIGNED
    )
    with pytest.raises(DamagedDocument):
        bucket.get(digest)
    assert bucket.put(b"what was said") == digest
    assert bucket.get(digest) == b"what was said"


def test_a_bucket_out_of_reach_is_away_and_not_empty(bucket: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    away = Store.in_bucket("s3://documents/kept")
    for ask in (lambda: away.get("0" * 64), lambda: away.put(b"x"), lambda: away.verify("0" * 64)):
        with pytest.raises(StoreAway):
            ask()


def test_the_settings_say_where(bucket: Store, tmp_path: Path) -> None:
    here = settings_for("postgresql:///none", tmp_path)
    digest = open_store(here).put(documents.png())
    assert (tmp_path / "documents" / digest[:2] / digest[2:]).read_bytes() == documents.png()
    there = msgspec.structs.replace(here, documents_url="s3://documents/kept/here")
    assert open_store(there).put(b"elsewhere") == hashlib.sha256(b"elsewhere").hexdigest()
    assert bucket.get(hashlib.sha256(b"elsewhere").hexdigest()) == b"elsewhere"
    assert open_store(there) is open_store(there)


def test_a_document_put_again_is_as_young_as_a_new_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"an old one")
    os.utime(tmp_path / digest[:2] / digest[2:], (0, 0))
    assert store.since(digest) == datetime(1970, 1, 1, tzinfo=UTC)
    before = store.now()
    assert store.put(b"an old one") == digest
    again = store.since(digest)
    assert again is not None
    assert again >= before - timedelta(seconds=1)


def _listed(store: Store) -> None:
    digests = [store.put(f"document {number}".encode()) for number in range(3)]
    store.now()  # leaves something that is no document
    assert sorted(each.sha256 for prefix in PREFIXES for each in store.under(prefix)) == sorted(digests)
    (there,) = [each for each in store.under(digests[0][:2]) if each.sha256 == digests[0]]
    assert (there.size, there.at) == (10, store.since(digests[0]))
    for _ in range(2):
        store.remove(digests[0])
        assert store.since(digests[0]) is None
    assert store.verify(digests[1])


def test_a_folder_says_what_it_has(tmp_path: Path) -> None:
    _listed(Store(tmp_path))


def test_a_bucket_says_what_it_has(bucket: Store) -> None:
    for prefix in PREFIXES:
        for each in bucket.under(prefix):
            bucket.remove(each.sha256)
    _listed(bucket)
