"""Bundles of calls in the database: they verify, stay what they were, and show what was changed behind the facility's back."""

import asyncio
import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from hypothesis import Phase, given
from hypothesis import settings as drawing
from sqlalchemy import text

from facility.accounts.service.institutions import rename_institution
from facility.applications.service.withdrawal import withdraw
from facility.awards import checks
from facility.awards.queries.bundle import bundle
from facility.awards.service.cool_down import set_cool_down_aside
from facility.awards.service.deciding import propose
from facility.awards.service.verification import verify
from facility.awards.words import NOT_COUNTED
from facility.calls.rules.cool_down import CoolDown
from facility.data import DATA
from facility.db import Database
from facility.evaluation.rules.pseudonyms import pseudonym
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.assignment import take_off
from facility.rehearsal.service.check import check
from facility.rehearsal.service.play import played
from facility.rehearsal.service.scratch import scratch_database
from facility.settings import Settings
from facility.web.i18n import translated
from tests.awards.bundles import encoded, of_scenario
from tests.awards.reading import leave
from tests.awards.test_letters import pdf
from tests.browser import Browsers, states
from tests.judging import CLOSES, DECIDED, Judging, judging
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES, Rolling, rolling
from tests.scenarios import scenarios
from tests.statements import UNGUARDED

LATER = DECIDED + timedelta(days=30)


async def of(play: Judging, call: str = "TAF-2021-01") -> dict[str, Any]:
    """The bundle of the call, which verifies."""
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[call])
    assert verify(encoded(document), document["root"]).differences == []
    return document


async def logged(play: Judging, call: str = "TAF-2021-01") -> str | None:
    """The root in the log."""
    query = text("SELECT data ->> 'root' FROM event WHERE kind = 'AwardsDecided' AND subject_id = :call")
    async with play.db.reader() as connection:
        root: str | None = (await connection.execute(query, {"call": play.calls[call]})).scalar_one()
    return root


@built_once
async def play(db: Database) -> Judging:
    """A is awarded, B waits, C is below a threshold, D is withdrawn, E has lost its partners, F is set aside; Erik is recused on A."""
    made = await judging(db)
    for name, asks in (("A", "50000.00"), ("B", "45000.00"), ("C", "30000.00"), ("D", "10.00")):
        await made.apply(name, asks)
    await made.apply("E", "20.00", partners=("XK",))
    await made.apply("F", "30.00")
    await made.close()
    for name, capacity in (("A", "16"), ("B", "15.5"), ("C", "11"), ("E", "14")):
        await made.score("elena", name, capacity, "64.25")
    await made.score("erik", "A", "3", "10")
    await made.score("erik", "B", "14", "61")
    await made.act(
        "erik",
        lambda tx: evaluation.declare_conflict(
            tx, made.applications["A"], conflict=True, reason="worked there"
        ),
        CLOSES + timedelta(days=2),
    )
    await made.act("ada", lambda tx: evaluation.set_aside(tx, made.applications["F"], "Nobody is free."))
    await made.act("omar", lambda tx: withdraw(tx, made.applications["D"]), CLOSES + timedelta(days=3))
    await leave(made, "E", "XK", days=-1)
    await made.decide()
    return made


async def test_a_decided_call_is_told_in_full(play: Judging) -> None:
    document = await of(play)
    erik = pseudonym(play.calls["TAF-2021-01"], play.people["erik"])
    assert [(row["application"], row["outcome"], row["rank"]) for row in document["ranking"]] == [
        ("A", "ranked", 1),
        ("B", "ranked", 2),
        ("C", "below_threshold", None),
        ("D", "withdrawn", None),
        ("E", "ineligible", None),
        ("F", "not_assessed", None),
    ]
    assert document["ranking"][1]["means"] == {
        "capacity": {"exact": "59/4", "shown": "14.75"},
        "relevance": {"exact": "501/8", "shown": "62.63"},
    }
    (recused,) = (assessment for assessment in document["assessments"] if not assessment["counts"])
    assert {key: recused[key] for key in recused if key != "digest"} == {
        "application": "A",
        "assessor": erik,
        "scores": {"capacity": "3", "relevance": "10"},
        "counts": False,
        "why_not": "recused",
    }
    effects = [(row["application"], row["assessor"], row["effect"]) for row in document["conflicts"]]
    assert effects == [("A", erik, "not_counted")]
    assert (document["line"]["awards"], document["line"]["reserve"]) == (["A"], ["B"])
    names = {party["name"] for party in document["applications"][0]["institutions"]}
    assert len(names) == 3
    written = json.dumps(document)
    assert [
        name for name in ("Elena", "Erik", "Vera", "Paul", "@example.org", "worked there") if name in written
    ] == []


