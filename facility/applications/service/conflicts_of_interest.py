"""What a declared conflict keeps its person from, where a command learns of the application only from a form."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text

from facility.accounts.models import Person, accounts_of
from facility.accounts.service.later_rooms import of_people
from facility.accounts.service.people import active_people
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.db import Tx
from facility.refused import refuse
from facility.web.access import Role


async def shut_out_of(tx: Tx, application_ids: Collection[UUID]) -> set[UUID]:
    """The people to whom one of these applications is closed. Whoever declares locks the application: a command that decides
    on it asks under the same lock."""
    query = select(ConflictDeclaration.assessor_id).where(
        ConflictDeclaration.application_id.in_(application_ids), ConflictDeclaration.conflict
    )
    return set((await tx.session.execute(query)).scalars())


_CLOSE = text(
    f"""
    INSERT INTO conflict_declaration (application_id, assessor_id, conflict, reason, at, decided_by)
    SELECT :application, account.id, true, :reason, :now, :decider FROM ({accounts_of("CAST(:person AS uuid)")}) AS account
    ON CONFLICT (application_id, assessor_id) DO UPDATE
        SET conflict = true, reason = excluded.reason, at = excluded.at, decided_by = excluded.decided_by
        WHERE NOT conflict_declaration.conflict
    """  # noqa: S608 - our own text
)
_SHARE = text(
    f"""
    INSERT INTO conflict_declaration (application_id, assessor_id, conflict, reason, at, decided_by)
    SELECT DISTINCT ON (held.application_id, account.id) held.application_id, account.id, true, held.reason, :now, held.decided_by
    FROM conflict_declaration AS held CROSS JOIN ({accounts_of("CAST(:person AS uuid)")}) AS account
    WHERE held.conflict AND held.assessor_id IN ({accounts_of("CAST(:person AS uuid)")})
    ORDER BY held.application_id, account.id, held.at
    ON CONFLICT (application_id, assessor_id) DO UPDATE
        SET conflict = true, reason = excluded.reason, at = excluded.at, decided_by = excluded.decided_by
        WHERE NOT conflict_declaration.conflict
    """  # noqa: S608 - our own text
)


async def close_to(
    tx: Tx, application_id: UUID, person_id: UUID, reason: str, *, decided_by: UUID | None = None
) -> None:
    """The application is closed to the person from now on, under every account of theirs. The caller holds its row."""
    about = {
        "application": application_id,
        "person": person_id,
        "reason": reason,
        "now": tx.now,
        "decider": decided_by,
    }
    await tx.flush()
    await tx.session.execute(_CLOSE, about)


@of_people
async def share_conflicts(tx: Tx, account_id: UUID, _other_id: UUID) -> None:
    """A conflict of one account is one of the other."""
    await tx.session.execute(_SHARE, {"person": account_id, "now": tx.now})


async def officers_for(tx: Tx, application_id: UUID) -> list[Person]:
    """The secretariat, but for those to whom the application is closed: whom mails about it may reach."""
    closed_to = await shut_out_of(tx, [application_id])
    return [officer for officer in await active_people(tx, Role.SECRETARIAT) if officer.id not in closed_to]


async def refuse_shut_out(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Raises Refused (forbidden) "shut_out" where the actor has declared a conflict on one of them."""
    if tx.actor in await shut_out_of(tx, application_ids):
        refuse("shut_out", kind="forbidden")
