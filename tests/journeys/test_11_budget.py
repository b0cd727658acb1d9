"""Activities and the worked budget, typed and pasted in a browser: a line is read, opened and added, and the sums follow while one
types; without JavaScript by a button."""

import re
from collections.abc import Sequence
from uuid import UUID

from playwright.sync_api import expect

from facility.demo.budgets import BY_LINES
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage
from tests.journeys.test_11_writing import enter
from tests.journeys.visitor import Visitor

POLICE, KOSOVO, MONTENEGRO = "AL Albanian State Police", "XK* Kosovo* Police", "ME Supreme State"
WORKSHOP, TRIP = "1. Tracing workshop", "2. Study trip"
ROWS = (
    ("Fees of two experts", "Experts' fees", POLICE, WORKSHOP, "2", "5", "350"),
    ("Per diem of the experts", "Per diem", POLICE, WORKSHOP, "2", "4", "160"),
    ("Flights of the experts", "Travel", POLICE, WORKSHOP, "2", "", "420"),
    ("Bus", "Travel", KOSOVO, WORKSHOP, "16", "", "60"),
    ("Per diem of the participants", "Per diem", KOSOVO, WORKSHOP, "16", "3", "160,00"),
    ("Venue and interpretation", "Venue", POLICE, WORKSHOP, "3", "", "1 900"),
    ("Visibility", "Visibility", POLICE, WORKSHOP, "1", "", "400"),
    ("Flights to Rome", "Travel", MONTENEGRO, TRIP, "9", "", "380"),
    ("Per diem in Rome", "Per diem", MONTENEGRO, TRIP, "9", "4", "230"),
    ("Host fee", "Host fee", MONTENEGRO, TRIP, "3", "", "350"),
)


def add_activity(omar: Visitor, title: str, kind: str, town: str, country: str) -> None:
    """One activity with eight people of each of two institutions."""
    omar.press("Save", status=422)
    omar.tick(kind)
    omar.fill("Title", title)
    omar.fill("Town", town)
    omar.choose("Country", country)
    omar.fill("How long", "3")
    omar.choose("Month", "March 2027")
    omar.fill("Albanian State Police (AL)", "8")
    omar.fill("Kosovo* Police (XK*)", "8")
    omar.fill("What it is for", "To trace firearms together.")
    omar.press("Save")


def type_rows(omar: Visitor, rows: Sequence[Sequence[str]]) -> None:
    """Each row into a line of the form; a button gives the next one."""
    for number, (what, category, party, activity, quantity, units, cost) in enumerate(rows, 1):
        if omar.page.get_by_role("group", name=f"Line {number}", exact=True).count() == 0:
            omar.press("Add a line")
        line = omar.page.get_by_role("group", name=f"Line {number}", exact=True)
        omar.fill("What", what, line)
        omar.choose("Category", category, line)
        omar.choose("Institution", party, line)
        omar.choose("For", activity, line)
        omar.fill("How many", quantity, line)
        omar.fill("times", units, line)
        omar.fill("EUR each", cost, line)


def paste_rows(omar: Visitor, rows: Sequence[Sequence[str]]) -> None:
    """Rows as a spreadsheet gives them, put into the form after the lines that are there."""
    omar.follow("Paste from a spreadsheet")
    copied = [
        (what, category, party[:2], activity[0], quantity, units, "", cost)
        for what, category, party, activity, quantity, units, cost in rows
    ]
    omar.fill("Rows", "\n".join("\t".join(cells) for cells in copied))
    omar.press("Put them into the form")


def draft(company: Company, stage: Stage, reference: str) -> UUID:
    """A draft with three parties, to a call that asks for a budget by lines."""
    for key in ("omar", "arta", "milena"):
        company[key]
    call_id = stage.call(reference, "Budgets by lines", form=BY_LINES)
    return stage.ready(
        call_id, "Firearms", partners=("arta", "milena"), amounts=("0", "0", "0"), confirmed=False
    )


