"""An activity: planned, documented, completed by one and verified by another, and the indicator moves while one looks."""

from datetime import timedelta

from playwright.sync_api import expect

from facility import clock
from tests.documents import pdf
from tests.journeys.cast import Company
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

TITLE = "Workshop on joint teams"


def plan(omar: Visitor) -> str:
    """The lead plans a workshop that was yesterday; the activity's address."""
    yesterday = (clock.now().astimezone(clock.BRUSSELS).date() - timedelta(days=1)).isoformat()
    omar.goto("/activities")
    omar.follow("Plan an activity", within=omar.row("TAF-2026-60/001"))
    omar.press("Plan it", status=422)
    return plan_on(omar, TITLE, yesterday)


def plan_on(omar: Visitor, title: str, day: str) -> str:
    """The form of a workshop on this day (ISO); the activity's address."""
    omar.tick("Workshop")
    omar.fill("Title", title)
    omar.fill("Place", "Tirana")
    omar.fill("First day", day)
    omar.fill("Last day", day)
    omar.press("Plan it")
    omar.heading(title)
    return omar.page.url


def document(omar: Visitor, activity: str) -> None:
    """Who came, and the three papers."""
    omar.goto(f"{activity}/attendance")
    for institution in ("AL Albanian State Police", "XK* Kosovo* Police"):
        row = omar.page.get_by_role("row", name=institution)
        omar.fill("Not stated, expected", "8", row)
        omar.fill("Not stated, present", "6", row)
    omar.press("Save")
    omar.sees_notice()
    for institution in ("Albanian State Police", "Kosovo* Police"):
        expect(omar.row(institution).locator("td").last).to_have_text("6")
    omar.follow("Attach or remove")
    omar.press("Attach", status=422)
    for kind in ("Agenda", "Attendance list", "Report"):
        omar.tick(kind)
        omar.upload("Document", f"{kind.lower()}.pdf", pdf(f"{kind} of the workshop."))
        omar.press("Attach")
    omar.goto(activity)


def report(omar: Visitor, activity: str) -> None:
    """What is missing is asked for; what was reported too early is taken back and reported again."""
    omar.goto(activity)
    omar.follow("Report it as completed")
    omar.sees_state("report-incomplete")
    document(omar, activity)
    confirm_report(omar)
    omar.follow("Take the report back")
    omar.press("Take it back", status=422)
    omar.fill("Why it is taken back", "Too early.")
    omar.press("Take it back")
    confirm_report(omar)


def confirm_report(omar: Visitor) -> None:
    """The page shows what will be reported; a button reports it."""
    omar.follow("Report it as completed")
    omar.heading("Report the activity as completed")
    omar.sees("agenda.pdf")
    omar.press("Report it as completed")
    omar.sees("Take the report back")


def test_the_indicator_moves_while_the_commission_looks(company: Company, stage: Stage) -> None:
    stage.awarded("TAF-2026-60", "Activities", Wish("Teams that meet"), ago=timedelta(days=3))
    omar, vera, carl = company["omar"], company["vera"], company["carl"]
    carl.goto("/commission")
    figure = carl.page.locator("a[href='/commission/indicators/10.1']").first
    before = int(figure.inner_text())
    carl.page.evaluate("window.opened = true")

    activity = plan(omar)
    report(omar, activity)
    omar.sees_state("verified-by-the-secretariat")
    assert omar.post_form(f"{activity}/verify")[0] == 403
    vera.goto("/activities?status=completed")
    vera.follow(TITLE)
    vera.follow("Verify it")
    vera.press("Verify it")
    vera.sees_state("counts")

    expect(figure).to_have_text(str(before + 1))
    assert carl.page.evaluate("window.opened") is True
    expect(carl.page.locator("#figures")).to_contain_text("TAF-2026-60/001/A1")
    carl.look()
    carl.step(figure.click)
    carl.follow(TITLE)
    carl.sees("Teams that meet", "report.pdf", "No expert was sent")
    with carl.download() as files:
        carl.page.get_by_role("link", name="report.pdf").click()
    assert files[0][1].startswith(b"%PDF")
    undo(vera, carl, activity, before)


def undo(vera: Visitor, carl: Visitor, activity: str, before: int) -> None:
    """What was verified can be taken back with a reason, and no longer counts."""
    carl.goto("/commission")
    vera.goto(activity)
    vera.follow("Take the verification back")
    vera.press("Take it back", status=422)
    vera.fill("Why it is taken back", "The list lacks a signature.")
    vera.press("Take it back")
    expect(carl.page.locator("a[href='/commission/indicators/10.1']").first).to_have_text(str(before))
    for path in ("/commission/indicators", "/commission/calls", "/commission/requests", "/contracts"):
        carl.goto(path)


def test_the_commission_reads_on_a_phone(company: Company, stage: Stage) -> None:
    del stage
    carl = company["carl"]
    carl.page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/commission", "/commission/indicators/10.1", "/awards", "/evaluation", "/activities"):
        carl.goto(path)
    carl.page.set_viewport_size({"width": 1280, "height": 900})
