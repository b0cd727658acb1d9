"""Pages of activities: what each visitor sees and may do, what is refused, and how many statements lists take."""

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from sqlalchemy import select

from facility import clock
from facility.accounts.service.people import add_user
from facility.activities.models import Activity, Attendance, Evidence, EvidenceRefusal
from facility.activities.service.activities import cancel, complete, postpone
from facility.activities.service.evidence import refuse_evidence
from facility.applications.models.budget import PlannedActivity
from facility.awards.service.ending import withdraw_award
from facility.refused import Refused
from facility.settings import Settings
from facility.web.access import Role
from tests.browser import Browser, Browsers, gives_reason, states, stored
from tests.documents import pdf
from tests.doing import AFTER, held, planned
from tests.judging import Judging
from tests.statements import count_statements

PLAN = {
    "kind": "workshop",
    "title": "Firearms & <b>routes</b>",
    "place": "Tirana",
    "starts_on": "2021-10-05",
    "ends_on": "2021-10-07",
}


def errors(page: Any) -> list[str]:
    """The fields that the summary names, in order."""
    return re.findall(r'<a href="#f-([\w-]+)">', page.text.partition("</main>")[0])


async def row(play: Judging, key: UUID) -> Activity:
    return await play.row(Activity, key)


def at(page: Any) -> UUID:
    return UUID(page.headers["location"].rsplit("/", 1)[-1])


async def test_what_the_application_planned_is_taken_into_the_form(play: Judging, browse: Browsers) -> None:
    omar = await browse(play.people["omar"])
    application = play.applications["A"]
    from_plan = uuid4()
    async with play.db.transaction(now=clock.now()) as tx:
        tx.add(
            PlannedActivity(
                id=from_plan,
                application_id=application,
                position=1,
                kind="study_trip",
                title="To Rome",
                place="Rome",
                country="IT",
                days=4,
                month=date(2021, 11, 1),
                starts_on=date(2021, 11, 15),
                ends_on=date(2021, 11, 19),
                purpose="To see",
            )
        )
    new = f"/applications/{application}/activities/new"
    offered = await omar.get(new)
    assert f'href="{new}?planned={from_plan}"' in offered.text
    page = await omar.get(f"{new}?planned={from_plan}")
    for value in ("To Rome", "Rome, Italy", "2021-11-15", "2021-11-19"):
        assert f'value="{value}"' in page.text
    assert 'value="study_trip" checked' in page.text
    assert (await omar.get(f"{new}?planned={uuid4()}")).status_code == 200


async def test_the_lead_plans_and_others_do_not(play: Judging, browse: Browsers) -> None:
    omar = await browse(play.people["omar"])
    new = f"/applications/{play.applications['A']}/activities/new"
    offered = await omar.get("/activities")
    assert (offered.status_code, new in offered.text) == (200, True)
    assert (await omar.get(new)).status_code == 200
    wrong = await omar.send_form(new, {**PLAN, "kind": "party", "title": "", "starts_on": "2021-02-30"})
    assert (wrong.status_code, errors(wrong)) == (422, ["kind", "title", "starts_on"])
    assert 'value="Tirana"' in wrong.text
    turned = await omar.send_form(new, {**PLAN, "ends_on": "2021-10-01"})
    assert (turned.status_code, errors(turned)) == (422, ["ends_on"])
    made = await omar.send_form(new, PLAN)
    assert made.status_code == 303
    page = await omar.get(f"/activities/{at(made)}")
    assert page.status_code == 200
    assert "Firearms &amp; &lt;b&gt;routes&lt;/b&gt;" in page.text
    assert "not-counted-yet" in states(page)
    for name, expected in {
        "arta": (404, 200),
        "vera": (404, 200),
        "carl": (404, 200),
        "erik": (404, 404),
    }.items():
        browser = await browse(play.people[name])
        answers = [(await browser.get(path)).status_code for path in (new, f"/activities/{at(made)}")]
        assert (name, *answers) == (name, *expected)
        assert (await browser.send_form(new, PLAN)).status_code == 404


async def test_the_summary_names_the_fields_of_a_plan(play: Judging, browse: Browsers) -> None:
    omar = await browse(play.people["omar"])
    wrong = await omar.send_form(f"/applications/{play.applications['A']}/activities/new", {})
    named = re.findall(r'<li><a href="#f-[^"]+">([^:<]+): ', wrong.text)
    assert named == ["Kind", "Title", "Place", "First day", "Last day"]


async def test_without_an_award_planning_is_refused(play: Judging, browse: Browsers) -> None:
    await play.act("ada", lambda tx: withdraw_award(tx, play.applications["A"], reason="asked"))
    omar = await browse(play.people["omar"])
    new = f"/applications/{play.applications['A']}/activities/new"
    assert (await omar.get(new)).status_code == 409
    assert (await omar.send_form(new, PLAN)).status_code == 409
    assert new not in (await omar.get("/activities")).text


