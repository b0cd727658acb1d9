"""The budget by lines on its pages: typed, added up while one types, pasted, and what is asked of whom."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from facility import clock
from facility.applications.checks import budgets, requested
from facility.applications.models import Application, BudgetLine, Party
from facility.applications.service import confirm_party, save_answers, submit
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import PLAIN
from facility.contracts.models import UnitCost
from facility.db import Database
from facility.demo.budgets import BY_LINES
from facility.experts.service import seed_themes
from tests.applications.budgets import ROWS, TRIP, WORKSHOP, Ground, lay
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browser, Browsers
from tests.statements import count_statements


@pytest.fixture
def times() -> Times:
    """A call that is open now: pages look at the clock."""
    now = clock.now()
    return Times(
        now - timedelta(days=9), now - timedelta(days=8), now - timedelta(days=7), now + timedelta(days=1)
    )


@pytest.fixture
def form() -> FormDefinition:
    """A call that asks for activities and a budget by lines."""
    return BY_LINES


@pytest.fixture
async def ground(db: Database, stage: Stage, times: Times, draft: UUID) -> Ground:
    """The draft with three parties and two activities, and the rates that are known."""
    return await lay(db, stage, times, draft)


@pytest.fixture
async def omar(stage: Stage, browse: Browsers) -> Browser:
    """The lead's browser."""
    return await browse(stage.omar)


async def version(db: Database, application_id: UUID) -> str:
    async with db.transaction(now=clock.now()) as tx:
        return str((await tx.get(Application, application_id)).version)


async def amounts(db: Database, application_id: UUID) -> dict[str, str]:
    """What each party on board asks for, and all together."""
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.execute(
            select(Party.beneficiary_code, Party.amount)
            .where(Party.application_id == application_id, Party.left_at.is_(None))
            .order_by(Party.position)
        )
        found = {row.beneficiary_code: str(row.amount) for row in rows}
        return {**found, "all": str((await tx.get(Application, application_id)).requested)}


async def lines(db: Database, application_id: UUID) -> list[BudgetLine]:
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.scalars(
            select(BudgetLine)
            .where(BudgetLine.application_id == application_id)
            .order_by(BudgetLine.position)
        )
        return list(rows)


async def reconciled(db: Database) -> list[str]:
    """What the checks on amounts find."""
    async with db.transaction(now=clock.now()) as tx:
        connection = await tx.session.connection()
        return [*await budgets(connection), *await requested(connection)]


def errors(page: httpx.Response) -> list[str]:
    """The fields that the summary links to."""
    return re.findall(r'<li><a href="#f-([^"]+)">', page.text)


def total(page: httpx.Response) -> str:
    """What the page says that it comes to."""
    found = re.search(r"Total EUR ([0-9\u00a0.]+)", page.text)
    return found[1].replace("\u00a0", " ") if found else ""


async def save(db: Database, omar: Browser, ground: Ground, **more: str) -> httpx.Response:
    form = ground.form(version=await version(db, ground.application), **more)
    return await omar.send_form(f"/applications/{ground.application}/budget", form)


async def test_the_worked_budget_is_typed_in_and_comes_to_35_427_70(
    db: Database, omar: Browser, ground: Ground
) -> None:
    saved = await save(db, omar, ground)
    assert (saved.status_code, saved.headers.get("location")) == (
        303,
        f"/applications/{ground.application}/budget",
    )
    page = await omar.get(saved.headers["location"])
    assert total(page) == "35 427.70"
    assert "33\u00a0110.00 direct + 2\u00a0317.70 indirect" in page.text
    assert await amounts(db, ground.application) == {
        "AL": "12540.40",
        "XK": "9244.80",
        "ME": "13642.50",
        "all": "35427.70",
    }
    for subtotal in ("12\u00a0540.40", "21\u00a0785.20", "13\u00a0642.50", "18\u00a0446.80"):
        assert subtotal in page.text  # of the lead, of the workshop, of the trip, of per diems
    assert await reconciled(db) == []


async def test_a_budget_without_indirect_costs_is_shown(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}"
    saved = await omar.send_form(
        f"{here}/budget", ground.form(version=await version(db, ground.application), indirect_percent="0")
    )
    assert saved.status_code == 303
    page = await omar.get(f"{here}/check")
    assert page.status_code == 200
    assert "33\u00a0110.00" in page.text


