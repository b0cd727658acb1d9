"""What staff see of all that came in: narrowed, sorted, counted, kept, exported, and several judged at once."""

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from facility import clock
from facility.applications import received
from facility.applications.narrowing import SORTS, Filters
from facility.applications.service import (
    add_party,
    change_party,
    check_admissibility,
    confirm_party,
    leave,
    record_consultation,
    save_answers,
    start_application,
    submit,
)
from facility.calls.rules.forms import Answers
from facility.calls.service import close_call
from facility.db import Database
from facility.experts.service import seed_themes
from tests.applications.conftest import CLOSES, NOW, Stage, open_call, party_id
from tests.browser import Browser, Browsers
from tests.statements import count_statements

HERE = "/applications/received"
AFTER = CLOSES + timedelta(hours=1)


def answered(theme: str) -> Mapping[str, Answers]:
    """Every answer, with one theme."""
    return {
        "ask": {"summary": "A workshop", "plan": "Three days"},
        "casework": {"casework_origin": "Unanswered requests"},
        "themes": {"themes": [theme]},
    }


async def handed_in(
    db: Database,
    stage: Stage,
    title: str,
    *,
    partner: UUID,
    amount: str = "20000.00",
    theme: str = "X.JIT",
    at: datetime = NOW,
) -> UUID:
    """A joint application that Omar leads, confirmed and submitted at that instant."""
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await seed_themes(tx)
        made = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title=title, track="joint"
        )
        lead = await party_id(tx, made.id, lead=True)
        await change_party(tx, lead, role="Leads", amount=Decimal(amount))
        await add_party(
            tx,
            made.id,
            institution_id=partner,
            role="Hosts",
            amount=Decimal("0.00"),
            contact_name="V",
            contact_email="v@example.org",
        )
        await save_answers(tx, made.id, answered(theme))
        await confirm_party(
            tx, await party_id(tx, made.id), signatory_name="Vesa Gashi", signatory_function="Director"
        )
        await submit(tx, made.id, received_at=at)
    return made.id


@pytest.fixture
async def three(db: Database, stage: Stage) -> dict[str, UUID]:
    """Firearms (XK, 30 000), =Cyber (ME, 20 000) and an exception, in the order of their receipt; still sealed."""
    made = {
        "firearms": await handed_in(
            db, stage, "Tracing firearms", partner=stage.partner, amount="30000.00", at=NOW
        ),
        "cyber": await handed_in(
            db,
            stage,
            "=Cyber Đorđe",
            partner=stage.prosecutor,
            theme="OC.CYBER",
            at=NOW + timedelta(days=2),
        ),
    }
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        alone = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="Alone", track="exception"
        )
        await record_consultation(tx, alone.id, "Agreed")
        await submit(tx, alone.id, received_at=NOW + timedelta(days=3))
    return made | {"alone": alone.id}


@pytest.fixture
async def opened(db: Database, stage: Stage, three: dict[str, UUID]) -> dict[str, UUID]:
    """The same, once two have opened the call."""
    async with db.transaction(now=AFTER) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    await open_call(db, stage, AFTER)
    return three


async def titles(db: Database, names: dict[str, UUID], **asked: object) -> list[str]:
    """Which of them the list holds, in its order."""
    async with db.reader() as connection:
        page = await received.page(connection, Filters(**asked))  # type: ignore[arg-type]
        assert await received.count(connection, Filters(**asked)) == len(page.lines)  # type: ignore[arg-type]
    known = {key: name for name, key in names.items()}
    return [known[line.id] for line in page.lines]


ALL = ["alone", "cyber", "firearms"]


FOUND: list[tuple[dict[str, object], list[str]]] = [
    ({}, ALL),
    ({"call": "TAF-2021-01"}, ALL),
    ({"call": "NONE"}, []),
    ({"status": "submitted"}, ALL),
    ({"status": "awarded"}, []),
    ({"track": "exception"}, ["alone"]),
    ({"beneficiary": "XK"}, ["firearms"]),
    ({"beneficiary": "AL"}, ALL),
    ({"beneficiary": "'); --"}, []),
    ({"lead": "полиција state"}, []),
    ({"lead": "state police albanian"}, ALL),
    ({"lead": "kosovo"}, []),
    ({"theme": "OC.CYBER"}, ["cyber"]),
    ({"theme": "X.JIT", "beneficiary": "XK"}, ["firearms"]),
    ({"theme": "X.JIT", "beneficiary": "ME"}, []),
    ({"least": Decimal("20000.01")}, ["firearms"]),
    ({"most": Decimal("20000.00"), "track": "joint"}, ["cyber"]),
    ({"since": (NOW + timedelta(days=1)).date()}, ["alone", "cyber"]),
    ({"until": NOW.date()}, ["firearms"]),
    ({"q": "FIREARM tracing"}, ["firearms"]),
    ({"q": "djordje"}, ["cyber"]),
    ({"q": "Ђорђе"}, ["cyber"]),
    ({"q": "косово"}, ["firearms"]),
    ({"q": "taf-2021-01/002"}, ["cyber"]),
    ({"q": "%"}, []),
    ({"checked": "unchecked"}, ALL),
    ({"checked": "admissible"}, []),
    ({"sort": "received-up"}, ALL[::-1]),
    ({"sort": "amount", "track": "joint"}, ["firearms", "cyber"]),
    ({"sort": "amount-up", "track": "joint"}, ["cyber", "firearms"]),
    ({"sort": "reference"}, ["firearms", "cyber", "alone"]),
]


