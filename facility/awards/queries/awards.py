"""Awards with their money by donor, and reserve lists."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.models import with_beneficiary
from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.awards.models.offer import OFFER_OPEN_SQL, REQUESTED_SQL
from facility.awards.rules.acceptance import is_overdue
from facility.awards.rules.awards import kept, stands
from facility.contracts.models import FREE
from facility.refused import refuse

PAGE = 25


class AwardLine(msgspec.Struct, frozen=True):
    """An award on a list; amounts in EUR. `closing`: somebody proposed to close it, and a second person is needed. `requested`: where the award is
    a part of it."""

    id: UUID
    application_id: UUID
    reference: str
    title: str
    call_id: UUID
    call: str
    amount: Decimal
    committed: Decimal
    made_at: datetime
    from_reserve: bool
    end_kind: str | None
    closing: bool
    requested: Decimal | None = None

    @property
    def of_call(self) -> str:
        """The page with all awards of its call."""
        return f"/awards/calls/{self.call_id}"


_LINE = f"""
    award.id, award.application_id, application.reference, application.title, award.call_id, call.reference AS call,
    award.amount, award.committed, award.made_at, award.from_reserve, award.end_kind,
    award.final_cost IS NOT NULL AND {AWARD_STANDS_SQL} AS closing, {REQUESTED_SQL} AS requested
    FROM award JOIN application ON application.id = award.application_id JOIN call ON call.id = award.call_id
"""


_AWARDS = text(
    f"""
    SELECT {_LINE}
    WHERE NOT {shut_out()} AND (CAST(:before AS uuid) IS NULL
           OR (award.made_at, award.id) < (SELECT made_at, id FROM award WHERE id = :before))
      AND (NOT :closing OR (award.final_cost IS NOT NULL AND {AWARD_STANDS_SQL}))
    ORDER BY award.made_at DESC, award.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608 - no value goes in
)


_OF_CALL = text(f'SELECT {_LINE} WHERE award.call_id = :call ORDER BY application.reference COLLATE "C"')


