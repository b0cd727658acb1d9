"""Documents are kept under their hash, in a folder or in an S3 server, and read back as they were."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from bench.processes import free_port
from facility.files.store import DamagedDocument, Store, StoreAway, open_store
from tests import documents
from tests.browser import told

START_WITHIN = 60.0
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


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with a bucket "documents"."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _make_bucket(process, url)
            yield url
        finally:
            process.kill()


def _make_bucket(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            assert httpx.put(f"{url}/documents").status_code == 200
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the S3 server does not answer")


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store in that bucket."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-tests")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return Store.in_bucket("s3://documents/kept/here")


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
    here = told("postgresql:///none", tmp_path)
    digest = open_store(here).put(documents.png())
    assert (tmp_path / "documents" / digest[:2] / digest[2:]).read_bytes() == documents.png()
    there = msgspec.structs.replace(here, documents_url="s3://documents/kept/here")
    assert open_store(there).put(b"elsewhere") == hashlib.sha256(b"elsewhere").hexdigest()
    assert bucket.get(hashlib.sha256(b"elsewhere").hexdigest()) == b"elsewhere"
    assert open_store(there) is open_store(there)
