"""Experts: the shortlist in words, one asked after the other, answers by a link that signs nobody in and works once."""

from datetime import date, timedelta
from uuid import UUID

from playwright.sync_api import expect

from facility import clock
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor


def enter_expert(ada: Visitor, first: date, last: date) -> None:
    """The secretariat enters somebody into the pool."""
    ada.goto("/experts")
    ada.follow("Enter an expert")
    ada.press("Save", status=422)
    ada.fill("Code", "X51")
    ada.fill("Name", "Piet de Vries")
    ada.fill("Mail address", address("piet"))
    ada.choose("Member State", "Netherlands")
    ada.choose("Branch", "Police")
    for name, value in (("themes-0-code", "X.JIT"), ("themes-0-level", "5"), ("languages-0-code", "en")):
        ada.page.locator(f"#f-{name}").select_option(value)
    ada.page.locator("#f-languages-0-level").select_option("C1")
    ada.page.locator("#f-available-0-starts_on").fill(first.isoformat())
    ada.page.locator("#f-available-0-ends_on").fill(last.isoformat())
    ada.fill("Deployments in the last 12 months", "0")
    ada.press("Save")
    ada.heading("X51")


def ask(ada: Visitor, application: UUID, first: date, last: date) -> str:
    """Ask for one expert, and read the shortlist; the deployment's address."""
    ada.goto(f"/applications/{application}")
    ada.follow("Experts for this application")
    ada.follow("Ask for experts")
    ada.press("Make the shortlist", status=422)
    ada.fill("Place", "Tirana")
    ada.fill("First day", first.isoformat())
    ada.fill("Last day", last.isoformat())
    ada.fill("Seats", "1")
    ada.choose("Language", "English")
    ada.choose("Level of the language, at least", "B2")
    ada.page.locator("#f-themes-0-code").select_option("X.JIT")
    ada.page.locator("#f-themes-0-weight").fill("3")
    ada.page.locator("#f-min_theme_level").fill("3")
    ada.unfold("Extra points")
    ada.fill("Points for a regional language", "2")
    ada.page.locator("#f-bonus_no_recent_deployment").fill("1")
    ada.choose("Recent deployments are counted", "from the profile")
    ada.fill("Time to answer", "48")
    ada.press("Make the shortlist")
    ada.sees("5 × 3", "= 16", "4 × 3", "= 12", "X53")
    ada.step(ada.page.locator('form[action$="/order"] button[type="submit"]').click)
    return ada.page.url


def test_one_declines_the_next_is_asked_and_accepts(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    application = stage.awarded("TAF-2026-50", "Experts wanted", Wish("Teams that last"))
    ada = company["ada"]
    first = clock.now().date() + timedelta(days=40)
    last = first + timedelta(days=2)
    enter_expert(ada, first, last)
    stage.expert("X52", "IT", first, last, recent=1)
    stage.expert("X53", "GB", first, last)
    deployment = ask(ada, application, first, last)

    piet = visit(address("piet"), phone=True)
    declined = piet.open_mail()
    assert [service.head(declined)[0] for _ in range(2)] == [200, 200]
    piet.sees_state("nothing-done-yet")
    piet.press("No, I cannot")
    piet.heading("Thank you for your answer")
    assert piet.post_form(declined, {"answer": "accept"})[0] == 409
    piet.goto(declined)
    expect(piet.page.locator('main[data-state="declined"]')).to_be_visible()
    piet.goto(deployment)
    piet.heading("Sign in")

    xenia = visit(address("x52"), phone=True)
    accepted = xenia.open_mail()
    xenia.check("conflict", "no")
    xenia.press("Yes, I can come")
    xenia.heading("Thank you, you are booked")
    ada.goto(deployment)
    ada.sees_state("filled-1-of-1")
    days = "SELECT count(*) FROM booking JOIN expert ON expert.id = expert_id WHERE code = 'X52'"
    assert service.value_of(days) == 3
    take_back(xenia, ada, accepted, deployment)
    assert service.value_of(days) == 0


def take_back(xenia: Visitor, ada: Visitor, accepted: str, deployment: str) -> None:
    """After her yes the expert can't come; nobody is left to ask, and the secretariat is told."""
    xenia.goto(accepted)
    xenia.page.get_by_text("I cannot come after all").click()
    xenia.press("Cancel my booking", status=422)
    xenia.fill("Reason", "A trial on the same days.")
    xenia.press("Cancel my booking")
    xenia.heading("You are no longer booked")
    ada.post.next(ada.email, deployment_reference(ada, deployment))
    ada.sees("List has run out", "A trial on the same days.")
    ada.sees_state("filled-0-of-1")


def deployment_reference(ada: Visitor, deployment: str) -> str:
    """The reference on the deployment's page, which stands in mails too."""
    ada.goto(deployment)
    return ada.page.locator("h1 .sub").inner_text()
