"""`facility scan`: one JSON line for each file, in their order, whatever the files are."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from facility.files.kinds import MAX_DOCUMENT
from tests import documents


def scanned(folder: Path, *names: str) -> list[dict[str, Any]]:
    """What the command says, run where nothing is set up."""
    command = [sys.executable, "-c", "from facility.cli import main; main()", "scan", *names]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path])),
    }
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_file_gets_its_line(tmp_path: Path) -> None:
    files = {
        "plain.pdf": documents.pdf(),
        "marked.xlsx": documents.xlsx(("x", "ПОВЕРЉИВО")),
        "header.docx": documents.docx(header="Interno"),
        "NATO SECRET.txt": b"anything",
        "locked.pdf": documents.encrypted_pdf(password="x"),
        "cut.docx": documents.docx()[:-40],
        "empty.pdf": b"",
        "text.pdf": b"plain text",
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "both.pdf": documents.pdf() + documents.docx(),
        "large.png": documents.png() + bytes(MAX_DOCUMENT),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    lines = scanned(tmp_path, *files, "folder", "nowhere.pdf")
    assert [list(line) for line in lines] == [["file", "refused", "marking", "where", "error"]] * 13
    assert [(line["file"], line["marking"] or line["error"], line["where"]) for line in lines] == [
        ("plain.pdf", None, None),
        ("marked.xlsx", "ПОВЕРЉИВО", "text"),
        ("header.docx", "Interno", "header or footer"),
        ("NATO SECRET.txt", "NATO SECRET", "name"),
        ("locked.pdf", "encrypted", None),
        ("cut.docx", "broken", None),
        ("empty.pdf", "empty", None),
        ("text.pdf", "unknown", None),
        ("old.doc", "unknown: old office format", None),
        ("both.pdf", "unknown: two kinds of file at once", None),
        ("large.png", "too large", None),
        ("folder", "a folder", None),
        ("nowhere.pdf", "not found", None),
    ]
    assert [line["refused"] for line in lines] == [line["marking"] is not None for line in lines]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*files, "folder"])
