"""Money: what is set aside and committed, under rules and under contention."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from facility.contracts.checks import balances, belongs, set_aside, shares
from facility.contracts.models import Contract, Donor, Envelope, LedgerEntry
from facility.contracts.service.money import (
    commit,
    enter,
    follow_signed,
    lock_envelope,
    lower_envelope,
    open_contract,
    open_envelope,
    seed,
)
from facility.contracts.service.reference import Agreement, Share
from facility.db import Database, new_id
from facility.events.log import history
from facility.refused import Reason, Refused

NOW = datetime(2021, 5, 3, 8, tzinfo=UTC)
EUR = Decimal
DONORS = (("EU", EUR("15800000.00")), ("DE", EUR("1500000.00")), ("IT", EUR("900000.00")))


async def open_money(db: Database, amount: str = "100000.00") -> Envelope:
    """CA1 with its three donors, and an envelope."""
    async with db.transaction(now=NOW) as tx:
        contract = await open_contract(tx, reference="CA1", counterpart="GIZ", donors=DONORS)
        return await open_envelope(tx, contract_id=contract.id, name="Facility", amount=EUR(amount))


async def book(db: Database, envelope_id: UUID, award_id: UUID, old: str, new: str) -> None:
    """One commitment in a transaction of its own."""
    async with db.transaction(now=NOW) as tx:
        envelope = await lock_envelope(tx, envelope_id)
        await commit(tx, envelope, award_id=award_id, old=EUR(old), new=EUR(new))


async def booked(db: Database) -> dict[str, Decimal]:
    """What stands in the ledger for each donor."""
    query = (
        select(Donor.name, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.donor_id == Donor.id)
        .group_by(Donor.name, Donor.position)
        .order_by(Donor.position)
    )
    async with db.reader() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


async def committed(db: Database, envelope_id: UUID) -> Decimal:
    """The envelope's committed amount, as it stands in the row."""
    async with db.reader() as connection:
        query = select(Envelope.committed).where(Envelope.id == envelope_id)
        return (await connection.execute(query)).scalar_one()


async def off(db: Database) -> list[str]:
    """Everything that the checks of this slice name."""
    async with db.reader() as connection:
        return [line for f in (balances, set_aside, shares, belongs) for line in await f(connection)]


async def test_seed_enters_the_action_once_and_sums_to_what_the_document_states(db: Database) -> None:
    for _ in range(2):
        async with db.transaction(now=NOW) as tx:
            await seed(tx)
    async with db.reader() as connection:
        totals = (await connection.execute(select(func.count(), func.sum(Donor.amount)))).one()
        rows = await connection.execute(
            select(Donor.name, Donor.amount, Donor.signed, Donor.derived)
            .join(Contract, Contract.id == Donor.contract_id)
            .where(Contract.reference == "CA1")
            .order_by(Donor.position)
        )
        ca1 = [tuple(row) for row in rows]
        derived = await connection.execute(select(Donor.name).where(Donor.derived).order_by(Donor.name))
        period = await connection.execute(
            select(Contract.signed_from, Contract.signed_until).where(Contract.reference == "CA1")
        )
        assert tuple(totals) == (12, EUR("38970000.00"))
        assert ca1 == [
            ("EU", EUR("15800000.00"), EUR("15800000.00"), False),
            ("Germany", EUR("1500000.00"), EUR("1215000.00"), False),
            ("Italy", EUR("900000.00"), EUR("900000.00"), False),
        ]
        assert list(derived.scalars()) == ["Council of Europe", "IOM", "UNODC"]
        assert tuple(period.one()) == (date(2020, 7, 1), date(2023, 6, 30))


async def test_ceilings_follow_what_was_signed(db: Database) -> None:
    async with db.transaction(now=NOW) as tx:
        await seed(tx)
        ca1 = (await tx.session.execute(select(Contract.id).where(Contract.reference == "CA1"))).scalar_one()
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await open_envelope(tx, contract_id=ca1, name="Facility", amount=EUR("17915000.01"))
    assert refused.value.reasons == (Reason("above_agreed", "amount", {"left": "17\u00a0915\u00a0000.00"}),)
    async with db.transaction(now=NOW) as tx:
        await open_envelope(tx, contract_id=ca1, name="Facility", amount=EUR("17915000.00"))
    assert await off(db) == []


SIGNED = Agreement(
    reference="CA1",
    counterpart="GIZ",
    shares=(
        Share("EU", EUR("15800000.00"), EUR("15800000.00")),
        Share("DE", EUR("1500000.00"), EUR("1215000.00")),
        Share("IT", EUR("900000.00"), EUR("900000.00")),
    ),
)


