"""Three hundred people with roles, and what assessors among them do: rows as commands write them, without their events."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from bench.copies import write
from facility.db import new_id
from facility.folding import fold, search_key

PEOPLE = 300
"""With the cast of the story."""
_STAFF = {
    "secretariat": 12,
    "authorising": 4,
    "commission": 8,
    "auditor": 4,
    "administrator": 2,
    "assessor": 60,
}
"""Of each role so many at least; everybody else is an officer."""
_HOUSES = 100
"""Institutions that have officers: among them those that most others ask to be partners."""
EACH = 2
"""Assessors of an application."""
_CONFLICTS = 50
"""One of so many assessors has a conflict of interest."""

type Row = dict[str, Any]


async def enter_people(connection: asyncpg.Connection, houses: Sequence[Row]) -> None:
    """Fill up to `PEOPLE`; officers belong to the first of these institutions, in turn."""
    known = await by_role(connection)
    pattern = dict(await connection.fetchrow("SELECT * FROM person ORDER BY email LIMIT 1"))
    missing = [role for role, count in _STAFF.items() for _ in range(count - known.get(role, 0))]
    there = await connection.fetchval("SELECT count(*) FROM person WHERE status = 'active'")
    roles = [*missing, *["officer"] * (PEOPLE - there - len(missing))]
    people = [_person(pattern, n, role, houses[n % _HOUSES]) for n, role in enumerate(roles)]
    await write(connection, "person", people)
    held = [{"person_id": person["id"], "role": role} for person, role in zip(people, roles, strict=True)]
    await write(connection, "person_role", held)


def _person(pattern: Row, n: int, role: str, house: Row) -> Row:
    name = f"{role.title()} Number {n:03}"
    return {
        **pattern,
        "id": new_id(),
        "name": name,
        "sort_key": fold(name),
        "search_key": search_key(name, initials=False),
        "initials": f"{role[0].upper()}N",
        "email": f"person{n:03}@facility.example",
        "institution_id": house["id"] if role == "officer" else None,
        "status": "active",
    }


async def by_role(connection: asyncpg.Connection) -> dict[str, int]:
    """How many have each role."""
    rows = await connection.fetch("SELECT role, count(*) FROM person_role GROUP BY role ORDER BY role")
    return {row["role"]: row["count"] for row in rows}


async def assess(connection: asyncpg.Connection, applications: Sequence[Row]) -> None:
    """Give each of these to two assessors, in turn; every second one has sent what they think of it."""
    people = await connection.fetch(
        "SELECT person_id FROM person_role WHERE role = 'assessor' ORDER BY person_id"
    )
    assessors = [row["person_id"] for row in people]
    pattern = await connection.fetchrow("SELECT scores, comments FROM assessment ORDER BY sent_at LIMIT 1")
    await connection.execute(
        "INSERT INTO declaration (call_id, assessor_id, signed_at) SELECT call.id, assessor, closes_at"
        " FROM call, unnest($1::uuid[]) AS assessor WHERE reference LIKE 'BENCH-%' ON CONFLICT DO NOTHING",
        assessors,
    )
    given = list(_given(applications, assessors))
    await write(connection, "assignment", given)
    await write(connection, "conflict_declaration", [_declared(row, n) for n, row in enumerate(given)])
    sent = [row for n, row in enumerate(given) if n % 2 and n % _CONFLICTS]
    await write(connection, "assessment", [_sent(row, dict(pattern)) for row in sent])


def _given(applications: Sequence[Row], assessors: Sequence[UUID]) -> Iterator[Row]:
    for n, application in enumerate(applications):
        for turn in range(EACH):
            yield {
                "application_id": application["id"],
                "assessor_id": assessors[(n * EACH + turn) % len(assessors)],
                "assigned_by": None,
                "at": application["opened_at"],
                "due_on": None,
                "ended_at": None,
            }


def _declared(row: Row, n: int) -> Row:
    conflict = n % _CONFLICTS == 0
    return {
        "application_id": row["application_id"],
        "assessor_id": row["assessor_id"],
        "conflict": conflict,
        "reason": "I worked there." if conflict else "",
        "at": row["at"],
    }


def _sent(row: Row, pattern: Row) -> Row:
    return {
        "application_id": row["application_id"],
        "assessor_id": row["assessor_id"],
        **pattern,
        "sent_at": row["at"] + timedelta(days=1),
    }
