"""The pages of the awards: ranking, decision, awards and their ends, results and letters, by role."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
from sqlalchemy import select

from facility.awards.service.deciding import propose
from facility.awards.service.withdrawal import agree_to_withdrawal
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.letters.models import Letter
from tests.browser import Browser, Browsers, marked, states
from tests.judging import DECIDED, Judging, judging
from tests.prepared import built_once
from tests.statements import count_statements

LATER = DECIDED + timedelta(days=30)


@built_once
async def play(db: Database) -> Judging:
    """A is ranked first and gets the money, B waits, C is below a threshold; not proposed yet."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.apply("B", "47250.00", partners=("BA",))
    await made.apply("C", "52000.00", partners=("RS",))
    await made.close()
    await made.score("elena", "A", "16", "64.6")
    await made.score("elena", "B", "14", "60.5")
    await made.score("elena", "C", "11.6", "60.6")
    return made


def call_path(play: Judging, rest: str = "") -> str:
    return f"/evaluation/{play.calls['TAF-2021-01']}{rest}"


async def test_the_ranking_shows_the_line_and_what_lies_below_it(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    page = await ada.get(call_path(play, "/ranking"))
    assert page.status_code == 200
    assert "1 assessor, 3 assessments, 0 recusals." in page.text
    above, _, below = page.text.partition('class="fundline"')
    assert re.findall(r"[\d\u00a0]+\.\d\d", below)[:2] == ["44\u00a0572.30", "47\u00a0250.00"]
    assert ("Joint work A" in above, "Joint work B" in above) == (True, False)
    assert ("Joint work A" in below, "Joint work B" in below) == (False, True)
    assert [
        word in page.text for word in ("80.60", "74.50", "72.20", "Reserve 1", "Below 12 in capacity", "XK*")
    ] == [True] * 6
    part = await ada.get(call_path(play, "/ranking"), headers={"hx-request": "true"})
    assert part.text.lstrip().startswith('<div class="scroller"')


async def test_no_ranking_while_something_is_open(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    ada = await browse(play.people["ada"])
    assert (await ada.get(call_path(play, "/ranking"))).status_code == 409
    await play.apply("A", "10.00")
    await play.close()
    assert (await ada.get(call_path(play, "/ranking"))).status_code == 409
    assert (await ada.send_form(call_path(play, "/propose"))).status_code == 409
    assert (await ada.get(call_path(play, "/decision"))).status_code == 409
    assert (await ada.get(f"/evaluation/{UUID(int=4)}/ranking")).status_code == 404


async def test_one_proposes_and_another_decides_what_the_page_has_shown(
    play: Judging, browse: Browsers
) -> None:
    ada, paul = await browse(play.people["ada"]), await browse(play.people["paul"])
    assert (await ada.send_form(call_path(play, "/propose"))).status_code == 303
    assert "Decide the call" not in (await ada.get(call_path(play, "/decision"))).text
    page = await paul.get(call_path(play, "/decision"))
    assert [figure in page.text for figure in ("30\u00a0755.92", "2\u00a0919.86", "1\u00a0751.92")] == [
        True
    ] * 3
    assert re.findall(r"\d+", marked(page, "letters-go-out")) == ["3"]
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    assert (await ada.send_form(call_path(play, "/decision"), {"seen": seen})).status_code == 403
    assert (await paul.send_form(call_path(play, "/decision"), {"seen": ""})).status_code == 409
    decided = await paul.send_form(call_path(play, "/decision"), {"seen": seen})
    assert decided.headers["location"] == f"/awards/calls/{play.calls['TAF-2021-01']}"
    assert (await paul.send_form(call_path(play, "/decision"), {"seen": seen})).status_code == 409
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "below_threshold"}
    outcome = await paul.get(f"/awards/calls/{play.calls['TAF-2021-01']}")
    assert [text in outcome.text for text in ("30\u00a0755.92", "Got an award", "Waiting")] == [
        True,
        False,
        True,
    ]
    assert "As decided on" in (await ada.get(call_path(play, "/ranking"))).text


async def test_a_change_after_the_proposal_is_said_before_it_is_decided(
    play: Judging, browse: Browsers
) -> None:
    await play.act("vera", lambda tx: propose(tx, play.calls["TAF-2021-01"]))
    await play.act(
        "elena",
        lambda tx: evaluation.declare_conflict(tx, play.applications["C"], conflict=True, reason="Kin."),
    )
    paul = await browse(play.people["paul"])
    assert (await paul.get(call_path(play, "/decision"))).status_code == 409
    ada = await browse(play.people["ada"])
    assert (await ada.send_form(call_path(play, "/take-back"))).status_code == 303
    await play.act("ada", lambda tx: evaluation.set_aside(tx, play.applications["C"], "Nobody is free."))
    await play.act("vera", lambda tx: propose(tx, play.calls["TAF-2021-01"]))
    assert "Different from the proposal" not in (await paul.get(call_path(play, "/decision"))).text


def read(table: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))


