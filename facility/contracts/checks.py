"""What `facility reconcile` looks at in the money."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.contracts.rules import Donor, donor_split
from facility.events.reconcile import check


@check("contracts: envelopes and ledger")
async def balances(connection: AsyncConnection) -> list[str]:
    """An envelope's committed amount is the sum of its ledger entries."""
    rows = await connection.execute(
        text(
            """
            SELECT envelope.id, envelope.committed, coalesce(sum(ledger_entry.amount), 0) AS booked
            FROM envelope LEFT JOIN ledger_entry ON ledger_entry.envelope_id = envelope.id
            GROUP BY envelope.id HAVING envelope.committed <> coalesce(sum(ledger_entry.amount), 0)
            ORDER BY envelope.id
            """
        )
    )
    return [f"envelope {row.id}: EUR {row.committed} committed, EUR {row.booked} booked" for row in rows]


@check("contracts: envelopes and agreements")
async def set_aside(connection: AsyncConnection) -> list[str]:
    """The envelopes of an agreement are together no more than its donors signed, or planned where that is not known."""
    rows = await connection.execute(
        text(
            """
            SELECT id, agreed, set_aside FROM contract
            CROSS JOIN LATERAL (SELECT coalesce(sum(agreed), 0) AS agreed FROM donor WHERE contract_id = contract.id)
            CROSS JOIN LATERAL
                (SELECT coalesce(sum(amount), 0) AS set_aside FROM envelope WHERE contract_id = contract.id)
            WHERE set_aside > agreed ORDER BY id
            """
        )
    )
    return [
        f"contract {row.id}: EUR {row.set_aside} set aside, EUR {row.agreed} signed or planned"
        for row in rows
    ]


@check("contracts: shares of donors")
async def shares(connection: AsyncConnection) -> list[str]:
    """What is booked for an award, by donor, is the split of the whole over the agreement's donors, to the cent."""
    rows = await connection.execute(
        text(
            """
            SELECT award.award_id, donor.name, donor.agreed, coalesce(sum(ledger_entry.amount), 0) AS booked
            FROM (SELECT DISTINCT award_id, envelope_id FROM ledger_entry) AS award
            JOIN envelope ON envelope.id = award.envelope_id
            JOIN donor ON donor.contract_id = envelope.contract_id
            LEFT JOIN ledger_entry ON ledger_entry.award_id = award.award_id
                AND ledger_entry.envelope_id = envelope.id AND ledger_entry.donor_id = donor.id
            GROUP BY award.award_id, envelope.id, donor.id ORDER BY award.award_id, envelope.id, donor.position
            """
        )
    )
    by_award: dict[str, list[tuple[Donor, Decimal]]] = {}
    for row in rows:
        by_award.setdefault(str(row.award_id), []).append((Donor(row.name, row.agreed), row.booked))
    return [
        f"award {award_id}: booked otherwise than its split" for award_id, b in by_award.items() if _off(b)
    ]


def _off(booked: list[tuple[Donor, Decimal]]) -> bool:
    total = sum((amount for _, amount in booked), Decimal("0.00"))
    if total < 0:
        return True
    return donor_split(total, [donor for donor, _ in booked]) != {d.name: amount for d, amount in booked}


@check("contracts: ledger and donors")
async def belongs(connection: AsyncConnection) -> list[str]:
    """An entry's donor belongs to the agreement of its envelope."""
    rows = await connection.execute(
        text(
            """
            SELECT ledger_entry.id FROM ledger_entry
            JOIN envelope ON envelope.id = ledger_entry.envelope_id
            JOIN donor ON donor.id = ledger_entry.donor_id
            WHERE donor.contract_id <> envelope.contract_id ORDER BY ledger_entry.id
            """
        )
    )
    return [f"ledger entry {row.id} is booked on another agreement's donor" for row in rows]
