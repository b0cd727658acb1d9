"""The public pages, and what every answer carries."""

from tests.conftest import Browsers


async def test_front_page(browse: Browsers) -> None:
    answer = await (await browse()).get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
