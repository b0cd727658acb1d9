"""Reads about money, as pages show it. What is committed is always summed from the ledger."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.contracts.models import free_of
from facility.contracts.rules import Rate, UnitCostKind
from facility.refused import refuse

PAGE = 25
NOTHING = Decimal("0.00")


class DonorShown(msgspec.Struct, frozen=True):
    """A donor of an agreement, in EUR: what was planned, what was signed (None: not known) and which of them counts."""

    id: UUID
    name: str
    planned: Decimal
    signed: Decimal | None
    agreed: Decimal
    derived: bool
    committed: Decimal

    @property
    def uncommitted(self) -> Decimal:
        """What of the agreed amount is not committed."""
        return self.agreed - self.committed


class EnvelopeShown(msgspec.Struct, frozen=True):
    """An envelope, in EUR: what awards have committed of it, and what calls that are not decided promise. `label` names it
    together with its agreement."""

    id: UUID
    contract: str
    name: str
    amount: Decimal
    committed: Decimal
    promised: Decimal

    @property
    def free(self) -> Decimal:
        """What is neither committed nor promised."""
        return max(self.amount - self.committed - self.promised, NOTHING)

    @property
    def beyond(self) -> Decimal:
        """What calls promise although the envelope doesn't hold it."""
        return max(self.committed + self.promised - self.amount, NOTHING)

    @property
    def label(self) -> str:
        """ "CA1: Facility"."""
        return f"{self.contract}: {self.name}"


class ContractShown(msgspec.Struct, kw_only=True):
    """An agreement with its donors, in EUR. `set_aside` is the sum of its envelopes."""

    id: UUID
    reference: str
    counterpart: str
    instrument: str
    mode: str
    sub_grant: str | None
    results: list[str]
    signed_from: date | None
    signed_until: date | None
    set_aside: Decimal
    donors: list[DonorShown] = []

    @property
    def agreed(self) -> Decimal:
        """What counts: the sum of what was signed, or planned where that is not known."""
        return sum((donor.agreed for donor in self.donors), NOTHING)

    @property
    def planned(self) -> Decimal:
        """The sum of what was planned."""
        return sum((donor.planned for donor in self.donors), NOTHING)

    @property
    def above_agreed(self) -> Decimal:
        """What is set aside beyond what counts; mostly nothing."""
        return max(self.set_aside - self.agreed, NOTHING)

    @property
    def committed(self) -> Decimal:
        """The sum of the donors' ledger entries."""
        return sum((donor.committed for donor in self.donors), NOTHING)

    @property
    def uncommitted(self) -> Decimal:
        """What is agreed and not committed, whether or not calls promise it."""
        return self.agreed - self.committed

    @property
    def signed(self) -> Decimal | None:
        """The sum of what was signed, None where it is not known."""
        known = [donor.signed for donor in self.donors if donor.signed is not None]
        return sum(known, NOTHING) if known else None


class EntryShown(msgspec.Struct, frozen=True):
    """One line of the ledger, in EUR."""

    id: int
    booked_at: datetime
    envelope: str
    donor: str
    award_id: UUID
    amount: Decimal


class AwardLabel(msgspec.Struct, frozen=True):
    """What an award is called on the ledger's pages, and where it is shown."""

    label: str
    href: str


type NameAwards = Callable[[AsyncConnection, Sequence[UUID], UUID], Awaitable[dict[UUID, AwardLabel | None]]]
"""`name(connection, award_ids, viewer)`: None for those that are closed to the viewer."""

_naming: list[NameAwards] = []


def awards_named_by(function: NameAwards) -> NameAwards:
    """Register, once, how the ledger's pages name awards: this room doesn't know them. Usable as a decorator."""
    _naming.append(function)
    return function


async def award_labels(
    connection: AsyncConnection, entries: Sequence[EntryShown], viewer: UUID
) -> dict[UUID, AwardLabel | None]:
    """Names and addresses of the entries' awards; None for those that are closed to the viewer."""
    ids = sorted({entry.award_id for entry in entries})
    labels: dict[UUID, AwardLabel | None] = {}
    for name in _naming if ids else ():
        labels |= await name(connection, ids, viewer)
    return labels


