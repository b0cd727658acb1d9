"""Commands on money. Whoever commits holds the envelope's row lock, the first in the order of locks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Numeric, func, insert, literal_column, select, text

from facility.contracts import rules
from facility.contracts.events import (
    AgreementSigned,
    CommitmentChanged,
    CommitmentShared,
    ContractOpened,
    EnvelopeChanged,
    EnvelopeOpened,
    UnitCostEntered,
)
from facility.contracts.models import FREE, Contract, Donor, Envelope, LedgerEntry, UnitCost
from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.contracts.service.reference import UNIT_COSTS, Agreement, Share, agreements
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import Reason, refuse, refuse_if

NOTHING = Decimal("0.00")


async def seed(tx: Tx) -> None:
    """Enter every agreement of the action that isn't there yet (dossier 1b), and the first unit costs (2d, 3)."""
    known = set((await tx.session.execute(select(Contract.reference))).scalars())
    for agreement in agreements():
        if agreement.reference not in known:
            await enter(tx, agreement)
    await follow_signed(tx)
    if not (await tx.session.execute(select(UnitCost.id).limit(1))).first():
        await enter_unit_costs(tx, UNIT_COSTS)


async def open_contract(
    tx: Tx, *, reference: str, counterpart: str, donors: Sequence[tuple[str, Decimal]]
) -> Contract:
    """Enter a contribution agreement with its donors (name, amount in EUR), in the order that decides remainders
    of a cent. Raises Refused (invalid): rules.donor_mistakes."""
    shares = tuple(Share(name, amount) for name, amount in donors)
    return await enter(tx, Agreement(reference=reference, counterpart=counterpart, shares=shares))


async def enter(tx: Tx, agreement: Agreement) -> Contract:
    """Enter an agreement with all that is known of it. Raises Refused (invalid): rules.donor_mistakes."""
    refuse_if(rules.donor_mistakes([rules.Donor(share.name, share.amount) for share in agreement.shares]))
    details = msgspec.structs.asdict(agreement)
    shares = details.pop("shares")
    contract = Contract(**{**details, "id": new_id(), "results": list(agreement.results)})
    tx.add(contract)
    await tx.flush()
    donors = [
        Donor(
            id=new_id(),
            contract_id=contract.id,
            position=position,
            agreed=share.amount,
            **msgspec.structs.asdict(share),
        )
        for position, share in enumerate(shares)
    ]
    tx.add(*donors)
    await tx.flush()
    await record(tx, ContractOpened(contract_id=contract.id, by_donor={str(d.id): d.amount for d in donors}))
    await follow_signed(tx)
    return contract


async def follow_signed(tx: Tx) -> None:
    """Let the ceilings and the donors' shares of every agreement follow what was signed, where they don't yet.

    What is booked is shared anew by further bookings. An agreement that has more set aside than was signed keeps its
    envelopes; `facility reconcile` names it, and no more than was signed can be committed.
    """
    late = select(Donor.contract_id).where(Donor.signed.is_not(None), Donor.signed != Donor.agreed)
    query = select(Contract.id).where(Contract.id.in_(late)).order_by(Contract.id)
    for contract_id in (await tx.session.execute(query)).scalars().all():
        await tx.lock(Contract, contract_id)
        donors = await donors_of(tx, contract_id)
        for donor in donors:
            donor.agreed = donor.amount if donor.signed is None else donor.signed
        await tx.flush()
        by_donor = {str(donor.id): donor.agreed for donor in donors}
        await record(tx, AgreementSigned(contract_id=contract_id, by_donor=by_donor))
        await _share_anew(tx, contract_id, [rules.Donor(key, agreed) for key, agreed in by_donor.items()])


