"""The pages of the evaluation: what each role sees and may do, and what a recused assessor may not."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.db import Database
from facility.drafting.models import UnsavedText
from facility.drafting.service import KEPT_FOR, forget
from facility.evaluation.events import RecusedAttempt
from facility.evaluation.queries.work import WorkCall, WorkLine, beside
from facility.evaluation.service import assessing as evaluation
from facility.events.log import history
from tests.browser import Browser, Browsers, errors, states
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once
from tests.rolling import SERIES, rolling
from tests.statements import count_statements


@built_once
async def play(db: Database) -> Judging:
    """One application under assessment, given to Elena, who has declared nothing yet."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.close()
    await made.act(
        "ada", lambda tx: evaluation.assign(tx, made.applications["A"], made.people["elena"]), CLOSES
    )
    return made


@pytest.fixture
async def elena(play: Judging, browse: Browsers) -> Browser:
    return await browse(play.people["elena"])


def assessment(play: Judging, rest: str = "") -> str:
    return f"/assessments/{play.applications['A']}{rest}"


async def test_before_declaring_there_is_title_and_parties_only(play: Judging, elena: Browser) -> None:
    page = await elena.get("/assessments")
    assert "Joint work A" in page.text
    call = f"/assessments/calls/{play.calls['TAF-2021-01']}"
    assert (await elena.get(assessment(play))).headers["location"] == call
    page = await elena.get(assessment(play, "/conflict"))
    assert "Albanian State Police" in page.text
    assert "10\u00a0000.00" not in page.text
    assert (await elena.send_form(call)).status_code == 422
    conflict = assessment(play, "/conflict")
    assert (await elena.send_form(call, {"agreed": "yes"})).headers["location"] == conflict
    assert (await elena.get(assessment(play))).headers["location"] == conflict
    assert (await elena.get(f"/applications/{play.applications['A']}")).status_code == 404


async def declared(play: Judging, elena: Browser) -> None:
    await elena.send_form(f"/assessments/calls/{play.calls['TAF-2021-01']}", {"agreed": "yes"})
    await elena.send_form(assessment(play, "/conflict"), {"conflict": "no", "reason": ""})


async def test_an_assessor_scores_checks_and_sends(play: Judging, elena: Browser) -> None:
    await declared(play, elena)
    assert "10\u00a0000.00" in (await elena.get(assessment(play))).text
    wrong = await elena.send_form(assessment(play), {"score-capacity": "20,5", "comment-capacity": "Sound."})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    first, second = re.findall(r'<li><a href="#f-score-[a-z]+">([^:<]+): ', wrong.text)
    assert first != second
    assert ("20,5" in wrong.text, "Sound." in wrong.text) == (True, True)
    good = {"score-capacity": "14,5", "score-relevance": "60", "comment-capacity": "Sound."}
    saved = await elena.send_form(assessment(play), good)
    assert saved.headers["location"] == assessment(play, "/check")
    assert "74.5" in (await elena.get(assessment(play, "/check"))).text
    sent = await elena.send_form(assessment(play, "/send"))
    assert (sent.status_code, sent.headers["location"]) == (303, "/assessments")
    assert states(await elena.get(assessment(play))) == ["sent"]
    assert (await elena.send_form(assessment(play), good)).status_code == 409
    assert (await elena.send_form(assessment(play, "/send"))).status_code == 409


async def test_who_has_sent_finds_the_way_to_declare_a_late_conflict(play: Judging, elena: Browser) -> None:
    await play.score("elena", "A", "14", "60")
    way = f'href="{assessment(play, "/conflict")}"'
    assert way in (await elena.get(assessment(play))).text
    await play.decide()
    assert way not in (await elena.get(assessment(play))).text


async def kept_text(play: Judging) -> list[dict[str, list[str]]]:
    return list(await play.act(None, lambda tx: tx.session.scalars(select(UnsavedText.typed))))


