"""A form that another site made does nothing."""

from uuid import uuid4

import pytest

from facility.db import Database
from facility.web import csrf
from tests.browser import SECRET, Browsers
from tests.cast import Cast
from tests.web.notes import notes

GOOD = csrf.token_for(SECRET, "of-this-browser")


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (GOOD, {}, 303),
        (GOOD, {"sec-fetch-site": "same-origin", "origin": "http://facility.test"}, 303),
        (GOOD, {"origin": "null"}, 303),
        (None, {"x-csrf-token": GOOD}, 303),
        (None, {}, 403),
        ("", {}, 403),
        ("čćž", {}, 403),
        (csrf.token_for(SECRET, "of-another-browser"), {}, 403),
        (csrf.token_for("another secret", "of-this-browser"), {}, 403),
        (GOOD, {"sec-fetch-site": "cross-site"}, 403),
        (GOOD, {"sec-fetch-site": "same-site"}, 403),
        (GOOD, {"origin": "http://evil.test"}, 403),
        (GOOD, {"origin": "http://[evil"}, 403),
        (GOOD, {"origin": "https://facility.test.evil.test"}, 403),
    ],
)
async def test_only_our_own_forms_are_taken(
    browse: Browsers, db: Database, cast: Cast, token: str | None, headers: dict[str, str], status: int
) -> None:
    omar = await browse(cast.omar)
    data = {"words": "good"} | ({} if token is None else {csrf.FIELD: token})
    answer = await omar.post(f"/test/notes/{uuid4()}", data=data, headers=headers)
    assert answer.status_code == status
    assert await notes(db) == (["good"] if status == 303 else [])


async def test_without_the_cookie_no_token_helps(browse: Browsers, cast: Cast) -> None:
    omar = await browse(cast.omar)
    omar.cookies.delete("csrf")
    assert (await omar.send_form(f"/test/notes/{uuid4()}", {"words": "good"})).status_code == 403