def test_the_worked_budget_adds_up_while_it_is_typed(company: Company, stage: Stage) -> None:
    application = draft(company, stage, "TAF-2026-95")
    omar = company["omar"]
    omar.goto(f"/applications/{application}")
    omar.follow("Activities", within=omar.page.locator(".tasks"))
    omar.sees("No activity yet")
    omar.follow("Add an activity")
    add_activity(omar, "Tracing workshop", "Workshop", "Tirana", "Albania")
    omar.follow("Add an activity")
    omar.fill("Title", "Half a ti")
    omar.sees("Draft stored, not saved:")
    omar.goto(f"/applications/{application}")
    omar.follow(re.compile("Save or discard it"))
    omar.sees_state("unsaved-new")
    omar.follow(re.compile("Save or discard it"))
    expect(omar.page.get_by_label("Title", exact=True)).to_have_value("Half a ti")
    add_activity(omar, "Study trip", "Study trip", "Rome", "Italy")
    omar.follow("Continue: Budget")
    type_rows(omar, ROWS[:2])
    expect(omar.page.locator("#sum-bar strong")).to_have_text("Total EUR 5 114.60")
    expect(omar.page.locator("#totals")).to_contain_text("5 114.60")
    omar.press("Save")
    back_to_the_budget(omar)
    paste_rows(omar, ROWS[2:])
    omar.sees("Total EUR 35 427.70")
    omar.press("Save")
    back_to_the_budget(omar)
    edit_a_line(omar)
    add_a_line(omar)
    back_to_the_budget(omar)
    omar.sees("Total EUR 35 908.13", "Fees of both experts", "Interpretation")


def back_to_the_budget(omar: Visitor) -> None:
    """Saving has led on to the next part."""
    omar.sees_notice()
    omar.heading("Documents")
    omar.follow("Back to the task list")
    omar.follow("Budget", within=omar.page.locator(".tasks"))


def edit_a_line(omar: Visitor) -> None:
    """The budget is read at one look; by keyboard a line opens, and what it says follows."""
    assert omar.page.evaluate("document.documentElement.scrollHeight") < 1400
    line, total = omar.page.locator("#line-0"), omar.page.locator("#sum-bar strong")
    expect(line.get_by_role("group")).to_be_hidden()
    omar.goto(f"{omar.page.url}#f-lines-3-party")  # as from the task list
    expect(omar.page.locator("#line-3").get_by_label("Institution")).to_be_visible()
    line.locator("summary").press("Enter")
    omar.fill("EUR each", "351", line)
    expect(line.locator("summary")).to_contain_text("2 × 5 × 351.00")
    expect(line.locator(".row-note.over")).to_contain_text("350.00")
    expect(total).to_have_text("Total EUR 35 438.40")
    omar.fill("What", "Fees of both experts", line)
    omar.fill("EUR each", "350", line)
    expect(line.locator("summary")).to_contain_text("Fees of both experts")
    expect(total).to_have_text("Total EUR 35 427.70")


def add_a_line(omar: Visitor) -> None:
    """A new line stands open at its activity with the cursor in it; the Enter key saves."""
    omar.press("Add a line to Study trip")
    expect(omar.page.locator(":focus")).to_have_attribute("name", "lines-10-description")
    line = omar.page.locator("#line-10")
    omar.fill("What", "Interpretation", line)
    omar.choose("Category", "Interpretation", line)
    omar.choose("Institution", MONTENEGRO, line)
    omar.fill("How many", "1", line)
    omar.fill("EUR each", "449", line)
    expect(omar.page.locator(".lines-of", has_text="Study trip")).to_contain_text("13 199.00")
    omar.step(lambda: line.get_by_label("EUR each").press("Enter"))


def test_without_javascript_on_a_phone(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    application = draft(company, stage, "TAF-2026-96")
    omar = visit(company["omar"].email, phone=True, script=False)
    enter(omar, service)
    omar.goto(f"/applications/{application}/activities/add")
    add_activity(omar, "Tracing workshop", "Workshop", "Tirana", "Albania")
    omar.goto(f"/applications/{application}/budget")
    type_rows(omar, ROWS[:2])
    omar.press("Recalculate")
    omar.sees("Total EUR 5 114.60")
    omar.press("Save")
    back_to_the_budget(omar)
    omar.unfold("Per diem of the experts")
    omar.fill("How many", "1", omar.page.get_by_role("group", name="Line 2", exact=True))
    omar.press("Save")
    back_to_the_budget(omar)
    omar.sees("Total EUR 4 429.80")