async def awards(
    connection: AsyncConnection, viewer: UUID, *, before: UUID | None = None, closing: bool = False
) -> tuple[list[AwardLine], UUID | None]:
    """A page of awards, the latest first, and the award before which the next page begins; without those that are closed to
    the viewer."""
    about = {"before": before, "closing": closing, "viewer": viewer}
    rows = (await connection.execute(_AWARDS, about)).all()
    lines = [_line(row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None


async def awards_of_call(connection: AsyncConnection, call_id: UUID) -> list[AwardLine]:
    """The awards of a call by reference, standing and ended."""
    return [_line(row) for row in await connection.execute(_OF_CALL, {"call": call_id})]


def _line(row: Any) -> AwardLine:
    return AwardLine(**row._mapping)


_SHARES = text(
    """
    SELECT award.id AS award_id, donor.name AS donor,
        coalesce((SELECT sum(ledger_entry.amount) FROM ledger_entry
                  WHERE ledger_entry.award_id = award.id AND ledger_entry.donor_id = donor.id), 0.00) AS amount
    FROM award JOIN envelope ON envelope.id = award.envelope_id JOIN donor ON donor.contract_id = envelope.contract_id
    WHERE award.call_id = :call AND (CAST(:award AS uuid) IS NULL OR award.id = :award)
    ORDER BY award.id, donor.position
    """
)


async def shares(
    connection: AsyncConnection, call_id: UUID, award_id: UUID | None = None
) -> dict[UUID, dict[str, Decimal]]:
    """By award, what each donor pays, in the agreement's order of donors."""
    shares: dict[UUID, dict[str, Decimal]] = {}
    for row in await connection.execute(_SHARES, {"call": call_id, "award": award_id}):
        shares.setdefault(row.award_id, {})[row.donor] = row.amount
    return shares


class Place(msgspec.Struct, frozen=True):
    """A place on a reserve list; requested in EUR. offer: how far an offer of a part of it is; offered: that part, in EUR."""

    application_id: UUID
    reference: str
    title: str
    place: int
    requested: Decimal
    state: str
    valid_until: date | None
    ended_at: datetime | None
    offer: str | None
    offered: Decimal | None


_PLACES = text(
    """
    SELECT reserve_entry.application_id, application.reference, application.title, place, reserve_entry.requested,
        reserve_entry.state, reserve_entry.valid_until, reserve_entry.ended_at,
        partial_offer.state AS offer, partial_offer.amount AS offered
    FROM reserve_entry JOIN application ON application.id = reserve_entry.application_id
    LEFT JOIN partial_offer ON partial_offer.application_id = reserve_entry.application_id
    WHERE reserve_entry.call_id = :call ORDER BY place
    """
)


async def places(connection: AsyncConnection, call_id: UUID) -> list[Place]:
    """The call's reserve list, by place, with what became of each."""
    return [Place(**row._mapping) for row in await connection.execute(_PLACES, {"call": call_id})]


class Carried(msgspec.Struct, frozen=True):
    """An application that the call carried over, and the reference of the batch that ranks it again."""

    application_id: UUID
    reference: str
    title: str
    call: str


_CARRIED = text(
    """
    SELECT application.id AS application_id, application.reference, application.title, call.reference AS call
    FROM carry_over JOIN application ON application.id = carry_over.application_id
    JOIN call ON call.id = to_call_id
    WHERE from_call_id = :call ORDER BY application.reference COLLATE "C"
    """
)


async def carried(connection: AsyncConnection, call_id: UUID) -> list[Carried]:
    """What a decided batch carried over."""
    return [Carried(**row._mapping) for row in await connection.execute(_CARRIED, {"call": call_id})]


class Money(msgspec.Struct, frozen=True):
    """The money behind a call, in EUR: its own amount, what its awards commit and open offers hold (for a batch: those of its
    series), and its envelope."""

    amount: Decimal
    committed: Decimal
    held: Decimal
    envelope: str
    envelope_free: Decimal
    contract: str

    @property
    def free(self) -> Decimal:
        """What an award of the call may draw."""
        return min(self.amount - self.committed - self.held, self.envelope_free)


_MONEY = text(
    f"""
    SELECT call.amount, coalesce((SELECT sum(committed) FROM award WHERE call_id IN (
            SELECT id FROM call AS sharing WHERE sharing.id = call.id OR sharing.series_id IN (call.series_id, call.id))), 0.00)
            AS committed,
        coalesce((SELECT sum(partial_offer.amount) FROM partial_offer WHERE {OFFER_OPEN_SQL} AND call_id IN (
            SELECT id FROM call AS sharing WHERE sharing.id = call.id OR sharing.series_id IN (call.series_id, call.id))), 0.00) AS held,
        envelope.name AS envelope, greatest({FREE}, 0.00) AS envelope_free, contract.reference AS contract
    FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
    WHERE call.id = :call
    """  # noqa: S608 - the only thing filled in is a fragment of ours
)


async def money(connection: AsyncConnection, call_id: UUID) -> Money:
    """The money behind a call."""
    return Money(**(await connection.execute(_MONEY, {"call": call_id})).mappings().one())


_DONORS = text(
    """
    SELECT donor.name, donor.agreed FROM donor JOIN envelope ON envelope.contract_id = donor.contract_id
    JOIN call ON call.envelope_id = envelope.id WHERE call.id = :call ORDER BY donor.position
    """
)


async def donors(connection: AsyncConnection, call_id: UUID) -> list[tuple[str, Decimal]]:
    """Name of each donor behind a call and what it agreed to, in their order."""
    return [(row.name, row.agreed) for row in await connection.execute(_DONORS, {"call": call_id})]


class AcceptanceShown(msgspec.Struct, frozen=True):
    """Until when the lead is asked to accept its award, and what came of it."""

    accept_by: date
    outcome: str | None
    signatory: str
    signatory_function: str
    settled_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def late(self) -> bool:
        """Whether the last day is over without an answer, or the answer came after it."""
        return is_overdue(self.accept_by, self.settled_at or clock.now())


def acceptance_from(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its columns of `award_acceptance` as one value, None where nobody has to accept."""
    fields = {name: row.pop(name) for name in AcceptanceShown.__struct_fields__}
    return {**row, "acceptance": AcceptanceShown(**fields) if fields["accept_by"] else None}


class AwardShown(msgspec.Struct, frozen=True):
    """An award with its application, its closing proposal and its end; amounts in EUR."""

    id: UUID
    application_id: UUID
    reference: str
    title: str
    lead: str
    call_id: UUID
    call: str
    contract: str
    envelope: str
    amount: Decimal
    committed: Decimal
    made_at: datetime
    from_reserve: bool
    ended_at: datetime | None
    end_kind: str | None
    end_reason: str | None
    final_cost: Decimal | None
    closing_reason: str | None
    closing_proposed_by: UUID | None
    closing_proposer: str | None
    closing_proposed_at: datetime | None
    closed_by: str | None
    requested: Decimal | None = None
    acceptance: "AcceptanceShown | None" = None

    @property
    def stands(self) -> bool:
        return stands(self.ended_at)

    @property
    def kept(self) -> bool:
        return kept(self.end_kind)

    @property
    def of_call(self) -> str:
        """The page with all awards of its call."""
        return f"/awards/calls/{self.call_id}"


_AWARD = text(
    f"""
    SELECT award.id, award.application_id, application.reference, application.title, {with_beneficiary()} AS lead,
        award.call_id, call.reference AS call, contract.reference AS contract, envelope.name AS envelope,
        award.amount, award.committed, made_at, from_reserve, ended_at, end_kind, end_reason, final_cost,
        closing_reason, closing_proposed_by, proposer.name AS closing_proposer, closing_proposed_at,
        closer.name AS closed_by, {REQUESTED_SQL} AS requested, accept_by, award_acceptance.outcome, signatory, signatory_function, settled_at
    FROM award
    JOIN application ON application.id = award.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    JOIN call ON call.id = award.call_id
    JOIN envelope ON envelope.id = award.envelope_id
    JOIN contract ON contract.id = envelope.contract_id
    LEFT JOIN person AS proposer ON proposer.id = award.closing_proposed_by
    LEFT JOIN person AS closer ON closer.id = award.closed_by
    LEFT JOIN award_acceptance ON award_acceptance.award_id = award.id
    WHERE award.id = :award
    """  # noqa: S608 - our own text
)


async def award(connection: AsyncConnection, award_id: UUID) -> AwardShown:
    """An award. Raises Refused (missing)."""
    row = (await connection.execute(_AWARD, {"award": award_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="award")
    return AwardShown(**acceptance_from(dict(row)))


_UNDELIVERED = text(
    """
    SELECT bool_or(error IS NOT NULL) AND NOT bool_or(state = 'sent') FROM mail
    WHERE subject_id = :application AND template = 'awards/award'
    """
)


async def letter_failed(connection: AsyncConnection, application_id: UUID) -> bool:
    """Whether the mail with the letter on the award failed, and none got through: its lead may not know of it."""
    return bool((await connection.execute(_UNDELIVERED, {"application": application_id})).scalar())


class WithdrawalShown(msgspec.Struct, frozen=True):
    """A proposal to withdraw an award that stands; `computed_on`: what the award committed then, in EUR. lapse: since it was not
    accepted."""

    id: UUID
    reason: str
    computed_on: Decimal
    lapse: bool
    proposed_by: UUID
    proposer: str
    proposed_at: datetime


_WITHDRAWAL = text(
    """
    SELECT award_withdrawal.id, reason, computed_on, lapse, proposed_by, person.name AS proposer, proposed_at
    FROM award_withdrawal JOIN person ON person.id = proposed_by WHERE award_id = :award AND outcome IS NULL
    """
)


async def withdrawal(connection: AsyncConnection, award_id: UUID) -> WithdrawalShown | None:
    """The proposal to withdraw this award that stands."""
    row = (await connection.execute(_WITHDRAWAL, {"award": award_id})).first()
    return WithdrawalShown(**row._mapping) if row else None
