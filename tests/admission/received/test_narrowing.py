"""What each filter and order of the list finds, page by page, and what is sealed."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from facility.admission.queries import received
from facility.admission.queries.narrowing import SORTS, Filters
from facility.applications.service.answers import start_application
from facility.applications.service.documents import record_consultation
from facility.applications.service.parties import change_party
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave
from facility.db import Database
from tests.admission.received.conftest import AFTER
from tests.applications.conftest import NOW, Stage, party_id


async def titles(db: Database, names: dict[str, UUID], **filters: object) -> list[str]:
    """Which of them the list holds, in its order."""
    async with db.reader() as connection:
        page = await received.page(connection, Filters(**filters))  # type: ignore[arg-type]
        assert await received.count(connection, Filters(**filters)) == len(page.lines)  # type: ignore[arg-type]
    known = {key: name for name, key in names.items()}
    return [known[line.id] for line in page.lines]


ALL = ["alone", "cyber", "firearms"]


MATCHES: list[tuple[dict[str, object], list[str]]] = [
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
    assert [(filters, await titles(db, opened, **filters)) for filters, _names in MATCHES] == MATCHES


MATCHES_SEALED: list[tuple[dict[str, object], list[str]]] = [
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
    assert [
        (filters, await titles(db, three, **filters)) for filters, _names in MATCHES_SEALED
    ] == MATCHES_SEALED


async def test_frequent_words_are_met_by_walking_and_give_the_same(
    db: Database, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facility.admission.queries.narrowing._FEW", 0)
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
    filters, seen, after = Filters(sort=sort), [], ""
    async with db.reader() as connection:
        for size in (25, 25, 10):
            page = await received.page(connection, filters, after=after)
            assert len(page.lines) == size
            seen.append(page)
            after = page.after or ""
        assert after == ""
        back = await received.page(connection, filters, before=seen[2].before or "")
        first = await received.page(connection, filters, before=back.before or "")
    assert (back.lines, first.lines, first.before) == (seen[1].lines, seen[0].lines, None)
    column, falls = SORTS[sort]
    values = [(getattr(line, column.key), line.id) for page in seen for line in page.lines]
    assert values == sorted(values, reverse=falls)
    assert len(set(values)) == 60
