"""What a budget by lines does to the draft: limits, tasks, confirmations, amounts of the parties, what is submitted."""

import re
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.applications.models.application import Party
from facility.applications.models.budget import BudgetLine
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.calls.models.call import Call
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import PLAIN
from facility.db import Database
from facility.experts.service.pool import seed_themes
from facility.web import filters
from facility.zone import BRUSSELS
from tests.applications.budgets import WORKSHOP, Ground
from tests.applications.conftest import Stage, Times, party_id
from tests.applications.pages.budget.reading import (
    amounts,
    budget_version,
    lines,
    reconciled,
    row,
    save,
    total,
    version,
)
from tests.browser import Browser, Browsers, gives_reason, states


async def test_above_the_ceiling_is_saved_and_the_task_list_asks_why(
    db: Database, omar: Browser, ground: Ground
) -> None:
    assert (await save(db, omar, ground, **{"lines-4-unit_cost": "170"})).status_code == 303
    tasks = await omar.get(f"/applications/{ground.application}")
    assert gives_reason(tasks, "lines_above_ceiling", lines="5")
    assert f'href="/applications/{ground.application}/budget#f-lines-4-reason"' in tasks.text
    await save(db, omar, ground, **{"lines-4-unit_cost": "170", "lines-4-reason": "The only hotel"})
    assert not gives_reason(await omar.get(f"/applications/{ground.application}"), "lines_above_ceiling")


async def test_the_total_is_measured_against_the_limits_of_the_call(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    rows = [("Dear", "other", "AL", WORKSHOP, "1", "", "", "60000")]
    above = await omar.send_form(path, ground.form(rows, do="work_out"))
    below = await omar.send_form(path, ground.form([], do="work_out"))
    inside = await omar.send_form(path, ground.form(do="work_out"))
    assert states(above) == ["above-maximum"]
    assert ("4\u00a0200.00" in above.text, "60\u00a0000.00" in above.text) == (True, True)
    assert states(below) == ["below-minimum"]
    assert states(inside) == ["within-limits"]


async def test_what_is_missing_is_on_the_task_list_with_the_way_to_mend_it(
    db: Database, omar: Browser, ground: Ground
) -> None:
    here = f"/applications/{ground.application}"
    assert gives_reason(await omar.get(f"{here}/check"), "below_award_min")
    await save(db, omar, ground, **{"lines-1-activity": "", "lines-6-activity": ""})
    tasks = (await omar.get(here)).text
    assert gives_reason(tasks, "lines_without_activity", lines="2, 7")
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
    warned = await save(db, omar, ground)
    assert (warned.status_code, "Save and void the confirmations" in warned.text) == (409, True)
    assert 'value="Fees of two experts"' in warned.text
    assert await lines(db, ground.application) == []
    assert (await save(db, omar, ground, void="yes")).status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Party, ground.parties["XK"])).confirmation == "void"


async def test_somebody_else_saved_meanwhile(db: Database, omar: Browser, ground: Ground) -> None:
    seen = await budget_version(db, ground.application)
    await save(db, omar, ground)
    rows = [("Mine", "fee", "AL", WORKSHOP, "1", "", "", "1")]
    page = await omar.send_form(f"/applications/{ground.application}/budget", ground.form(rows, version=seen))
    assert page.status_code == 409
    assert "changed-meanwhile" in states(page)
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
    assert gives_reason(tasks, "lines_of_left_party", lines="8, 9, 10")
    page = await omar.get(f"{here}/budget")
    assert "Supreme State Prosecutor&#39;s Office (left)" in page.text
    assert "(left: does not count)" in row(page, 8)
    assert total(page) == "21 785.20"
    ids = dict(re.findall(r'name="(lines-\d+-id)" value="([^"]+)"', page.text))
    assert (await save(db, omar, ground, **ids)).status_code == 303  # nothing forces to mend it at once


async def test_a_partys_amount_cannot_be_typed(db: Database, omar: Browser, ground: Ground) -> None:
    await save(db, omar, ground)
    here = f"/applications/{ground.application}/parties/{ground.parties['XK']}"
    assert 'name="amount"' not in (await omar.get(here)).text
    form = {
        "seen": "0",
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
    receipt = (await omar.get(f"/applications/{ground.application}/receipt.json")).json()
    assert [activity["title"] for activity in receipt["activities"]] == ["Tracing workshop", "Study trip"]
    assert receipt["activities"][0]["people"] == [{"party": 0, "people": 8}, {"party": 1, "people": 16}]
    async with db.reader() as connection:
        published = (await connection.execute(select(Call.published_at))).scalar_one()
    assert published is not None
    assert receipt["budget"]["unit_costs_of"] == published.astimezone(BRUSSELS).date().isoformat()
    assert (receipt["requested"], receipt["budget"]["total"]) == ("35427.70", "35427.70")
    assert receipt["budget"]["lines"][8] == {
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
        "rate_source": None,
        "reason": "",
        "amount": "8280.00",
    }
    page = await omar.get(f"/applications/{ground.application}")
    assert "9 × 4 nights × 230.00" in page.text
    assert "By institution, in EUR" in page.text
    costs = re.search(r'data-state="no-rates-used">(.*?)</p>', page.text)
    assert costs is not None
    assert filters.day(published.astimezone(BRUSSELS).date()) in costs[1]
    assert (await omar.get(f"/applications/{ground.application}/budget")).status_code == 409


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


async def test_each_activity_is_a_bar_split_by_institution(
    db: Database, omar: Browser, ground: Ground
) -> None:
    await save(db, omar, ground)
    page = (await omar.get(f"/applications/{ground.application}/check")).text
    picture = page[page.index('class="bars half"') :].partition("</table>")[0].replace("\u00a0", " ")
    rows = re.findall(r'aria-label="([^"]+)">(.*?)</svg></td><td class="num">([\d .]+)</td>', picture)
    assert len(rows) == 2
    for label, bars, whole in rows:
        parts = [Decimal(part.replace(" ", "")) for part in re.findall(r"[A-Z*]{2,3} ([\d ]+\.\d\d)", label)]
        assert sum(parts) == Decimal(whole.replace(" ", ""))
        assert len(parts) == bars.count('class="c')
    widest = max(
        sum(map(float, re.findall(r' width="([\d.]+)%" height="20"/>', bars))) for _, bars, _ in rows
    )
    assert 199.9 < widest < 200.1  # the rail, and the dearest activity over all of it
