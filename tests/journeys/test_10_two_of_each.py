"""Two web and two worker processes over one Redis: it doesn't matter which of them answers."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, link_in
from tests.journeys.stage import Stage

pytestmark = pytest.mark.usefixtures("second_worker")


def test_requests_alternate_between_two_web_processes(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    stage.call("TAF-2026-99", "Two of each")
    omar = visit(company["omar"].email)
    web = itertools.cycle(service.urls)
    omar.goto(f"{next(web)}/sign-in")
    omar.fill("Mail address", omar.email)
    omar.press("Send me a link")
    link = link_in(omar.post.next(omar.email, "sign in"))
    assert link.startswith(service.urls[0])
    omar.goto(link.replace(service.urls[0], service.urls[1]))
    omar.press("Sign in")
    omar.goto(f"{next(web)}/calls/TAF-2026-99")
    for _ in range(4):
        omar.goto(f"{next(web)}/applications")
        omar.heading("My applications")
    omar.goto(f"{service.urls[1]}/applications/start")
    omar.choose("Call", "TAF-2026-99")
    omar.tick("Joint application")
    omar.fill("Title", "Begun at one, seen at the other")
    omar.press("Start")
    address = omar.page.url
    assert address.startswith(service.urls[1])
    omar.goto(address.replace(service.urls[1], service.urls[0]))
    omar.heading("Begun at one, seen at the other")
    omar.page.locator(".account summary").click()
    omar.press("Sign out", within=omar.page.locator(".account"))
    for url in service.urls:
        omar.goto(f"{url}/applications")
        omar.heading("Sign in")
    expect(omar.page.locator(".account-name")).to_have_count(0)


def test_attempts_are_counted_together(visit: Opens, service: Service) -> None:
    nobody = visit("nobody@facility.example")
    statuses = []
    for url in itertools.islice(itertools.cycle(service.urls), 6):
        nobody.goto(f"{url}/sign-in")
        nobody.fill("Mail address", nobody.email)
        with nobody.page.expect_navigation():
            nobody.page.get_by_role("button", name="Send me a link").click()
        statuses.append(nobody.status)
    assert statuses == [200] * 5 + [429]
    assert nobody.post.unread(nobody.email) == []