async def test_each_filter_and_order(db: Database, opened: dict[str, UUID]) -> None:
    assert [(asked, await titles(db, opened, **asked)) for asked, _found in FOUND] == FOUND


FOUND_SEALED: list[tuple[dict[str, object], list[str]]] = [
    ({}, ALL),
    ({"call": "TAF-2021-01", "status": "submitted"}, ALL),
    ({"sort": "reference"}, ["firearms", "cyber", "alone"]),
    ({"beneficiary": "XK"}, []),
    ({"lead": "albanian"}, ["alone"]),
    ({"theme": "X.JIT"}, []),
    ({"least": Decimal("20000.01")}, []),
    ({"checked": "unchecked"}, ["alone"]),
    ({"q": "firearms"}, []),
    ({"q": "kosovo"}, []),
    ({"q": "TAF-2021-01/001"}, ["firearms"]),
    ({"sort": "amount"}, ["alone"]),
]


async def test_what_is_sealed_answers_no_question_about_what_stands_in_it(
    db: Database, three: dict[str, UUID]
) -> None:
    assert [(asked, await titles(db, three, **asked)) for asked, _found in FOUND_SEALED] == FOUND_SEALED


async def test_frequent_words_are_met_by_walking_and_give_the_same(
    db: Database, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facility.applications.narrowing._FEW", 0)
    assert await titles(db, opened, q="police") == ALL
    assert await titles(db, opened, q="firearms") == ["firearms"]


async def test_an_institution_that_has_left_is_not_found_by(
    db: Database, stage: Stage, opened: dict[str, UUID]
) -> None:
    async with db.transaction(now=AFTER, actor=stage.vesa) as tx:
        await leave(tx, await party_id(tx, opened["firearms"]), reason="No people")
    assert await titles(db, opened, q="kosovo") == await titles(db, opened, beneficiary="XK") == []


async def test_every_order_goes_on_and_back_without_gaps(db: Database, stage: Stage) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        for number in range(60):
            made = await start_application(
                tx,
                call_id=stage.call,
                lead_institution_id=stage.police,
                title=f"N{number}",
                track="exception",
            )
            lead = await party_id(tx, made.id, lead=True)
            await change_party(tx, lead, role="R", amount=Decimal(number // 7))
            await record_consultation(tx, made.id, "Agreed")
            await submit(tx, made.id, received_at=NOW + timedelta(minutes=number // 5))
    for sort in SORTS:
        await goes_on_and_back(db, sort)


async def goes_on_and_back(db: Database, sort: str) -> None:
    asked, seen, after = Filters(sort=sort), [], ""
    async with db.reader() as connection:
        for size in (25, 25, 10):
            page = await received.page(connection, asked, after=after)
            assert len(page.lines) == size
            seen.append(page)
            after = page.after or ""
        assert after == ""
        back = await received.page(connection, asked, before=seen[2].before or "")
        first = await received.page(connection, asked, before=back.before or "")
    assert (back.lines, first.lines, first.before) == (seen[1].lines, seen[0].lines, None)
    column, falls = SORTS[sort]
    values = [(getattr(line, column.key), line.id) for page in seen for line in page.lines]
    assert values == sorted(values, reverse=falls)
    assert len(set(values)) == 60


async def test_keys_that_are_none_of_ours_begin_at_the_top(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara, some = await browse(stage.sara), uuid4()
    keys = ["x", "~", f"2021-01-01T00:00:00~{some}", f"NaN~{some}", f"1e999~{some}", f"nothing~{some}"]
    for sort, key in itertools.product(SORTS, keys):
        page = await sara.get(HERE, params={"sort": sort, "after": key, "before": key})
        assert page.status_code == 200
        if not sort.startswith("reference"):
            assert page.text.count('<th scope="row">') == 3


async def test_wrong_filters_are_said_at_their_fields_and_left_out(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    page = await sara.get(HERE, params={"least": "much", "since": "2021-02-30", "beneficiary": "XK"})
    assert page.status_code == 422
    assert re.findall(r'<li><a href="#f-([^"]+)">', page.text) == ["least", "since"]
    assert ('value="much"' in page.text, page.text.count('<th scope="row">')) == (True, 1)


async def test_the_number_is_told_apart_and_never_beyond_a_thousand(
    browse: Browsers, stage: Stage, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    sara = await browse(stage.sara)
    assert "3 fit" in (await sara.get(HERE)).text
    monkeypatch.setattr(received, "PAGE", 2)
    page = await sara.get(HERE)
    assert f'hx-get="{HERE}/count?' in page.text
    assert "3 fit" in (await sara.get(f"{HERE}?count=yes")).text
    assert "1 fits" in (await sara.get(f"{HERE}/count?theme=OC.CYBER")).text
    monkeypatch.setattr(received, "MOST_COUNTED", 2)
    monkeypatch.setattr("facility.applications.pages.received.MOST_COUNTED", 2)
    assert "More than" in (await sara.get(f"{HERE}/count")).text


async def table(browser: Browser, path: str) -> list[dict[str, str]]:
    answer = await browser.get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_csv_says_what_the_list_says_and_runs_nothing(
    browse: Browsers, stage: Stage, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "BATCH", 2)
    sara = await browse(stage.sara)
    rows = await table(sara, f"{HERE}/list.csv?sort=reference")
    assert [(row["Application"], row["Title"], row["Requested EUR"]) for row in rows] == [
        ("TAF-2021-01/001", "Tracing firearms", "30000.00"),
        ("TAF-2021-01/002", "'=Cyber Đorđe", "20000.00"),
        ("TAF-2021-01/003", "Alone", "0.00"),
    ]
    assert [row["Partners"] for row in rows] == ["Kosovo* Police", "Supreme State Prosecutor's Office", ""]
    assert ["UNSCR 1244" in row["designation_note"] for row in rows] == [True, False, False]
    assert "example.org" not in str(rows)
    assert "Vesa" not in str(rows)
    assert len(await table(sara, f"{HERE}/list.csv?theme=OC.CYBER")) == 1


async def test_exports_say_nothing_of_what_is_sealed(
    browse: Browsers, stage: Stage, three: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    rows = await table(sara, f"{HERE}/list.csv?sort=reference")
    assert [row["Title"] for row in rows] == ["sealed until the opening"] * 2 + ["Alone"]
    told = {name for row in rows[:2] for name, value in row.items() if value}
    assert told == {"Application", "Call", "Track", "State", "Received", "Title"}


async def test_the_workbook_holds_text_and_amounts_and_no_formula(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    answer = await sara.get(f"{HERE}/list.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in sheet, "<t>=Cyber Đorđe</t>" in sheet, "<v>30000</v>" in sheet) == (False, True, True)
    assert "designation_note" in sheet


async def test_several_are_marked_where_each_ones_rule_passes(
    db: Database, browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    judged = await handed_in_and_judged(db, stage, opened)
    sara = await browse(stage.sara)
    answer = await sara.send_form(
        f"{HERE}/selected",
        {"query": "sort=amount", "deed": "admissible", "chosen": [*map(str, opened.values()), str(uuid4())]},
    )
    assert answer.status_code == 200
    assert "1 is marked as admissible" in answer.text
    assert "2 are left as they were" in answer.text
    assert "Its admissibility has been judged" in answer.text
    assert "does not belong to the track" in answer.text
    async with db.reader() as connection:
        rows = await connection.execute(text("SELECT id, status FROM application"))
        states = {row.id: row.status for row in rows}
        events = await connection.execute(
            text("SELECT subject_id, actor_id FROM event WHERE kind = 'AdmissibilityChecked' ORDER BY seq")
        )
        told = [(row.subject_id, row.actor_id) for row in events]
    assert {name: states[key] for name, key in opened.items()} == {
        "firearms": "admissible",
        "cyber": "inadmissible",
        "alone": "submitted",
    }
    assert told == [(judged, stage.sara), (opened["firearms"], stage.sara)]


async def handed_in_and_judged(db: Database, stage: Stage, opened: dict[str, UUID]) -> UUID:
    async with db.transaction(now=AFTER, actor=stage.sara) as tx:
        await check_admissibility(tx, opened["cyber"], admissible=False, reason="Not of this kind")
    return opened["cyber"]


async def test_findings_of_the_machine_keep_one_from_being_marked(
    db: Database, browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    async with db.transaction(now=AFTER, actor=stage.vesa) as tx:
        await leave(tx, await party_id(tx, opened["firearms"]), reason="No people")
    sara = await browse(stage.sara)
    form = {"query": "", "deed": "admissible", "chosen": str(opened["firearms"])}
    answer = await sara.send_form(f"{HERE}/selected", form)
    assert "0 are marked as admissible" in answer.text
    async with db.reader() as connection:
        found = await connection.execute(text("SELECT count(*) FROM admissibility_check"))
        assert found.scalar_one() == 0


async def test_sealed_ones_cannot_be_marked_and_only_the_secretariat_marks(
    browse: Browsers, stage: Stage, three: dict[str, UUID]
) -> None:
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    form = {"query": "", "deed": "admissible", "chosen": str(three["firearms"])}
    answer = await sara.send_form(f"{HERE}/selected", form)
    assert "This is sealed until two people have opened the call." in answer.text
    assert (await carl.send_form(f"{HERE}/selected", form)).status_code == 403
    nothing = await sara.send_form(f"{HERE}/selected", {"query": "q=x", "deed": "csv"})
    assert (nothing.status_code, "Tick at least one" in nothing.text) == (422, True)


async def test_what_is_ticked_is_exported(browse: Browsers, stage: Stage, opened: dict[str, UUID]) -> None:
    carl = await browse(stage.carl)
    form = {"query": "q=nothing", "deed": "csv", "chosen": [str(opened["cyber"]), str(opened["alone"])]}
    answer = await carl.send_form(f"{HERE}/selected", form)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["Alone", "'=Cyber Đorđe"]


async def test_lists_are_kept_shared_replaced_and_forgotten(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    form = {"query": "theme=OC.CYBER&sort=amount&nonsense=1&least=much", "name": "Cyber"}
    kept = await sara.send_form("/applications/views", form)
    assert kept.headers["location"] == f"{HERE}?theme=OC.CYBER&sort=amount"
    link = re.findall(r'href="(/applications/views/[^"]+)"', (await sara.get(HERE)).text)[0]
    assert (await sara.get(link)).headers["location"] == f"{HERE}?theme=OC.CYBER&sort=amount"
    assert (await carl.get(link)).status_code == 404
    again = await sara.send_form(
        "/applications/views", {"query": "q=firearms", "name": "Cyber", "shared": "yes"}
    )
    assert again.status_code == 303
    assert (await carl.get(link)).headers["location"] == f"{HERE}?q=firearms"
    assert (await carl.send_form(f"{link}/forget")).status_code == 404
    assert (await sara.send_form(f"{link}/forget")).status_code == 303
    assert (await carl.get(link)).status_code == 404
    nameless = await sara.send_form("/applications/views", {"query": "q=firearms", "name": " "})
    assert (nameless.status_code, 'href="#f-name"' in nameless.text) == (422, True)


async def test_filters_cost_the_same_for_one_row_and_three(
    db: Database, browse: Browsers, stage: Stage
) -> None:
    sara, counts = await browse(stage.sara), []
    for number in range(3):
        await handed_in(db, stage, f"Firearms {number}", partner=stage.partner, at=NOW)
        if number == 0 or number == 2:
            for path in (
                f"{HERE}?q=firearms",
                f"{HERE}?lead=albanian&theme=X.JIT&call=TAF-2021-01",
                f"{HERE}/list.csv",
            ):
                with count_statements(db) as statements:
                    await sara.get(path)
                counts.append(len(statements))
    assert counts[:3] == counts[3:]


async def test_ones_own_list_is_narrowed_and_goes_both_ways(
    db: Database, browse: Browsers, stage: Stage
) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        for number in range(30):
            await start_application(
                tx,
                call_id=stage.call,
                lead_institution_id=stage.police,
                title=f"N{number:02}.",
                track="exception",
            )
    omar = await browse(stage.omar)
    first = (await omar.get("/applications")).text
    onward = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = (await omar.get(onward)).text
    back = re.findall(r'rel="prev" href="([^"]+)"', second)[0].replace("&amp;", "&")
    assert set(re.findall(r"N\d\d\.", (await omar.get(back)).text)) == set(re.findall(r"N\d\d\.", first))
    assert len(set(re.findall(r"N\d\d\.", first + second))) == 30
    for query, count in (
        ("status=draft", 25),
        ("status=submitted", 0),
        ("status=admissible", 25),  # what they are not told they can't ask for
        ("call=TAF-2021-01&status=draft", 25),
        ("call=NONE", 0),
    ):
        page = (await omar.get(f"/applications?{query}")).text
        assert page.count('<th scope="row">') == count, query
    assert clock.now() > NOW
