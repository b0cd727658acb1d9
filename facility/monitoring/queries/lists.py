"""What stands behind the figures: indicators, the units of 10.1, requests for expertise, calls; each list in one statement."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.offer import REQUESTED_SQL
from facility.monitoring.models import FACILITY_INDICATOR
from facility.monitoring.queries.overview import CALL_LINES, CallLine, in_days
from facility.refused import refuse

PAGE = 25


class IndicatorShown(msgspec.Struct, frozen=True):
    """An indicator of the action with its result. done: the value so far, where the facility counts it."""

    code: str
    name: str
    unit: str
    baseline_year: int
    baseline_value: Decimal
    targets: dict[int, Decimal]
    source: str
    note: str | None
    result_code: str
    result: str
    component: int
    component_name: str
    leads: list[str]
    done: int | None

    @property
    def highest(self) -> Decimal:
        """The greatest of its values."""
        return max(self.baseline_value, *self.targets.values(), Decimal(self.done or 0))


_INDICATORS = """
    SELECT json_agg(line)::text FROM (
        SELECT code, name, unit, baseline_year, baseline_value::text, source, note, result.*,
               (SELECT json_object_agg(year, value::text ORDER BY year) FROM indicator_target
                WHERE indicator_code = indicator.code) AS targets,
               CASE WHEN indicator.code = '{counted}' THEN CAST(baseline_value AS bigint)
                   + (SELECT count(*) FROM joint_activity WHERE reason IS NULL) END AS done
        FROM indicator JOIN (SELECT code AS result_code, title AS result, component, component_name, leads,
                                    position AS place FROM result) AS result USING (result_code)
        {where} ORDER BY place, indicator.position) AS line
"""
_indicators = msgspec.json.Decoder(list[IndicatorShown], strict=False)
_ALL_INDICATORS = text(_INDICATORS.format(where="", counted=FACILITY_INDICATOR))
_ONE_INDICATOR = text(_INDICATORS.format(where="WHERE indicator.code = :code", counted=FACILITY_INDICATOR))


async def indicators(connection: AsyncConnection) -> list[IndicatorShown]:
    """All indicators of the action, by result."""
    return _indicators.decode((await connection.execute(_ALL_INDICATORS)).scalar() or "[]")


async def indicator(connection: AsyncConnection, code: str) -> IndicatorShown:
    """One indicator. Raises Refused (missing)."""
    indicators = _indicators.decode(
        (await connection.execute(_ONE_INDICATOR, {"code": code})).scalar() or "[]"
    )
    if not indicators:
        refuse("not_found", kind="missing", what="indicator")
    return indicators[0]


class UnitLine(msgspec.Struct, frozen=True):
    """An activity as indicator 10.1 counts it, or the reason why it doesn't. `chips`: whose people came."""

    activity_id: UUID
    reference: str
    title: str
    kind: str
    starts_on: date
    ends_on: date
    year: int
    reason: str | None
    application_id: UUID
    application: str
    award_id: UUID
    attended: dict[str, int]
    chips: list[str]
    experts: int
    evidence: dict[str, int]

    @property
    def pieces(self) -> int:
        """How many pieces of evidence there are."""
        return sum(self.evidence.values())


_UNIT = """
    SELECT u.activity_id, activity.reference, activity.title, u.kind, u.starts_on, u.ends_on, u.year, u.reason,
           u.application_id, application.reference AS application, u.award_id, u.attended, u.evidence,
           ARRAY(SELECT code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END FROM beneficiary
                 WHERE coalesce((u.attended ->> code)::bigint, 0) > 0 ORDER BY sort_order) AS chips,
           (SELECT coalesce(sum(accepted), 0)::bigint FROM request_figure
            WHERE request_figure.application_id = u.application_id) AS experts
    FROM joint_activity AS u JOIN activity ON activity.id = u.activity_id
    JOIN application ON application.id = u.application_id
"""
_COUNTED = {True: "u.reason IS NULL", False: "u.reason IS NOT NULL", None: "true"}
_UNITS = {
    counted: text(
        f"""
        {_UNIT} WHERE {condition} AND NOT {shut_out()}
          AND (CAST(:year AS bigint) IS NULL OR u.year = :year)
          AND (CAST(:before AS uuid) IS NULL OR (u.ends_on, u.activity_id) < (coalesce(CAST(:at AS date),
               (SELECT ends_on FROM joint_activity WHERE activity_id = :before)), :before))
        ORDER BY u.ends_on DESC, u.activity_id DESC LIMIT :limit
        """  # noqa: S608 - texts of our own
    )
    for counted, condition in _COUNTED.items()
}


