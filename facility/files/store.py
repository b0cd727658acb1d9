"""Where documents are kept: by their SHA-256, each once, written so that a crash leaves the whole file or none."""

import hashlib
import os
import re
import secrets
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Store:
    """A folder of documents, each at root/ab/cdef… by the hexadecimal SHA-256 of its bytes.

    Only what the scan found clean may be put here: a document with a marking never touches a disk (dossier 7).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256. Doing so twice changes nothing; a damaged copy is replaced."""
        digest = hashlib.sha256(data).hexdigest()
        if not self.verify(digest):
            self._write(self._path(digest), data)
        return digest

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises FileNotFoundError when there are none, ValueError when that is no SHA-256."""
        return self._path(sha256).read_bytes()

    def verify(self, sha256: str) -> bool:
        """Whether the document is there and still has the bytes that it is named after."""
        try:
            return hashlib.sha256(self.get(sha256)).hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _path(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.root / sha256[:2] / sha256[2:]

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with open(draft, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        # The rename itself, and the new folder's own entry, outlast a power cut only once the folders are synced.
        for folder in (path.parent, self.root):
            _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
