"""Possible conflicts of interests: looked for in the data, and decided by the chair, or where the call has no committee by an officer. Lock
order: call, then application."""

import re
from collections.abc import Collection
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, select, text, update
from sqlalchemy.dialects.postgresql import insert

from facility.accounts.models import Institution, Person
from facility.applications.models.application import Application
from facility.applications.service.conflicts_of_interest import close_to, refuse_shut_out
from facility.calls.models.call import Call
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import refuse_before, run
from facility.db import Tx, new_id
from facility.evaluation.events import ConflictDecided, ConflictsFound, TieDeclared, TieEnded
from facility.evaluation.models.conflict import ConflictFinding, NamedPerson, Tie, rules_on_conflicts
from facility.evaluation.queries import conflicts as queries
from facility.evaluation.queries.conflicts import APPLICATIONS_SQL, PEOPLE_SQL, candidates_sql
from facility.evaluation.service.settling import settle
from facility.events.log import record
from facility.folding import fold
from facility.refused import refuse


@cache
def _look() -> TextClause:
    found_by = candidates_sql(PEOPLE_SQL, APPLICATIONS_SQL)
    return text(
        f"""
        INSERT INTO conflict_finding (application_id, person_id, finder, about, found_at, reason)
        SELECT application_id, person_id, finder, string_agg(DISTINCT about, ', ' ORDER BY about), CAST(:now AS timestamptz), ''
        FROM ({found_by}) AS found_by GROUP BY application_id, person_id, finder
        ON CONFLICT DO NOTHING RETURNING application_id
        """  # noqa: S608 - our own text
    )


async def look(tx: Tx, call_id: UUID) -> bool:
    """Look for possible conflicts of the call in the data; whether there are new ones."""
    await tx.flush()
    rows = (await tx.session.execute(_look(), {"call": call_id, "now": tx.now})).scalars().all()
    if rows:
        await record(tx, ConflictsFound(call_id=call_id))
    return bool(rows)


_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[\w.-]*\w")


async def look_for_names(tx: Tx, application_ids: Collection[UUID], person_ids: Collection[UUID]) -> None:
    """Enter who of these people is named in what was submitted, by full name or mail address; `look` finds them then."""
    people = (
        await tx.session.execute(
            select(Person.id, Person.name, Person.email).where(Person.id.in_(person_ids))
        )
    ).all()
    wanted = [(row.id, f" {fold(row.name)} ", row.email) for row in people if " " in fold(row.name)]
    query = select(Application.id, Application.submission).where(Application.id.in_(application_ids))
    named = []
    for application_id, submission in await tx.session.execute(query):
        submitted = " ".join(_texts(submission))
        folded, addresses = f" {fold(submitted)} ", set(_ADDRESS.findall(submitted.lower()))
        named += [
            {"application_id": application_id, "person_id": person_id}
            for person_id, name, email in wanted
            if name in folded or email in addresses
        ]
    if named:
        await tx.session.execute(insert(NamedPerson).values(named).on_conflict_do_nothing())


def _texts(value: object) -> list[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            return [value]
        case dict():
            return [part for inner in value.values() for part in _texts(inner)]
        case list():
            return [part for inner in value for part in _texts(inner)]
    return []


_RULES = text(
    f"""SELECT {rules_on_conflicts(":person", ":actor")} FROM application JOIN call ON call.id = application.call_id
        WHERE application.id = :application"""  # noqa: S608 - our own text
)


async def decide_on_conflict(
    tx: Tx, application_id: UUID, person_id: UUID, *, conflict: bool, reason: str
) -> None:
    """The actor decides whether what was found about this person and application is a conflict. If so, it acts as a declared one.

    Refused: "shut_out", "not_yours_to_decide", "assesses_here", "not_signed_here" (forbidden), "reason_missing" (invalid), "finding_settled", "already_decided",
    "call_cancelled".
    """
    call_id = (await tx.get(Application, application_id)).call_id
    about = {"person": person_id, "actor": tx.actor, "application": application_id}
    if not (await tx.session.execute(_RULES, about)).scalar():
        refuse("not_yours_to_decide", kind="forbidden")
    call = await tx.get(Call, call_id)
    if call.committee:
        await refuse_before(tx, call_id, Duty.ASSIGNED)
    else:
        await run(tx, call_id, Duty.ASSIGNED)
    await tx.lock(Application, application_id)
    await refuse_shut_out(tx, [application_id])
    may_go_on(call.state)
    if call.state == "decided":
        refuse("already_decided")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    decided = await tx.session.execute(
        update(ConflictFinding)
        .where(
            ConflictFinding.application_id == application_id,
            ConflictFinding.person_id == person_id,
            ConflictFinding.conflict.is_(None),
        )
        .values(conflict=conflict, reason=reason.strip(), decided_by=tx.actor, decided_at=tx.now)
        .returning(ConflictFinding.finder)
    )
    if not decided.scalars().all():
        refuse("finding_settled")
    if conflict:
        await close_to(tx, application_id, person_id, reason.strip(), decided_by=tx.actor)
    await record(tx, ConflictDecided(application_id=application_id, assessor_id=person_id, conflict=conflict))
    if conflict:
        await settle(tx, application_id)


async def refuse_undecided(tx: Tx, call: Call) -> None:
    """Where the call has a committee, every possible conflict of those who take part is decided before the ranking is proposed.
    Refused: "conflicts_undecided"."""
    if not call.committee:
        return
    await look(tx, call.id)
    if count := await queries.undecided(tx.session, call.id):
        refuse("conflicts_undecided", count=str(count))


async def declare_tie(tx: Tx, institution_id: UUID, what: str, *, until: date | None) -> None:
    """The actor declares a tie to an institution: what it is, and until when where it is over. The same twice is one. Refused: "institution_unknown",
    "reason_missing" (invalid)."""
    assert tx.actor is not None, "ties are declared in person"
    if await tx.session.get(Institution, institution_id) is None:
        refuse("institution_unknown", kind="invalid", field="institution")
    if not what.strip():
        refuse("reason_missing", kind="invalid", field="what")
    declared = {"person_id": tx.actor, "institution_id": institution_id, "what": what.strip(), "until": until}
    query = select(Tie.id).filter_by(**declared, ended_at=None)
    if (await tx.session.scalars(query)).first():
        return
    tie = Tie(id=new_id(), **declared, declared_at=tx.now)
    tx.add(tie)
    await tx.flush()
    await record(tx, TieDeclared(person_id=tx.actor, tie_id=tie.id))


async def end_tie(tx: Tx, tie_id: UUID) -> None:
    """The actor takes back a tie that was declared by mistake; it stays in the table. Refused: "not_found" (missing)."""
    tie = await tx.lock(Tie, tie_id)
    if tie.person_id != tx.actor or tie.ended_at is not None:
        refuse("not_found", kind="missing")
    tie.ended_at = tx.now
    await record(tx, TieEnded(person_id=tie.person_id, tie_id=tie_id))
