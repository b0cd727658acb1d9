"""Reads for the Commission's pages. The first page is one statement: many people keep it open, and it changes often."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import PROMISED_SQL
from facility.monitoring.models import FACILITY_INDICATOR, READ_MODELS
from facility.refused import refuse

HEADLINES, CALLS = 12, 10
MANY = 1000
"""Events that wait are counted so far and no farther: while a read model is built anew there are very many."""
NOTHING = Decimal("0.00")


class Target(msgspec.Struct, frozen=True):
    """What an indicator is to reach by the end of a year, and what was done by then."""

    year: int
    value: Decimal
    done: int = 0

    @property
    def share(self) -> Decimal:
        """What was done, in per cent of the target, with one decimal."""
        return (100 * Decimal(self.done) / self.value).quantize(Decimal("0.1")) if self.value else Decimal(0)

    @property
    def to_go(self) -> Decimal:
        """How many are missing."""
        return max(self.value - self.done, Decimal(0))


class DonorFigure(msgspec.Struct, frozen=True):
    """A donor's part of a contract, in EUR: what was planned, and what counts since it was signed."""

    id: UUID
    name: str
    planned: Decimal
    agreed: Decimal
    committed: Decimal

    @property
    def uncommitted(self) -> Decimal:
        return self.agreed - self.committed


class ContractFigure(msgspec.Struct, frozen=True):
    """A contract with its donors, in EUR."""

    reference: str
    counterpart: str
    donors: list[DonorFigure]

    @property
    def planned(self) -> Decimal:
        return sum((donor.planned for donor in self.donors), NOTHING)

    @property
    def agreed(self) -> Decimal:
        return sum((donor.agreed for donor in self.donors), NOTHING)

    @property
    def committed(self) -> Decimal:
        return sum((donor.committed for donor in self.donors), NOTHING)

    @property
    def uncommitted(self) -> Decimal:
        return self.agreed - self.committed


class CallLine(msgspec.Struct, frozen=True):
    """A call and what came of it, in EUR; `waited`: microseconds from receipt to answer, of `decided` applications. A
    series is one call: what came in and what was awarded in all its `batches`, of which `settled` are decided. Exceptions are counted
    apart, only in `decided` together with the others."""

    id: UUID
    reference: str
    title: str
    opens_at: datetime
    closes_at: datetime
    decided_at: datetime | None
    amount: Decimal
    committed: Decimal
    received: int
    withdrawn: int
    awarded: int
    reserve: int
    decided: int
    waited: int
    exceptions_received: int
    exceptions_awarded: int
    exceptions_committed: Decimal
    batches: int
    settled: int

    @property
    def awards(self) -> str:
        """The page that shows its awards; of a series, that of its batches."""
        return f"/{'staff' if self.batches else 'awards'}/calls/{self.id}"

    @property
    def days(self) -> Decimal | None:
        """From receipt to answer, the mean, in days with one decimal."""
        return in_days(self.waited / self.decided / 1e6) if self.decided else None


def in_days(seconds: float) -> Decimal:
    """Seconds as days with one decimal."""
    return Decimal(seconds / 86400).quantize(Decimal("0.1"))


class RequestTotals(msgspec.Struct, frozen=True):
    """Requests for expertise together. `median`: seconds from the request to the first yes."""

    total: int
    answered: int
    open: int
    exhausted: int
    median: float | None

    @property
    def days(self) -> Decimal | None:
        """The median in days with one decimal."""
        return in_days(self.median) if self.median is not None else None


class Headline(msgspec.Struct, frozen=True):
    """An event that is told, with the name of what it happened to. `data`: the event's own fields."""

    position: int
    kind: str
    at: datetime
    subject: str
    subject_id: UUID
    label: str | None
    contract: str | None
    data: dict[str, Any]


