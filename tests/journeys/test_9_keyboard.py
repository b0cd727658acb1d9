"""With the keyboard alone: past the frame, through the sign-in, a form that is wrong at first, and an application."""

from playwright.sync_api import expect

from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import link_in
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor

FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"


def tab_to(visitor: Visitor, words: str = "", at: str = "*") -> None:
    """Press Tab until what bears these words, or what this selector means, has the focus, and see that it shows."""
    passed: list[str] = []
    while len(passed) < 60:
        visitor.page.keyboard.press("Tab")
        passed.append(visitor.page.evaluate(FOCUSED))
        if passed[-1].startswith(words) and visitor.page.locator(f":focus:is({at})").count():
            outlined = "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
            assert visitor.page.evaluate(outlined) != "nonenone", (words, at)
            return
    raise AssertionError(f"{words or at!r} is not among {passed}")


def enter(visitor: Visitor, status: int = 200) -> None:
    """Press Enter, which leads to another page."""
    visitor.step(lambda: visitor.page.keyboard.press("Enter"), status)


def write(visitor: Visitor, label: str, text: str) -> None:
    """Tab to a field, and type."""
    tab_to(visitor, label)
    visitor.page.keyboard.type(text)


def begin_an_application(milena: Visitor, reference: str) -> None:
    """From the call to the third part of its form, nothing but keys."""
    milena.goto(f"/calls/{reference}")
    tab_to(milena, "Start an application")
    enter(milena)
    write(milena, "Title", "Written by keys alone")
    enter(milena)
    tab_to(milena, "What you ask for, and why")
    enter(milena)
    write(milena, "Summary", "Prosecutors of both sides work on one question.")
    write(milena, "What will be done", "A workshop.")
    tab_to(milena, "Save and continue")
    enter(milena)
    milena.heading("Themes")
    tab_to(milena, "Save and continue")
    enter(milena)
    milena.heading("Where it comes from in casework")
    write(milena, "Where it comes from in casework", "Requests stay unanswered.")
    tab_to(milena, "Save and continue")
    enter(milena)
    tab_to(milena, "Back to the task list")
    enter(milena)
    milena.sees("Still needed: What it is about")
    tab_to(milena, "What it is about")
    enter(milena)
    expect(milena.page.locator("main input[type=checkbox]").first).to_be_focused()
    milena.page.keyboard.press("Space")
    tab_to(milena, "Save and continue")
    enter(milena)
    tab_to(milena, "Back to the task list")
    enter(milena)
    milena.sees_not("Still needed: What it is about")


def test_sign_in_and_forms_by_keyboard(company: Company, stage: Stage, visit: Opens) -> None:
    stage.call("TAF-2026-86", "By keyboard")
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
    milena.sees_notice()
    begin_an_application(milena, "TAF-2026-86")
    tab_to(milena, "Skip to the content")
    tab_to(milena, "Milena Vuković-Perić")
    milena.page.keyboard.press("Enter")
    tab_to(milena, "Sign out")
    enter(milena)
    expect(milena.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
