"""The search: by the key that leads to it, on a phone, and without JavaScript."""

from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.stage import Stage
from tests.journeys.test_9_keyboard import enter, tab_to
from tests.journeys.visitor import Visitor

BOX = "[data-search]:visible"


def type_slash(visitor: Visitor, words: str) -> None:
    visitor.page.keyboard.press("/")
    expect(visitor.page.locator(BOX)).to_be_focused()
    visitor.page.keyboard.type(words)
    enter(visitor)


def test_search_by_the_keyboard_alone(company: Company, stage: Stage) -> None:
    stage.call("TAF-2028-71", "Заједничке истраге")
    ada = company["ada"]
    company["omar"].goto("/")
    ada.goto("/")
    type_slash(ada, "zajednicke")
    ada.sees("Заједничке истраге")
    type_slash(ada, "Хоџа")  # the box holds what was typed, and all of it is replaced
    expect(ada.page.locator(BOX)).to_have_value("Хоџа")
    ada.sees("Nothing found")
    type_slash(ada, "омар")
    tab_to(ada, "Omar Hoxha")
    enter(ada)
    ada.heading("Omar Hoxha")
    ada.page.go_back()
    ada.sees("Omar Hoxha")
    # Where somebody types, it is a letter like others.
    ada.page.locator(BOX).fill("")
    ada.page.locator(BOX).press("/")
    expect(ada.page.locator(BOX)).to_have_value("/")


def test_search_on_a_phone_and_without_javascript(company: Company, stage: Stage, visit: Opens) -> None:
    stage.call("TAF-2028-72", "Search on the way")
    omar = company["omar"]
    phone, plain = visit(omar.email, phone=True), visit(omar.email, script=False)
    for visitor in (phone, plain):
        visitor.sign_in()
    phone.goto("/")
    phone.page.get_by_text("Menu", exact=True).click()
    phone.page.locator(BOX).fill("TAF-2028-72")
    phone.step(lambda: phone.page.locator(BOX).press("Enter"))
    phone.step(lambda: phone.page.get_by_role("link", name="Search on the way").click())
    phone.heading("Search on the way")
    plain.goto("/")
    plain.page.locator(BOX).fill("way search")
    plain.step(lambda: plain.page.get_by_role("button", name="Search").click())
    plain.step(lambda: plain.page.get_by_role("link", name="Search on the way").click())
    plain.heading("Search on the way")
