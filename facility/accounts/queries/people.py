"""Reads about people and institutions, as pages show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, false, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import Beneficiary, Institution, Person, PersonRole, Registration, accounts_of
from facility.accounts.rules.accounts import Status
from facility.events.base import Recorded
from facility.events.log import history
from facility.folding import search_words
from facility.refused import refuse
from facility.web.history import Moment, about, moments

PAGE = 25

VISITOR = """
    SELECT person.id, person.name, person.initials,
           ARRAY(SELECT role FROM person_role WHERE person_id = person.id) AS roles,
           person.institution_id, institution.name AS institution_name,
           institution.beneficiary_code AS beneficiary, session.id AS session
    FROM session JOIN person ON person.id = session.person_id
    LEFT JOIN institution ON institution.id = person.institution_id
    WHERE session.token_hash = :token_hash AND session.expires_at > :now AND person.status = 'active'
"""
"""How a session becomes a visitor (`access.visitor_from`)."""

ENDED = "EXISTS (SELECT FROM session WHERE token_hash = :token_hash)"
"""Whether a token is of a session, be it that it has ended: it is kept until its person signs in again."""


class PersonShown(msgspec.Struct, frozen=True):
    """A person on a list or page. `beneficiary` is the institution's code. others: addresses of their other accounts; namesakes: of accounts
    under the same name; both on their own page only."""

    id: UUID
    name: str
    email: str
    status: str
    roles: list[str]
    created_at: datetime
    institution_id: UUID | None
    institution: str | None
    institution_kind: str | None
    institution_status: str | None
    beneficiary: str | None
    decided_reason: str | None
    others: list[str] = []
    namesakes: list[str] = []


class BeneficiaryShown(msgspec.Struct, frozen=True):
    """A beneficiary as it is printed."""

    code: str
    alpha3: str
    name: str
    western_balkans: bool
    designation_note: str | None


_ROLES = (
    select(func.array_agg(aggregate_order_by(PersonRole.role, PersonRole.role)))
    .where(PersonRole.person_id == Person.id)
    .scalar_subquery()
)


def _people() -> Select[Any]:
    return (
        select(
            Person.id,
            Person.name,
            Person.email,
            Person.status,
            _ROLES.label("roles"),
            Person.created_at,
            Person.institution_id,
            Institution.name.label("institution"),
            Institution.kind.label("institution_kind"),
            Institution.status.label("institution_status"),
            Institution.beneficiary_code.label("beneficiary"),
            Person.decided_reason,
        )
        .select_from(Person)
        .outerjoin(Institution, Institution.id == Person.institution_id)
    )


def _person(row: Any) -> PersonShown:
    return PersonShown(**{**row._mapping, "roles": row.roles or []})


def _filtered(query: Select[Any], status: str, role: str, search: str) -> Select[Any]:
    if status:
        query = query.where(Person.status == status)
    if role:
        query = query.where(Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == role)))
    if search:
        words = search_words(search)
        by_name = and_(*(Person.search_key.like(f"% {word}%") for word in words)) if words else false()
        query = query.where(by_name | Person.email.contains(search.lower(), autoescape=True))
    return query


async def people(
    connection: AsyncConnection, *, status: str = "", role: str = "", search: str = "", page: int = 1
) -> tuple[list[PersonShown], int]:
    """A page of people and how many there are, those who wait for approval first, then by name."""
    query = _filtered(_people(), status, role, search)
    ordered = query.order_by(Person.status != Status.PENDING, Person.sort_key, Person.id)
    rows = (await connection.execute(ordered.limit(PAGE).offset((page - 1) * PAGE))).all()
    counted = _filtered(select(func.count()).select_from(Person), status, role, search)
    return [_person(row) for row in rows], (await connection.execute(counted)).scalar_one()


async def person(connection: AsyncConnection, person_id: UUID) -> PersonShown:
    """One person. Raises Refused (missing)."""
    row = (await connection.execute(_people().where(Person.id == person_id))).first()
    if row is None:
        refuse("not_found", kind="missing")
    others, namesakes = (await connection.execute(_ALIKE, {"person": person_id})).one()
    return msgspec.structs.replace(_person(row), others=others, namesakes=namesakes)


_ALIKE = text(
    f"""
    SELECT ARRAY(SELECT email FROM person WHERE id IN ({accounts_of(":person")}) AND id <> :person ORDER BY email),
        ARRAY(SELECT other.email FROM person JOIN person AS other ON other.sort_key = person.sort_key
            WHERE person.id = :person AND other.id NOT IN ({accounts_of(":person")}) ORDER BY other.email)
    """.replace(":person", "CAST(:person AS uuid)")  # noqa: S608 - our own text
)


async def with_role(connection: AsyncConnection, role: str) -> list[PersonShown]:
    """Everybody active with this role, by name."""
    query = _filtered(_people(), Status.ACTIVE, role, "").order_by(Person.sort_key, Person.id)
    return [_person(row) for row in (await connection.execute(query)).all()]


async def names(connection: AsyncConnection, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of people by id, for histories."""
    rows = await connection.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


async def beneficiaries(connection: AsyncConnection) -> list[BeneficiaryShown]:
    """All beneficiaries, in the order of the action document."""
    query = select(
        Beneficiary.code,
        Beneficiary.alpha3,
        Beneficiary.name,
        Beneficiary.western_balkans,
        Beneficiary.designation_note,
    ).order_by(Beneficiary.sort_order)
    return [BeneficiaryShown(**row._mapping) for row in await connection.execute(query)]


async def registration_email(connection: AsyncConnection, registration_id: UUID) -> str:
    """The address that asked to register. Raises Refused (missing)."""
    query = select(Registration.email).where(Registration.id == registration_id)
    email = (await connection.execute(query)).scalar()
    if email is None:
        refuse("link_unknown", kind="missing")
    return email


async def history_lines(connection: AsyncConnection, *subject_ids: UUID) -> list[Moment]:
    """The history of these things as sentences with the names of those who acted, newest first: two statements."""
    return await lines_of(connection, await history(connection, *subject_ids))


async def lines_of(
    connection: AsyncConnection, events: Sequence[Recorded], called: Mapping[UUID, str] | None = None
) -> list[Moment]:
    """These events as sentences with the names of those who acted and of whom they are about; called: names that are known
    already. One statement."""
    people = {recorded.actor_id for recorded in events} | {about(recorded.event) for recorded in events}
    unnamed = sorted(key for key in people if key and key not in (called or {}))
    return moments(events, {**(await names(connection, unnamed) if unnamed else {}), **(called or {})})
