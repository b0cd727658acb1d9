"""Letters and lists as PDF/UA: tagged, named, in our own fonts, and made from files under static/ alone."""

import gc
import re
import socket
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
import pytest
from pypdf import PdfReader

from facility import press
from facility.pdf import render_pdf
from facility.press import STATIC, AssetMissingError, StaticOnly
from facility.settings import ROOT
from facility.web import filters, i18n

WORDS = "Đorđe Čelik Тајно ë"
FUNDING = "Co-funded by the European Union"
NOTE = (
    "* This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999"
    " and the ICJ Opinion on the Kosovo declaration of independence."
)


def letter(body: str, *, base: str = "letters/base.html") -> str:
    """The letter's frame around this body."""
    block = "heading" if base.startswith("documents") else "subject"
    source = (
        f'{{% extends "{base}" %}}{{% block {block} %}}Award{{% endblock %}}'
        f"{{% block reference %}}TAF-1{{% endblock %}}{{% block body %}}{body}{{% endblock %}}"
    )
    facility = {"name": "Technical Assistance Facility", "funding": FUNDING}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
    i18n.install(environment)
    filters.install(environment)
    return environment.from_string(source).render(facility=facility)


def text_of(written: bytes) -> str:
    """What poppler reads, on one line."""
    done = subprocess.run(["pdftotext", "-", "-"], input=written, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def fonts_of(written: bytes) -> set[str]:
    """The names of all embedded fonts, without the prefix of their subsets."""
    names = set()
    for page in PdfReader(BytesIO(written)).pages:
        fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts.values():
            names.add(re.sub(r"^/[A-Z]{6}\+", "", str(font.get_object()["/BaseFont"])))
    return names


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("base", ["letters/base.html", "documents/base.html"])
def test_is_tagged_and_says_its_title_and_language(base: str) -> None:
    reader = PdfReader(
        BytesIO(render_pdf(letter("<p>Dear</p>", base=base), title="Award TAF-1", lang="en", author="F"))
    )
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Award TAF-1", "F")
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/StructTreeRoot"]["/K"]
    assert re.search(rb'pdfuaid:part="1"|<pdfuaid:part>1<', root["/Metadata"].get_data())


def test_text_comes_out_as_it_went_in_and_in_our_fonts_alone() -> None:
    written = render_pdf(
        letter(f"<p>{WORDS} 35\u202f427.70 <strong>{WORDS}</strong> Kosovo*</p>"), title="Award"
    )
    text = text_of(written).replace("\u00a0", " ")
    assert text.count(WORDS) == 2
    assert f"{WORDS} 35 427.70" in text
    assert FUNDING in text
    assert NOTE in text
    assert fonts_of(written) == {"Facility-Text", "Facility-Strong-Bold"}


def test_a_long_table_repeats_its_head_and_not_its_sum_and_no_word_leaves_the_page() -> None:
    rows = "".join(f'<tr><th scope="row">Line {n}</th><td>{"q" * 200}</td></tr>' for n in range(60))
    body = (
        f"<p>{'q' * 400}</p><table><thead><tr><th>Kopf</th><th>What</th></tr></thead><tbody>{rows}</tbody>"
        "<tfoot><tr><th>Summe</th><td>1</td></tr></tfoot></table>"
    )
    written = render_pdf(letter(body, base="documents/base.html"), title="Budget")
    text = text_of(written)
    pages = len(PdfReader(BytesIO(written)).pages)
    assert pages > 2
    assert (text.count("Kopf"), text.count("Summe"), text.count("q")) == (pages, 1, 60 * 200 + 400)
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=written, capture_output=True, check=True)
    (width,) = set(re.findall(r'<page width="([0-9.]+)"', boxes.stdout.decode()))
    assert max(map(float, re.findall(r'xMax="([0-9.]+)"', boxes.stdout.decode()))) < float(width)


def test_headings_tables_and_the_emblem_are_tagged_as_such() -> None:
    table = '<h2>Scores</h2><table><thead><tr><th scope="col">Section</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    reader = PdfReader(BytesIO(render_pdf(letter(table), title="Award")))
    root: Any = reader.trailer["/Root"]
    kinds, alts = [], []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            kinds.append(str(node.get("/S")))
            if "/Alt" in node:
                alts.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    assert alts == ["Emblem of the European Union"]


def test_asks_the_network_for_nothing(listener: socket.socket) -> None:
    there = f"http://127.0.0.1:{listener.getsockname()[1]}"
    body = (
        f'<img src="{there}/a.png" alt=""><link rel="stylesheet" href="{there}/b.css"><p>{WORDS}</p>'
        f"<style>@import url({there}/c.css); p {{ background: url({there}/d.png) }}"
        f" @font-face {{ font-family: x; src: url({there}/e.ttf) }}</style>"
    )
    assert WORDS in text_of(render_pdf(letter(body), title="Award"))
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">SECRETWORD</text></svg>')
    static = tmp_path / "static"
    static.mkdir()
    (static / "way-out").symlink_to(secret)
    (static / "own.css").write_text("p {}")
    fetcher = StaticOnly(static)
    assert fetcher.fetch((static / "own.css").as_uri()).read() == b"p {}"
    outside = [
        secret.as_uri(),
        f"{static.as_uri()}/../secret.svg",
        f"{static.as_uri()}/%2e%2e/secret.svg",
        f"{static.as_uri()}/way-out",
        f"file://host{static}/own.css",
        "data:text/plain,x",
        "http://127.0.0.1/",
    ]
    for url in outside:
        with pytest.raises(ValueError, match="not a file under static/"):
            fetcher.fetch(url)
    written = render_pdf(letter(f'<img src="{secret.as_uri()}" alt=""><p>{WORDS}</p>'), title="Award")
    assert "SECRETWORD" not in text_of(written)


def test_a_missing_asset_of_ours_stops_the_letter() -> None:
    assert not (STATIC / "no-such.css").exists()
    with pytest.raises(AssetMissingError, match=r"static/no-such\.css is missing"):
        render_pdf(letter('<img src="no-such.css" alt="">'), title="Award")
    assert gc.isenabled()


def test_a_missing_font_stops_the_letter_and_the_next_try_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = tmp_path / "static"
    static.mkdir()
    (static / "paper.css").write_bytes((STATIC / "paper.css").read_bytes())
    with monkeypatch.context() as patched:
        patched.setattr(press, "STATIC", static)
        press._press.cache_clear()
        with pytest.raises(AssetMissingError, match=r"static/vendor/fonts/.* is missing"):
            render_pdf(letter("<p>Dear</p>"), title="Award")
    assert "Dear" in text_of(render_pdf(letter("<p>Dear</p>"), title="Award"))
