"""With the keyboard alone: past the frame, through the sign-in, and through a form that is wrong at first."""

from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import link_in
from tests.journeys.visitor import Visitor

FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"


def tab_to(visitor: Visitor, words: str) -> None:
    """Press Tab until what bears these words has the focus, and see that it shows."""
    passed: list[str] = []
    while len(passed) < 40:
        visitor.page.keyboard.press("Tab")
        passed.append(visitor.page.evaluate(FOCUSED))
        if passed[-1].startswith(words):
            outlined = "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
            assert visitor.page.evaluate(outlined) != "nonenone", words
            return
    raise AssertionError(f"{words!r} is not among {passed}")


def enter(visitor: Visitor, status: int = 200) -> None:
    """Press Enter, which leads to another page."""
    visitor.step(lambda: visitor.page.keyboard.press("Enter"), status)


def test_sign_in_and_a_form_by_keyboard(company: Company, visit: Opens) -> None:
    milena = visit(company["milena"].email)
    milena.goto("/")
    milena.page.keyboard.press("Tab")
    assert milena.page.evaluate(FOCUSED) == "Skip to the content"
    milena.page.keyboard.press("Enter")
    expect(milena.page.locator("#main")).to_be_focused()
    milena.goto("/")
    tab_to(milena, "Sign in")
    enter(milena)
    tab_to(milena, "Mail address")
    milena.page.keyboard.type("milena")
    enter(milena, status=422)
    milena.page.keyboard.press("Tab")
    milena.page.keyboard.press("Enter")
    expect(milena.page.get_by_label("Mail address")).to_be_focused()
    milena.page.keyboard.press("Control+a")
    milena.page.keyboard.type(milena.email)
    enter(milena)
    milena.goto(link_in(milena.post.next(milena.email, "sign in")))
    tab_to(milena, "Sign in")  # the one in the frame
    tab_to(milena, "Sign in")
    enter(milena)

    milena.goto("/me")
    tab_to(milena, "Name")
    milena.page.keyboard.press("Control+a")
    milena.page.keyboard.press("Delete")
    enter(milena, status=422)
    milena.page.keyboard.press("Tab")
    milena.page.keyboard.press("Enter")
    milena.page.keyboard.type("Milena Vuković-Perić")
    enter(milena)
    milena.sees("Your name is corrected.")
    tab_to(milena, "Skip to the content")
    tab_to(milena, "Milena Vuković-Perić")
    milena.page.keyboard.press("Enter")
    tab_to(milena, "Sign out")
    enter(milena)
    expect(milena.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
