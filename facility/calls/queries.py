"""Reads about calls, as pages show them: public ones in one statement, by hand, since many people look at them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules import TOTAL, CallDraft, Grid
from facility.refused import refuse

PAGE = 25


class BeneficiaryName(msgspec.Struct, frozen=True):
    """A beneficiary as it is printed. `counts`: it belongs to the Western Balkans."""

    code: str
    name: str
    counts: bool


class CallLine(msgspec.Struct, frozen=True):
    """A call on a public list; instants in UTC, amounts in EUR."""

    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    state: str


class CallPublic(msgspec.Struct, frozen=True):
    """A published call with all that its public page says; instants in UTC, amounts in EUR."""

    reference: str
    title: str
    text: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    extended_to: list[str]
    extension_decision: str | None
    skip_unaffordable: bool
    grid: Grid
    state: str
    decided_at: datetime | None
    beneficiaries: list[BeneficiaryName]

    @property
    def counting(self) -> list[str]:
        """Names of the beneficiaries of the Western Balkans."""
        return [one.name for one in self.beneficiaries if one.counts]

    @property
    def extended(self) -> list[str]:
        """Names of the others that may take part."""
        return [one.name for one in self.beneficiaries if one.code in self.extended_to and not one.counts]

    @property
    def points(self) -> int:
        """The most points in all."""
        return sum(section.max for section in self.grid.sections)

    @property
    def threshold(self) -> Decimal | None:
        """The fewest points in all, where there is such a limit."""
        return self.grid.thresholds.get(TOTAL)


_RULES = """
    call.reference, call.title, call.text, call.opens_at, call.closes_at, call.amount, call.award_min, call.award_max,
    call.min_beneficiaries, call.extended_to::text AS extended_to, call.extension_decision, call.skip_unaffordable,
    call.grid::text AS grid, call.state, call.decided_at,
    (SELECT json_agg(json_build_object('code', code, 'name', name, 'counts', western_balkans) ORDER BY sort_order)
     FROM beneficiary)::text AS beneficiaries
"""
_PUBLIC = text(f"SELECT {_RULES} FROM call WHERE reference = :reference AND state <> 'draft'")  # noqa: S608
_grid = msgspec.json.Decoder(Grid)
_codes = msgspec.json.Decoder(list[str])
_names = msgspec.json.Decoder(list[BeneficiaryName])


def _public(row: Any) -> CallPublic:
    fields = dict(row._mapping)
    fields |= {
        "extended_to": _codes.decode(row.extended_to),
        "grid": _grid.decode(row.grid),
        "beneficiaries": _names.decode(row.beneficiaries or "[]"),
    }
    return CallPublic(**{name: fields[name] for name in CallPublic.__struct_fields__})


async def public_call(connection: AsyncConnection, reference: str) -> CallPublic:
    """A published call: one statement. Raises Refused (missing), for a draft too."""
    row = (await connection.execute(_PUBLIC, {"reference": reference})).first()
    if row is None:
        refuse("not_found", kind="missing")
    return _public(row)


_LINE = "reference, title, opens_at, closes_at, amount, award_min, award_max, state"
_CURRENT = text(
    f"SELECT {_LINE} FROM call WHERE state <> 'draft' AND closes_at >= :now ORDER BY closes_at, id"  # noqa: S608
)
_PAST = text(
    f"""
    SELECT {_LINE} FROM call WHERE state <> 'draft' AND closes_at < :now
      AND (CAST(:before AS text) IS NULL OR (closes_at, id) < (SELECT closes_at, id FROM call WHERE reference = :before))
    ORDER BY closes_at DESC, id DESC LIMIT {PAGE + 1}
    """  # noqa: S608
)


async def current_calls(connection: AsyncConnection, now: datetime) -> tuple[list[CallLine], list[CallLine]]:
    """Calls that are open, and those to come, both by closing time: one statement."""
    lines = [CallLine(*row) for row in await connection.execute(_CURRENT, {"now": now})]
    return [line for line in lines if line.opens_at <= now], [line for line in lines if line.opens_at > now]


async def past_calls(
    connection: AsyncConnection, now: datetime, before: str | None
) -> tuple[list[CallLine], str | None]:
    """A page of calls that are over, the latest first, older than the call `before`; and where the next page begins."""
    rows = (await connection.execute(_PAST, {"now": now, "before": before})).all()
    lines = [CallLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].reference if len(rows) > PAGE else None


class StaffLine(msgspec.Struct, frozen=True):
    """A call on the staff's list."""

    id: UUID
    reference: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    envelope: str
    contract: str


