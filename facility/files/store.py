"""Where documents are kept: by their SHA-256, each once, in a folder or in an S3-compatible store, through obstore."""

import functools
import hashlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from facility.settings import Settings

_DIGEST = re.compile(r"[0-9a-f]{64}")
_WITHIN = timedelta(seconds=20)
"""For one request to S3; what takes longer is tried again once, and then the store is away."""


class StoreAway(OSError):  # noqa: N818 - it passes
    """The store can't be reached or doesn't answer."""


class DamagedDocument(Exception):  # noqa: N818 - it says so
    """What is kept under a hash has another one."""


class Store:
    """Documents, each at ab/cdef… by the hexadecimal SHA-256 of its bytes. All methods block.

    Only what the scan found clean may be put here: a document with a marking never touches a disk (dossier 7).
    """

    def __init__(self, root: Path) -> None:
        self._objects: ObjectStore = LocalStore(root, mkdir=True)
        self._root: Path | None = root

    @classmethod
    def in_bucket(cls, url: str) -> "Store":
        """A store at s3://bucket/prefix. Credentials, region and endpoint stand in the usual AWS_ variables,
        which obstore reads by itself."""
        store = cls.__new__(cls)
        store._root = None
        store._objects = S3Store.from_url(
            url,
            client_options={
                "timeout": _WITHIN,
                "connect_timeout": timedelta(seconds=5),
                "allow_http": os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"),
            },
            retry_config={"max_retries": 1, "retry_timeout": _WITHIN},
        )
        return store

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256. They are written also where they are already: then they are as young as
        any new ones, and not collected before somebody can refer to them; a damaged copy is replaced. A crash leaves the
        whole document or none; what has returned outlasts a power cut. Raises StoreAway."""
        digest = hashlib.sha256(data).hexdigest()
        try:
            obstore.put(self._objects, _key(digest), data, use_multipart=False)
        except BaseError as error:
            raise StoreAway("the store of documents did not take one") from error
        if self._root is not None:
            _settle(self._root / digest[:2] / digest[2:], self._root)
        return digest

    def get(self, sha256: str) -> bytes:
        """The bytes, which have this hash. Raises FileNotFoundError when there are none, DamagedDocument when they are
        others, StoreAway, and ValueError when that is no SHA-256."""
        try:
            data = bytes(obstore.get(self._objects, _key(sha256)).bytes())
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise StoreAway("the store of documents did not answer") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedDocument(sha256)
        return data

    def verify(self, sha256: str) -> bool:
        """Whether the document is there and still has the bytes that it is named after. Raises StoreAway."""
        try:
            self.get(sha256)
        except (FileNotFoundError, DamagedDocument):
            return False
        return True

    def under(self, prefix: str) -> list["Kept"]:
        """What is kept whose hash begins with these two digits. Raises StoreAway."""
        try:
            objects = [each for chunk in obstore.list(self._objects, prefix) for each in chunk]
        except BaseError as error:
            raise StoreAway("the store of documents did not say what it has") from error
        kept = (Kept(each["path"].replace("/", ""), each["size"], each["last_modified"]) for each in objects)
        return [each for each in kept if _DIGEST.fullmatch(each.sha256)]

    def since(self, sha256: str) -> datetime | None:
        """When it was last put here, by the store's clock; None where it isn't. Raises StoreAway."""
        try:
            at: datetime = obstore.head(self._objects, _key(sha256))["last_modified"]
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise StoreAway("the store of documents did not answer") from error
        return at

    def remove(self, sha256: str) -> None:
        """Delete it; nothing where it isn't there. Raises StoreAway."""
        try:
            obstore.delete(self._objects, _key(sha256))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise StoreAway("the store of documents did not delete one") from error

    def now(self) -> datetime:
        """What the store's clock says: it dates what it keeps by it. Raises StoreAway."""
        try:
            obstore.put(self._objects, _CLOCK, b"", use_multipart=False)
            at: datetime = obstore.head(self._objects, _CLOCK)["last_modified"]
        except BaseError as error:
            raise StoreAway("the store of documents did not say what time it is") from error
        return at


class Kept(NamedTuple):
    """A document in the store: its hash, its size in bytes, and when it was last put there."""

    sha256: str
    size: int
    at: datetime


PREFIXES = tuple(f"{number:02x}" for number in range(256))
"""Under which the store keeps documents."""

_CLOCK = "clock"

_configured: list[Store] = []


def configure(settings: Settings | None) -> None:
    """Say which store the steps and checks of this process look into; None for none."""
    _configured[:] = [open_store(settings)] if settings else []


def configured() -> Store | None:
    """That store; None where none was named, as in a process that only reads the database."""
    return _configured[0] if _configured else None


@functools.cache
def open_store(settings: Settings) -> Store:
    """The store that the settings name."""
    return (
        Store.in_bucket(settings.documents_url) if settings.documents_url else Store(settings.documents_dir)
    )


def _key(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256[2:]}"


def _settle(path: Path, root: Path) -> None:
    """obstore writes a draft and renames it. Bytes, rename and the new folder's own entry outlast a power cut only once
    they are synced; what a cut leaves torn before, nothing refers to, and the next `put` replaces."""
    for place in (path, path.parent, root):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