class Overview(msgspec.Struct, frozen=True):
    """Everything on the Commission's page. `mark` changes whenever a read model has moved; `as_of` is when the last
    event that all figures include was recorded, `waiting` how many events they don't include yet. For all envelopes
    together, in EUR: `promised` by calls that are not decided, `free`, and promised `beyond` what an envelope holds, as
    in `contracts.queries.EnvelopeShown`."""

    baseline_year: int
    baseline: int
    targets: list[Target]
    counted: dict[int, int]
    activities: int
    contracts: list[ContractFigure]
    envelope: Decimal
    envelope_committed: Decimal
    promised: Decimal
    free: Decimal
    beyond: Decimal
    calls: list[CallLine]
    call_count: int
    requests: RequestTotals
    headlines: list[Headline]
    mark: int
    as_of: datetime | None
    waiting: int

    @property
    def total(self) -> int:
        """Joint activities in all."""
        return self.baseline + sum(self.counted.values())

    def by(self, year: int) -> int:
        """Joint activities by the end of this year."""
        return self.baseline + sum(count for when, count in self.counted.items() if when <= year)

    @property
    def reached(self) -> list[Target]:
        """The targets with what was done by then."""
        return [Target(target.year, target.value, self.by(target.year)) for target in self.targets]


CALL_LINES = """
    SELECT call.id, reference, title, call.opens_at, call.closes_at, f.amount::text, whole.committed::text,
           whole.decided_at, whole.received, whole.withdrawn, whole.awarded, whole.reserve, whole.decided, whole.waited,
           whole.exceptions_received, whole.exceptions_awarded, whole.exceptions_committed::text, batches, settled
    FROM call_figure AS f JOIN call ON call.id = f.call_id AND call.series_id IS NULL CROSS JOIN LATERAL (
        SELECT max(part.decided_at) AS decided_at, sum(part.committed) AS committed,
            sum(part.received)::bigint AS received, sum(part.withdrawn)::bigint AS withdrawn,
            sum(part.awarded)::bigint AS awarded, sum(part.reserve)::bigint AS reserve,
            sum(part.decided)::bigint AS decided, sum(part.waited)::bigint AS waited,
            sum(part.exceptions_received)::bigint AS exceptions_received,
            sum(part.exceptions_awarded)::bigint AS exceptions_awarded,
            sum(part.exceptions_committed) AS exceptions_committed,
            count(*) - 1 AS batches, count(part.decided_at) AS settled
        FROM call_figure AS part WHERE part.call_id IN (
            SELECT call.id UNION ALL SELECT batch.id FROM call AS batch WHERE batch.series_id = call.id)) AS whole
"""
"""A row for each call; what belongs to a batch is counted with its series."""
MODELS = f"({', '.join(repr(name) for name in READ_MODELS)})"
_OVERVIEW = text(
    f"""
    WITH moved AS (SELECT coalesce(sum(position), 0) AS mark, coalesce(min(position), 0) AS least
                   FROM projection WHERE name IN {MODELS}),
    money AS (SELECT coalesce(sum(figure.amount), 0) AS amount, coalesce(sum(figure.committed), 0) AS committed,
            coalesce(sum(promised), 0) AS promised, coalesce(sum(greatest(left_of_it, 0)), 0) AS free,
            coalesce(sum(greatest(-left_of_it, 0)), 0) AS beyond
        FROM envelope_figure AS figure JOIN envelope ON envelope.id = figure.envelope_id
        CROSS JOIN LATERAL (SELECT {PROMISED_SQL} AS promised) AS live
        CROSS JOIN LATERAL (SELECT figure.amount - figure.committed - promised AS left_of_it) AS rest)
    SELECT json_build_object(
        'envelope', money.amount::text, 'envelope_committed', money.committed::text, 'promised', promised::text,
        'free', free::text, 'beyond', beyond::text,
        'mark', mark,
        'as_of', (SELECT recorded_at FROM event WHERE position = least),
        'waiting', (SELECT count(*) FROM (SELECT FROM event WHERE position > least LIMIT {MANY}) AS numbered)
                 + (SELECT count(*) FROM (SELECT FROM event WHERE position IS NULL LIMIT {MANY}) AS fresh),
        'baseline_year', (SELECT baseline_year FROM indicator WHERE code = '{FACILITY_INDICATOR}'),
        'baseline', (SELECT baseline_value::bigint FROM indicator WHERE code = '{FACILITY_INDICATOR}'),
        'targets', (SELECT json_agg(json_build_object('year', year, 'value', value::text) ORDER BY year)
                    FROM indicator_target WHERE indicator_code = '{FACILITY_INDICATOR}'),
        'counted', (SELECT coalesce(json_object_agg(year, units), '{{}}') FROM (
            SELECT year, count(*) AS units FROM joint_activity WHERE reason IS NULL GROUP BY year) AS years),
        'activities', (SELECT count(*) FROM joint_activity),
        'contracts', (SELECT coalesce(json_agg(json_build_object('reference', reference, 'counterpart', counterpart,
                'donors', donors) ORDER BY reference COLLATE "C"), '[]') FROM (
            SELECT contract.reference, counterpart, json_agg(json_build_object('id', donor.id, 'name', donor.name,
                'planned', donor.amount::text, 'agreed', money_figure.agreed::text, 'committed', committed::text) ORDER BY donor.position) AS donors
            FROM money_figure JOIN donor ON donor.id = donor_id JOIN contract ON contract.id = donor.contract_id
            GROUP BY contract.id) AS of_contract),
        'calls', (SELECT coalesce(json_agg(line), '[]') FROM (
            {CALL_LINES}
            ORDER BY call.closes_at DESC, call.id DESC LIMIT {CALLS}) AS line),
        'call_count', (SELECT count(*) FROM call_figure JOIN call ON call.id = call_id WHERE series_id IS NULL),
        'requests', (SELECT json_build_object('total', count(*), 'answered', count(first_yes_at),
                'open', count(*) FILTER (WHERE accepted < seats AND ended_at IS NULL),
                'exhausted', count(*) FILTER (WHERE exhausted AND accepted < seats AND ended_at IS NULL),
                'median', percentile_cont(0.5) WITHIN GROUP (
                    ORDER BY extract(epoch FROM first_yes_at - requested_at)::double precision))
            FROM request_figure),
        'headlines', (SELECT coalesce(json_agg(line), '[]') FROM (
            SELECT h.position, h.kind, h.at, h.subject, h.subject_id, h.data, contract.reference AS contract,
                   coalesce(call.reference, activity.reference, deployment.reference, application.reference,
                            contract.reference || ': ' || envelope.name) AS label
            FROM (SELECT * FROM headline WHERE data ->> 'series_id' IS NULL
                ORDER BY at DESC, position DESC LIMIT {HEADLINES}) AS h
            LEFT JOIN call ON h.subject = 'call' AND call.id = h.subject_id
            LEFT JOIN activity ON h.subject = 'activity' AND activity.id = h.subject_id
            LEFT JOIN deployment ON h.subject = 'deployment' AND deployment.id = h.subject_id
            LEFT JOIN award ON h.subject = 'award' AND award.id = h.subject_id
            LEFT JOIN application ON application.id
                = CASE h.subject WHEN 'application' THEN h.subject_id ELSE award.application_id END
            LEFT JOIN envelope ON h.subject = 'envelope' AND envelope.id = h.subject_id
            LEFT JOIN contract ON contract.id = envelope.contract_id
            WHERE NOT {shut_out("coalesce(application.id, activity.application_id, deployment.application_id)")}
            ORDER BY h.at DESC, h.position DESC) AS line)
    )::text
    FROM moved, money
    """  # noqa: S608 - texts of our own
)
_overview = msgspec.json.Decoder(Overview, strict=False)


async def overview(connection: AsyncConnection, viewer: UUID | None = None) -> Overview:
    """Everything on the Commission's page, headlines without what is closed to the viewer: one statement. Raises Refused (missing) before the reference data are in."""
    encoded: str = (await connection.execute(_OVERVIEW, {"viewer": viewer})).scalar_one()
    try:
        return _overview.decode(encoded)
    except msgspec.ValidationError:
        # Without results and indicators there is nothing to show; any other mistake is ours.
        if '"baseline_year" : null' in encoded:
            refuse("not_found", kind="missing", what="indicator")
        raise


_MARK = text(f"SELECT coalesce(sum(position), 0) FROM projection WHERE name IN {MODELS}")  # noqa: S608


async def mark(connection: AsyncConnection) -> int:
    """A number that changes whenever a read model has moved."""
    return int((await connection.execute(_MARK)).scalar_one())