async def test_the_total_so_far_and_the_neighbours_stand_beside_the_scores(
    play: Judging, elena: Browser
) -> None:
    await declared(play, elena)
    await elena.send_form(
        assessment(play), {"score-capacity": "12,5", "score-relevance": "a lot", "then": "later"}
    )
    page = (await elena.get(assessment(play))).text
    assert "<output data-total>12.5</output> of 100" in page
    assert ("Previous:" in page, "Next:" in page) == (False, False)

    def line(number: int, *, over: bool = False) -> WorkLine:
        return WorkLine(UUID(int=number), f"T/{number}", "Title", True, False, None, not over, None)

    lines = [line(1), line(2, over=True), line(3), line(4)]
    calls = [WorkCall(UUID(int=9), "T", "Call", CLOSES, lines, 0)]
    assert beside(calls, UUID(int=1)) == (None, lines[2])
    assert beside(calls, UUID(int=3)) == (lines[0], lines[3])
    assert beside(calls, UUID(int=2)) == (lines[0], lines[2])
    assert beside(calls, UUID(int=8)) == (None, None)


async def test_a_draft_saves_itself_whatever_is_typed(
    play: Judging, elena: Browser, browse: Browsers
) -> None:
    await declared(play, elena)
    async with play.db.reader() as connection:
        before = len(await history(connection, play.applications["A"]))
    page = await elena.get(assessment(play))
    assert f'data-autosave="{assessment(play, "/copy")}"' in page.text
    typed = {"by": str(play.people["elena"]), "score-capacity": "fourt", "comment-capacity": "Half a sent"}
    for path in ("/copy", ""):  # the second: a page that was opened before the upgrade
        answer = await elena.send_form(assessment(play, path), typed, headers={"x-autosave": "1"})
        assert (answer.status_code, answer.content) == (204, b"")
    assert [text["score-capacity"] for text in await kept_text(play)] == [["fourt"]]
    elsewhere = await (await browse(play.people["elena"])).get(assessment(play))
    assert ("fourt" in elsewhere.text, "Half a sent" in elsewhere.text) == (True, True)
    wrong = await elena.send_form(assessment(play), typed | {"comment-capacity": "A whole sentence."})
    assert (wrong.status_code, errors(wrong)) == (422, ["score-capacity", "score-relevance"])
    assert "A whole sentence." in (await elena.get(assessment(play))).text
    later = await elena.send_form(assessment(play), {"score-capacity": "14", "then": "later"})
    assert later.headers["location"] == "/assessments"
    unknown = await elena.send_form(assessment(play), {"score-style": "14", "score-capacity": "1.234"})
    assert unknown.status_code == 422
    assert errors(unknown) == ["score-capacity", "score-relevance", "score-style"]
    assert (await elena.send_form(assessment(play), {"style": "14"})).status_code == 400
    gone = await elena.send_form(assessment(play, "/discard"))
    assert (gone.headers["location"], await kept_text(play)) == ("/assessments", [])
    async with play.db.reader() as connection:
        assert len(await history(connection, play.applications["A"])) == before


async def test_a_draft_is_kept_for_nobody_else_and_only_while_it_can_be_sent(
    play: Judging, elena: Browser
) -> None:
    await declared(play, elena)
    quiet = {"x-autosave": "1"}
    foreign = {"by": str(play.people["erik"]), "score-capacity": "1"}
    refused = await elena.send_form(assessment(play, "/copy"), foreign, headers=quiet)
    assert (refused.status_code, refused.headers["x-reason"], await kept_text(play)) == (
        409,
        "other_person",
        [],
    )
    endless = await elena.send_form(
        assessment(play, "/copy"), {"score-capacity": "1" * 400_001}, headers=quiet
    )
    assert endless.status_code == 422
    await elena.send_form(assessment(play), {"score-capacity": "14.5", "score-relevance": "60"})
    assert (await elena.send_form(assessment(play, "/send"))).status_code == 303
    assert await kept_text(play) == []
    late = await elena.send_form(assessment(play, "/copy"), {"score-capacity": "1"}, headers=quiet)
    assert (late.status_code, await kept_text(play)) == (409, [])