async def test_sums_while_one_types_are_worked_out_and_not_saved(
    db: Database, omar: Browser, ground: Ground
) -> None:
    form = ground.form() | {
        "lines-10-description": "Half a line",
        "lines-10-quantity": "2",
        "lines-0-unit_cost": "351",
    }
    part = await omar.send_form(
        f"/applications/{ground.application}/budget/preview", form, headers={"hx-request": "true"}
    )
    assert part.status_code == 200
    assert "<html" not in part.text
    assert total(part) == "35 438.40"
    assert 'id="sum-bar" role="status" hx-swap-oob="true"' in part.text
    assert (
        '3\u00a0510.00<span class="over small">above 350.00 a unit: <a href="#f-lines-0-reason">' in part.text
    )
    assert "1 line is not finished and does not count." in part.text
    assert "Error" not in part.text
    assert re.findall(r'<output[^>]* id="(sum-\d+)"', part.text) == [f"sum-{n}" for n in range(11)]
    assert await lines(db, ground.application) == []


async def test_without_javascript_it_is_worked_out_and_gets_more_lines(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    worked_out = await omar.send_form(path, ground.form(do="work_out"))
    more = await omar.send_form(path, ground.form(do="more"))
    assert (worked_out.status_code, total(worked_out)) == (200, "35 427.70")
    assert (more.status_code, total(more)) == (200, "35 427.70")
    assert worked_out.text.count('<fieldset class="line"') == 13
    assert more.text.count('<fieldset class="line"') == 20
    assert 'value="Fees of two experts"' in more.text
    assert await lines(db, ground.application) == []


async def test_every_wrong_field_at_once_and_what_was_typed_is_kept(
    db: Database, omar: Browser, ground: Ground
) -> None:
    rows = [
        ("Fees", "fee", "AL", WORKSHOP, "two", "5", "days", "1.234"),
        ("", "x", "", "nowhere", "0", "-1", "", "1ООО"),
        ("Good", "fee", "AL", "", "1", "", "", "1"),
    ]
    path = f"/applications/{ground.application}/budget"
    page = await omar.send_form(path, ground.form(rows, indirect_percent="7,01"))
    assert page.status_code == 422
    assert errors(page) == [
        "indirect_percent",
        "lines-0-quantity",
        "lines-0-unit_cost",
        "lines-1-description",
        "lines-1-category",
        "lines-1-party",
        "lines-1-activity",
        "lines-1-quantity",
        "lines-1-units",
        "lines-1-unit_cost",
    ]
    assert "Write 1\u00a0234 if you mean thousands" in page.text
    assert "If you mean 1000, write it in digits" in page.text
    for typed in ("two", "1.234", "1ООО", "7,01", "Good"):
        assert f'value="{typed}"' in page.text
    assert await lines(db, ground.application) == []


async def test_digits_of_other_scripts_are_understood(db: Database, omar: Browser, ground: Ground) -> None:
    rows = [
        ("Летови", "travel", "ME", TRIP, "٩", "", "", "٣٨٠٫٥٠"),
        ("Autobus", "travel", "ME", TRIP, "１６", "0,5", "дан", "1'060,00"),
    ]
    path = f"/applications/{ground.application}/budget"
    saved = await omar.send_form(path, ground.form(rows, version=await version(db, ground.application)))
    assert saved.status_code == 303
    assert [str(line.amount) for line in await lines(db, ground.application)] == ["3424.50", "8480.00"]


async def test_a_line_keeps_its_identity_and_can_be_removed(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    before = await lines(db, ground.application)
    page = await omar.get(f"/applications/{ground.application}/budget")
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    saved = await save(db, omar, ground, **ids, **{"lines-3-remove": "yes", "lines-0-quantity": "3"})
    after = await lines(db, ground.application)
    assert saved.status_code == 303
    assert [line.id for line in after] == [line.id for line in before if line.description != "Bus"]
    assert str(after[0].amount) == "5250.00"


async def test_ids_of_other_lines_make_new_ones(db: Database, omar: Browser, ground: Ground) -> None:
    foreign = str(uuid4())
    await save(db, omar, ground, **{"lines-0-id": foreign, "lines-1-id": "x"})
    made = await lines(db, ground.application)
    again = {f"lines-{number}-id": str(made[0].id) for number in range(3)}
    await save(db, omar, ground, **again)
    assert len(made) == 10
    assert foreign not in {str(line.id) for line in made}
    assert len({line.id for line in await lines(db, ground.application)}) == 10


async def test_saving_what_stands_there_already_changes_nothing(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    page = await omar.get(f"/applications/{ground.application}/budget")
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    before = await version(db, ground.application)
    assert (await save(db, omar, ground, **ids)).status_code == 303
    assert await version(db, ground.application) == before


async def test_a_rate_gives_the_cost_and_stays_what_it_was(
    db: Database, omar: Browser, stage: Stage, ground: Ground
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        half_day = (
            await tx.session.execute(select(UnitCost).where(UnitCost.unit == "half day"))
        ).scalar_one()
    rows = [("Fee", "fee", "AL", WORKSHOP, "2", "1", "half day", "")]
    path = f"/applications/{ground.application}/budget"
    taken = {"lines-0-rate": str(half_day.id), "version": await version(db, ground.application)}
    saved = await omar.send_form(path, ground.form(rows, **taken))
    (line,) = await lines(db, ground.application)
    assert saved.status_code == 303
    assert (str(line.unit_cost), str(line.ceiling), line.unit_cost_id) == ("175.00", "175.00", half_day.id)


async def test_rates_that_do_not_fit(db: Database, omar: Browser, ground: Ground) -> None:
    async with db.transaction(now=clock.now()) as tx:
        rates = {(row.kind, row.country): str(row.id) for row in await tx.session.scalars(select(UnitCost))}
    rows = [
        ("A", "travel", "AL", WORKSHOP, "1", "", "", "1"),
        ("B", "per_diem", "AL", WORKSHOP, "1", "", "", "1"),
        ("", "", "", "", "", "", "", ""),
        ("C", "per_diem", "AL", WORKSHOP, "1", "", "", "1"),
    ]
    form = ground.form(rows, version=await version(db, ground.application)) | {
        "lines-0-rate": rates["host_fee", None],
        "lines-1-rate": rates["per_diem", "IT"],
        "lines-3-rate": str(uuid4()),
    }
    page = await omar.send_form(f"/applications/{ground.application}/budget", form)
    assert page.status_code == 422
    assert errors(page) == ["lines-0-rate", "lines-1-rate", "lines-3-rate"]
    assert "This rate is for another country than that of the activity." in page.text


async def test_above_the_ceiling_is_saved_and_the_task_list_asks_why(
    db: Database, omar: Browser, ground: Ground
) -> None:
    assert (await save(db, omar, ground, **{"lines-4-unit_cost": "170"})).status_code == 303
    tasks = await omar.get(f"/applications/{ground.application}")
    assert "Lines of the budget above the rate, with no reason given: 5." in tasks.text
    assert f'href="/applications/{ground.application}/budget#f-lines-4-reason"' in tasks.text
    await save(db, omar, ground, **{"lines-4-unit_cost": "170", "lines-4-reason": "The only hotel"})
    assert "above the rate" not in (await omar.get(f"/applications/{ground.application}")).text


async def test_the_total_is_measured_against_the_limits_of_the_call(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    rows = [("Dear", "other", "AL", WORKSHOP, "1", "", "", "60000")]
    above = await omar.send_form(path, ground.form(rows, do="work_out"))
    below = await omar.send_form(path, ground.form([], do="work_out"))
    inside = await omar.send_form(path, ground.form(do="work_out"))
    assert "EUR 4\u00a0200.00 above the most of the call, 60\u00a0000.00." in above.text
    assert "EUR 5\u00a0000.00 below the least of the call, 5\u00a0000.00." in below.text
    assert "Within the limits of the call" in inside.text


async def test_what_is_missing_is_on_the_task_list_with_the_way_to_mend_it(
    db: Database, omar: Browser, ground: Ground
) -> None:
    here = f"/applications/{ground.application}"
    assert "below the minimum of the call" in (await omar.get(f"{here}/check")).text
    await save(db, omar, ground, **{"lines-1-activity": "", "lines-6-activity": ""})
    tasks = (await omar.get(here)).text
    assert "Lines of the budget that are for no activity: 2, 7." in tasks
    assert f'href="{here}/budget#f-lines-1-activity"' in tasks
    async with db.transaction(now=clock.now()) as tx:
        await tx.session.delete(await tx.get(BudgetLine, (await lines(db, ground.application))[0].id))
    assert await reconciled(db) == ["application TAF-2021-01/001: the amounts are not those of the lines"]


async def test_a_confirmation_is_voided_only_after_a_warning(
    db: Database, omar: Browser, stage: Stage, ground: Ground
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await confirm_party(
            tx, ground.parties["XK"], signatory_name="Vesa Gashi", signatory_function="Director"
        )
    asked = await save(db, omar, ground)
    assert (asked.status_code, "Save and void the confirmations" in asked.text) == (409, True)
    assert 'value="Fees of two experts"' in asked.text
    assert await lines(db, ground.application) == []
    assert (await save(db, omar, ground, void="yes")).status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Party, ground.parties["XK"])).confirmation == "void"


async def test_somebody_else_saved_meanwhile(db: Database, omar: Browser, ground: Ground) -> None:
    seen = await version(db, ground.application)
    await save(db, omar, ground)
    rows = [("Mine", "fee", "AL", WORKSHOP, "1", "", "", "1")]
    page = await omar.send_form(f"/applications/{ground.application}/budget", ground.form(rows, version=seen))
    assert page.status_code == 409
    assert "Somebody else has changed the application meanwhile" in page.text
    assert 'value="Mine"' in page.text
    assert "Fees of two experts" in page.text


async def test_amounts_follow_when_a_partner_goes_and_its_lines_are_named(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    here = f"/applications/{ground.application}"
    gone = await omar.send_form(
        f"{here}/parties/{ground.parties['ME']}/remove", {"version": await version(db, ground.application)}
    )
    assert gone.status_code == 303
    assert await amounts(db, ground.application) == {"AL": "12540.40", "XK": "9244.80", "all": "21785.20"}
    tasks = (await omar.get(here)).text
    assert "Lines of the budget of an institution that has left: 8, 9, 10." in tasks
    page = await omar.get(f"{here}/budget")
    assert "Supreme State Prosecutor&#39;s Office (left)" in page.text
    assert total(page) == "21 785.20"
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    assert (await save(db, omar, ground, **ids)).status_code == 303  # nothing forces to mend it at once


async def test_a_partys_amount_cannot_be_typed(db: Database, omar: Browser, ground: Ground) -> None:
    await save(db, omar, ground)
    here = f"/applications/{ground.application}/parties/{ground.parties['XK']}"
    assert 'name="amount"' not in (await omar.get(here)).text
    form = {
        "version": await version(db, ground.application),
        "role": "Hosts",
        "contact_name": "Vesa",
        "contact_email": "vesa@example.org",
    }
    assert (await omar.send_form(here, {**form, "amount": "1"})).status_code == 400
    assert (await omar.send_form(here, form)).status_code == 303
    assert (await amounts(db, ground.application))["XK"] == "9244.80"


async def test_what_is_submitted_holds_activities_and_lines(
    db: Database, omar: Browser, stage: Stage, times: Times, ground: Ground
) -> None:
    await save(db, omar, ground)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await seed_themes(tx)
        answers = {"ask": {"summary": "s", "plan": "p"}, "casework": {"casework_origin": "c"}}
        await save_answers(tx, ground.application, {**answers, "themes": {"themes": ["X.JIT"]}})
        for code in ("XK", "ME"):
            await confirm_party(
                tx, ground.parties[code], signatory_name="Vesa Gashi", signatory_function="Director"
            )
        await submit(tx, ground.application, received_at=times.now)
    told = (await omar.get(f"/applications/{ground.application}/receipt.json")).json()
    assert [activity["title"] for activity in told["activities"]] == ["Tracing workshop", "Study trip"]
    assert told["activities"][0]["people"] == [{"party": 0, "people": 8}, {"party": 1, "people": 16}]
    assert (told["requested"], told["budget"]["total"]) == ("35427.70", "35427.70")
    assert told["budget"]["lines"][8] == {
        "party": 2,
        "activity": "Study trip",
        "category": "per_diem",
        "description": "Per diem in Rome",
        "quantity": "9.00",
        "units": "4.00",
        "unit": "nights",
        "unit_cost": "230.00",
        "ceiling": "230.00",
        "rate_valid_from": None,
        "reason": "",
        "amount": "8280.00",
    }
    page = await omar.get(f"/applications/{ground.application}")
    assert "9 × 4 nights × 230.00" in page.text
    assert "By institution, in EUR" in page.text
    assert (await omar.get(f"/applications/{ground.application}/budget")).status_code == 409


async def test_what_is_typed_is_kept_for_this_person_until_it_is_saved_or_discarded(
    db: Database, omar: Browser, stage: Stage, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    seen = await version(db, ground.application)
    rows = [*ROWS[:2], ("Half", "", "", "", "two", "", "", "1.234")]
    typed = ground.form(rows, version=seen, by=str(stage.omar))
    kept = await omar.send_form(f"{path}/copy", typed, headers={"x-autosave": "1"})
    assert (kept.status_code, await lines(db, ground.application)) == (204, [])
    assert await version(db, ground.application) == seen
    page = await omar.get(path)
    assert "You have typed this and not saved it" in page.text
    for value in ("Fees of two experts", "two", "1.234"):
        assert f'value="{value}"' in page.text
    assert (total(page), errors(page)) == ("5 114.60", [])
    assert (await omar.send_form(path, ground.form(rows[:2], version=seen))).status_code == 303
    assert "You have typed this and not saved it" not in (await omar.get(path)).text
    late = await omar.send_form(f"{path}/copy", typed)
    assert (late.status_code, late.headers["location"]) == (303, f"/applications/{ground.application}")
    page = await omar.get(path)
    assert "when you save, you see what it says now" in page.text
    assert f'name="version" value="{seen}"' in page.text
    assert (await omar.send_form(path, ground.form(rows[:1], version=seen))).status_code == 409
    assert (await omar.send_form(f"{path}/discard")).status_code == 303
    assert "You have typed this" not in (await omar.get(path)).text


async def test_what_is_typed_is_not_kept_in_the_name_of_another(
    omar: Browser, stage: Stage, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    for where in ("budget", "budget/copy"):
        typed = ground.form(by=str(stage.vesa))
        answer = await omar.send_form(
            f"/applications/{ground.application}/{where}", typed, headers={"x-autosave": "1"}
        )
        assert answer.status_code == 409
    evil = await omar.send_form(f"{path}/copy", ground.form(evil="1"), headers={"x-autosave": "1"})
    assert evil.status_code == 400


PASTED = (
    "What\tCategory\tInstitution\tActivity\tHow many\tDays\tUnit\tUnit cost\r\n"
    "Fees\tExperts' fees\tAlbanian State Police\tTracing workshop\t2\t5\tdays\t350,00\r\n"
    "\r\n"
    "Bus\ttravel\tKosovo* Police\t1\t16\t1\t\t€ 60\r\n"
    "Per diem\tper_diem\tME\tStudy trip\t9\t4\tnights\t1.280,50\r\n"
)


async def test_rows_are_pasted_into_the_form_and_saved_from_there(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    page = await omar.send_form(f"{path}/paste", {"rows": PASTED})
    assert (page.status_code, errors(page)) == (200, [])
    assert "3 rows of your spreadsheet are in the form. Nothing is saved yet." in page.text
    assert total(page) == "54 097.06"
    assert await lines(db, ground.application) == []
    values = dict(re.findall(r'name="(lines-\d+-[a-z_]+)" type="text" value="([^"]*)"', page.text))
    chosen = dict(
        re.findall(r'name="(lines-\d+-[a-z_]+)"[^>]*>(?:(?!</select>).)*?value="([^"]*)" selected', page.text)
    )
    form = {"version": await version(db, ground.application), "indirect_percent": "7", **values, **chosen}
    assert (await omar.send_form(path, form)).status_code == 303
    assert [str(line.amount) for line in await lines(db, ground.application)] == [
        "3500.00",
        "960.00",
        "46098.00",
    ]


async def test_wrong_cells_are_marked_and_the_rows_kept(db: Database, omar: Browser, ground: Ground) -> None:
    text = (
        PASTED.replace("Kosovo* Police", "Interpol").replace("350,00", "1.350").replace("\ttravel", "\tboats")
    )
    page = await omar.send_form(f"/applications/{ground.application}/budget/paste", {"rows": text})
    assert page.status_code == 422
    assert errors(page) == ["lines-0-unit_cost", "lines-1-category", "lines-1-party"]
    assert "“Interpol” is no institution of this application. Choose one." in page.text
    assert "“boats” is no category. Choose one." in page.text
    assert 'value="1.350"' in page.text
    assert 'value="Per diem"' in page.text
    assert await lines(db, ground.application) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Fill in this field."),
        ("Bus\tTravel\tAL\t1\t1\t1\t\t1\n" * 5000, "There are 5000 rows; at most 90 can be taken."),
        ("a,b,c,d,1,2,e,1,280.50,why", "Line 1 has more cells than there are columns."),
        ("What\tCategory\n", "There is only a head row."),
    ],
)
async def test_what_is_no_table_is_said_at_the_field_with_the_text_kept(
    db: Database, omar: Browser, ground: Ground, text: str, said: str
) -> None:
    await save(db, omar, ground)
    page = await omar.send_form(f"/applications/{ground.application}/budget/paste", {"rows": text})
    assert page.status_code == 422
    assert said in page.text
    assert text.strip()[:20] in page.text
    assert len(await lines(db, ground.application)) == 10


async def test_more_lines_than_a_budget_takes(db: Database, omar: Browser, ground: Ground) -> None:
    path = f"/applications/{ground.application}/budget"
    seen = await version(db, ground.application)
    full = await omar.send_form(path, ground.form([ROWS[3]] * 100, version=seen))
    assert full.status_code == 303
    seen = await version(db, ground.application)
    above = await omar.send_form(path, ground.form([ROWS[3]] * 101, version=seen))
    assert (above.status_code, "At most 100 lines fit into a budget." in above.text) == (422, True)
    assert (await omar.send_form(path, ground.form([ROWS[3]] * 130, version=seen))).status_code == 413


async def test_only_the_lead_edits_and_only_where_the_call_asks(
    db: Database, stage: Stage, ground: Ground, omar: Browser, browse: Browsers
) -> None:
    here = f"/applications/{ground.application}"
    vesa, sara = await browse(stage.vesa), await browse(stage.sara)
    for browser in (vesa, sara):
        for path in ("budget", "budget/paste", "activities", "activities/add"):
            assert (await browser.get(f"{here}/{path}")).status_code == 404
        assert (await browser.send_form(f"{here}/budget", ground.form())).status_code == 404
        assert (await browser.send_form(f"{here}/budget/preview", ground.form())).status_code == 404
    unknown = await omar.send_form(f"{here}/budget/preview", ground.form(evil="1"))
    assert unknown.status_code == 400


async def test_the_page_costs_the_same_for_one_line_and_ten(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    await omar.send_form(path, ground.form(ROWS[:1], version=await version(db, ground.application)))
    with count_statements(db) as for_one:
        await omar.get(path)
    await save(db, omar, ground)
    with count_statements(db) as for_ten:
        page = await omar.get(path)
    assert (len(for_one), len(for_ten)) == (5, 5)
    assert page.text.count('<fieldset class="line"') == 13


class TestAPlainCall:
    """A call that asks for an amount for each party."""

    @pytest.fixture
    def form(self) -> FormDefinition:
        return PLAIN

    async def test_has_neither_page(self, omar: Browser, draft: UUID) -> None:
        for path in ("budget", "budget/paste", "activities", "activities/add"):
            assert (await omar.get(f"/applications/{draft}/{path}")).status_code == 404
        sent = {"version": "1", "indirect_percent": "7"}
        assert (await omar.send_form(f"/applications/{draft}/budget", sent)).status_code == 404

    async def test_amounts_are_typed(self, db: Database, omar: Browser, draft: UUID) -> None:
        async with db.transaction(now=clock.now()) as tx:
            partner = await party_id(tx, draft)
        assert 'name="amount"' in (await omar.get(f"/applications/{draft}/parties/{partner}")).text
        assert await amounts(db, draft) == {"AL": "20000.00", "XK": "10000.50", "all": "30000.50"}


def test_the_worked_rows_come_to_the_worked_total() -> None:
    direct = Decimal(0)
    for *_names, quantity, units, _unit, cost in ROWS:
        plain = cost.replace(" €", "").replace(" ", "").replace(",", ".")
        direct += Decimal(quantity) * Decimal(units or 1) * Decimal(plain)
    assert (str(direct.quantize(Decimal("0.01"))), str(direct * Decimal("1.07"))) == (
        "33110.00",
        "35427.7000",
    )
