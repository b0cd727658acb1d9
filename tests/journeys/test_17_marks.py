"""Markup that got into a page unescaped does nothing: htmx and our own scripts act on what the server marked, and on nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Route

from tests.journeys.cast import Company

PAGE = "/commission"
TAKES = 'hx-include="[name=_csrf_token]" hx-vals=\'{"name": "Somebody else"}\''
SCRIPT = '<script src="/static/vendor/htmx/sse.min.js" defer></script>'
# Each asks for an address with its own word.
INJECTED = {
    "load": f'<div hx-post="/me?stolen=load" hx-trigger="load" {TAKES}></div>',
    "data": '<div data-hx-post="/me?stolen=data" data-hx-trigger="load"></div>',
    "poll": '<p hx-get="/me?stolen=poll" hx-trigger="every 20ms"></p>',
    "typed": '<p hx-post="/me?stolen=typed" hx-trigger="input from:body"></p>',
    "guess": '<div data-mark="guess" hx-post="/me?stolen=guess" hx-trigger="load"></div>',
    "late": '<div hx-post="/me?stolen=late" hx-trigger="load" data-mark="MARK"></div>',
    "swallow": '<p hx-post="/me?stolen=swallow" hx-trigger="load" x <p data-mark="MARK">',
    "quoted": '<p hx-post="/me?stolen=quoted" hx-trigger="load" x="> "<p data-mark="MARK">',
    "body": '<body hx-post="/me?stolen=body" hx-trigger="load">',
    "html": '<html hx-post="/me?stolen=html" hx-trigger="load">',
    "boost": '<a id="boost" hx-boost="true" hx-push-url="false" href="/help?stolen=boost">x</a>',
    "on": '<p hx-on::load="fetch(\'/me?stolen=on\')" hx-trigger="load"></p>',
    "sse": '<div hx-ext="sse" sse-connect="/me?stolen=sse" sse-swap="message"></div>',
    "stream": '<div data-stream="/me?stolen=stream" data-refresh="/me?stolen=refresh"></div>',
    "draft": '<form data-autosave="/me?stolen=draft"><input name="_csrf_token" value="x"><p data-saved></p>'
    '<p data-trouble></p><input id="typed" name="name"></form>',
    "around": '<div hx-inherit="*" hx-vals=\'{"stolen": "around"}\' hx-headers=\'{"x-stolen": "1"}\' hx-boost="true">',
}
# htmx itself stumbles over such names, at the latest where it reads the attributes of such a form.
NAMES = (
    '<img name="body" data-mark="x" hx-post="/me?stolen=image" hx-trigger="load">'
    '<form hx-post="/me?stolen=names" hx-trigger="load"><input name="dataset"><input name="attributes">'
    '<input name="getAttributeNames"><input name="removeAttribute"></form>'
)
MARKED = '<p data-mark="MARK" hx-get="/help?marked" hx-trigger="every 50ms" hx-swap="none"></p>'


@contextmanager
def page_with(chromium: Browser, company: Company, markup: str) -> Iterator[tuple[Page, list[str]]]:
    """Carl's page, in which the server left this markup as it is, and the addresses that the page asked for."""
    carl = company["carl"]
    context = chromium.new_context(base_url=carl.url, storage_state=carl.context.storage_state())
    page, requests = context.new_page(), []

    def answer(route: Route) -> None:
        given = route.fetch()
        mark = re.search(r'data-mark="([^"]+)"', given.text())
        whole = markup.replace("MARK", mark[1] if mark else "")
        body = re.sub(r"(<main [^>]*>)", lambda match: match[1] + whole, given.text(), count=1)
        route.fulfill(response=given, body=body)

    page.route(f"**{PAGE}", answer)
    page.on(
        "request",
        lambda request: requests.append(
            f"{request.method} {request.url} {request.post_data or ''} {request.headers}"
        ),
    )
    page.goto(PAGE)
    yield page, requests
    context.close()


def acts(page: Page, times: int) -> None:
    """The marked element has asked so often: whatever acts by itself has acted by then."""
    for _ in range(times):
        with page.expect_response(lambda response: "/help?marked" in response.url):
            pass


def stolen(requests: list[str]) -> list[str]:
    """What markup without a mark has sent."""
    return [request for request in requests if "stolen" in request]


def test_what_has_no_mark_sends_nothing_and_what_has_one_acts(chromium: Browser, company: Company) -> None:
    with page_with(chromium, company, SCRIPT + "".join(INJECTED.values()) + MARKED) as (page, requests):
        assert stolen(requests) == []
        page.locator("#typed").press_sequentially("Somebody else")
        acts(page, 25)
        assert stolen(requests) == []
        assert [request for request in requests if request.startswith("POST")] == []
        assert any("/commission/stream" in request for request in requests)


def test_a_link_without_a_mark_is_no_more_than_a_link(chromium: Browser, company: Company) -> None:
    with page_with(chromium, company, INJECTED["around"] + INJECTED["boost"]) as (page, requests):
        with page.expect_navigation():
            page.locator("#boost").click()
        assert stolen(requests)[0].startswith(f"GET {company['carl'].url}/help?stolen=boost ")
        assert "hx-request" not in stolen(requests)[0]


def test_it_does_not_matter_what_elements_are_called(chromium: Browser, company: Company) -> None:
    with page_with(chromium, company, NAMES) as (page, requests):
        page.evaluate("() => new Promise(requestAnimationFrame)")
        assert stolen(requests) == []