async def test_exports_are_whole_and_safe(play: Judging, browse: Browsers) -> None:
    await play.decide()
    carl = await browse(play.people["carl"])
    ranking = await carl.get(call_path(play, "/ranking.csv"))
    assert ranking.headers["content-type"] == "text/csv; charset=utf-8"
    lines = read(ranking)
    assert lines[0] == [
        *("Rank", "Application", "Title", "Beneficiaries", "Financial and operational capacity", "Relevance"),
        *("Total", "Requested EUR", "Left EUR", "Outcome", "Reason", "designation_note"),
    ]
    first = [
        "1",
        "A",
        "Joint work A",
        "AL XK* ME",
        "16.00",
        "64.60",
        "80.60",
        "35427.70",
        "44572.30",
        "Award",
        "",
    ]
    assert lines[1][:-1] == first
    assert lines[1][-1].count("UNSCR 1244/1999") == 1
    assert ",".join(lines[2]) == "2,B,Joint work B,AL BA,14.00,60.50,74.50,47250.00,,Reserve 1,,"
    assert ",".join(lines[3]) == (
        ",C,Joint work C,AL RS,11.60,60.60,72.20,52000.00,,Below a threshold,capacity below 12,"
    )
    figures = await carl.get(call_path(play, "/figures.csv"))
    assert ",".join(read(figures)[1]).startswith(
        "A,Joint work A,35427.70,35427.70,30755.92,2919.86,1751.92,Active,2021-09-01T13:30:00"
    )
    report = await carl.get(call_path(play, "/report.pdf"))
    assert (report.headers["content-type"], report.content[:5]) == ("application/pdf", b"%PDF-")


async def test_closing_an_award_takes_two_and_serves_the_reserve(play: Judging, browse: Browsers) -> None:
    await play.decide()
    award = await play.award("A")
    ada, vera = await browse(play.people["ada"]), await browse(play.people["vera"])
    path = f"/awards/{award.id}"
    wrong = await ada.send_form(f"{path}/close", {"final_cost": "-5", "reason": ""})
    assert (wrong.status_code, wrong.text.count('aria-invalid="true"')) == (422, 2)
    assert (await vera.send_form(f"{path}/confirm-closing", {"final_cost": "32100.00"})).status_code == 409
    given = {"final_cost": "32 100,00", "reason": "Final report."}
    assert (await ada.send_form(f"{path}/close", given)).status_code == 303
    assert "Close the award</button>" not in (await ada.get(path)).text
    assert (await ada.send_form(f"{path}/confirm-closing", {"final_cost": "32100.00"})).status_code == 403
    assert "Close the award</button>" in (await vera.get(path)).text
    assert (await vera.send_form(f"{path}/confirm-closing", {"final_cost": "32100.01"})).status_code == 409
    assert "Closing proposed" in (await vera.get("/awards?closing=yes")).text
    assert (await vera.send_form(f"{path}/confirm-closing", {"final_cost": "32100.00"})).status_code == 303
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "below_threshold"}
    page = await vera.get(path)
    assert "Award from the reserve list:" in page.text
    assert "Joint work B" in page.text
    assert (await ada.send_form(f"{path}/close", given)).status_code == 409
    assert (await ada.send_form(f"{path}/withdraw", {"reason": "Late."})).status_code == 409


async def test_withdrawing_an_award_needs_a_reason(play: Judging, browse: Browsers) -> None:
    await play.decide()
    award = await play.award("A")
    ada, carl = await browse(play.people["ada"]), await browse(play.people["carl"])
    path = f"/awards/{award.id}/withdraw"
    assert (await carl.get(path)).status_code == 403
    assert (await ada.send_form(path, {"reason": ""})).status_code == 422
    assert (await ada.send_form(path, {"reason": "Not able to start."})).status_code == 303
    assert (await play.statuses())["A"] == "awarded"  # a second person decides
    await play.act("paul", lambda tx: agree_to_withdrawal(tx, award.id))
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded", "C": "below_threshold"}
    assert "Not able to start." in (await carl.get(f"/awards/{award.id}")).text