async def units(
    connection: AsyncConnection,
    viewer: UUID,
    *,
    counted: bool | None,
    year: int | None = None,
    before: UUID | None = None,
    at: date | None = None,
    limit: int = PAGE,
) -> tuple[list[UnitLine], UUID | None]:
    """A page of activities that count (or don't, or either), the latest first; and where the next page begins. `at`: the last
    day of `before`, for whoever goes on even if that one is no longer there. Without those of an application that is closed to
    the viewer, which the figures count all the same."""
    values = {"year": year, "before": before, "at": at, "limit": limit + 1, "viewer": viewer}
    rows = (await connection.execute(_UNITS[counted], values)).all()
    lines = [UnitLine(**row._mapping) for row in rows[:limit]]
    return lines, lines[-1].activity_id if len(rows) > limit else None


class ExpertLine(msgspec.Struct, frozen=True):
    """An expert who took part: the code and Member State, no name."""

    code: str
    country: str
    deployment: str
    starts_on: date
    ends_on: date
    place: str


class EvidencePiece(msgspec.Struct, frozen=True):
    """A piece of evidence that stands."""

    id: UUID
    kind: str
    name: str
    uploaded_at: datetime


class UnitShown(msgspec.Struct, frozen=True):
    """One unit of the indicator with all that stands behind it; amounts in EUR. requested: where the award
    is a part of it."""

    unit: UnitLine
    place: str
    reported_at: datetime | None
    verified_at: datetime | None
    application_title: str
    lead: str
    call_id: UUID
    call: str
    contract: str
    amount: Decimal
    requested: Decimal | None
    committed: Decimal
    made_at: datetime
    end_kind: str | None
    experts: list[ExpertLine]
    pieces: list[EvidencePiece]


_ONE_UNIT = text(
    f"""
    SELECT unit.*, activity.place, activity.reported_at, activity.verified_at,
        application.title AS application_title, institution.name AS lead, call.id AS call_id, call.reference AS call,
        contract.reference AS contract, award.amount, {REQUESTED_SQL} AS requested, award.committed, award.made_at, award.end_kind,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('code', expert.code, 'country', country, 'place', deployment.place,
            'deployment', deployment.reference, 'starts_on', starts_on, 'ends_on', ends_on)
            ORDER BY starts_on, expert.code), '[]')
         FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
         WHERE outcome = 'accepted' AND deployment.application_id = unit.application_id) AS expert_lines,
        (SELECT coalesce(jsonb_agg(to_jsonb(piece) ORDER BY uploaded_at, piece.id), '[]')
         FROM evidence AS piece WHERE activity_id = unit.activity_id AND removed_at IS NULL) AS pieces
    FROM ({_UNIT} WHERE u.activity_id = :id) AS unit
    JOIN activity ON activity.id = unit.activity_id
    JOIN application ON application.id = unit.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    JOIN call ON call.id = application.call_id
    JOIN award ON award.id = unit.award_id
    JOIN envelope ON envelope.id = award.envelope_id JOIN contract ON contract.id = envelope.contract_id
    """  # noqa: S608 - texts of our own
)


