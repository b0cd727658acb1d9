"""One call for those who run it, whatever its state."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.models.cancellation import REQUEST_STANDS_SQL
from facility.calls.queries.public import RULES, CallPublic, public_from
from facility.calls.rules.call import CallDraft
from facility.calls.rules.cancellation import CANCELLABLE
from facility.contracts.queries import promised_sql
from facility.refused import refuse


class Corrigendum(msgspec.Struct, frozen=True):
    """A corrigendum under way: it waits for a second person."""

    number: int
    content: dict[str, Any]
    reason: str
    drafted_by: UUID
    drafted_by_name: str
    drafted_at: datetime

    @property
    def draft(self) -> CallDraft:
        """What the call will say and ask."""
        return msgspec.convert(self.content, CallDraft, strict=False)


class CancellationRequest(msgspec.Struct, frozen=True):
    """A request to cancel the call that waits for a second person."""

    id: UUID
    reason: str
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime


class CallStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A call with who did what, and the money behind it, in EUR. `envelope_promised`: by calls that are not decided;
    cloned_from: the reference of the call that it was made from; waiting: how many questions have no answer;
    checked: how many items its checklist has.
    """

    id: UUID
    public: CallPublic
    envelope_id: UUID
    envelope: str
    contract: str
    envelope_amount: Decimal
    envelope_committed: Decimal
    envelope_promised: Decimal
    drafted_by: UUID
    drafted_by_name: str
    drafted_at: datetime
    published_by_name: str | None
    published_at: datetime | None
    series_id: UUID | None
    batch: int | None
    series_reference: str | None
    closed_at: datetime | None
    cloned_from: str | None
    corrigendum: Corrigendum | None
    cancellation: CancellationRequest | None
    waiting: int
    checked: int

    @property
    def left_after(self) -> Decimal:
        """What this draft leaves of the envelope once it is published; less than nothing where it promises more than is free."""
        return self.envelope_amount - self.envelope_committed - self.envelope_promised - self.public.amount

    @property
    def cancellable(self) -> bool:
        return self.public.state in CANCELLABLE

    @property
    def draft(self) -> CallDraft:
        """What a person entered."""
        fields = CallDraft.__struct_fields__
        values = {name: getattr(self.public, name) for name in fields if name != "envelope_id"}
        values["extended_to"] = tuple(self.public.extended_to)
        return CallDraft(envelope_id=self.envelope_id, **values)


_ONE = f"""
    SELECT {RULES}, call.id, call.envelope_id, envelope.name AS envelope, contract.reference AS contract,
           envelope.amount AS envelope_amount, envelope.committed AS envelope_committed,
           {{promised}} AS envelope_promised,
           call.drafted_by, drafter.name AS drafted_by_name, call.drafted_at,
           publisher.name AS published_by_name, call.series_id, call.batch,
           (SELECT reference FROM call AS series WHERE series.id = call.series_id) AS series_reference, call.closed_at,
           origin.reference AS cloned_from,
           (SELECT json_build_object('number', number, 'content', content, 'reason', reason, 'drafted_by', drafted_by,
                'drafted_by_name', person.name, 'drafted_at', drafted_at)
            FROM call_version JOIN person ON person.id = drafted_by
            WHERE call_id = call.id AND number = call.current_version + 1)::text AS corrigendum,
           (SELECT json_build_object('id', cancellation.id, 'reason', reason, 'asked_by', asked_by,
                'asked_by_name', person.name, 'asked_at', asked_at)
            FROM call_cancellation AS cancellation JOIN person ON person.id = asked_by
            WHERE call_id = call.id AND {REQUEST_STANDS_SQL})::text AS cancellation,
           (SELECT count(*) FROM question WHERE call_id = call.id AND question.version = 0 AND set_aside_at IS NULL)
                AS waiting, jsonb_array_length(call.checklist) AS checked
    FROM call JOIN envelope ON envelope.id = call.envelope_id JOIN contract ON contract.id = envelope.contract_id
    JOIN person AS drafter ON drafter.id = call.drafted_by
    LEFT JOIN person AS publisher ON publisher.id = call.published_by
    LEFT JOIN call AS origin ON origin.id = call.cloned_from
    WHERE call.id = :call_id
    """  # noqa: S608


_corrigendum = msgspec.json.Decoder(Corrigendum)
_cancellation = msgspec.json.Decoder(CancellationRequest)


async def staff_call(connection: AsyncConnection, call_id: UUID) -> CallStaff:
    """A call whatever its state: one statement. Raises Refused (missing)."""
    row = (await connection.execute(text(_ONE.format(promised=promised_sql())), {"call_id": call_id})).first()
    if row is None:
        refuse("not_found", kind="missing")
    fields = {name: getattr(row, name) for name in CallStaff.__struct_fields__ if name != "public"}
    fields["corrigendum"] = row.corrigendum and _corrigendum.decode(row.corrigendum)
    fields["cancellation"] = row.cancellation and _cancellation.decode(row.cancellation)
    return CallStaff(public=public_from(row), **fields)


async def next_reference(connection: AsyncConnection, year: int) -> str:
    """The first reference of the year that no call has: "TAF-2026-03"."""
    prefix = f"TAF-{year}-"
    rows = await connection.execute(
        text("SELECT reference FROM call WHERE starts_with(reference, :prefix)"), {"prefix": prefix}
    )
    numbers = [int(row[0][len(prefix) :]) for row in rows if row[0][len(prefix) :].isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:02}"


class BatchLine(msgspec.Struct, frozen=True):
    """A batch of a series, for its switcher; instants in UTC."""

    id: UUID
    reference: str
    batch: int
    opens_at: datetime
    closes_at: datetime
    state: str
    opened_at: datetime | None


_BATCHES = text(
    """
    SELECT id, reference, batch, opens_at, closes_at, state, opened_at FROM call WHERE series_id = :series_id
    ORDER BY batch
    """
)


async def batches(connection: AsyncConnection, series_id: UUID) -> list[BatchLine]:
    """The batches of a series, in their order; none for any other call."""
    return [BatchLine(*row) for row in await connection.execute(_BATCHES, {"series_id": series_id})]