async def letter_of(play: Judging, name: str) -> UUID:
    async with play.db.reader() as connection:
        query = select(Letter.id).where(
            Letter.application_id == play.applications[name], Letter.kind != "receipt"
        )
        return (await connection.execute(query)).scalar_one()


async def test_results_and_letters_are_for_the_lead_and_staff(play: Judging, browse: Browsers) -> None:
    omar = await browse(play.people["omar"])
    result = f"/applications/{play.applications['A']}/result"
    assert states(await omar.get(result)) == ["undecided"]
    await play.decide()
    page = await omar.get(result)
    assert ("35\u00a0427.70" in page.text, "Letter on the award" in page.text) == (True, True)
    letter = f"/letters/{await letter_of(play, 'A')}"
    seen = {}
    for name in ("omar", "arta", "ada", "paul", "greta", "carl", "elena", "root"):
        browser = await browse(play.people[name])
        seen[name] = [(await browser.get(path)).status_code for path in (result, letter)]
    assert seen == {
        "omar": [200, 200],
        "arta": [200, 404],
        "ada": [200, 200],
        "paul": [200, 200],
        "greta": [200, 200],
        "carl": [200, 404],
        "elena": [403, 404],
        "root": [403, 404],
    }
    assert "Letter on the award" not in (await (await browse(play.people["arta"])).get(result)).text
    assert (await omar.get(f"/letters/{UUID(int=2)}")).status_code == 404


async def test_the_lead_gives_up_its_place(play: Judging, browse: Browsers) -> None:
    await play.decide()
    omar, arta = await browse(play.people["omar"]), await browse(play.people["arta"])
    path = f"/applications/{play.applications['B']}/result/withdraw"
    assert (await omar.send_form(path, {"reason": ""})).status_code == 422
    assert (await arta.send_form(path, {"reason": "Not mine."})).status_code in (403, 404)
    assert (await omar.send_form(path, {"reason": "No staff."})).status_code == 303
    assert (await play.statuses())["B"] == "withdrawn"
    assert (await omar.send_form(path, {"reason": "Again."})).status_code == 409


async def test_lists_cost_the_same_for_one_and_for_three(play: Judging, browse: Browsers) -> None:
    carl = await browse(play.people["carl"])
    await play.call("ONE", amount="10.00")
    await play.apply("X", "10.00", call="ONE")
    await play.close("ONE")
    await play.score("elena", "X", "15", "60")
    await play.decide("ONE")
    for_one = await counts(play, carl, "ONE")
    await play.call("THREE", amount="30.00")
    for name in ("Y1", "Y2", "Y3"):
        await play.apply(name, "10.00", call="THREE")
    await play.close("THREE")
    for name in ("Y1", "Y2", "Y3"):
        await play.score("elena", name, "15", "60")
    await play.decide("THREE")
    assert (for_one, await counts(play, carl, "THREE")) == ([3, 15, 11], [3, 15, 11])


async def counts(play: Judging, browser: Browser, reference: str) -> list[int]:
    key = play.calls[reference]
    made = []
    for path in ("/awards", f"/evaluation/{key}/ranking", f"/awards/calls/{key}"):
        with count_statements(play.db) as seen:
            assert (await browser.get(path)).status_code == 200
        made.append(len(seen))
    return made


async def test_no_award_yet(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    carl = await browse(play.people["carl"])
    assert "No awards yet" in (await carl.get("/awards")).text
    assert "No closing has to be confirmed" in (await carl.get("/awards?closing=yes")).text
    assert (await carl.get(f"/awards/{UUID(int=1)}")).status_code == 404
    undecided = await carl.get(f"/awards/calls/{play.calls['TAF-2021-01']}")
    assert (undecided.status_code, undecided.headers["location"]) == (303, call_path(play, ""))
    assert (await carl.get(f"/awards/calls/{UUID(int=1)}")).status_code == 404


async def test_a_call_without_applications_is_decided_too(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    await play.close()
    ada, paul = await browse(play.people["ada"]), await browse(play.people["paul"])
    assert "No application came in" in (await ada.get(call_path(play, "/ranking"))).text
    assert (await ada.send_form(call_path(play, "/propose"))).status_code == 303
    page = await paul.get(call_path(play, "/decision"))
    seen = page.text.split('name="seen" value="')[1].split('"')[0]
    assert (await paul.send_form(call_path(play, "/decision"), {"seen": seen})).status_code == 303
    assert (await paul.get(call_path(play, "/report.pdf"))).status_code == 200
    assert await play.free() == Decimal("80000.00")