async def open_signed(db: Database) -> Envelope:
    """CA1 as it was signed, with an envelope of the planned EUR 18 200 000.00 from before that counted."""
    async with db.transaction(now=NOW) as tx:
        contract = await enter(tx, SIGNED)
        await tx.session.execute(update(Donor).values(agreed=Donor.amount))
        return await open_envelope(tx, contract_id=contract.id, name="Facility", amount=EUR("18200000.00"))


async def test_shares_follow_what_was_signed(db: Database) -> None:
    async with db.transaction(now=NOW) as tx:
        contract = await enter(tx, SIGNED)
        envelope = await open_envelope(
            tx, contract_id=contract.id, name="Facility", amount=EUR("17915000.00")
        )
    await book(db, envelope.id, new_id(), "0.00", "17915000.00")
    assert await booked(db) == {
        "EU": EUR("15800000.00"),
        "DE": EUR("1215000.00"),
        "IT": EUR("900000.00"),
    }
    assert await off(db) == []


async def test_what_was_booked_before_is_shared_anew(db: Database) -> None:
    envelope, award = await open_signed(db), new_id()
    await book(db, envelope.id, award, "0.00", "18200.00")
    assert await booked(db) == {"EU": EUR("15800.00"), "DE": EUR("1500.00"), "IT": EUR("900.00")}
    for _ in range(2):
        async with db.transaction(now=NOW) as tx:
            await follow_signed(tx)
    assert await booked(db) == {"EU": EUR("16051.35"), "DE": EUR("1234.33"), "IT": EUR("914.32")}
    await book(db, envelope.id, award, "18200.00", "17915.00")
    assert await booked(db) == {"EU": EUR("15800.00"), "DE": EUR("1215.00"), "IT": EUR("900.00")}
    async with db.reader() as connection:
        log = [type(entry.event).__name__ for entry in await history(connection, envelope.id)]
    assert log == ["CommitmentChanged", "CommitmentShared", "CommitmentChanged", "EnvelopeOpened"]
    assert await off(db) == [
        f"contract {envelope.contract_id}: EUR 18200000.00 set aside, EUR 17915000.00 signed or planned"
    ]


async def test_more_set_aside_than_signed_goes_on_up_to_what_was_signed(db: Database) -> None:
    envelope, award = await open_signed(db), new_id()
    await book(db, envelope.id, award, "0.00", "18000000.00")
    async with db.transaction(now=NOW) as tx:
        await follow_signed(tx)
    with pytest.raises(Refused) as refused:
        await book(db, envelope.id, new_id(), "0.00", "1.00")
    assert refused.value.codes == ("envelope_exceeded",)
    await book(db, envelope.id, award, "18000000.00", "17914999.00")
    await book(db, envelope.id, new_id(), "0.00", "1.00")
    with pytest.raises(Refused):
        await book(db, envelope.id, new_id(), "0.00", "0.01")
    for amount, fits in (("18200000.01", False), ("18100000.00", True), ("18100000.01", False)):
        try:
            async with db.transaction(now=NOW) as tx:
                await lower_envelope(tx, envelope.id, EUR(amount))
        except Refused:
            assert not fits
        else:
            assert fits


async def test_agreement_with_wrong_donors_is_refused(db: Database) -> None:
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await open_contract(
                tx, reference="X", counterpart="Y", donors=[("EU", EUR("0.00")), ("EU", EUR("0.00"))]
            )
    assert refused.value.codes == ("donor_twice", "no_money")


async def test_envelopes_together_fit_what_the_donors_agreed_to(db: Database) -> None:
    envelope = await open_money(db, "18000000.00")
    with pytest.raises(Refused) as above:
        async with db.transaction(now=NOW) as tx:
            await open_envelope(tx, contract_id=envelope.contract_id, name="Second", amount=EUR("200000.01"))
    with pytest.raises(Refused) as twice:
        async with db.transaction(now=NOW) as tx:
            await open_envelope(tx, contract_id=envelope.contract_id, name="Facility", amount=EUR("1.00"))
    async with db.transaction(now=NOW) as tx:
        await open_envelope(tx, contract_id=envelope.contract_id, name="Second", amount=EUR("200000.00"))
    assert above.value.reasons == (Reason("above_agreed", "amount", {"left": "200\u00a0000.00"}),)
    assert twice.value.codes == ("envelope_name_taken",)
    assert await off(db) == []