async def _share_anew(tx: Tx, contract_id: UUID, donors: Sequence[rules.Donor]) -> None:
    """The contract's lock is held."""
    own = select(Envelope.id).where(Envelope.contract_id == contract_id)
    await tx.session.execute(own.order_by(Envelope.id).with_for_update())
    query = (
        select(
            LedgerEntry.envelope_id, LedgerEntry.award_id, LedgerEntry.donor_id, func.sum(LedgerEntry.amount)
        )
        .where(LedgerEntry.envelope_id.in_(own))
        .group_by(LedgerEntry.envelope_id, LedgerEntry.award_id, LedgerEntry.donor_id)
        .order_by(LedgerEntry.envelope_id, LedgerEntry.award_id, LedgerEntry.donor_id)
    )
    booked: dict[tuple[UUID, UUID], dict[str, Decimal]] = defaultdict(dict)
    for envelope_id, award_id, donor_id, amount in await tx.session.execute(query):
        booked[envelope_id, award_id][str(donor_id)] = amount
    for (envelope_id, award_id), amounts in booked.items():
        changes = {key: amount for key, amount in rules.shared_anew(amounts, donors).items() if amount}
        if not changes:
            continue
        event = CommitmentShared(
            envelope_id=envelope_id,
            contract_id=contract_id,
            award_id=award_id,
            amount=sum(amounts.values(), NOTHING),
            by_donor=changes,
        )
        event_id = await record(tx, event)
        await tx.flush()
        entries = _entries(envelope_id, award_id, changes, tx.now, event_id)
        await tx.session.execute(insert(LedgerEntry), entries)


async def donors_of(tx: Tx, contract_id: UUID) -> Sequence[Donor]:
    """The agreement's donors in their order."""
    query = select(Donor).where(Donor.contract_id == contract_id).order_by(Donor.position)
    return (await tx.session.execute(query)).scalars().all()


async def open_envelope(tx: Tx, *, contract_id: UUID, name: str, amount: Decimal) -> Envelope:
    """Set aside an amount in EUR. Raises Refused (invalid): rules.may_set_aside, "envelope_name_taken"."""
    await tx.lock(Contract, contract_id)
    taken = select(Envelope.id).where(Envelope.contract_id == contract_id, Envelope.name == name)
    if (await tx.session.execute(taken)).first():
        refuse("envelope_name_taken", kind="invalid", field="name")
    agreed, set_aside = await _agreed_and_set_aside(tx, contract_id)
    rules.may_set_aside(amount, committed=NOTHING, other_envelopes=set_aside, agreed=agreed)
    envelope = Envelope(id=new_id(), contract_id=contract_id, name=name, amount=amount, committed=NOTHING)
    tx.add(envelope)
    await tx.flush()
    await record(tx, EnvelopeOpened(envelope_id=envelope.id, contract_id=contract_id, amount=amount))
    return envelope


async def lower_envelope(tx: Tx, envelope_id: UUID, amount: Decimal) -> Envelope:
    """Give the envelope a smaller amount in EUR, which takes one person: nobody gets anything by it. Nothing happens where it
    is the same. Raises Refused (invalid): `may_hold`, "enlarging_takes_two"."""
    envelope = await lock_envelope(tx, envelope_id)
    await may_hold(tx, envelope, amount)
    if amount > envelope.amount:
        refuse("enlarging_takes_two", kind="invalid", field="amount")
    await set_amount(tx, envelope, amount)
    return envelope


async def may_hold(tx: Tx, envelope: Envelope, amount: Decimal) -> None:
    """Whether the locked envelope may hold this amount. Raises Refused (invalid): rules.may_set_aside.

    Where more is set aside already than was signed, an envelope may still become smaller.
    """
    agreed, set_aside = await _agreed_and_set_aside(tx, envelope.contract_id)
    rules.may_set_aside(
        amount,
        committed=envelope.committed + envelope.held,
        other_envelopes=set_aside - envelope.amount,
        agreed=max(agreed, set_aside),
    )


async def set_amount(tx: Tx, envelope: Envelope, amount: Decimal) -> None:
    """Give the locked envelope this amount, EUR; its caller has asked the rules."""
    old, envelope.amount = envelope.amount, amount
    if amount != old:
        event = EnvelopeChanged(
            envelope_id=envelope.id, contract_id=envelope.contract_id, old=old, new=amount
        )
        await record(tx, event)


async def _agreed_and_set_aside(tx: Tx, contract_id: UUID) -> tuple[Decimal, Decimal]:
    agreed = select(func.sum(Donor.agreed)).where(Donor.contract_id == contract_id)
    set_aside = select(func.sum(Envelope.amount)).where(Envelope.contract_id == contract_id)
    row = (await tx.session.execute(select(agreed.scalar_subquery(), set_aside.scalar_subquery()))).one()
    return row[0] or NOTHING, row[1] or NOTHING