async def test_what_was_not_sent_is_forgotten_once_it_can_not_be_sent(play: Judging, elena: Browser) -> None:
    await declared(play, elena)
    await elena.send_form(assessment(play, "/copy"), {"score-capacity": "14"}, headers={"x-autosave": "1"})
    later = clock.now() + KEPT_FOR + timedelta(days=1)
    assert await forget(play.db, later) == 0
    await play.act("ada", lambda tx: evaluation.end_evaluation(tx, play.calls["TAF-2021-01"]))
    assert (await forget(play.db, later - timedelta(days=2)), await forget(play.db, later)) == (0, 1)


async def recused_attempts(play: Judging) -> int:
    async with play.db.reader() as connection:
        events = await history(connection, play.applications["A"])
    return sum(isinstance(line.event, RecusedAttempt) for line in events)


async def test_a_recused_assessor_is_refused_everywhere_and_leaves_a_trace(
    play: Judging, elena: Browser
) -> None:
    silent = await elena.send_form(assessment(play, "/conflict"), {"conflict": "yes", "reason": ""})
    assert silent.status_code == 422
    await elena.send_form(assessment(play, "/conflict"), {"conflict": "yes", "reason": "I worked there."})
    assert "Joint work A" not in (await elena.get("/assessments")).text
    assert await recused_attempts(play) == 0
    assert (await elena.get(assessment(play))).status_code == 403
    assert (await elena.send_form(assessment(play), {"score-capacity": "1"})).status_code == 403
    assert (await elena.send_form(assessment(play, "/send"))).status_code == 403
    assert (await elena.get(assessment(play, f"/documents/{UUID(int=1)}"))).status_code == 403
    assert (await elena.get(f"/applications/{play.applications['A']}")).status_code == 404
    assert await recused_attempts(play) == 5


async def test_who_was_never_asked_leaves_no_trace(play: Judging, browse: Browsers) -> None:
    erik = await browse(play.people["erik"])
    assert (await erik.get(assessment(play))).status_code == 403
    assert (await erik.get("/assessments/" + str(UUID(int=7)))).status_code == 404
    assert await recused_attempts(play) == 0
    assert "Nothing to assess yet" in (await erik.get("/assessments")).text