async def test_moved_changed_and_called_off_by_the_lead_alone(play: Judging, browse: Browsers) -> None:
    key = await planned(play, "A")
    here = f"/activities/{key}"
    omar, vera = await browse(play.people["omar"]), await browse(play.people["vera"])
    for step in ("edit", "postpone", "cancel"):
        assert (await vera.get(f"{here}/{step}")).status_code == 404
        assert (await omar.get(f"{here}/{step}")).status_code == 200
    changed = await omar.send_form(f"{here}/edit", {"title": "Other", "place": "Durrës"})
    assert changed.status_code == 303
    days = {"starts_on": "2021-11-02", "ends_on": "2021-11-01", "reason": ""}
    wrong = await omar.send_form(f"{here}/postpone", days)
    assert (wrong.status_code, errors(wrong)) == (422, ["reason", "ends_on"])
    moved = await omar.send_form(f"{here}/postpone", {**days, "ends_on": "2021-11-02", "reason": "snow"})
    assert moved.status_code == 303
    page = await omar.get(here)
    assert ("Postponed" in page.text, "snow" in page.text, "Durrës" in page.text) == (True, True, True)
    assert errors(await omar.send_form(f"{here}/cancel", {"reason": " "})) == ["reason"]
    assert (await omar.send_form(f"{here}/cancel", {"reason": "no host"})).status_code == 303
    assert (await row(play, key)).state == "cancelled"
    for step in ("edit", "postpone", "cancel"):
        assert (await omar.get(f"{here}/{step}")).status_code == 409


async def test_who_came_is_written_down_as_counts(play: Judging, browse: Browsers) -> None:
    key = await planned(play, "A")
    here = f"/activities/{key}/attendance"
    omar = await browse(play.people["omar"])
    albania, kosovo = (f"{code}:{play.institutions[code]}" for code in ("AL", "XK"))
    form = await omar.get(here)
    assert (form.status_code, albania in form.text, "Kosovo*, as a whole" in form.text) == (200, True, True)
    lines = {
        "lines-0-who": albania,
        "lines-0-F-expected": "5",
        "lines-0-F-present": "4",
        "lines-0-M-expected": "",
        "lines-1-who": kosovo,
        "lines-1-N-expected": "",
        "lines-1-N-present": "8",
        "lines-2-who": "",
        "lines-2-N-present": "",
    }
    more = await omar.send_form(here, {**lines, "do": "more"})
    assert (more.status_code, "lines-5-who" in more.text, 'value="4"' in more.text) == (200, True, True)
    wrong = await omar.send_form(
        here, {**lines, "lines-0-who": "AL:nobody", "lines-1-N-present": "-3", "do": "save"}
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["lines-0-who", "lines-1-N-present"])
    nobody = await omar.send_form(here, {**lines, "lines-2-N-present": "2"})
    assert (nobody.status_code, errors(nobody)) == (422, ["lines-2-who"])
    twice = await omar.send_form(here, {**lines, "lines-2-who": kosovo, "lines-2-N-present": "1"})
    assert (twice.status_code, gives_reason(twice, "attendance_twice")) == (422, True)
    assert (await omar.send_form(here, {**lines, "lines-x-who": "AL"})).status_code == 400
    assert (await omar.send_form(here, lines)).status_code == 303
    async with play.db.transaction(now=(await row(play, key)).planned_at) as tx:
        stored = (await tx.session.scalars(select(Attendance))).all()
    assert sorted((a.beneficiary_code, a.gender, a.expected, a.present) for a in stored) == [
        ("AL", "F", 5, 4),
        ("XK", None, None, 8),
    ]
    page = await omar.get(f"/activities/{key}")
    cells = re.findall(r'data-label="Expected">(?:<span class="muted">)?([^<]*)', page.text)
    assert sorted(cells) == ["5", "5", "not stated"]  # line by line, and together
    again = await omar.get(here)
    kept = dict(re.findall(r'name="lines-[0-9]-(\w-\w+)" type="text" value="([0-9]+)"', again.text))
    assert kept == {"F-expected": "5", "F-present": "4", "N-present": "8"}
    for words in ("XK*", "not stated", "UNSCR 1244/1999"):
        assert words in page.text
    assert "counts-without-names" in states(page)
    assert (await (await browse(play.people["arta"])).get(here)).status_code == 404