async def test_commitments_are_booked_per_donor_to_the_cent(db: Database) -> None:
    envelope, a, b = await open_money(db), new_id(), new_id()
    await book(db, envelope.id, a, "0.00", "35427.70")
    await book(db, envelope.id, b, "0.00", "47250.00")
    await book(db, envelope.id, a, "35427.70", "32100.00")
    assert await booked(db) == {
        "EU": EUR("68886.26"),
        "DE": EUR("6539.84"),
        "IT": EUR("3923.90"),
    }
    assert await committed(db, envelope.id) == EUR("79350.00")
    async with db.reader() as connection:
        log = [type(entry.event).__name__ for entry in await history(connection, envelope.id)]
    assert log == ["CommitmentChanged"] * 3 + ["EnvelopeOpened"]
    assert await off(db) == []


async def test_an_unchanged_commitment_leaves_no_trace(db: Database) -> None:
    envelope = await open_money(db)
    await book(db, envelope.id, new_id(), "10.00", "10.00")
    async with db.reader() as connection:
        assert len(await history(connection, envelope.id)) == 1
    assert await booked(db) == {}


async def test_an_envelope_cannot_be_overspent(db: Database) -> None:
    envelope = await open_money(db, "80000.00")
    await book(db, envelope.id, new_id(), "0.00", "35427.70")
    with pytest.raises(Refused) as refused:
        await book(db, envelope.id, new_id(), "0.00", "47250.00")
    assert refused.value.reasons == (
        Reason("envelope_exceeded", None, {"free": "44\u00a0572.30", "amount": "47\u00a0250.00"}),
    )
    assert await committed(db, envelope.id) == EUR("35427.70")


async def test_many_commitments_at_once_from_an_envelope_that_pays_for_ten(db: Database) -> None:
    envelope = await open_money(db, "10000.00")
    answers = await asyncio.gather(
        *(book(db, envelope.id, new_id(), "0.00", "1000.00") for _ in range(20)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert (answers.count(None), len(refused)) == (10, 10)
    assert await committed(db, envelope.id) == EUR("10000.00")
    assert await off(db) == []


async def test_an_envelope_keeps_what_is_committed(db: Database) -> None:
    envelope = await open_money(db)
    await book(db, envelope.id, new_id(), "0.00", "60000.00")
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            await lower_envelope(tx, envelope.id, EUR("59999.99"))
    async with db.transaction(now=NOW) as tx:
        changed = await lower_envelope(tx, envelope.id, EUR("60000.00"))
    assert refused.value.reasons == (Reason("below_committed", "amount", {"committed": "60\u00a0000.00"}),)
    assert changed.amount == EUR("60000.00")


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry"])
async def test_the_ledger_refuses_to_be_rewritten(db: Database, statement: str) -> None:
    envelope = await open_money(db)
    await book(db, envelope.id, new_id(), "0.00", "60000.00")
    with pytest.raises(DBAPIError):
        async with db.transaction(now=NOW) as tx:
            await tx.session.execute(text(statement))


async def test_the_database_itself_refuses_an_overspent_envelope(db: Database) -> None:
    envelope = await open_money(db)
    with pytest.raises(DBAPIError, match="ck_envelope_committed"):
        async with db.transaction(now=NOW) as tx:
            await tx.session.execute(update(Envelope).values(committed=envelope.amount + EUR("0.01")))


async def test_checks_name_what_is_off(db: Database) -> None:
    envelope, award = await open_money(db), new_id()
    await book(db, envelope.id, award, "0.00", "60000.00")
    async with db.transaction(now=NOW) as tx:
        await tx.session.execute(update(Envelope).values(committed=EUR("59000.00")))
        donor = (await tx.session.execute(select(Donor.id).where(Donor.name == "IT"))).scalar_one()
        event = (await tx.session.execute(select(LedgerEntry.event_id).limit(1))).scalar_one()
        entry = {"envelope_id": envelope.id, "donor_id": donor, "award_id": award, "event_id": event}
        tx.add(LedgerEntry(**entry, amount=EUR("5.00"), booked_at=NOW))
        await tx.session.execute(update(Donor).where(Donor.name == "EU").values(amount=EUR("1.00")))
    mistakes = await off(db)
    assert mistakes[0] == f"envelope {envelope.id}: EUR 59000.00 committed, EUR 60005.00 booked"
    assert mistakes[1:] == [f"award {award}: booked otherwise than its split"]