_STAFF = text(
    f"""
    SELECT call.id, call.reference, call.title, call.state, call.opens_at, call.closes_at, call.amount,
           envelope.name AS envelope, contract.reference AS contract
    FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
    WHERE (CAST(:state AS text) IS NULL OR call.state = :state)
      AND (:envelope IS NULL OR call.envelope_id = :envelope)
      AND (:before IS NULL OR (call.closes_at, call.id) < (SELECT closes_at, id FROM call WHERE id = :before))
    ORDER BY call.closes_at DESC, call.id DESC LIMIT {PAGE + 1}
    """  # noqa: S608
).bindparams(bindparam("envelope", type_=Uuid()), bindparam("before", type_=Uuid()))


async def staff_calls(
    connection: AsyncConnection,
    *,
    state: str | None = None,
    envelope: UUID | None = None,
    before: UUID | None = None,
) -> tuple[list[StaffLine], UUID | None]:
    """A page of all calls, the latest closing first, and the call before which the next page begins."""
    rows = (await connection.execute(_STAFF, {"state": state, "envelope": envelope, "before": before})).all()
    lines = [StaffLine(*row) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None


class CallStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A call with who did what, and the money behind it, in EUR. `drawn`: what other calls may draw on the envelope."""

    id: UUID
    call: CallPublic
    envelope_id: UUID
    envelope: str
    contract: str
    envelope_amount: Decimal
    envelope_committed: Decimal
    drawn: Decimal
    drafted_by: UUID
    drafted_by_name: str
    drafted_at: datetime
    published_by_name: str | None
    published_at: datetime | None
    closed_at: datetime | None

    @property
    def draft(self) -> CallDraft:
        """What a person entered."""
        fields = CallDraft.__struct_fields__
        values = {name: getattr(self.call, name) for name in fields if name != "envelope_id"}
        values["extended_to"] = tuple(self.call.extended_to)
        return CallDraft(envelope_id=self.envelope_id, **values)


_ONE = text(
    f"""
    SELECT {_RULES}, call.id, call.envelope_id, envelope.name AS envelope, contract.reference AS contract,
           envelope.amount AS envelope_amount, envelope.committed AS envelope_committed,
           (SELECT coalesce(sum(amount), 0.00) FROM call AS other
            WHERE other.envelope_id = call.envelope_id AND other.id <> call.id) AS drawn,
           call.drafted_by, drafter.name AS drafted_by_name, call.drafted_at,
           publisher.name AS published_by_name, call.published_at, call.closed_at
    FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
    JOIN person AS drafter ON drafter.id = call.drafted_by
    LEFT JOIN person AS publisher ON publisher.id = call.published_by
    WHERE call.id = :call_id
    """  # noqa: S608
).bindparams(bindparam("call_id", type_=Uuid()))


async def staff_call(connection: AsyncConnection, call_id: UUID) -> CallStaff:
    """A call whatever its state: one statement. Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"call_id": call_id})).first()
    if row is None:
        refuse("not_found", kind="missing")
    names = CallStaff.__struct_fields__
    return CallStaff(call=_public(row), **{name: getattr(row, name) for name in names if name != "call"})


async def next_reference(connection: AsyncConnection, year: int) -> str:
    """The first reference of the year that no call has: "TAF-2026-03"."""
    prefix = f"TAF-{year}-"
    rows = await connection.execute(
        text("SELECT reference FROM call WHERE starts_with(reference, :prefix)"), {"prefix": prefix}
    )
    numbers = [int(row[0][len(prefix) :]) for row in rows if row[0][len(prefix) :].isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:02}"