async def test_a_marked_document_leaves_a_trace_and_no_file(
    play: Judging, browse: Browsers, settings: Settings
) -> None:
    key = await planned(play, "A")
    omar = await browse(play.people["omar"])
    content = pdf("Minutes", header="RESTREINT UE/EU RESTRICTED")
    refused = await omar.send_form(
        f"/activities/{key}/evidence",
        {"kind": "report"},
        files={"document": ("minutes.pdf", content, "application/pdf")},
    )
    assert (refused.status_code, errors(refused)) == (422, ["document"])
    async with play.db.transaction(now=(await row(play, key)).planned_at) as tx:
        refusal = (await tx.session.scalars(select(EvidenceRefusal))).one()
        assert (await tx.session.scalars(select(Evidence))).all() == []
    assert refusal.person_id == play.people["omar"]
    assert [path for path in settings.data_dir.rglob("*") if path.is_file()] == []
    assert "marked-document-refused" in states(await omar.get(f"/activities/{key}"))


async def test_from_evidence_to_verification_and_back(play: Judging, browse: Browsers) -> None:
    key = await planned(play, "A")
    here = f"/activities/{key}"
    omar, ada, vera, carl = [await browse(play.people[name]) for name in ("omar", "ada", "vera", "carl")]
    content = pdf()
    nothing = await omar.send_form(f"{here}/evidence", {"kind": "minutes"})
    assert (nothing.status_code, errors(nothing)) == (422, ["kind", "document"])
    for kind in ("agenda", "attendance_list"):
        files = {"document": (f"{kind}.pdf", content, "application/pdf")}
        assert (await omar.send_form(f"{here}/evidence", {"kind": kind}, files=files)).status_code == 303
    links = dict(re.findall(rf'href="({here}/evidence/[^"]+)">([^<]+)', (await omar.get(here)).text))
    by_name = {name: link for link, name in links.items()}
    assert (await omar.get(by_name["agenda.pdf"])).content == content
    assert [
        (await carl.get(by_name[f"{kind}.pdf"])).status_code for kind in ("agenda", "attendance_list")
    ] == [
        200,
        403,
    ]
    assert gives_reason(await carl.get(by_name["attendance_list.pdf"]), "evidence_personal")
    await play.act("omar", lambda tx: complete(tx, key), AFTER)  # as a rehearsal may, without a report
    assert "verified-by-the-secretariat" in states(await omar.get(here))
    assert (await omar.get(f"{here}/verify")).status_code == 403
    assert (await vera.send_form(f"{here}/verify")).status_code == 409
    lacking = (await vera.get(f"{here}/verify")).text.partition('data-state="evidence-missing"')[2]
    assert re.match(r"><p>[^<]*: Report\.", lacking)
    files = {"document": ("r.pdf", content, "application/pdf")}
    match = re.search(r'name="seen" value="([0-9]+)"', (await vera.get(f"{here}/verify")).text)
    assert match is None  # nothing to confirm yet
    assert (await ada.send_form(f"{here}/evidence", {"kind": "report"}, files=files)).status_code == 303
    match = re.search(r'name="seen" value="([0-9]+)"', (await vera.get(f"{here}/verify")).text)
    assert match is not None
    assert (
        await ada.send_form(
            f"{here}/evidence", {"kind": "photos"}, files={"document": ("p.pdf", content, "application/pdf")}
        )
    ).status_code == 303
    stale = await vera.send_form(f"{here}/verify", {"seen": match[1]})
    assert (stale.status_code, gives_reason(stale, "changed_meanwhile")) == (409, True)
    assert (await vera.send_form(f"{here}/verify", {"seen": str(int(match[1]) + 1)})).status_code == 303
    assert (await vera.send_form(f"{here}/verify")).status_code == 409
    assert (await omar.get(f"{here}/evidence")).status_code == 409
    assert (await omar.send_form(f"{here}/undo", {"seen": "verified", "reason": "x"})).status_code == 403
    assert errors(await vera.send_form(f"{here}/undo", {"seen": "verified", "reason": ""})) == ["reason"]
    assert (await vera.send_form(f"{here}/undo", {"seen": "completed", "reason": "x"})).status_code == 409
    assert (await vera.send_form(f"{here}/undo", {"seen": "verified", "reason": "wrong"})).status_code == 303
    removed = await omar.send_form(f"{by_name['agenda.pdf']}/remove")
    assert (removed.status_code, (await omar.get(by_name["agenda.pdf"])).status_code) == (303, 404)
    assert (await row(play, key)).state == "completed"