async def test_the_board_assigns_several_at_once(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    board = f"/evaluation/{play.calls['TAF-2021-01']}"
    nothing = await ada.send_form(f"{board}/assign")
    assert (nothing.status_code, errors(nothing)) == (422, ["applications", "assessors"])
    given = {
        "applications": [str(play.applications["A"])],
        "assessors": [str(play.people["elena"]), str(play.people["erik"]), str(play.people["emma"])],
    }
    assert (await ada.send_form(f"{board}/assign", given)).status_code == 303
    page = await ada.get(board)
    assert [name in page.text for name in ("Elena Rossi", "Erik Dahl", "Emma Maes")] == [True] * 3
    foreign = {"applications": [str(UUID(int=3))], "assessors": [str(play.people["erik"])]}
    assert (await ada.send_form(f"{board}/assign", foreign)).status_code == 422
    officer = {"applications": given["applications"], "assessors": [str(play.people["omar"])]}
    assert (await ada.send_form(f"{board}/assign", officer)).status_code == 422


async def test_setting_aside_asks_for_a_reason_and_can_be_taken_back(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    path = f"/evaluation/applications/{play.applications['A']}"
    assert (await ada.get(f"{path}/set-aside")).status_code == 200
    assert errors(await ada.send_form(f"{path}/set-aside", {"reason": " "})) == ["reason"]
    assert (await ada.send_form(f"{path}/set-aside", {"reason": "Nobody is free."})).status_code == 303
    assert (await ada.send_form(f"{path}/set-aside", {"reason": "Again."})).status_code == 409
    assert "Nobody is free." in (await ada.get(f"/evaluation/{play.calls['TAF-2021-01']}")).text
    assert (await ada.send_form(f"{path}/bring-back")).status_code == 303
    assert (await ada.send_form(f"{path}/bring-back")).status_code == 409


async def test_only_the_auditor_sees_who_gave_which_score(play: Judging, browse: Browsers) -> None:
    await play.score("erik", "A", "14.25", "60")
    call = play.calls["TAF-2021-01"]
    seen = {}
    for name in ("ada", "paul", "carl", "greta", "omar", "elena", "root"):
        browser = await browse(play.people[name])
        seen[name] = [
            (await browser.get(path)).status_code
            for path in ("/evaluation", f"/evaluation/{call}", f"/evaluation/{call}/scores")
        ]
    assert seen == {
        "ada": [200, 200, 403],
        "paul": [200, 200, 403],
        "carl": [200, 200, 403],
        "greta": [200, 200, 200],
        "omar": [403, 403, 403],
        "elena": [403, 403, 403],
        "root": [403, 403, 403],
    }
    greta = await browse(play.people["greta"])
    assert "14.25" in (await greta.get(f"/evaluation/{call}/scores")).text
    ada = await browse(play.people["ada"])
    assert "14.25" not in (await ada.get(f"/evaluation/{call}")).text


async def test_the_auditor_sees_how_scores_are_spread_of_those_that_count(
    play: Judging, browse: Browsers
) -> None:
    await play.score("erik", "A", "14.25", "60")
    await play.score("elena", "A", "12", "71")
    await play.score("eva", "A", "1", "2")
    key = play.applications["A"]
    await play.act(
        "eva", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="My sister."), CLOSES
    )
    greta = await browse(play.people["greta"])
    page = (await greta.get(f"/evaluation/{play.calls['TAF-2021-01']}/scores")).text
    table = page.partition('id="spread"')[2].partition("</table>")[0]
    rows = [re.findall(r"\d+\.\d\d \([\d.]+ to [\d.]+\)", row) for row in table.split("<tr>")[2:]]
    assert rows == [
        ["13.13 (12 to 14.25)", "65.50 (60 to 71)"],
        ["12.00 (12 to 12)", "71.00 (71 to 71)"],
        ["14.25 (14.25 to 14.25)", "60.00 (60 to 60)"],
    ]
    assert table.count('<circle class="c1"') == 8


async def test_lists_cost_the_same_for_one_and_for_three(play: Judging, browse: Browsers) -> None:
    carl, elena = await browse(play.people["carl"]), await browse(play.people["elena"])
    await play.call("TWO")
    await play.apply("X", "10.00", call="TWO")
    await play.close("TWO")
    await play.declare("elena", "X")
    paths = [(carl, "/evaluation"), (carl, f"/evaluation/{play.calls['TWO']}"), (elena, "/assessments")]
    for_one = [await count(play, browser, path) for browser, path in paths]
    await play.call("THREE")
    for name in ("Y1", "Y2", "Y3"):
        await play.apply(name, "10.00", call="THREE")
    await play.close("THREE")
    for name in ("Y1", "Y2", "Y3"):
        await play.declare("elena", name)
    paths[1] = (carl, f"/evaluation/{play.calls['THREE']}")
    for_three = [await count(play, browser, path) for browser, path in paths]
    assert (for_one, for_three) == ([2, 10, 2], [2, 10, 2])


async def count(play: Judging, browser: Browser, path: str) -> int:
    with count_statements(play.db) as seen:
        assert (await browser.get(path)).status_code == 200
    return len(seen)


async def test_a_call_that_nobody_has_closed_yet(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    ada = await browse(play.people["ada"])
    assert "No call has closed yet" in (await ada.get("/evaluation")).text
    page = await ada.get(f"/evaluation/{play.calls['TAF-2021-01']}")
    assert (page.status_code, "No application has come in" in page.text) == (200, True)
    assert (await ada.get(f"/evaluation/{UUID(int=9)}")).status_code == 404


async def test_a_series_shows_its_batches_each_on_a_page_of_its_own(db: Database, browse: Browsers) -> None:
    play = await rolling(db)
    ada = await browse(play.people["ada"])
    page = await ada.get(f"/evaluation/{play.calls[SERIES]}")
    assert page.status_code == 200
    assert "in-batches" in states(page)
    for batch in await play.batches():
        assert batch.reference in page.text
    assert "No application has come in" not in page.text
