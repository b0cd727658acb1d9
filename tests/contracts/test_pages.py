"""Pages of money: figures from the ledger, each with what is behind it, and envelopes for the secretariat."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.contracts.events import ContractOpened
from facility.contracts.models import Donor, Envelope
from facility.contracts.service.money import commit, lock_envelope, open_contract, open_envelope, seed
from facility.db import Database, new_id
from tests.browser import NOW, Browsers, error_at, errors, gives_reason, records
from tests.cast import Cast
from tests.statements import count_statements

EUR = Decimal
DONORS = (("EU", EUR("15800000.00")), ("Germany", EUR("1500000.00")), ("Italy", EUR("900000.00")))


@pytest.fixture
async def envelope(db: Database, cast: Cast) -> Envelope:
    """CA1 with an envelope of which 10 000 are committed."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        contract = await open_contract(tx, reference="CA1", counterpart="GIZ", donors=DONORS)
        made = await open_envelope(tx, contract_id=contract.id, name="Facility", amount=EUR("100000.00"))
    await book(db, made.id, 1)
    return made


async def book(db: Database, envelope_id: UUID, awards: int) -> None:
    """Commit 10 000 for each of so many awards."""
    async with db.transaction(now=NOW) as tx:
        locked = await lock_envelope(tx, envelope_id)
        for _ in range(awards):
            await commit(tx, locked, award_id=new_id(), old=EUR("0.00"), new=EUR("10000.00"))


async def test_all_agreements_with_their_figures(db: Database, cast: Cast, browse: Browsers) -> None:
    carl = await browse(cast.carl)
    async with db.transaction(now=NOW) as tx:
        await open_contract(tx, reference="X", counterpart="Y", donors=DONORS)
    with count_statements(db) as for_one:
        await carl.get("/contracts")
    async with db.transaction(now=NOW) as tx:
        await seed(tx)
    with count_statements(db) as for_eight:
        page = await carl.get("/contracts")
    assert page.status_code == 200
    assert (len(for_one), len(for_eight)) == (2, 2)
    assert '<td class="num" data-label="Planned, EUR">18\u00a0200\u00a0000.00</td>' in page.text
    assert '<a href="/contracts/CA1#donors">17\u00a0915\u00a0000.00</a>' in page.text