_CONTRACTS = """
    SELECT contract.id, contract.reference, contract.counterpart, contract.instrument, contract.mode,
           contract.sub_grant, contract.results::text AS results, contract.signed_from, contract.signed_until,
           coalesce((SELECT sum(amount) FROM envelope WHERE contract_id = contract.id), 0.00) AS set_aside,
           donor.id AS donor_id, donor.name, donor.amount, donor.signed, donor.agreed, donor.derived,
           coalesce((SELECT sum(amount) FROM ledger_entry WHERE donor_id = donor.id), 0.00) AS committed
    FROM contract JOIN donor ON donor.contract_id = contract.id
    {where}
    ORDER BY contract.reference COLLATE "C", donor.position
"""
_ALL = text(_CONTRACTS.format(where=""))
_ONE = text(_CONTRACTS.format(where="WHERE contract.reference = :reference"))


async def contracts(connection: AsyncConnection, reference: str | None = None) -> list[ContractShown]:
    """Every agreement by reference, or the one with this reference."""
    rows = await connection.execute(*((_ONE, {"reference": reference}) if reference else (_ALL,)))
    agreements: dict[UUID, ContractShown] = {}
    for row in rows:
        if row.id not in agreements:
            agreements[row.id] = ContractShown(
                id=row.id,
                reference=row.reference,
                counterpart=row.counterpart,
                instrument=row.instrument,
                mode=row.mode,
                sub_grant=row.sub_grant,
                results=msgspec.json.decode(row.results),
                signed_from=row.signed_from,
                signed_until=row.signed_until,
                set_aside=row.set_aside,
                donors=[],
            )
        agreements[row.id].donors.append(
            DonorShown(row.donor_id, row.name, row.amount, row.signed, row.agreed, row.derived, row.committed)
        )
    return list(agreements.values())


async def contract(connection: AsyncConnection, reference: str) -> ContractShown:
    """The agreement with this reference. Raises Refused (missing)."""
    agreements = await contracts(connection, reference)
    if not agreements:
        refuse("not_found", kind="missing")
    return agreements[0]


_promised: list[str] = []


def promised_by(amount: str) -> None:
    """Register, once, what calls that are not decided may still award out of the row `envelope`, as an SQL expression in EUR: this
    room doesn't know them."""
    _promised.append(amount)


def promised_sql() -> str:
    """What calls that are not decided promise of the row `envelope`, in EUR."""
    return f"({' + '.join(['0.00', *_promised])})"


async def envelopes(connection: AsyncConnection, reference: str | None = None) -> list[EnvelopeShown]:
    """Every envelope, or those of the agreement with this reference: one statement."""
    query = f"""
        SELECT envelope.id, contract.reference AS contract, envelope.name, envelope.amount,
               coalesce((SELECT sum(amount) FROM ledger_entry WHERE envelope_id = envelope.id), 0.00) AS committed,
               {promised_sql()} AS promised
        FROM envelope JOIN contract ON contract.id = envelope.contract_id
        {"WHERE contract.reference = :reference" if reference else ""}
        ORDER BY contract.reference COLLATE "C", envelope.name COLLATE "C"
    """  # noqa: S608 - our own text
    rows = await connection.execute(text(query), {"reference": reference} if reference else {})
    return [EnvelopeShown(**row._mapping) for row in rows]


class LedgerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of an agreement's ledger: of one envelope, one donor, one award; those older than `before`."""

    envelope: UUID | None = None
    donor: UUID | None = None
    award: UUID | None = None
    before: int | None = None


