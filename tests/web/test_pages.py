"""The public pages, and what every answer carries."""

import pytest

from tests.browser import Browsers


@pytest.mark.parametrize(
    "path", ["/help", "/privacy", "/accessibility", "/sign-in", "/register", "/registered"]
)
async def test_public_pages_bear_the_footnote_from_the_data(browse: Browsers, path: str) -> None:
    answer = await (await browse()).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "in line with UNSCR 1244/1999" in answer.text
