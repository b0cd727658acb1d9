"""The stand-by rota of a theme that came up at short notice: the secretariat fills it, two experts swap a week on their phones, and an urgent request asks whoever is on call."""

from datetime import date, timedelta
from uuid import UUID

from playwright.sync_api import expect

from facility import clock
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

THEME = "EMERG.DRONES"
NAME = "Drones over prisons"


def add_theme(root: Visitor) -> None:
    """By an administrator, after a code that is none."""
    root.goto("/themes")
    root.follow("Add a theme")
    root.fill("Code", "drones")
    root.fill("Name", NAME)
    root.tick("Emergency theme")
    root.press("Save", status=422)
    root.fill("Code", THEME)
    root.press("Save")
    root.sees(THEME, "Emergency")


def fill(ada: Visitor) -> None:
    """X291 in this week and the next, X292 in the one after; the gaps that are left say so."""
    ada.goto("/experts")
    ada.follow("Stand-by rota")
    ada.follow("Themes with a rota")
    ada.tick(f"{THEME} {NAME}")
    ada.press("Save")
    ada.sees("Nobody on call")
    for number, weeks in ((1, "2"), (2, "1")):
        ada.step(lambda: ada.page.locator("main").get_by_role("link", name="Put on call").first.click())
        unfit = ada.page.locator("main tbody tr")
        expect(unfit).to_have_count(1)
        expect(unfit).to_contain_text("X293")
        ada.page.get_by_role("radio", name=f"X29{number}").check()
        ada.fill("For how many weeks", "")
        ada.press("Put on call", status=422)
        ada.fill("For how many weeks", weeks)
        ada.press("Put on call")
        ada.sees_notice()
        ada.goto("/rota")
    ada.sees("X291", "X292")
    ada.sees_state("gaps-2")


def offer(expert: Visitor) -> None:
    """By the link to the profile: the next week for one of the colleague's."""
    expert.open_mail("You are on call")
    expert.follow("Your weeks on call")
    weeks = expert.page.locator("main tbody tr")
    expect(weeks).to_have_count(2)
    expect(weeks.first.get_by_role("link")).to_have_count(0)  # this week has begun
    expert.step(weeks.last.get_by_role("link", name="Offer to a colleague").click)
    expert.press("Ask this colleague", status=422)
    expert.page.locator('input[name="choice"]:not([value$="/"])').check()  # for a week in exchange
    expert.press("Ask this colleague")
    expert.sees("Offered to X292")


def agree(colleague: Visitor) -> None:
    """By the link in the mail; the rota then has both weeks the other way round."""
    colleague.post.next(colleague.email, "You are on call")
    colleague.open_mail(link="swap")
    colleague.sees("X291", "Answer by")
    colleague.press("Yes, I agree")
    colleague.heading("Thank you, the week is yours")
    in_exchange = colleague.page.locator('[data-state="in-exchange"]')
    expect(in_exchange).to_contain_text("X291")


def ask_at_night(ada: Visitor, application: UUID, first: date, last: date) -> None:
    """Within two hours, at any hour; X293 knows more, and X291 is on call."""
    ada.goto(f"/deployments/new?application={application}")
    ada.fill("Place", "Tirana")
    ada.fill("First day", first.isoformat())
    ada.fill("Last day", last.isoformat())
    ada.page.locator("#f-themes-0-code").select_option(THEME)
    ada.page.locator("#f-themes-0-weight").fill("3")
    ada.fill("Time to answer", "2")
    ada.unfold("How experts are asked")
    ada.fill("Reminder", "1")
    ada.tick("Ask the expert on call first")
    ada.press("Make the shortlist")
    ada.sees(f"On call this week for {NAME}")
    expect(ada.page.locator("dl.facts dt").filter(has_text="On call")).to_be_visible()
    codes = ada.page.locator("main table th[scope=row] > a").all_text_contents()
    assert [code for code in codes if code.startswith("X29")] == ["X291", "X293", "X292"]
    ada.step(ada.page.locator('form[action$="/order"] button[type="submit"]').click)
    ada.sees_notice()


def test_the_rota_is_filled_a_week_is_swapped_and_whoever_is_on_call_says_yes(
    company: Company, stage: Stage, visit: Opens
) -> None:
    add_theme(company["root"])
    application = stage.awarded("TAF-2026-290", "What phones know", Wish("Evidence that holds"))
    today = clock.now().astimezone(clock.BRUSSELS).date()
    monday = today - timedelta(days=today.weekday())
    for number, level, begins in ((1, 4, monday), (2, 3, monday), (3, 5, today + timedelta(days=60))):
        stage.expert(
            f"X29{number}",
            "DE",
            begins,
            today + timedelta(days=120),
            themes={THEME: level},
            languages={"en": "C1"},
        )
    ada = company["ada"]
    x291, x292 = (visit(address(f"x29{number}"), phone=True) for number in (1, 2))
    fill(ada)
    offer(x291)
    agree(x292)
    assert "X292" in x291.post.next(x291.email).text
    first = today + timedelta(days=70)
    ask_at_night(ada, application, first, first + timedelta(days=1))
    x291.open_mail(link="invitation")
    expect(x291.page.locator("dl.facts div").filter(has_text="On call")).to_contain_text(NAME)
    x291.press("Yes, I can come", status=422)
    x291.check("conflict", "no")
    x291.press("Yes, I can come")
    x291.heading("Thank you, you are booked")
    company["ada"].goto("/rota")
    company["ada"].sees("X291", "X292")
