"""Appointing a call's committee, and what opens only to a full one. Lock order: the call, or its series."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from facility.accounts.models import Person
from facility.calls.models.call import Call
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.segregation_of_duties import Duty, may_run
from facility.calls.service.duties import take_duties
from facility.db import Tx, new_id
from facility.evaluation.events import CommitteeMemberAppointed, CommitteeMemberLeft
from facility.evaluation.models.committee import CommitteeMember, FullCommittee
from facility.evaluation.queries.committee import (
    CommitteeShown,
    all_accounts,
    as_members,
    committee_of,
    may_serve,
    sits,
)
from facility.evaluation.rules.committee import (
    DUTIES,
    JUDGES,
    ONLY_ONE,
    Function,
    Member,
    appointment_mistakes,
    lacking,
    why_not_decide,
    why_not_serve,
)
from facility.events.log import record
from facility.refused import Reason, refuse, refuse_if


async def appoint(
    tx: Tx, call_id: UUID, person_id: UUID, function: Function, *, institution: str, under: str = ""
) -> None:
    """Appoint somebody to the committee of the call, or of its series.

    Refused: "own_appointment", "may_not_serve", "may_not_vote", "may_only_observe", `rules.why_not_serve`, `rules.appointment_mistakes` (invalid); "assesses_here"
    (forbidden); as `_open`.
    """
    candidate = (await may_serve(tx.session)).get(person_id)
    accounts = await all_accounts(tx.session, person_id)
    if tx.actor in accounts:
        refuse("own_appointment", kind="invalid", field="person")
    if candidate is None:
        refuse("may_not_serve", kind="invalid", field="person")
    name = candidate.name
    if function in JUDGES and not candidate.assesses:
        refuse("may_not_vote", kind="invalid", field="person", person=name)
    if function in ONLY_ONE and not candidate.works:
        refuse("may_only_observe", kind="invalid", field="person", person=name)
    held = await _take_duties(tx, call_id, person_id, DUTIES[function])
    committee = await _open(tx, call_id)
    if any(member.person_id in accounts for member in committee.members):
        refuse("on_committee_already", kind="invalid", field="person")
    new = Member(person_id, function, institution.strip(), under.strip())
    mistakes = [*why_not_serve(function, name, held)]
    mistakes += appointment_mistakes(as_members(committee.members), new, committee.asked)
    refuse_if(mistakes)
    await _enter(tx, committee, new)
    await _note_whether_full(tx, call_id)


async def end_appointment(
    tx: Tx, call_id: UUID, member_id: UUID, reason: str, *, substitute: UUID | None = None
) -> None:
    """Somebody leaves the committee, for a reason; a substitute (by their appointment's id) takes the place of a voting member.

    Refused: "reason_missing", "not_a_substitute", `rules.appointment_mistakes` (invalid); "appointment_ended"; as `_open`.
    """
    if tx.actor:
        may_run((await take_duties(tx, call_id, {tx.actor: Duty.APPOINTED})).get(tx.actor))
    committee = await _open(tx, call_id)
    seats = {member.id: member for member in committee.members}
    leaving = seats.get(member_id)
    if leaving is None:
        refuse("appointment_ended")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    gone, new = [member_id], None
    if substitute is not None:
        coming = seats.get(substitute)
        if (
            leaving.function is not Function.VOTING
            or not coming
            or coming.function is not Function.SUBSTITUTE
        ):
            refuse("not_a_substitute", kind="invalid", field="substitute")
        gone.append(coming.id)
        new = Member(coming.person_id, Function.VOTING, coming.institution, coming.under)
        others = [member for member in committee.members if member.id not in gone]
        reasons = appointment_mistakes(as_members(others), new, committee.asked)
        refuse_if([Reason(why.code, "substitute", why.params) for why in reasons])
    for key in gone:
        row = await tx.lock(CommitteeMember, key)
        row.ended_at, row.ended_by, row.end_reason = tx.now, tx.actor, reason.strip()
    await tx.flush()
    left = CommitteeMemberLeft(
        call_id=committee.call_id,
        appointment_id=member_id,
        appointee_id=leaving.person_id,
        function=leaving.function.value,
    )
    await record(tx, left)
    if new:
        await _enter(tx, committee, new)
    await _note_whether_full(tx, call_id)


async def _take_duties(tx: Tx, call_id: UUID, person_id: UUID, duty: Duty) -> Duty | None:
    """Note the duty of this person in the call, and that the actor takes part in running it. Returns the duty that the
    person has."""
    wanted = {person_id: duty} | ({tx.actor: Duty.APPOINTED} if tx.actor else {})
    held = await take_duties(tx, call_id, wanted)
    if tx.actor:
        may_run(held.get(tx.actor))
    return held.get(person_id)


async def _open(tx: Tx, call_id: UUID) -> CommitteeShown:
    """The committee, which nobody else can change until the transaction ends. Refused: "not_found" (missing),
    "already_decided", "call_cancelled"."""
    committee = await committee_of(tx.session, call_id)
    call = await tx.lock(Call, committee.call_id)
    may_go_on(call.state)
    if call.state == "decided":
        refuse("already_decided")
    return await committee_of(tx.session, call_id)


async def _enter(tx: Tx, committee: CommitteeShown, new: Member) -> None:
    row = CommitteeMember(
        id=new_id(),
        call_id=committee.call_id,
        person_id=new.person_id,
        function=new.function.value,
        institution=new.institution,
        under=new.under,
        appointed_by=tx.actor,
        appointed_at=tx.now,
    )
    tx.add(row)
    await tx.flush()
    appointed = CommitteeMemberAppointed(
        call_id=committee.call_id,
        appointment_id=row.id,
        appointee_id=new.person_id,
        function=new.function.value,
    )
    await record(tx, appointed)


async def _note_whether_full(tx: Tx, call_id: UUID) -> None:
    committee = await committee_of(tx.session, call_id)
    if list(lacking(as_members(committee.members), committee.asked)):
        await tx.session.execute(delete(FullCommittee).where(FullCommittee.call_id == committee.call_id))
    else:
        row = {"call_id": committee.call_id, "since": tx.now}
        await tx.session.execute(insert(FullCommittee).values(row).on_conflict_do_nothing())


async def refuse_unless_full(tx: Tx, call: Call) -> None:
    """Where the call has a committee, it must be full. Refused: `rules.lacking`."""
    if call.committee:
        committee = await committee_of(tx.session, call.id)
        refuse_if(lacking(as_members(committee.members), committee.asked), "conflict")


async def refuse_committee(tx: Tx, call_id: UUID) -> None:
    """A member of the committee advises, and does not decide. Refused (forbidden): "on_committee"."""
    if tx.actor:
        refuse_if(why_not_decide(sits=await sits(tx.session, call_id, tx.actor)), "forbidden")


async def people_in(tx: Tx, call: Call, function: Function) -> list[Person]:
    """Who has this function on the committee of the call; nobody where it has none."""
    query = select(Person).join(CommitteeMember, CommitteeMember.person_id == Person.id)
    seated = query.where(
        CommitteeMember.call_id == (call.series_id or call.id),
        CommitteeMember.function == function,
        CommitteeMember.ended_at.is_(None),
    )
    return list(await tx.session.scalars(seated.order_by(Person.id)))
