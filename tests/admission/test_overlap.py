"""Overlap: what is done already is found in any script and form, told with what is alike, and judged by an officer."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text

from facility.admission.models.overlap import Initiative, OverlapJudgement
from facility.admission.queries.overlap import judgements, similar
from facility.admission.rules.overlap import (
    InitiativeLine,
    OverlapOutcome,
    excerpt,
    period_of,
    pieces,
    read_codes,
    read_day,
    read_result,
    stems,
    times_meet,
)
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.initiatives import import_initiatives, retire_initiative
from facility.admission.service.overlap import judge_overlap
from facility.applications.rules.activities import ActivityKind, Plan
from facility.applications.service.withdrawal import withdraw
from facility.db import Database
from facility.events.relay import deliver_all
from facility.refused import Refused
from tests.admission.review import OPENED, opened
from tests.applications.conftest import NOW, Stage


def line(title: str, text: str = "", **more: object) -> InitiativeLine:
    known = {"beneficiaries": (), "themes": (), "starts_on": None, "ends_on": None, "source": ""} | more
    return InitiativeLine(result="R3", title=title, text=text, **known)  # type: ignore[arg-type]


LINES = [
    line("Сузбијање кријумчарења оружја", "Обука истражитеља у Београду", beneficiaries=("RS", "ME")),
    line("Suzbijanje krijumčarenja oružja na granicama", beneficiaries=("BA",), themes=("OC.FIREARMS",)),
    line("Trajnim për prokurorët", "Kurse për hetimin e krimit kibernetik në Shqipëri"),
    line("Training of prosecutors", "Courses on cybercrime investigation, electronic evidence"),
]


async def load(db: Database, *lines: InitiativeLine) -> None:
    async with db.transaction(now=NOW) as tx:
        await import_initiatives(tx, "list.csv", lines)


async def titles(db: Database, text: str, **more: object) -> list[str]:
    async with db.reader() as connection:
        matches = await similar(connection, text, (), (), 10, **more)  # type: ignore[arg-type]
    return ["".join(piece.text for piece in match.title) for match in matches]


def test_words_are_compared_without_endings_scripts_and_what_every_text_has() -> None:
    assert stems("Кријумчарење оружја") == stems("krijumčarenja ORUŽJA") == ["krijum", "oruzj"]
    assert stems("The joint activity for the Western Balkans") == []


def test_pieces_give_the_text_again_and_mark_what_is_common() -> None:
    marked = pieces("Suzbijanje krijumčarenja, oružja!", stems("кријумчарењем"))
    assert "".join(piece.text for piece in marked) == "Suzbijanje krijumčarenja, oružja!"
    assert [piece.text for piece in marked if piece.common] == ["krijumčarenja"]


def test_an_excerpt_shows_the_part_with_most_in_common() -> None:
    text = "word " * 100 + "electronic evidence for prosecutors " + "other " * 100
    parts = excerpt(text, stems("electronic evidence prosecutors"))
    assert [piece.text for piece in parts if piece.common] == ["electronic", "evidence", "prosecutors"]
    assert (parts[0].text, parts[-1].text) == ("… ", " …")
    assert sum(len(piece.text) for piece in parts) < 300


@pytest.mark.parametrize(
    ("cell", "result"),
    [("R3", "R3"), (" r 9", "R9"), ("Result 1", "R1"), ("Donor", "donor"), ("R10", None), ("", None)],
)
def test_results_as_people_write_them(cell: str, result: str | None) -> None:
    assert read_result(cell) == result


def test_codes_and_days_as_people_write_them() -> None:
    assert read_codes("al, XK;me ZZ", {"AL", "XK", "ME"}) == (("AL", "ME", "XK"), ["ZZ"])
    assert read_day("30.7.2026") == read_day("30/07/2026") == read_day("2026-07-30") == date(2026, 7, 30)
    assert read_day(" ") is None
    with pytest.raises(ValueError, match=r"month|day|Invalid"):
        read_day("31.02.2026")


def test_times_meet_on_the_days_that_both_have() -> None:
    first = (date(2026, 1, 1), date(2026, 3, 1))
    assert times_meet(first, (date(2026, 3, 1), date(2026, 5, 1))) == (date(2026, 3, 1), date(2026, 3, 1))
    assert times_meet(first, (date(2026, 3, 2), date(2026, 5, 1))) is None
    assert times_meet(first, (None, date(2026, 5, 1))) is None
    assert times_meet(None, first) is None


def test_a_plan_goes_from_its_first_day_to_its_last() -> None:
    planned = Plan(
        kind=ActivityKind.WORKSHOP,
        title="T",
        place="P",
        country="AL",
        days=2,
        month=date(2026, 2, 1),
        purpose="",
        people={},
    )
    known = msgspec.structs.replace(planned, starts_on=date(2026, 1, 30), ends_on=date(2026, 1, 31))
    assert period_of([planned, known]) == (date(2026, 1, 30), date(2026, 2, 28))
    assert period_of([]) is None


async def test_it_is_told_when_both_take_place(db: Database) -> None:
    line = msgspec.structs.replace(LINES[0], starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
    await load(db, line)
    period = (date(2026, 6, 1), date(2026, 7, 1))
    async with db.reader() as connection:
        matches = await similar(connection, line.title, (), (), 5, period=period)
    assert [match.meets for match in matches] == [(date(2026, 6, 1), date(2026, 6, 30))]


async def test_it_is_found_across_scripts_endings_and_mistakes(db: Database) -> None:
    await load(db, *LINES)
    assert set((await titles(db, "krijumcarenje oruzja"))[:2]) == {LINES[0].title, LINES[1].title}
    assert (await titles(db, "hetimit kibernetike"))[0] == "Trajnim për prokurorët"
    assert await titles(db, "elektronic evidance") == ["Training of prosecutors"]  # mistyped
    assert await titles(db, "the of and") == []
    assert await titles(db, "") == []
    assert await titles(db, "' | !& <-> :* \\") == []


async def test_what_is_alike_is_told(db: Database) -> None:
    await load(db, *LINES)
    async with db.reader() as connection:
        (match,) = await similar(connection, "granica", {"BA", "AL"}, {"X.JIT"}, 10)
    assert (match.result, match.beneficiaries, match.themes, match.words) == ("R3", ["BA"], [], ["granicama"])


async def test_same_themes_and_beneficiaries_come_first(db: Database) -> None:
    await load(
        db,
        line("Workshop on ports", themes=("OC.DRUGS",), starts_on=date(2021, 1, 1)),
        line(
            "Workshop on ports", themes=("OC.CONTAINER",), beneficiaries=("AL",), starts_on=date(2021, 2, 1)
        ),
    )
    async with db.reader() as connection:
        matches = await similar(connection, "ports", {"AL"}, {"OC.CONTAINER"}, 10)
    assert [match.themes for match in matches] == [["OC.CONTAINER"], []]


async def test_a_newer_list_replaces_its_lines(db: Database) -> None:
    await load(db, line("Workshop on ports", "Old"), line("Another"))
    async with db.transaction(now=NOW) as tx:
        made = await import_initiatives(tx, "new.csv", [line("Workshop on PORTS", "New text"), line("Third")])
    assert (made.added, made.changed) == (1, 1)
    async with db.transaction(now=NOW) as tx:
        rows = (await tx.session.scalars(select(Initiative).order_by(Initiative.title))).all()
        assert [(row.title, row.text) for row in rows] == [
            ("Another", ""),
            ("Third", ""),
            ("Workshop on PORTS", "New text"),
        ]
        await retire_initiative(tx, rows[2].id)
    assert await titles(db, "workshop ports") == []


async def test_a_table_that_was_never_analysed_is_searched_too(db: Database) -> None:
    await load(db, line("Firearms on the Adriatic"))
    async with db.transaction(now=NOW) as tx:
        await tx.session.execute(
            text("SELECT pg_clear_attribute_stats('public', 'initiative', 'words', false)")
        )
    assert await titles(db, "firearms", public=False) == ["Firearms on the Adriatic"]


async def test_our_own_come_by_themselves_and_applicants_see_only_what_is_supported(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    assert await titles(db, "firearms", public=False) == []
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        await check_admissibility(tx, confirmed, admissible=True)
    await deliver_all(db, lambda: OPENED)
    assert await titles(db, "firearms", public=False) == ["Firearms"]
    assert await titles(db, "firearms", public=False, besides=confirmed) == []
    assert await titles(db, "firearms", public=True) == []
    async with db.transaction(now=OPENED, actor=stage.omar) as tx:
        await withdraw(tx, confirmed)
    await deliver_all(db, lambda: OPENED)
    assert await titles(db, "firearms", public=False) == []


async def test_an_officer_judges_after_the_opening_and_the_latest_stands(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await load(db, LINES[0])
    async with db.reader() as connection:
        key = (await connection.execute(select(Initiative.id))).scalar_one()

    minutes = count()

    async def judge(outcome: OverlapOutcome, reason: str, about: tuple[UUID, ...] = ()) -> None:
        at = OPENED + timedelta(minutes=next(minutes))
        async with db.transaction(now=at, actor=stage.sara) as tx:
            await judge_overlap(tx, confirmed, outcome=outcome, reason=reason, initiative_ids=about)

    with pytest.raises(Refused) as refused:
        await judge(OverlapOutcome.NONE, "")
    assert refused.value.codes == ("not_opened",)
    await opened(db, stage, confirmed)
    for outcome, about, code in (
        (OverlapOutcome.DUPLICATES, (), "reason_missing"),
        (OverlapOutcome.NONE, (stage.call,), "initiative_unknown"),
    ):
        with pytest.raises(Refused) as refused:
            await judge(outcome, "", about)
        assert refused.value.codes == (code,)
    await judge(OverlapOutcome.NONE, "")
    await judge(OverlapOutcome.ACCEPTABLE, "R3 ends in June.", (key,))
    async with db.reader() as connection:
        judged = await judgements(connection, confirmed)
    assert (judged[0].outcome, judged[0].about) == ("acceptable", [LINES[0].title])
    async with db.transaction(now=NOW) as tx:
        assert len((await tx.session.scalars(select(OverlapJudgement))).all()) == 2