async def test_an_assessment_of_whoever_was_taken_off_is_in_it_and_does_not_count(db: Database) -> None:
    play = await judging(db)
    await play.apply("A", "10000.00")
    await play.close()
    await play.score("elena", "A", "20", "80")
    await play.score("erik", "A", "12", "60")
    key, elena = play.applications["A"], play.people["elena"]
    await play.act("ada", lambda tx: take_off(tx, key, elena, "On leave."), CLOSES + timedelta(days=2))
    await play.decide()
    document = await of(play)
    left_out = sorted((row["counts"], row["why_not"]) for row in document["assessments"] if row["why_not"])
    assert left_out == [(False, "taken_off")]
    assert document["ranking"][0]["means"]["capacity"]["exact"] == "12/1"
    assert "On leave" not in json.dumps(document)


async def test_its_root_stands_in_the_log_and_stays(play: Judging) -> None:
    before = await of(play)
    assert before["root"] == await logged(play)
    await play.end("A", "30000.00", LATER)
    assert (await play.statuses())["B"] == "awarded"
    await leave(play, "B", "ME", days=31)
    await play.act(
        "vera",
        lambda tx: rename_institution(
            tx, play.institutions["XK"], name="Police Inspectorate", ended_on=LATER.date()
        ),
        LATER,
    )
    await play.act(None, lambda tx: tx.session.execute(text("UPDATE person SET name = 'Forgotten'")), LATER)
    assert await of(play) == before


