"""All open requests at once: what is true now, and proposals as pages show them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.rules.matching_run import OpenRequest, Question, Why
from facility.refused import refuse
from facility.zone import TODAY_SQL

PAGE = 20

_IS_OPEN = f"state = 'requested' AND starts_on >= {TODAY_SQL} AND NOT {shut_out('deployment.application_id')}"
_UNDER_AWARD = f"FROM deployment JOIN award ON award.id = award_id AND {AWARD_STANDS_SQL}"
_ANY_OPEN = text(f"SELECT EXISTS (SELECT {_UNDER_AWARD} WHERE {_IS_OPEN})")
_OPEN = text(
    f"""
    SELECT deployment.id, starts_on, ends_on, seats, experts, points,
        ARRAY(SELECT jsonb_array_elements_text(codes) FROM jsonb_each(shortlist->'on_call') AS duty(theme, codes)) AS on_call
    {_UNDER_AWARD}
    CROSS JOIN LATERAL (SELECT array_agg(code ORDER BY place) AS experts, array_agg(score ORDER BY place) AS points
        FROM ROWS FROM (jsonb_to_recordset(shortlist->'ranked') AS (code text, score int)) WITH ORDINALITY
            AS ranked(code, score, place)) AS ranked
    WHERE {_IS_OPEN}
    ORDER BY requested_at, deployment.id
    """  # noqa: S608 - our own text
)
_POOL = text("SELECT code, country FROM expert WHERE active")
_BOOKED = text(
    "SELECT code, day FROM booking JOIN expert ON expert.id = expert_id WHERE day BETWEEN :first AND :last"
)


async def is_any_open(connection: AsyncConnection, viewer: UUID, now: datetime) -> bool:
    """Whether there is anything to propose: a request whose order nobody has confirmed, and that is not closed to the viewer."""
    return bool((await connection.execute(_ANY_OPEN, {"viewer": viewer, "now": now})).scalar_one())


async def question(
    connection: AsyncConnection, viewer: UUID | None, now: datetime, *, most: int, most_of_state: int
) -> Question:
    """The requests whose order nobody has confirmed, without those that are closed to the viewer, and who on their shortlists can be asked
    today: three statements."""
    rows = (await connection.execute(_OPEN, {"viewer": viewer, "now": now})).all()
    states: dict[str, str] = {code: country for code, country in await connection.execute(_POOL)}  # noqa: C416 - rows are no pairs to dict()'s types
    if not rows:
        return Question([], {}, most, most_of_state)
    days = {"first": min(row.starts_on for row in rows), "last": max(row.ends_on for row in rows)}
    booked: dict[str, list[date]] = {}
    for code, day in await connection.execute(_BOOKED, days):
        booked.setdefault(code, []).append(day)
    requests = []
    for key, starts_on, ends_on, seats, experts, points, on_call in rows:
        free = [
            (code, score)
            for code, score in zip(experts or (), points or (), strict=True)
            if code in states
            and not (code in booked and any(starts_on <= day <= ends_on for day in booked[code]))
        ]
        names, scores = [code for code, _score in free], [score for _code, score in free]
        first = [code for code in names if code in on_call]
        requests.append(OpenRequest(key, starts_on, ends_on, seats, names, scores, first))
    named = {code for request in requests for code in request.experts}
    return Question(requests, {code: states[code] for code in sorted(named)}, most, most_of_state)


class Head(msgspec.Struct, frozen=True):
    """A proposal, without its lines. Figures: `models.matching.Matching`. decided: for how many of its requests somebody has decided;
    on_call: somebody comes since they are on call."""

    id: UUID
    made_by: str | None
    made_at: datetime
    most: int
    most_of_state: int
    digest: str
    requests: int
    seats: int
    points: int
    bound: int
    flows: int
    filled: int
    one_by_one_points: int
    one_by_one_filled: int
    decided: int
    on_call: bool


_HEAD = f"""SELECT matching.id, person.name AS made_by, made_at, most, most_of_state, digest, requests, seats, points, bound, flows, filled,
        one_by_one_points, one_by_one_filled,
        (SELECT count(*) FROM matching_request WHERE matching_id = matching.id AND taken IS NOT NULL) AS decided,
        EXISTS (SELECT FROM matching_line WHERE matching_id = matching.id AND why IN ('{Why.ON_CALL}', '{Why.CALLED}')) AS on_call
    FROM matching LEFT JOIN person ON person.id = made_by"""  # noqa: S608 - our own text


async def heads(connection: AsyncConnection) -> list[Head]:
    """The latest proposals."""
    rows = await connection.execute(text(f"{_HEAD} ORDER BY made_at DESC, matching.id LIMIT {PAGE}"))
    return [Head(**row._mapping) for row in rows]


async def head(connection: AsyncConnection, matching_id: UUID) -> Head:
    """One proposal. Raises Refused (missing)."""
    row = (await connection.execute(text(f"{_HEAD} WHERE matching.id = :id"), {"id": matching_id})).first()
    return Head(**row._mapping) if row else refuse("not_found", kind="missing", what="matching")


async def stored_question(connection: AsyncConnection, matching_id: UUID) -> bytes:
    """What was solved, as it is stored. Raises Refused (missing)."""
    query = text("SELECT question FROM matching WHERE id = :id")
    stored: bytes | None = (await connection.execute(query, {"id": matching_id})).scalar()
    return stored if stored is not None else refuse("not_found", kind="missing", what="matching")


async def proposed_pairs(connection: AsyncConnection, matching_id: UUID) -> dict[UUID, list[str]]:
    """Who was proposed, by request, in the order of its shortlist."""
    query = text(
        """SELECT deployment_id, array_agg(code ORDER BY place) AS experts FROM matching_line JOIN expert ON expert.id = expert_id
        WHERE matching_id = :id AND proposed GROUP BY deployment_id"""
    )
    rows = await connection.execute(query, {"id": matching_id})
    return {row.deployment_id: row.experts for row in rows}


class Place(msgspec.Struct, frozen=True):
    """An expert in a request. other: the reference of the request that `why` is about; None where it is closed to the viewer."""

    expert_id: UUID
    code: str
    name: str
    country: str
    points: int
    proposed: bool
    one_by_one: bool
    why: Why
    other: str | None


class Matched(msgspec.Struct, frozen=True):
    """A request in a proposal. open: nobody has confirmed its order yet."""

    id: UUID
    number: int
    reference: str
    place: str
    starts_on: date
    ends_on: date
    seats: int
    open: bool
    taken: bool | None
    decided_by: str | None
    decided_at: datetime | None
    experts: list[Place]

    @property
    def differs(self) -> bool:
        """Somebody else is asked first by the proposal."""
        return any(expert.proposed != expert.one_by_one for expert in self.experts)

    def points(self, *, proposed: bool) -> int:
        """The points of its experts, by the proposal or one by one."""
        return sum(
            expert.points for expert in self.experts if (expert.proposed if proposed else expert.one_by_one)
        )


_MATCHED = text(
    f"""
    SELECT deployment.id, number, reference, deployment.place, starts_on, ends_on, seats, state = 'requested' AS open, taken,
        decider.name AS decided_by, matching_request.decided_at,
        (SELECT coalesce(json_agg(json_build_object('expert_id', expert_id, 'code', code, 'name', expert.name, 'country', country,
            'points', points, 'proposed', proposed, 'one_by_one', one_by_one, 'why', why,
            'other', (SELECT CASE WHEN NOT {shut_out("other.application_id")} THEN other.reference END
                FROM deployment AS other WHERE other.id = other_id)) ORDER BY line.place), '[]')
         FROM matching_line AS line JOIN expert ON expert.id = expert_id
         WHERE line.matching_id = matching_request.matching_id AND line.deployment_id = deployment.id)::text AS experts
    FROM matching_request JOIN deployment ON deployment.id = deployment_id LEFT JOIN person AS decider ON decider.id = matching_request.decided_by
    WHERE matching_id = :matching AND number > :after AND NOT {shut_out("deployment.application_id")}
    ORDER BY number LIMIT {PAGE + 1}
    """  # noqa: S608 - our own text
)


async def matched(
    connection: AsyncConnection, matching_id: UUID, viewer: UUID, *, after: int = 0
) -> tuple[list[Matched], int | None]:
    """A page of the requests, without those that are closed to the viewer, and the number after which the next page begins: one statement."""
    about = {"matching": matching_id, "viewer": viewer, "after": after}
    rows = (await connection.execute(_MATCHED, about)).mappings().all()
    lines = [_decoded(dict(row)) for row in rows[:PAGE]]
    return lines, lines[-1].number if len(rows) > PAGE else None


def _decoded(row: Mapping[str, object]) -> Matched:
    return msgspec.convert({**row, "experts": msgspec.json.decode(str(row["experts"]))}, Matched)


async def closed_of(
    reader: AsyncConnection | AsyncSession, deployment_ids: Collection[UUID], viewer: UUID | None
) -> bool:
    """Whether one of these requests is for an application that is closed to the viewer."""
    query = f"""SELECT EXISTS (SELECT FROM deployment WHERE id = ANY(:ids) AND {shut_out("deployment.application_id")})"""  # noqa: S608 - our own text
    return bool(
        (await reader.execute(text(query), {"ids": list(deployment_ids), "viewer": viewer})).scalar_one()
    )
