"""The committee of a call, as its page shows it. A series and its batches have one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.accounts.models import accounts_of
from facility.calls.rules.committee import Committee
from facility.evaluation.models.committee import OF_COMMITTEE
from facility.evaluation.rules.committee import Function, Member
from facility.refused import refuse
from facility.web.access import DECIDERS, Role


class MemberShown(msgspec.Struct, frozen=True):
    """An appointment, and how it ended where it has."""

    id: UUID
    person_id: UUID
    name: str
    function: Function
    institution: str
    under: str
    appointed_by: str | None
    appointed_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None

    @property
    def member(self) -> Member:
        """As the rules know it."""
        return Member(self.person_id, self.function, self.institution, self.under)


class CommitteeShown(msgspec.Struct, frozen=True):
    """Who sits on it, by function and name; and who did, the latest first. `call_id`: the call or the series."""

    call_id: UUID
    reference: str
    state: str
    asked: Committee
    members: list[MemberShown]
    former: list[MemberShown]


_CALL = text(
    f"""
    SELECT series.id, series.reference, call.state, series.committee
    FROM call JOIN call AS series ON series.id = {OF_COMMITTEE}
    WHERE call.id = :call AND call.state <> 'draft' AND series.committee <> '{{}}'
    """  # noqa: S608 - our own text
)
_MEMBERS = text(
    """
    SELECT committee_member.id, person_id, person.name, function, institution, under, appointer.name AS appointed_by,
        appointed_at, ended_at, ender.name AS ended_by, end_reason
    FROM committee_member JOIN person ON person.id = person_id
    LEFT JOIN person AS appointer ON appointer.id = committee_member.appointed_by
    LEFT JOIN person AS ender ON ender.id = committee_member.ended_by
    WHERE call_id = :call ORDER BY person.sort_key, person.id, appointed_at
    """
)


async def committee_of(reader: AsyncConnection | AsyncSession, call_id: UUID) -> CommitteeShown:
    """The committee of the call. Raises Refused (missing) where there is no such call, or it has none."""
    call = (await reader.execute(_CALL, {"call": call_id})).first()
    if call is None:
        refuse("not_found", kind="missing", what="committee")
    rows = await reader.execute(_MEMBERS, {"call": call.id})
    everybody = [msgspec.convert(dict(row._mapping), MemberShown) for row in rows]
    order = list(Function)
    return CommitteeShown(
        call.id,
        call.reference,
        call.state,
        msgspec.convert(call.committee, Committee),
        sorted(
            (member for member in everybody if member.ended_at is None),
            key=lambda member: order.index(member.function),
        ),
        sorted(
            (member for member in everybody if member.ended_at),
            key=lambda member: member.ended_at or member.appointed_at,
            reverse=True,
        ),
    )


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who may sit on a committee. assesses: they may vote; works: they have a list of work, so they may be chair or secretary."""

    name: str
    assesses: bool
    works: bool


_PEOPLE = text(
    """
    SELECT person.id, person.name, held.roles FROM person
    CROSS JOIN LATERAL (SELECT array_agg(role) AS roles FROM person_role WHERE person_role.person_id = person.id) AS held
    WHERE person.status = 'active' AND held.roles && CAST(:roles AS text[]) AND NOT 'officer' = ANY(held.roles)
    ORDER BY person.sort_key, person.id
    """
)
WORKS = (Role.ASSESSOR, *DECIDERS)
SERVES = (*WORKS, Role.COMMISSION, Role.AUDITOR)
"""Who may sit on a committee; those who only look on as observers."""


async def may_serve(reader: AsyncConnection | AsyncSession) -> dict[UUID, Candidate]:
    """Everybody who may sit on a committee, by name."""
    rows = await reader.execute(_PEOPLE, {"roles": [role.value for role in SERVES]})
    return {
        row.id: Candidate(
            row.name, Role.ASSESSOR in row.roles, any(role.value in row.roles for role in WORKS)
        )
        for row in rows
    }


_ACCOUNTS = text(accounts_of("CAST(:person_id AS uuid)"))


async def all_accounts(reader: AsyncConnection | AsyncSession, person_id: UUID) -> set[UUID]:
    """The ids of all accounts of this person."""
    return set((await reader.execute(_ACCOUNTS, {"person_id": person_id})).scalars())


_SITS = text(
    f"""
    SELECT EXISTS (SELECT FROM committee_member JOIN call ON committee_member.call_id = {OF_COMMITTEE}
        WHERE call.id = :call AND ended_at IS NULL AND person_id IN ({accounts_of("CAST(:person_id AS uuid)")}))
    """  # noqa: S608 - our own text
)


async def sits(reader: AsyncConnection | AsyncSession, call_id: UUID, person_id: UUID) -> bool:
    """Whether the person sits on the committee of the call."""
    return bool((await reader.execute(_SITS, {"call": call_id, "person_id": person_id})).scalar())


def as_members(shown: Sequence[MemberShown]) -> list[Member]:
    """As the rules know them."""
    return [member.member for member in shown]