async def unit(connection: AsyncConnection, activity_id: UUID) -> UnitShown:
    """One unit and all that stands behind it: one statement. Raises Refused (missing)."""
    row = (await connection.execute(_ONE_UNIT, {"id": activity_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="activity")
    values = dict(row._mapping)
    line = UnitLine(**{name: values[name] for name in UnitLine.__struct_fields__})
    experts = values["expert_lines"]
    return msgspec.convert({**values, "unit": line, "experts": experts}, UnitShown, strict=False)


class RequestLine(msgspec.Struct, frozen=True):
    """A request for expertise and how long it took."""

    deployment_id: UUID
    reference: str
    application_id: UUID
    application: str
    requested_at: datetime
    first_yes_at: datetime | None
    starts_on: date
    ends_on: date
    seats: int
    asked: int
    accepted: int
    exhausted: bool
    ended_at: datetime | None

    @property
    def days(self) -> Decimal | None:
        """From the request to the first yes, in days with one decimal."""
        if self.first_yes_at is None:
            return None
        return in_days((self.first_yes_at - self.requested_at).total_seconds())


_REQUESTS = text(
    f"""
    SELECT r.deployment_id, deployment.reference, r.application_id, application.reference AS application,
           r.requested_at, r.first_yes_at, r.starts_on, r.ends_on, r.seats, r.asked, r.accepted, r.exhausted, r.ended_at
    FROM request_figure AS r JOIN deployment ON deployment.id = r.deployment_id
    JOIN application ON application.id = r.application_id
    WHERE NOT {shut_out()} AND (CAST(:before AS uuid) IS NULL
        OR (r.requested_at, r.deployment_id) < (coalesce(CAST(:at AS timestamptz),
            (SELECT requested_at FROM request_figure WHERE deployment_id = :before)), :before))
    ORDER BY r.requested_at DESC, r.deployment_id DESC LIMIT :limit
    """  # noqa: S608 - our own text
)


async def requests(
    connection: AsyncConnection,
    viewer: UUID,
    *,
    before: UUID | None = None,
    at: datetime | None = None,
    limit: int = PAGE,
) -> tuple[list[RequestLine], UUID | None]:
    """A page of requests for expertise, the latest first; and where the next page begins. `at`: when `before` was made.
    Without those for an application that is closed to the viewer."""
    values = {"before": before, "at": at, "limit": limit + 1, "viewer": viewer}
    rows = (await connection.execute(_REQUESTS, values)).all()
    lines = [RequestLine(**row._mapping) for row in rows[:limit]]
    return lines, lines[-1].deployment_id if len(rows) > limit else None


class Held(msgspec.Struct, frozen=True):
    """When an activity or an expert's mission of a call takes place, both days included; of a series, of any of its batches."""

    call_id: UUID
    starts_on: date
    ends_on: date
    mission: bool


_HELD = text(
    f"""
    SELECT coalesce(call.series_id, call.id) AS call_id, held.starts_on, held.ends_on, held.mission
    FROM call JOIN application ON application.call_id = call.id CROSS JOIN LATERAL (
        SELECT id, starts_on, ends_on, false AS mission FROM activity
        WHERE application_id = application.id AND state <> 'cancelled'
        UNION ALL SELECT id, starts_on, ends_on, true FROM deployment WHERE application_id = application.id
            AND EXISTS (SELECT FROM invitation WHERE deployment_id = deployment.id AND outcome = 'accepted')
    ) AS held
    WHERE coalesce(call.series_id, call.id) = ANY(:calls) AND NOT {shut_out()}
    ORDER BY held.starts_on, held.id
    """  # noqa: S608 - our own text
)


async def held_in(connection: AsyncConnection, calls: Sequence[CallLine], viewer: UUID) -> list[Held]:
    """Activities and missions of these calls by day, without those of an application that is closed to the viewer: one statement."""
    about = {"calls": [call.id for call in calls], "viewer": viewer}
    return [Held(*row) for row in await connection.execute(_HELD, about)]


_CALLS = text(
    f"""
    {CALL_LINES}
    WHERE CAST(:before AS uuid) IS NULL
       OR (call.closes_at, call.id)
          < (coalesce(CAST(:at AS timestamptz), (SELECT closes_at FROM call AS last WHERE id = :before)), :before)
    ORDER BY call.closes_at DESC, call.id DESC LIMIT :limit
    """  # noqa: S608 - texts of our own
)


async def calls(
    connection: AsyncConnection, *, before: UUID | None = None, at: datetime | None = None, limit: int = PAGE
) -> tuple[list[CallLine], UUID | None]:
    """A page of published calls with their figures, the latest closing first; and where the next page begins. `at`: when
    `before` closes."""
    rows = (await connection.execute(_CALLS, {"before": before, "at": at, "limit": limit + 1})).all()
    lines = [msgspec.convert(dict(row._mapping), CallLine, strict=False) for row in rows[:limit]]
    return lines, lines[-1].id if len(rows) > limit else None
