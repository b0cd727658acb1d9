"""Whom a call's applications can be given to: what a form offers, and what an assignment of the whole call starts from."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import PersonShown, with_role
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.sealing import OPENED_SQL
from facility.calls.queries.duties import duties_in
from facility.calls.rules.segregation_of_duties import Duty, why_not_assess
from facility.evaluation.models.counting_assessments import ENOUGH_SQL
from facility.evaluation.queries.standing import barred
from facility.evaluation.rules.assessing import assignment_mistakes
from facility.evaluation.rules.assignment import Bar, Bars, Question
from facility.web.access import Role
from facility.web.sentences import sentence


class Offered(msgspec.Struct, frozen=True):
    """Whom a form offers to assess in a call, and why it does not offer the others, in sentences."""

    assessors: list[PersonShown]
    others: list[str]


async def offered(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> Offered:
    """All assessors but those who run the call, and the viewer, who gives nothing to themselves."""
    held = await duties_in(connection, call_id)
    people = await with_role(connection, Role.ASSESSOR)
    runs = why_not_assess({person.name: held.get(person.id) for person in people})
    own = assignment_mistakes(viewer, [person.id for person in people])
    return Offered(
        [person for person in people if person.id != viewer and held.get(person.id) in (None, Duty.ASSESSES)],
        [sentence(reason) for reason in [*own, *runs]],
    )


class ToAssign(msgspec.Struct, frozen=True):
    """An application that is under assessment."""

    id: UUID
    reference: str
    title: str
    themes: list[str]


class Situation(msgspec.Struct, frozen=True):
    """The applications of a call that are under assessment, by number, whom they can be given to, and what stands where now.
    loads: how many applications of the call everybody has who has declared no conflict on them. theme_names: by code."""

    applications: list[ToAssign]
    offered: Offered
    loads: dict[UUID, int]
    barred: Bars
    themes: dict[UUID, list[str]]
    theme_names: dict[str, str]

    @property
    def names(self) -> dict[UUID, str]:
        """The assessors' names."""
        return {person.id: person.name for person in self.offered.assessors}

    @property
    def references(self) -> dict[UUID, str]:
        """The applications' references."""
        return {line.id: line.reference for line in self.applications}

    def question(self, each: int, most: int) -> Question:
        """What is to be solved, so that every application has so many assessors and nobody more than `most` applications."""
        return Question(
            {line.id: max(each - self.held(line.id), 0) for line in self.applications},
            self.loads,
            most,
            self.barred,
            {**{line.id: line.themes for line in self.applications}, **self.themes},
        )

    def held(self, application_id: UUID) -> int:
        """How many assessors the application has who have declared no conflict on it."""
        return sum(bar is Bar.HAS_IT for bar in self.barred[application_id].values())


_TO_ASSIGN = text(
    f"""
    SELECT application.id, application.reference, application.title, application.theme_codes AS themes
    FROM application JOIN call ON call.id = application.call_id
    LEFT JOIN carry_over ON carry_over.application_id = application.id
    WHERE application.call_id = :call AND application.status = 'admissible' AND track = 'joint' AND {OPENED_SQL}
        AND NOT (carry_over.application_id IS NOT NULL AND {ENOUGH_SQL})
    ORDER BY application.number
    """  # noqa: S608 - our own text
)
_LOADS = text(
    """
    SELECT assignment.assessor_id, count(*) AS held FROM assignment
    JOIN application ON application.id = assignment.application_id
    LEFT JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
        AND declared.assessor_id = assignment.assessor_id AND declared.conflict
    WHERE application.call_id = :call AND assignment.ended_at IS NULL AND declared.at IS NULL
    GROUP BY assignment.assessor_id
    """
)
_THEMES = text(
    """
    SELECT person.id, expert_theme.theme_code, theme.name FROM person
    JOIN expert ON expert.email = person.email AND expert.active
    JOIN expert_theme ON expert_theme.expert_id = expert.id JOIN theme ON theme.code = expert_theme.theme_code
    WHERE person.id = ANY(:ids) ORDER BY person.id, expert_theme.theme_code
    """
)


async def situation(connection: AsyncConnection, call_id: UUID, actor: UUID, now: datetime) -> Situation:
    """What the actor's assignment of the whole call starts from. Six statements."""
    offers = await offered(connection, call_id, actor)
    rows = await connection.execute(_TO_ASSIGN, {"call": call_id})
    applications = [ToAssign(row.id, row.reference, row.title, row.themes) for row in rows]
    held: Mapping[UUID, int] = {
        row.assessor_id: row.held for row in await connection.execute(_LOADS, {"call": call_id})
    }
    people = [person.id for person in offers.assessors]
    themes: dict[UUID, list[str]] = {}
    names: dict[str, str] = {}
    for person_id, code, name in await connection.execute(_THEMES, {"ids": people}):
        themes.setdefault(person_id, []).append(code)
        names[code] = name
    return Situation(
        applications,
        offers,
        {key: held.get(key, 0) for key in people},
        await barred(connection, [line.id for line in applications], now),
        themes,
        names,
    )


class Remark(msgspec.Struct, frozen=True):
    """What was done with an assignment by hand, and why: "chosen" instead of the proposal, "taken_off" or "reopened"."""

    reference: str
    assessor: str
    reason: str
    at: datetime
    what: str


_REMARKS = text(
    f"""
    SELECT application.reference, person.name AS assessor, remark.reason, remark.at, remark.what
    FROM (SELECT application_id, assessor_id, reason, at, 'chosen' AS what FROM assignment WHERE reason <> ''
        UNION ALL SELECT application_id, assessor_id, reason, at, 'taken_off' FROM taken_off
        UNION ALL SELECT application_id, assessor_id, reason, reopened_at, 'reopened' FROM reopened_assessment
            WHERE reason <> '') AS remark
    JOIN application ON application.id = remark.application_id JOIN person ON person.id = remark.assessor_id
    WHERE application.call_id = :call AND NOT {shut_out()}
    ORDER BY remark.at, application.number, person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def remarks(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> list[Remark]:
    """What was changed by hand in the call's assignments and assessments, without what is closed to the viewer."""
    rows = await connection.execute(_REMARKS, {"call": call_id, "viewer": viewer})
    return [Remark(**row._mapping) for row in rows]