_LEDGER = text(
    f"""
    SELECT ledger_entry.id, booked_at, envelope.name AS envelope, donor.name AS donor, award_id, ledger_entry.amount
    FROM ledger_entry
    JOIN envelope ON envelope.id = ledger_entry.envelope_id
    JOIN donor ON donor.id = ledger_entry.donor_id
    WHERE envelope.contract_id = :contract
      AND (:envelope IS NULL OR ledger_entry.envelope_id = :envelope)
      AND (:donor IS NULL OR donor_id = :donor)
      AND (:award IS NULL OR award_id = :award)
      AND (CAST(:before AS bigint) IS NULL OR ledger_entry.id < :before)
    ORDER BY ledger_entry.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608 - the only thing filled in is the page's length
).bindparams(
    bindparam("contract", type_=Uuid()),
    bindparam("envelope", type_=Uuid()),
    bindparam("donor", type_=Uuid()),
    bindparam("award", type_=Uuid()),
)


async def ledger(
    connection: AsyncConnection, contract_id: UUID, only: LedgerFilter
) -> tuple[list[EntryShown], int | None]:
    """A page of the agreement's ledger, newest first, and the id before which the next page begins (None: no more)."""
    rows = (
        await connection.execute(_LEDGER, {"contract": contract_id, **msgspec.structs.asdict(only)})
    ).all()
    shown = [EntryShown(*row) for row in rows[:PAGE]]
    return shown, shown[-1].id if len(rows) > PAGE else None


class UnitCostShown(msgspec.Struct, frozen=True):
    """A row of the dated tables, in EUR. `standing`: no later row of the same day has replaced it."""

    id: UUID
    kind: UnitCostKind
    country: str | None
    unit: str
    amount: Decimal
    valid_from: date
    source: str
    reason: str
    illustrative: bool
    entered_at: datetime
    entered_by: str | None
    standing: bool


_UNIT_COSTS = text(
    """
    SELECT unit_cost.id, kind, country, unit, amount, valid_from, source, reason, illustrative, entered_at,
        person.name AS entered_by,
        entered_at = max(entered_at) OVER (PARTITION BY kind, country, lower(unit), valid_from) AS standing
    FROM unit_cost LEFT JOIN person ON person.id = entered_by
    WHERE :kind = '' OR kind = :kind
    ORDER BY kind, country NULLS FIRST, lower(unit) COLLATE "C", valid_from DESC, entered_at DESC
    """
)


async def unit_costs(connection: AsyncConnection, kind: str = "") -> list[UnitCostShown]:
    """Every row of the tables, or those of a kind: by kind, country and unit, the latest day first."""
    rows = await connection.execute(_UNIT_COSTS, {"kind": kind})
    return [UnitCostShown(**{**row._mapping, "kind": UnitCostKind(row.kind)}) for row in rows]


_RATES = text(
    """
    SELECT DISTINCT ON (kind, country, lower(unit)) id, kind, country, unit, amount, valid_from, illustrative, source
    FROM unit_cost WHERE valid_from <= :day
    ORDER BY kind, country NULLS FIRST, lower(unit), valid_from DESC, entered_at DESC
    """
)


async def rates_on(connection: AsyncConnection, day: date) -> list[Rate]:
    """The rates in force on a day."""
    rows = await connection.execute(_RATES, {"day": day})
    return [Rate(**{**row._mapping, "kind": UnitCostKind(row.kind)}) for row in rows]


class EnlargementShown(msgspec.Struct, frozen=True):
    """A proposal to enlarge an envelope that stands, EUR; `computed_on`: what it held then, `now`: what it holds."""

    id: UUID
    envelope_id: UUID
    contract: str
    envelope: str
    computed_on: Decimal
    amount: Decimal
    now: Decimal
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime


_ENLARGEMENT = text(
    """
    SELECT enlargement.id, envelope_id, contract.reference AS contract, envelope.name AS envelope, computed_on,
        enlargement.amount, envelope.amount AS now, reason, proposed_by, person.name AS proposer, proposed_at
    FROM envelope_enlargement AS enlargement JOIN envelope ON envelope.id = envelope_id
    JOIN contract ON contract.id = envelope.contract_id JOIN person ON person.id = proposed_by
    WHERE envelope_id = :envelope AND outcome IS NULL
    """
)


async def enlargement(connection: AsyncConnection, envelope_id: UUID) -> EnlargementShown | None:
    """The proposal on this envelope that stands."""
    row = (await connection.execute(_ENLARGEMENT, {"envelope": envelope_id})).first()
    return EnlargementShown(**row._mapping) if row else None


async def free_with(connection: AsyncConnection, envelope_id: UUID, amount: Decimal) -> Decimal:
    """What awards could draw on the envelope if it held this amount, in EUR."""
    query = text(f"SELECT {free_of('CAST(:amount AS numeric)')} FROM envelope WHERE id = :envelope")  # noqa: S608
    values = {"amount": amount, "envelope": envelope_id}
    free: Decimal = (await connection.execute(query, values)).scalar_one()
    return free
