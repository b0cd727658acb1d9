"""Commit, then send: what a page says is true. Refusals roll back, and every failure is a page."""

import logging
from datetime import datetime
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.app import create_app
from facility.db import Database
from facility.settings import Settings
from facility.web import cookies
from facility.web.headers import CSP
from facility.web.sentences import NOT_POSSIBLE
from tests.browser import Browser, Browsers, gives_reason, lent, living, says
from tests.cast import Cast
from tests.web.notes import BASE, notes


async def test_what_was_done_is_committed_with_the_instant_when_the_request_had_been_read(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    omar = await browse(cast.omar)
    before = clock.now()
    answer = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "good"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/help")
    async with db.reader() as connection:
        writer, at = (await connection.execute(text("SELECT writer, at FROM note"))).one()
    assert writer == cast.omar
    assert isinstance(at, datetime)
    assert before <= at <= clock.now()


async def test_a_notice_is_shown_once_and_a_forged_one_never(browse: Browsers, cast: Cast) -> None:
    omar = await browse(cast.omar)
    await omar.send_form(f"/test/notes/{uuid4()}", {"words": "good"})
    counts = [(await omar.get("/help")).text.count("Written.") for _ in range(2)]
    assert counts == [1, 0]
    omar.cookies.set(cookies.NOTICE, "eyJ0ZXh0IjoiaGFoYSJ9.00")
    assert (await omar.get("/help")).status_code == 200


async def test_a_wrong_form_and_a_refusal_roll_back(browse: Browsers, db: Database, cast: Cast) -> None:
    omar = await browse(cast.omar)
    wrong = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "much too long for this field"})
    refused = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "refused"})
    assert (wrong.status_code, refused.status_code) == (422, 409)
    assert gives_reason(refused, "form_forged")
    assert says(refused, NOT_POSSIBLE)
    assert await notes(db) == []


async def test_a_commit_that_fails_is_a_409_page(browse: Browsers, db: Database, cast: Cast) -> None:
    omar = await browse(cast.omar)
    first = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "same"})
    second = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "same"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert gives_reason(second, "changed_meanwhile")
    assert await notes(db) == ["same"]


async def test_our_own_mistake_is_a_number_on_the_page_and_in_the_log(
    browse: Browsers, db: Database, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    omar = await browse(cast.omar)
    with caplog.at_level(logging.ERROR, "facility.web.errors"):
        answer = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "broken"})
    (record,) = caplog.records
    fields = record.__dict__["fields"]
    assert answer.status_code == 500
    assert fields["number"] in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "personal words" not in str(fields)
    assert await notes(db) == []


async def test_other_failures_are_pages(browse: Browsers, cast: Cast) -> None:
    omar = await browse(cast.omar)
    answers = [
        await omar.get("/no/such/page"),
        await omar.get("/people/not-an-id"),
        await omar.put("/me", data={"_csrf_token": "x"}),
        await omar.get("/people?page=many"),
        await omar.get("/help?q=%00"),
        await omar.get("/link/sign-in/a%00b"),
    ]
    assert [a.status_code for a in answers] == [404, 404, 405, 403, 400, 400]
    assert {a.headers["content-type"] for a in answers} == {"text/html; charset=utf-8"}
    assert answers[2].headers["allow"] == "GET, HEAD, POST, OPTIONS"