async def test_no_agreement_yet(cast: Cast, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    assert "There is no agreement yet" in (await ada.get("/contracts")).text


async def test_each_figure_leads_to_its_bookings(
    db: Database, cast: Cast, envelope: Envelope, browse: Browsers
) -> None:
    async with db.reader() as connection:
        italy = (await connection.execute(select(Donor.id).where(Donor.name == "Italy"))).scalar_one()
    carl = await browse(cast.carl)
    page = await carl.get("/contracts/CA1")
    behind = await carl.get(f"/contracts/CA1?donor={italy}")
    assert f'<a href="/contracts/CA1?donor={italy}#ledger">494.50</a>' in page.text
    assert f'<a href="/contracts/CA1?envelope={envelope.id}#ledger">10\u00a0000.00</a>' in page.text
    assert f'href="/staff/calls?envelope={envelope.id}"' in page.text
    assert '<td class="num" data-label="Amount, EUR">494.50</td>' in behind.text
    assert '<td class="num" data-label="Amount, EUR">8\u00a0681.32</td>' not in behind.text


async def test_the_ledger_costs_the_same_for_one_and_three_and_turns_pages(
    db: Database, cast: Cast, envelope: Envelope, browse: Browsers
) -> None:
    carl = await browse(cast.carl)
    with count_statements(db) as for_one:
        await carl.get("/contracts/CA1")
    await book(db, envelope.id, 8)
    with count_statements(db) as for_nine:
        page = await carl.get("/contracts/CA1")
    older = page.text.split('rel="next" href="')[1].split('"')[0]
    rest = await carl.get(older.replace("&amp;", "&"))
    assert (len(for_one), len(for_nine)) == (5, 5)
    assert page.text.count('data-label="Booked (Brussels)"') == 25
    assert rest.text.count('data-label="Booked (Brussels)"') == 2


async def test_who_reads_and_who_opens_envelopes(cast: Cast, envelope: Envelope, browse: Browsers) -> None:
    paths = ["/contracts", "/contracts/CA1", "/contracts/CA1/envelopes/new", "/contracts/none"]
    seen = {}
    for name in ("ada", "paul", "carl", "greta", "omar", "elena", "root"):
        browser = await browse(getattr(cast, name))
        seen[name] = [(await browser.get(path)).status_code for path in paths]
    assert seen == {
        "ada": [200, 200, 200, 404],
        "paul": [200, 200, 403, 404],
        "carl": [200, 200, 403, 404],
        "greta": [200, 200, 403, 404],
        "omar": [403] * 4,
        "elena": [403] * 4,
        "root": [403] * 4,
    }


async def test_history_is_not_for_the_commission(cast: Cast, envelope: Envelope, browse: Browsers) -> None:
    carl, greta = await browse(cast.carl), await browse(cast.greta)
    assert not records(await carl.get("/contracts/CA1"), ContractOpened)
    assert records(await greta.get("/contracts/CA1"), ContractOpened)


async def test_the_secretariat_opens_and_changes_envelopes(
    db: Database, cast: Cast, envelope: Envelope, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    opened = await ada.send_form("/contracts/CA1/envelopes/new", {"name": "Second", "amount": "1 000,50"})
    path = f"/contracts/CA1/envelopes/{envelope.id}"
    changed = await ada.send_form(path, {"amount": "90000"})
    async with db.reader() as connection:
        rows = await connection.execute(select(Envelope.name, Envelope.amount).order_by(Envelope.name))
        amounts = {row[0]: row[1] for row in rows}
    assert (opened.status_code, changed.status_code) == (303, 303)
    assert amounts == {"Facility": EUR("90000.00"), "Second": EUR("1000.50")}


async def test_what_does_not_fit_is_said_at_its_field(
    cast: Cast, envelope: Envelope, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    path = f"/contracts/CA1/envelopes/{envelope.id}"
    answers = [
        await ada.send_form("/contracts/CA1/envelopes/new", {"name": "Facility", "amount": "1.00"}),
        await ada.send_form("/contracts/CA1/envelopes/new", {"name": "", "amount": "-1"}),
        await ada.send_form("/contracts/CA1/envelopes/new", {"name": "Big", "amount": "18100000.01"}),
        await ada.send_form(path, {"amount": "9999.99"}),
    ]
    taken, wrong, big, small = answers
    assert [answer.status_code for answer in answers] == [422] * 4
    assert [errors(answer) for answer in answers] == [["name"], ["name", "amount"], ["amount"], ["amount"]]
    assert [error_at(answer, "name").startswith("Name: ") for answer in (taken, wrong)] == [True, True]
    assert [error_at(answer, "amount").startswith("Amount: ") for answer in (big, small)] == [True, True]
    assert gives_reason(taken, "envelope_name_taken")
    assert not gives_reason(wrong, "envelope_name_taken")
    assert gives_reason(big, "above_agreed", left="18\u00a0100\u00a0000.00")
    assert gives_reason(small, "below_committed", committed="10\u00a0000.00")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("before=99999999999999999999999", 200),
        ("before=x", 400),
        ("donor=x", 400),
        (f"donor={UUID(int=1)}", 200),
    ],
)
async def test_odd_questions_of_the_ledger(
    cast: Cast, envelope: Envelope, browse: Browsers, query: str, status: int
) -> None:
    carl = await browse(cast.carl)
    assert (await carl.get(f"/contracts/CA1?{query}")).status_code == status


async def test_another_agreements_envelope_is_not_found(
    db: Database, cast: Cast, envelope: Envelope, browse: Browsers
) -> None:
    async with db.transaction(now=NOW) as tx:
        await open_contract(tx, reference="CA2", counterpart="CEPOL", donors=DONORS)
    ada = await browse(cast.ada)
    assert (await ada.get(f"/contracts/CA2/envelopes/{envelope.id}")).status_code == 404
