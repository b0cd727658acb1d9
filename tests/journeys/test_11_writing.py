"""Nothing typed is lost: the line goes down, a sign-in ends amid a sentence, two officers write in one section."""

import json
import re
from uuid import UUID

import pytest
from playwright.sync_api import Dialog, Locator, expect
from sqlalchemy import text

from facility.accounts.service.people import add_user
from facility.accounts.service.sessions import begin_session
from facility.db import Tx
from facility.web import cookies
from facility.web.access import Role
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor

TEXT = "Both forces trace the same weapons, each on its own side."
SAVED = "SELECT answers ->> 'summary' FROM section_answers WHERE application_id = :a AND section = 'ask'"
KEPT = """SELECT typed -> 'summary' ->> 0 FROM unsaved JOIN party ON party.id = subject_id
    WHERE application_id = :a AND section = 'ask'"""


@pytest.fixture(scope="module")
def application(company: Company, stage: Stage) -> UUID:
    """A draft of Omar's that its partner has confirmed."""
    for key in ("omar", "arta"):
        company[key]
    return stage.ready(stage.call("TAF-2026-11", "What is typed"), "Firearms")


def page_of(application: UUID) -> str:
    return f"/applications/{application}/answers/ask"


def enter(visitor: Visitor, service: Service) -> None:
    """Signed in already: mails for one address are few in ten minutes, and this is not about signing in."""

    async def begin(tx: Tx) -> str:
        assert tx.actor is not None
        return await begin_session(tx, tx.actor)

    token = service.act(visitor.email, begin)
    visitor.context.add_cookies([{"name": cookies.SESSION, "value": token, "url": visitor.url}])


def type_summary(visitor: Visitor, text: str) -> None:
    """Letter by letter, as people do."""
    field = visitor.page.get_by_label("Summary")
    field.fill("")
    field.press_sequentially(text)


def trouble(visitor: Visitor, *kinds: str) -> Locator:
    """Where the page says what becomes of what is typed: all of this, in the words that it has for it."""
    place = visitor.page.locator("[data-trouble]")
    words = json.loads(visitor.page.locator('meta[name="facility-texts"]').get_attribute("content") or "")
    for kind in kinds:
        expect(place).to_contain_text(words[kind])
    return place


def colleague(company: Company, service: Service, visit: Opens) -> Visitor:
    """Besa, of Omar's institution, at her own browser."""
    company["omar"]
    house = service.value_of("SELECT institution_id FROM person WHERE email = :m", m=address("omar"))
    known = service.rows("SELECT id FROM person WHERE email = :m", m=address("besa"))
    if not known:
        service.act(
            None,
            lambda tx: add_user(
                tx,
                name="Besa Marku",
                email=address("besa"),
                roles=[Role.OFFICER],
                institution_id=house,
            ),
        )
    besa = visit(address("besa"))
    enter(besa, service)
    return besa


def test_the_line_goes_down_while_somebody_types(
    company: Company, application: UUID, service: Service, visit: Opens
) -> None:
    omar = visit(address("omar"), phone=True)
    omar.faults = Expected()
    enter(omar, service)
    omar.goto(page_of(application))
    omar.context.set_offline(True)
    type_summary(omar, TEXT)
    trouble(omar, "offline", "tries")
    omar.page.get_by_role("button", name="Save and continue").click()
    trouble(omar, "waits")
    assert omar.page.get_by_label("Summary").input_value() == TEXT
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    omar.page.once("dialog", stay)
    with omar.page.expect_event("dialog"):
        omar.page.close(run_before_unload=True)
    assert dialogs == ["beforeunload"]
    omar.context.set_offline(False)
    trouble(omar, "back")
    assert service.value_of(KEPT, a=application) == TEXT
    elsewhere = company["omar"]
    elsewhere.goto(page_of(application))
    unsaved = elsewhere.page.locator('[data-state="unsaved"]')
    expect(unsaved).to_be_visible()
    assert elsewhere.page.get_by_label("Summary").input_value() == TEXT
    elsewhere.press("Discard and show the saved version")
    elsewhere.sees_notice()
    expect(unsaved).to_have_count(0)


