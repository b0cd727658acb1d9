"""The mark of a page: a new one for each, the same in a part, first in every tag that acts. Browsers: journeys/test_17_marks.py."""

import re
from pathlib import Path

import httpx
import pytest

from facility.settings import ROOT
from tests.browser import Browsers

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ACTS = re.compile(r"\s(?:data-)?(?:hx-|sse-|ws-)[a-z]|\sdata-(?:stream|autosave)\b")
MARKED = re.compile(r"<[a-z]+(?:{% if [a-z ]+ %})? {{ marked\(\) }}")
GIVEN = "0123456789-_abcdefABCD"


def marks(page: httpx.Response) -> set[str]:
    return set(re.findall(r'data-mark="([^"]*)"', page.text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_element_that_acts_is_marked_first_of_all(template: Path) -> None:
    source = re.sub(r"{#.*?#}", "", template.read_text(), flags=re.DOTALL)
    for match in ACTS.finditer(source):
        tag = source[source.rindex("<", 0, match.start()) :]
        assert MARKED.match(tag), tag[:200]


async def test_each_page_has_a_mark_of_its_own(browse: Browsers) -> None:
    browser = await browse()
    first, second = [marks(await browser.get("/sign-in")) for _ in range(2)]
    assert len(first) == len(second) == 1
    assert first != second
    assert len(next(iter(first))) == 22


async def test_a_part_bears_the_mark_of_the_page_that_asked(browse: Browsers) -> None:
    browser = await browse()
    asks = {"hx-request": "true", "x-mark": GIVEN}
    assert marks(await browser.get("/help", headers=asks)) == {GIVEN}
    assert GIVEN not in marks(await browser.get("/help", headers={"x-mark": GIVEN}))
    for wrong in ("", "short", '"><b>0123456789-_abcdef', GIVEN + "0"):
        page = await browser.get("/help", headers={**asks, "x-mark": wrong})
        assert len(next(iter(marks(page)))) == 22