TAMPERED = {
    "a score": "UPDATE assessment SET scores = jsonb_set(scores, '{capacity}', '\"16.5\"') WHERE ctid = (SELECT min(ctid) FROM assessment)",
    "a score that does not count": "UPDATE assessment SET scores = jsonb_set(scores, '{capacity}', '\"4\"') WHERE scores ->> 'capacity' = '3'",
    "a conflict": "DELETE FROM conflict_declaration WHERE conflict",
    "a mean": "UPDATE ranking_entry SET counted = jsonb_set(counted, '{capacity}', '\"17\"') WHERE rank = 1",
    "a rank": "UPDATE ranking_entry SET rank = rank + 10 WHERE rank IS NOT NULL",
    "an outcome": "UPDATE ranking_entry SET outcome = 'withdrawn' WHERE outcome = 'not_assessed'",
    "an amount": "UPDATE ranking_entry SET requested = 1 WHERE rank = 2",
    "who was on board": 'UPDATE ranking_entry SET on_board = \'["AL", "ME"]\' WHERE rank = 1',
    "a title": "UPDATE application SET title = 'Another' WHERE reference = 'C'",
    "an instant": "UPDATE application SET received_at = received_at - interval '1 second' WHERE reference = 'C'",
    "an institution": "UPDATE application SET submission = jsonb_set(submission, '{parties,1,institution}', '\"X\"') WHERE reference = 'C'",
    "a threshold": "UPDATE call SET grid = jsonb_set(grid, '{thresholds,capacity}', '\"11\"')",
    "a rule that moves nobody": "UPDATE call SET award_max = award_max + 1",
    "the money": "UPDATE award_decision SET decided_line = jsonb_set(decided_line, '{free}', '\"80000.01\"')",
    "the reserve": "UPDATE award_decision SET decided_line = jsonb_set(decided_line, '{reserve}', '[]')",
    "the proposal": "UPDATE award_decision SET line = jsonb_set(line, '{reserve}', '[]')",
    "an instant of the decision": "UPDATE award_decision SET proposed_at = proposed_at - interval '1 second'",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
async def test_what_is_changed_by_hand_gives_another_root(play: Judging, statement: str) -> None:
    before = await of(play)
    async with play.db.engine.connect() as connection:
        assert await checks.rankings(connection) == []
    async with play.db.engine.begin() as connection:
        await connection.execute(text(UNGUARDED))
        changed = await connection.execute(text(statement))
        assert changed.rowcount > 0
    async with play.db.engine.connect() as connection:
        after = await bundle(connection, play.calls["TAF-2021-01"])
        assert after["root"] != before["root"]
        assert await checks.rankings(connection) == [
            f"call {play.calls['TAF-2021-01']}: its ranking is not the one in the log"
        ]


async def test_a_proposal_has_a_bundle_of_how_it_stands_now(db: Database) -> None:
    play = await judging(db)
    for name in ("A", "B"):
        await play.apply(name, "40000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "16", "63")
    await play.act("vera", lambda tx: propose(tx, play.calls["TAF-2021-01"]))
    proposed = await of(play)
    assert (proposed["decision"]["state"], proposed["decision"]["root_in_log"]) == ("proposed", False)
    assert (proposed["line"]["awards"], proposed["decision"]["differs"]) == (["A", "B"], False)
    await play.act("omar", lambda tx: withdraw(tx, play.applications["A"]))
    now = await of(play)
    assert (now["line"]["awards"], now["decision"]["differs"]) == (["B"], True)
    assert now["decision"]["proposed"]["awards"] == ["A", "B"]


async def test_rules_that_spread_awards_are_part_of_it(db: Database) -> None:
    play = await judging(db)
    await play.apply("A", "10000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    spread = CoolDown(same_lead_calls=1, per_beneficiary_most=1)
    await play.call("TAF-2021-02", amount="60000.00", cool_down=spread)
    for name, lead in (("B", "AL"), ("C", "AL"), ("D", "BA"), ("E", "BA")):
        await play.apply(name, "10000.00", call="TAF-2021-02", lead=lead)
    await play.close("TAF-2021-02")
    for name, relevance in (("B", "60"), ("C", "59"), ("D", "58"), ("E", "57")):
        await play.score("elena", name, "16", relevance)
    await play.act(
        "vera",
        lambda tx: set_cool_down_aside(tx, play.calls["TAF-2021-02"], play.applications["C"], "The only one"),
    )
    await play.decide("TAF-2021-02")
    document = await of(play, "TAF-2021-02")
    assert document["line"]["cooled"] == {"B": "same_lead", "E": "per_beneficiary"}
    assert document["decision"]["departures"] == [
        {"application": "C", "rule": "cool_down", "reason": "The only one"}
    ]
    assert [row["reference"] for row in document["applications"] if row["same_lead"]] == ["B", "C"]
    assert document["root"] == await logged(play, "TAF-2021-02")


async def test_what_spread_awards_before_it_was_kept_is_taken_as_given(db: Database) -> None:
    play = await judging(db)
    await play.call("TAF-2021-02", amount="60000.00", cool_down=CoolDown(per_beneficiary_most=1))
    for name in ("A", "B"):
        await play.apply(name, "10000.00", call="TAF-2021-02")
    await play.close("TAF-2021-02")
    for name, relevance in (("A", "60"), ("B", "59")):
        await play.score("elena", name, "16", relevance)
    await play.decide("TAF-2021-02")
    await play.act(
        None,
        lambda tx: tx.session.execute(
            text("UPDATE award_decision SET decided_line = decided_line - 'cooling'")
        ),
    )
    document = await of(play, "TAF-2021-02")
    assert (document["line"]["taken"], document["line"]["cooled"]) == (None, {"B": "per_beneficiary"})


async def test_batches_have_bundles_of_their_own(db: Database) -> None:
    play: Rolling = await rolling(db)
    for name, asks in (("A", "50000.00"), ("B", "40000.00"), ("C", "10000.00")):
        await play.apply(name, asks, call=SERIES)
    await play.judge(1, {"A": "70", "B": "60", "C": "40"})
    await play.settle(1)
    first = await of(play, f"{SERIES}/B1")
    assert (first["call"]["carries_over"], first["line"]["carried"]) == (True, ["B"])
    await play.judge(2, {})
    # After the decision on the first batch: it counts in the second only.
    at = CUT_OFFS[1] + timedelta(hours=1)
    await play.act(
        "elena",
        lambda tx: evaluation.declare_conflict(
            tx, play.applications["B"], conflict=True, reason="works there now"
        ),
        at,
    )
    assert await of(play, f"{SERIES}/B1") == first
    await play.teller.appoint("erik", [play.applications["B"]], at)
    await play.teller.score(
        play.applications["B"], "erik", {"capacity": Decimal(15), "relevance": Decimal(59)}, at
    )
    await play.settle(2)
    second = await of(play, f"{SERIES}/B2")
    assert [application["carried_from"] for application in second["applications"]] == [f"{SERIES}/B1"]
    assert second["line"]["reserve"] == ["B"]
    assert [conflict["effect"] for conflict in second["conflicts"]] == ["not_counted"]
    assert first["conflicts"] == []
    assert await of(play, f"{SERIES}/B1") == first
    assert (first["root"], second["root"]) == (
        await logged(play, f"{SERIES}/B1"),
        await logged(play, f"{SERIES}/B2"),
    )


async def test_a_call_that_nothing_came_in_to(db: Database) -> None:
    play = await judging(db)
    await play.close()
    await play.decide()
    document = await of(play)
    assert (document["applications"], document["ranking"], document["line"]["free"]) == ([], [], "80000.00")
    assert document["root"] == await logged(play)


async def random_call(server: str, file: dict[str, Any]) -> dict[str, Any]:
    """The bundle of a scenario's call, long after its decision."""
    async with scratch_database(server) as db:
        await played(db, check(json.dumps(file).encode()))
        async with db.reader() as connection:
            (call_id,) = (await connection.execute(text("SELECT call_id FROM award_decision"))).scalars()
            assert await checks.rankings(connection) == []
            return await bundle(connection, call_id)


# One play takes seconds, so the suite tries a handful; they are the same each time.
@drawing(max_examples=3, phases=[Phase.generate])
@given(file=scenarios())
def test_random_calls_come_out_as_the_second_computation_says(server: str, file: dict[str, Any]) -> None:
    document, expected = asyncio.run(random_call(server, file)), of_scenario(file)
    assert verify(encoded(document), document["root"]).differences == []
    for part in ("ranking", "line"):
        assert document[part] == expected[part]


def path(play: Judging, rest: str) -> str:
    return f"/evaluation/{play.calls['TAF-2021-01']}/{rest}"


async def test_it_is_downloaded_with_the_report(play: Judging, browse: Browsers) -> None:
    document = await of(play)
    greta = await browse(play.people["greta"])
    page = (await greta.get(path(play, "ranking"))).text
    assert document["root"] in page
    assert path(play, "bundle.json") in page
    answer = await greta.get(path(play, "bundle.json"))
    assert answer.json() == document
    assert verify(answer.content, document["root"]).differences == []
    assert "TAF-2021-01-ranking.json" in answer.headers["content-disposition"]
    rows = list(
        csv.reader(io.StringIO((await greta.get(path(play, "assessments.csv"))).text.lstrip("\ufeff")))
    )
    assert rows[0][:2] == ["Application", "Assessor"]
    assert [row[4:6] for row in rows[1:]].count(["no", translated(NOT_COUNTED["recused"])]) == 1
    assert len(rows) == 1 + len(document["assessments"])
    report = (await greta.get(path(play, "report.pdf"))).content
    assert document["root"] in "".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(report)).pages
    )
    scores = (await greta.get(path(play, "scores"))).text
    assert pseudonym(play.calls["TAF-2021-01"], play.people["erik"]) in scores


async def test_whoever_is_recused_does_not_get_it(play: Judging, browse: Browsers) -> None:
    erik, omar = await browse(play.people["erik"]), await browse(play.people["omar"])
    for rest in ("bundle.json", "assessments.csv"):
        assert (await erik.get(path(play, rest))).status_code == 403
        assert (await omar.get(path(play, rest))).status_code == 403


async def test_there_is_none_before_the_proposal(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    await play.apply("A", "10.00")
    ada = await browse(play.people["ada"])
    assert (await ada.get(path(play, "bundle.json"))).status_code == 409
    await play.close()
    await play.score("elena", "A", "16", "64")
    assert (await ada.get(path(play, "bundle.json"))).status_code == 409
    assert "bundle.json" not in (await ada.get(path(play, "ranking"))).text


async def test_its_format_is_public(browse: Browsers) -> None:
    nobody = await browse(None)
    answer = await nobody.get("/formats/ranking.schema.json")
    assert answer.content == (DATA / "ranking.schema.json").read_bytes()


async def test_letters_bear_the_root(play: Judging, settings: Settings) -> None:
    root = await logged(play)
    assert root is not None
    for name in ("A", "B", "C"):
        assert root in (await pdf(play, settings, name))[0]
    await play.end("A", "30000.00", LATER)
    query = text("SELECT data ->> 'root' FROM letter WHERE kind = 'award' ORDER BY created_at")
    async with play.db.reader() as connection:
        assert (await connection.execute(query)).scalars().all() == [root, root]


async def test_a_call_that_was_decided_before_there_were_roots(play: Judging, browse: Browsers) -> None:
    async with play.db.engine.begin() as connection:
        # The log is append-only.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE event SET data = data - 'root'"))
    document = await of(play)
    assert document["decision"]["root_in_log"] is False
    async with play.db.engine.connect() as connection:
        assert await checks.rankings(connection) == []
    greta = await browse(play.people["greta"])
    assert "no-fingerprint" in states(await greta.get(path(play, "ranking")))
    assert (await greta.get(path(play, "report.pdf"))).status_code == 200