def test_a_sign_in_ends_amid_a_sentence(
    company: Company, application: UUID, service: Service, visit: Opens
) -> None:
    omar = visit(address("omar"))
    omar.faults = Expected()
    enter(omar, service)
    omar.goto(page_of(application))
    end_session(service, omar.email)
    type_summary(omar, f"{TEXT} And")
    ended = trouble(omar, "ended")
    with omar.context.expect_page() as opened:
        ended.get_by_role("link").click()
    first, omar.page = omar.page, opened.value
    omar.judge = omar.page
    omar.sign_in()
    omar.page, omar.judge = first, first
    omar.page.bring_to_front()
    trouble(omar, "again")
    type_summary(omar, f"{TEXT} And more.")
    omar.press("Save and continue", status=409)
    omar.sees_state("would-void")
    omar.press("Save and void the confirmations")
    assert service.value_of(SAVED, a=application) == f"{TEXT} And more."


_END = text(
    """
    DELETE FROM session WHERE id = (
        SELECT session.id FROM session JOIN person ON person.id = person_id
        WHERE email = :email ORDER BY session.created_at DESC LIMIT 1)
    """
)


def end_session(service: Service, email: str) -> None:
    """The latest sign-in of this person is over."""

    async def end(tx: Tx) -> None:
        await tx.session.execute(_END, {"email": email})

    service.act(None, end)


class Expected(list[str]):
    """Faults, but for those that a journey is about: the line is down, or nobody is signed in."""

    def append(self, fault: str) -> None:
        """Note a fault."""
        if not re.search(r"401|ERR_|Send Error|htmx:(afterRequest|sendError)|preload", fault):
            super().append(fault)


def test_without_a_script_a_form_that_came_too_late_is_sent_again(
    company: Company, stage: Stage, service: Service, visit: Opens
) -> None:
    for key in ("omar", "arta"):
        company[key]
    application = stage.ready(stage.call("TAF-2026-12", "Plain"), "Plain pages")
    omar = visit(address("omar"), script=False)
    enter(omar, service)
    omar.goto(page_of(application))
    omar.fill("Summary", "Typed without a script.")
    end_session(service, omar.email)
    omar.press("Save draft", status=401)
    omar.sees("Typed without a script.")
    page, other = omar.page, omar.context.new_page()
    omar.page = other
    omar.sign_in(by="code")
    omar.page = page
    omar.press("Send again")
    omar.sees_notice("wait")
    omar.sees_state("unsaved-there")
    omar.follow("What you ask for, and why")
    assert omar.page.get_by_label("Summary").input_value() == "Typed without a script."
    assert service.value_of(KEPT, a=application) == "Typed without a script."


def test_two_officers_in_one_section(company: Company, stage: Stage, service: Service, visit: Opens) -> None:
    for key in ("omar", "arta"):
        company[key]
    application = stage.ready(stage.call("TAF-2026-13", "Two at once"), "Two at once")
    omar = visit(address("omar"))
    enter(omar, service)
    besa = colleague(company, service, visit)
    omar.goto(page_of(application))
    type_summary(omar, "Investigators of both sides work together.")
    until("it is kept", lambda: service.rows(KEPT, a=application))
    besa.goto(page_of(application))
    expect(besa.page.locator('[data-state="colleague-writes"]')).to_contain_text("Omar Hoxha")
    besa.fill("Summary", "Prosecutors of both sides work together.")
    besa.press("Save and continue", status=409)
    besa.press("Save and void the confirmations")
    omar.press("Save and continue", status=409)
    expect(omar.page.locator('[data-state="saved-meanwhile"]')).to_contain_text("Besa Marku")
    expect(omar.page.locator("del")).to_have_text("Prosecutors")
    expect(omar.page.locator("ins")).to_have_text("Investigators")
    omar.press("Save and continue", status=422)
    omar.tick("Combine them below")
    omar.page.get_by_role("textbox", name=re.compile("Summary")).fill("Both work together.")
    omar.press("Save and continue")
    assert service.value_of(SAVED, a=application) == "Both work together."
    assert (
        service.rows(
            "SELECT 1 FROM unsaved JOIN party ON party.id = subject_id WHERE application_id = :a",
            a=application,
        )
        == []
    )