async def lock_envelope(tx: Tx, envelope_id: UUID) -> Envelope:
    """The envelope as it is now, locked until the transaction ends. Before any call, application or award.

    Its agreement is locked first: envelopes share what the donors signed.
    """
    await tx.lock(Contract, (await tx.get(Envelope, envelope_id)).contract_id)
    return await tx.lock(Envelope, envelope_id)


async def free_in(tx: Tx, envelope: Envelope) -> Decimal:
    """What awards may still draw on this locked envelope, in EUR; less than nothing where more is committed than signed."""
    await tx.flush()
    query = select(literal_column(FREE, Numeric)).select_from(Envelope).where(Envelope.id == envelope.id)
    free: Decimal = (await tx.session.execute(query)).scalar_one()
    return free


async def commit(tx: Tx, envelope: Envelope, *, award_id: UUID, old: Decimal, new: Decimal) -> None:
    """Change an award's commitment from `old` to `new` EUR out of this locked envelope, booked per donor.

    Raises Refused (conflict) "envelope_exceeded" when the envelope, or what the donors signed, doesn't hold it.
    """
    if new == old:
        return
    rules.may_commit(new, max(await free_in(tx, envelope), NOTHING) + old)
    donors = await donors_of(tx, envelope.contract_id)
    # By id and not by name: the log holds no names.
    booked = rules.rebook(old, new, [rules.Donor(str(donor.id), donor.agreed) for donor in donors])
    envelope.committed += new - old
    event_id = await record(
        tx,
        CommitmentChanged(
            envelope_id=envelope.id,
            contract_id=envelope.contract_id,
            award_id=award_id,
            old=old,
            new=new,
            by_donor={donor_id: amount for donor_id, amount in booked.items() if amount},
        ),
    )
    await tx.flush()
    await tx.session.execute(insert(LedgerEntry), _entries(envelope.id, award_id, booked, tx.now, event_id))


def _entries(
    envelope_id: UUID, award_id: UUID, booked: dict[str, Decimal], at: datetime, event_id: UUID
) -> list[dict[str, Any]]:
    return [
        {
            "envelope_id": envelope_id,
            "donor_id": UUID(donor_id),
            "award_id": award_id,
            "amount": amount,
            "booked_at": at,
            "event_id": event_id,
        }
        for donor_id, amount in booked.items()
        if amount
    ]


async def _latest_unit_costs(
    tx: Tx,
) -> dict[tuple[UnitCostKind, str | None, str, date], tuple[UUID | None, UnitCostRow]]:
    """The row that was entered last in each place of the tables, and by whom."""
    latest = {}
    for cost in await tx.session.scalars(select(UnitCost).order_by(UnitCost.entered_at)):
        values = {name: getattr(cost, name) for name in UnitCostRow.__struct_fields__}
        row = UnitCostRow(**{**values, "kind": UnitCostKind(cost.kind)})
        latest[row.place] = (cost.entered_by, row)
    return latest


async def enter_unit_costs(tx: Tx, rows: Sequence[UnitCostRow]) -> list[UnitCost]:
    """Add rows to the dated tables, all or none; each counts from its day on, and nothing that stands there changes. What the
    same person has entered there last in the same way is not entered twice.

    Raises Refused (invalid) with `rules.unit_cost_mistakes`, each at "rows-<number>-<field>".
    """
    # Two who enter at once would each miss the other's rows.
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('unit_cost'))"))
    latest = await _latest_unit_costs(tx)
    if all((tx.actor, row) == latest.get(row.place) for row in rows):
        return []
    places = latest.keys()
    refuse_if(
        Reason(reason.code, f"rows-{number}-{reason.field}")
        for number, reason in rules.unit_cost_mistakes(rows, places)
    )
    made = [
        UnitCost(id=new_id(), entered_by=tx.actor, entered_at=tx.now, **msgspec.structs.asdict(row))
        for row in rows
    ]
    tx.add(*made)
    await tx.flush()
    for row, cost in zip(rows, made, strict=True):
        await record(
            tx,
            UnitCostEntered(
                unit_cost_id=cost.id,
                kind=row.kind,
                country=row.country,
                amount=row.amount,
                valid_from=row.valid_from,
                corrects=row.place in places,
            ),
        )
    return made