async def test_without_its_database_the_service_asks_for_patience(
    settings: Settings, app: Litestar, cast: Cast
) -> None:
    away = Database("postgresql+asyncpg://nobody@/nothing?host=/nowhere&port=5432")
    made = create_app(settings, away, routers=BASE, freeze=False)
    async with Browser(made) as browser:
        health = await browser.get("/health")
        browser.cookies.set(cookies.SESSION, "some token")
        page = await browser.get("/people")
    assert (health.status_code, health.json()) == (503, {"status": "down", "database": "away"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    await away.dispose()


async def test_health_says_where_the_log_stands(browse: Browsers, cast: Cast) -> None:
    health = (await (await browse()).get("/health")).json()
    assert (health["status"], health["database"], health["stopped"]) == ("ok", "ok", [])
    counts = {"position", "unnumbered", "deliveries", "parked", "mails", "failed_steps"}
    assert health.keys() == {"status", "database", "stopped"} | counts


async def test_every_answer_is_guarded_by_headers(browse: Browsers, cast: Cast) -> None:
    omar, nobody = await browse(cast.omar), await browse()
    answers = [
        await nobody.get("/help"),
        await nobody.get("/nothing"),
        await nobody.get("/static/icon.svg"),
        await nobody.options("/help"),
        await omar.get("/me"),
    ]
    assert {a.headers["content-security-policy"] for a in answers} == {CSP}
    assert {a.headers["x-content-type-options"] for a in answers} == {"nosniff"}
    assert {a.headers["referrer-policy"] for a in answers} == {"same-origin"}
    assert (await nobody.get("/link/sign-in/none")).headers["referrer-policy"] == "no-referrer"
    assert answers[4].headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answers[0].headers


async def test_over_https_cookies_are_bound_to_the_host(settings: Settings, db: Database) -> None:
    secure = msgspec.structs.replace(settings, base_url="https://facility.test")
    async with living(create_app(secure, db, routers=BASE, freeze=False)) as made, Browser(made) as browser:
        answer = await browser.get("/sign-in")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-csrf=")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_head_is_get_without_a_body(browse: Browsers) -> None:
    nobody = await browse()
    head, page = await nobody.head("/help"), await nobody.get("/help")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == page.headers["content-length"]
    assert (await nobody.head("/nothing")).status_code == 404


async def test_static_files_may_be_kept_for_ever_under_their_digest(browse: Browsers, app: Litestar) -> None:
    nobody = await browse()
    pinned = await nobody.get(app.state.static.url("facility.css"))
    plain = await nobody.get("/static/facility.css", headers={"accept-encoding": "identity"})
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert pinned.headers["content-encoding"] == "gzip"
    assert plain.headers["cache-control"] == "no-cache"
    assert pinned.content == plain.content
    for path in (
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/none.css",
        "/static/",
    ):
        assert (await nobody.get(path)).status_code == 404


async def test_htmx_goes_where_a_browser_is_redirected(browse: Browsers, cast: Cast) -> None:
    omar = await browse(cast.omar)
    answer = await omar.send_form(f"/test/notes/{uuid4()}", {"words": "good"}, headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"], answer.content) == (200, "/help", b"")


async def test_a_page_without_a_form_sets_no_cookie(app: Litestar) -> None:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://facility.test") as fresh:
        assert "set-cookie" not in (await fresh.get("/help")).headers
        assert "set-cookie" in (await fresh.get("/sign-in")).headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/link/partner/no-such-token"),
        ("GET", "/link/partner/no-such-token/documents/1"),
        ("GET", "//link/sign-in/no-such-token"),
        ("GET", "/link/no/such/page"),
        ("HEAD", "/link/sign-in/no-such-token"),
        ("PUT", "/link/sign-in/no-such-token"),
        ("POST", "/link/sign-in/no-such-token"),
        ("GET", "/link/sign-in/%00"),
    ],
)
async def test_pages_of_links_are_not_kept_and_send_no_referer(
    standing_app: Litestar, db: Database, method: str, path: str
) -> None:
    """Those that fail, too: the address holds the token."""
    async with Browser(lent(standing_app, db)) as browser:
        answer = await browser.request(method, f"http://facility.test{path}")
    policies = [value for name, value in answer.headers.multi_items() if name == "referrer-policy"]
    assert (policies, answer.headers["cache-control"]) == (["no-referrer"], "no-store")
    # What a page says about it goes before what the header says.
    assert 'name="referrer"' not in answer.text


async def test_what_everybody_reads_may_be_asked_for_again(browse: Browsers, cast: Cast) -> None:
    nobody, omar = await browse(), await browse(cast.omar)
    assert (await nobody.get("/help")).headers["cache-control"] == "no-cache"
    assert (await omar.get("/help")).headers["cache-control"] == "no-store"
    assert (await nobody.send_form("/sign-in", {"email": "x"})).headers["cache-control"] == "no-store"
    fresh = await browse()
    fresh.cookies.clear()
    assert (await fresh.get("/sign-in")).headers["cache-control"] == "no-store"