@pytest.mark.parametrize("words", ["NATO SECRET", "An agenda"])
async def test_evidence_for_a_cancelled_activity_is_not_even_looked_at(
    play: Judging, browse: Browsers, app: Litestar, words: str
) -> None:
    key = await planned(play, "A")
    await play.act("ada", lambda tx: cancel(tx, key, reason="No room"))
    omar = await browse(play.people["omar"])
    before = stored(app)
    files = {"document": ("a.pdf", pdf(words, "for what is cancelled"), "application/pdf")}
    late = await omar.send_form(f"/activities/{key}/evidence", {"kind": "agenda"}, files=files)
    assert late.status_code == 409
    assert stored(app) == before
    async with play.db.transaction(now=clock.now()) as tx:
        assert (await tx.session.scalars(select(EvidenceRefusal))).all() == []
        with pytest.raises(Refused) as refused:
            await refuse_evidence(tx, key, sha256="0" * 64)
    assert refused.value.codes == ("wrong_status",)


async def test_the_secretariat_does_not_verify_its_own_report(play: Judging, browse: Browsers) -> None:
    key = await planned(play, "A")
    ada = await browse(play.people["ada"])
    await play.act("ada", lambda tx: complete(tx, key), AFTER)
    assert (await ada.get(f"/activities/{key}/verify")).status_code == 403
    assert (await ada.send_form(f"/activities/{key}/verify")).status_code == 403
    assert "verified-by-a-colleague" in states(await ada.get(f"/activities/{key}"))


async def statements(play: Judging, browser: Browser, path: str) -> int:
    with count_statements(play.db) as seen:
        assert (await browser.get(path)).status_code == 200
    return len(seen)


async def test_lists_cost_the_same_for_one_row_and_three(play: Judging, browse: Browsers) -> None:
    first = await held(play, "A", {"AL": 8, "XK": 8})
    people = [await browse(play.people[name]) for name in ("omar", "carl", "greta")]
    paths = ("/activities", f"/activities/{first}")
    before = [[await statements(play, browser, path) for path in paths] for browser in people]
    for title in ("Second", "Third"):
        await planned(play, "A", title)
    assert [[await statements(play, browser, path) for path in paths] for browser in people] == before
    assert before == [[3, 4], [2, 2], [2, 4]]
    page = await people[1].get("/activities")
    assert page.text.count('<th scope="row">') == 3
    assert "Counts in 2021" in page.text
    assert (await people[1].get("/activities?status=verified")).text.count('<th scope="row">') == 1
    older = await people[1].get(f"/activities?before={first}&application={play.applications['A']}")
    assert older.status_code == 200


async def test_officers_see_their_own_institutions_activities_only(play: Judging, browse: Browsers) -> None:
    await planned(play, "A", title="Of three")
    async with play.db.transaction(now=(await play.award("A")).made_at) as tx:
        stranger = await add_user(
            tx,
            name="Sara Stranger",
            email="sara@example.org",
            roles=[Role.OFFICER],
            institution_id=play.institutions["RS"],
        )
    people = {**play.people, "sara": stranger.id}
    seen = {
        name: "Of three" in (await (await browse(people[name])).get("/activities")).text
        for name in ("omar", "arta", "milena", "vera", "greta", "sara")
    }
    assert seen == {"omar": True, "arta": True, "milena": True, "vera": True, "greta": True, "sara": False}
    assert (await (await browse(people["elena"])).get("/activities")).status_code == 403
    assert (await (await browse()).get("/activities")).status_code == 303


async def test_a_day_before_the_award_is_named_at_its_field_with_what_else_is_wrong(
    play: Judging, browse: Browsers
) -> None:
    omar = await browse(play.people["omar"])
    here = f"/applications/{play.applications['A']}/activities/new"
    early = PLAN | {"title": "", "starts_on": "2021-09-01", "ends_on": "2021-08-30"}
    page = await omar.send_form(here, early)
    assert (page.status_code, errors(page)) == (422, ["title", "ends_on", "starts_on"])
    assert gives_reason(page, "before_the_award", first="2 September 2021")
    made = at(await omar.send_form(here, PLAN | {"starts_on": "2021-09-02"}))
    moved = {"starts_on": "2021-09-01", "ends_on": "2021-09-03", "reason": "Holidays"}
    page = await omar.send_form(f"/activities/{made}/postpone", moved)
    assert (page.status_code, errors(page)) == (422, ["starts_on"])


async def test_an_activity_before_its_award_says_so(play: Judging, browse: Browsers) -> None:
    """As a command, or an earlier release, has planned it."""
    key = await planned(play, "A")
    omar = await browse(play.people["omar"])
    assert "not-counted-yet" in states(await omar.get(f"/activities/{key}"))
    await play.act(
        "omar",
        lambda tx: postpone(
            tx, key, starts_on=date(2021, 8, 1), ends_on=date(2021, 8, 2), reason="Held earlier"
        ),
    )
    page = (await omar.get(f"/activities/{key}")).text
    assert re.search(r'data-state="before-award">[^<]* Wed 1 Sept 2021, 15:30\.', page)
