"""Planned activities on their pages: added, changed, ordered, removed, and what is wrong said at its field."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.applications.models.application import Application, Party
from facility.applications.models.budget import BudgetLine, PlannedActivity, PlannedPeople
from facility.applications.rules.activities import ActivityKind, Plan
from facility.applications.service.amounts import line_of
from facility.applications.service.budget import save_budget
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.plan import change_planned
from facility.db import Database
from tests.applications.budgets import TRIP, WORKSHOP, Ground
from tests.applications.conftest import Stage
from tests.applications.pages.budget.reading import budget_version, version
from tests.browser import Browser, errors, gives_reason, states


async def plans(db: Database) -> list[PlannedActivity]:
    async with db.transaction(now=clock.now()) as tx:
        return list(await tx.session.scalars(select(PlannedActivity).order_by(PlannedActivity.position)))


async def people(db: Database, activity_id: UUID) -> dict[UUID, int]:
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.scalars(select(PlannedPeople).where(PlannedPeople.activity_id == activity_id))
        return {row.party_id: row.people for row in rows}


def typed(ground: Ground, **changes: str) -> dict[str, str]:
    """What somebody types for a workshop in Skopje, after two others."""
    return {
        "seen": "2",
        "kind": "workshop",
        "title": "Ballistics",
        "place": "Skopje",
        "country": "MK",
        "days": "2",
        "month": "2027-05",
        "starts_on": "",
        "ends_on": "",
        "purpose": "Comparing\r\n\r\ncartridges",
        f"people-{ground.parties['AL']}": "٤",
        f"people-{ground.parties['XK']}": "4",
        f"people-{ground.parties['ME']}": "",
        **changes,
    }


async def test_an_activity_is_added_with_its_people(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}/activities"
    added = await omar.send_form(f"{here}/add", typed(ground))
    assert (added.status_code, added.headers["location"]) == (303, here)
    made = (await plans(db))[-1]
    assert (made.kind, made.place, made.country, made.days) == ("workshop", "Skopje", "MK", 2)
    assert (made.month, made.starts_on, made.purpose) == (date(2027, 5, 1), None, "Comparing\n\ncartridges")
    assert await people(db, made.id) == {ground.parties["AL"]: 4, ground.parties["XK"]: 4}
    page = await omar.get(here)
    assert "3. Ballistics" in page.text
    assert "Skopje, North Macedonia" in page.text
    assert "May 2027" in page.text


async def test_days_say_the_month(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}/activities"
    days = {"month": "", "starts_on": "2027-06-29", "ends_on": "2027-07-01", "days": "3"}
    assert (await omar.send_form(f"{here}/add", typed(ground, **days))).status_code == 303
    made = (await plans(db))[-1]
    assert (made.month, made.starts_on, made.ends_on) == (
        date(2027, 6, 1),
        date(2027, 6, 29),
        date(2027, 7, 1),
    )
    page = await omar.get(f"{here}/{made.id}")
    assert 'value="2027-06-29"' in page.text


async def test_every_wrong_field_at_once(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}/activities"
    albania = f"people-{ground.parties['AL']}"
    wrong = {"kind": "party", "title": "", "place": "", "country": "ZZ", "days": "0", "month": "2027-13"}
    page = await omar.send_form(f"{here}/add", typed(ground, **wrong, purpose="", **{albania: "many"}))
    assert page.status_code == 422
    assert errors(page) == ["kind", "title", "place", "country", "days", "month", albania, "purpose"]
    assert 'value="many"' in page.text
    assert re.search(r'<option value="2027-03"[^>]*>March 2027</option>', page.text), "months are chosen"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"month": ""}, "month"),
        ({"month": "May"}, "month"),
        ({"month": "", "ends_on": "2027-05-01"}, "starts_on"),
        ({"starts_on": "2027-05-03", "ends_on": "2027-05-01"}, "ends_on"),
        ({"starts_on": "2027-05-03", "ends_on": "2027-05-04", "days": "3"}, "days"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"month": "2020-05"}, "month"),
        ({"starts_on": "2020-05-03", "ends_on": "2020-05-04"}, "starts_on"),
    ],
)
async def test_when_it_takes_place(
    db: Database, omar: Browser, ground: Ground, days: dict[str, str], field: str
) -> None:
    here = f"/applications/{ground.application}/activities"
    page = await omar.send_form(f"{here}/add", typed(ground, **days))
    assert (page.status_code, errors(page)) == (422, [field])
    assert len(await plans(db)) == 2


async def test_an_activity_is_changed_and_nothing_happens_where_nothing_differs(
    db: Database, omar: Browser, ground: Ground
) -> None:
    workshop = ground.activities[WORKSHOP]
    here = f"/applications/{ground.application}/activities/{workshop}"
    form = typed(ground, seen="0")
    assert (await omar.send_form(here, form)).status_code == 303
    after = await version(db, ground.application)
    assert (await omar.send_form(here, form)).status_code == 303
    assert await version(db, ground.application) == after
    assert (await plans(db))[0].title == "Ballistics"
    assert await people(db, workshop) == {ground.parties["AL"]: 4, ground.parties["XK"]: 4}


async def test_moved_up_and_down(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}/activities/{ground.activities[TRIP]}/move"
    for to, titles in (
        ("up", ["Study trip", "Tracing workshop"]),
        ("up", ["Study trip", "Tracing workshop"]),
        ("down", ["Tracing workshop", "Study trip"]),
    ):
        assert (await omar.send_form(here, {"to": to})).status_code == 303
        assert [plan.title for plan in await plans(db)] == titles
    assert (await omar.send_form(here, {"to": "left"})).status_code == 422


async def test_removed_with_its_lines_left_for_another(db: Database, omar: Browser, ground: Ground) -> None:
    path = f"/applications/{ground.application}/budget"
    await omar.send_form(path, ground.form(version=await budget_version(db, ground.application)))
    here = f"/applications/{ground.application}/activities/{ground.activities[TRIP]}/remove"
    question = (await omar.get(here)).text
    stay = re.search(r'data-state="lines-stay">(.*?)</p>', question)
    assert stay is not None
    assert re.findall(r"\d+", stay[1]) == ["3"]
    gone = await omar.send_form(here, {"version": await version(db, ground.application)})
    assert gone.status_code == 303
    assert [plan.title for plan in await plans(db)] == ["Tracing workshop"]
    async with db.transaction(now=clock.now()) as tx:
        left = (await tx.session.scalars(select(BudgetLine).where(BudgetLine.activity_id.is_(None)))).all()
        requested = (await tx.get(Application, ground.application)).requested
    assert (len(left), str(requested)) == (3, "35427.70")
    tasks = (await omar.get(f"/applications/{ground.application}")).text
    assert gives_reason(tasks, "lines_without_activity", lines="8, 9, 10")


async def test_one_activity_may_be_for_one_beneficiary_and_all_together_not(
    db: Database, omar: Browser, ground: Ground
) -> None:
    workshop = ground.activities[WORKSHOP]
    here = f"/applications/{ground.application}"
    alone = {"seen": "0", f"people-{ground.parties['XK']}": "0", "title": "Alone <b>"}
    assert (await omar.send_form(f"{here}/activities/{workshop}", typed(ground, **alone))).status_code == 303
    page = await omar.get(f"{here}/activities")
    assert states(page).count("not-joint") == 1
    assert not gives_reason(await omar.get(here), "plan_not_joint")
    trip = ground.activities[TRIP]
    sent = alone | {"title": "Alone, too"}
    assert (await omar.send_form(f"{here}/activities/{trip}", typed(ground, **sent))).status_code == 303
    assert states(await omar.get(f"{here}/activities")).count("not-joint") == 2
    assert gives_reason(await omar.get(here), "plan_not_joint")


async def test_what_is_wrong_between_fields_is_named_with_single_fields(
    omar: Browser, ground: Ground
) -> None:
    here = f"/applications/{ground.application}/activities"
    wrong = {"title": "", "starts_on": "2027-05-03", "ends_on": "2027-05-01"}
    page = await omar.send_form(f"{here}/add", typed(ground, **wrong))
    assert (page.status_code, errors(page)) == (422, ["title", "ends_on"])


async def test_an_activity_before_the_call_is_not_complete(
    db: Database, stage: Stage, omar: Browser, ground: Ground
) -> None:
    here = f"/applications/{ground.application}"
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        early = Plan(
            kind=ActivityKind.WORKSHOP,
            title="Tracing workshop",
            place="Tirana",
            country="AL",
            days=3,
            month=date(2020, 5, 1),
            purpose="Tracing",
            people={ground.parties["AL"]: 8, ground.parties["XK"]: 8},
        )
        await change_planned(tx, ground.activities[WORKSHOP], early)
    tasks = (await omar.get(here)).text
    assert gives_reason(tasks, "activity_too_early", title="Tracing workshop")
    assert f'href="{here}/activities#f-{ground.activities[WORKSHOP]}"' in tasks


async def test_nothing_planned_yet(db: Database, omar: Browser, draft: UUID) -> None:
    here = f"/applications/{draft}"
    assert "No activity yet" in (await omar.get(f"{here}/activities")).text
    assert "nothing-planned" in states(await omar.get(f"{here}/budget"))
    whys = (await omar.get(f"{here}/check")).text
    assert gives_reason(whys, "no_activity")
    assert gives_reason(whys, "no_budget_line")


async def test_a_confirmation_is_voided_only_after_a_warning(
    db: Database, omar: Browser, ground: Ground
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await confirm_party(
            tx, ground.parties["XK"], signatory_name="Vesa Gashi", signatory_function="Director"
        )
    here = f"/applications/{ground.application}/activities/add"
    form = typed(ground)
    warned = await omar.send_form(here, form)
    assert (warned.status_code, "Save and void the confirmations" in warned.text) == (409, True)
    assert len(await plans(db)) == 2
    assert (await omar.send_form(here, {**form, "void": "yes"})).status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Party, ground.parties["XK"])).confirmation == "void"


async def test_activities_of_another_application_are_not_found(
    db: Database, stage: Stage, omar: Browser, ground: Ground
) -> None:
    here = f"/applications/{ground.application}/activities/{UUID(int=5)}"
    form = typed(ground)
    assert (await omar.get(here)).status_code == 404
    assert (await omar.get(f"{here}/remove")).status_code == 404
    for path, sent in ((here, form), (f"{here}/remove", {"version": "1"}), (f"{here}/move", {"to": "up"})):
        assert (await omar.send_form(path, sent)).status_code == 404


async def test_at_most_forty(db: Database, omar: Browser, ground: Ground) -> None:
    here = f"/applications/{ground.application}/activities/add"
    async with db.transaction(now=clock.now()) as tx:
        for position in range(3, 41):
            tx.add(
                PlannedActivity(
                    id=UUID(int=position),
                    application_id=ground.application,
                    position=position,
                    kind="seminar",
                    title="One more",
                    place="Budva",
                    country="ME",
                    days=1,
                    month=date(2027, 1, 1),
                    purpose="More",
                )
            )
    page = await omar.send_form(here, typed(ground))
    assert (page.status_code, gives_reason(page, "too_many_activities", most=40)) == (422, True)


async def test_lines_come_through_the_command_as_they_were(
    db: Database, omar: Browser, ground: Ground
) -> None:
    path = f"/applications/{ground.application}/budget"
    await omar.send_form(path, ground.form(version=await budget_version(db, ground.application)))
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.scalars(select(BudgetLine).order_by(BudgetLine.position))
        lines = [line_of(row) for row in rows]
        before = (await tx.get(Application, ground.application)).version
        await save_budget(tx, ground.application, lines, indirect_percent=Decimal(7))
        assert (await tx.get(Application, ground.application)).version == before
