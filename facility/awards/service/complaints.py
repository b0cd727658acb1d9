"""Complaints about decisions: registered with a number, decided by somebody who took no part in what is contested."""

from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.applications.service.editing import status_of
from facility.awards.events.complaints import ComplaintDecided, ComplaintRegistered
from facility.awards.models.complaint import Complaint
from facility.awards.queries.complaints import TOOK_PART_SQL
from facility.awards.rules.complaints import OF_LETTERS, About, check_answer, may_complain, reopens
from facility.awards.rules.later_version import can_be_ranked_again, may_rank_again
from facility.awards.service.later_version import begin_version, open_version
from facility.awards.service.shared import acting
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.calls.service.reading import after_decision_of
from facility.db import Tx, new_id
from facility.events.log import record
from facility.letters.models import Letter
from facility.periods import last_of_days
from facility.refused import Reason, refuse, refuse_if

Again = Literal["others", "correction"]
"""How an application is assessed again: by others than before, or by the same, whose assessments can be opened again."""


class Contested(NamedTuple):
    """What a letter decided, and the last day, in Brussels, for complaining of it, where it gave one."""

    about: About
    until: date | None


def contested_by(kind: str, data: dict[str, Any]) -> Contested | None:
    """What somebody can complain of who got a letter of this kind that stated this."""
    if kind not in OF_LETTERS:
        return None
    until = msgspec.convert(data.get("complain_until"), date | None, strict=False)
    return Contested(OF_LETTERS[kind], until)


async def register_complaint(tx: Tx, letter_id: UUID, *, text: str, name: str) -> Complaint:
    """The lead complains of what the letter decided; once, in the time that the letter gave. The same once more changes nothing.

    Refused: "complaint_made", rules.complaints.may_complain; "complaint_missing", "complainant_missing" (invalid).
    """
    given = {"text": text.strip(), "name": name.strip()}
    codes = {"text": "complaint_missing", "name": "complainant_missing"}
    refuse_if([Reason(codes[field], field) for field, value in given.items() if not value])
    letter = await tx.get(Letter, letter_id)
    contested = contested_by(letter.kind, letter.data) or refuse("no_complaints")
    # The call's lock hands out its numbers.
    call = await tx.lock(Call, (await tx.get(Application, letter.application_id)).call_id)
    application = await tx.lock(Application, letter.application_id)
    if made := await _made(tx, letter_id):
        if made.text == given["text"]:
            return made
        refuse("complaint_made")
    may_complain(contested.about, status_of(application), contested.until, tx.now)
    days = after_decision_of(call).answer_days
    assert days is not None, "a call that takes complaints says when they are answered"
    complaint = Complaint(
        id=new_id(),
        call_id=call.id,
        number=await _last_number(tx, call.id) + 1,
        letter_id=letter_id,
        application_id=application.id,
        about=contested.about.value,
        **given,
        registered_by=tx.actor,
        registered_at=tx.now,
        decide_by=last_of_days(tx.now, days),
    )
    tx.add(complaint)
    await tx.flush()
    await record(
        tx,
        ComplaintRegistered(
            complaint_id=complaint.id,
            application_id=application.id,
            call_id=call.id,
            number=complaint.number,
            about=contested.about,
        ),
    )
    return complaint


async def _made(tx: Tx, letter_id: UUID) -> Complaint | None:
    return (await tx.session.scalars(select(Complaint).where(Complaint.letter_id == letter_id))).first()


async def _last_number(tx: Tx, call_id: UUID) -> int:
    query = select(func.coalesce(func.max(Complaint.number), 0)).where(Complaint.call_id == call_id)
    return int((await tx.session.execute(query)).scalar_one())


_TOOK_PART = text(f"SELECT {TOOK_PART_SQL} FROM complaint WHERE complaint.id = :complaint")  # noqa: S608 - our own text


async def decide_complaint(
    tx: Tx, complaint_id: UUID, *, upheld: bool, reason: str, follow_up: str = "", again: Again | None = None
) -> Complaint:
    """Somebody who took no part in what is contested upholds the complaint or rejects it, with reasons. An upheld one opens the
    check of admissibility again, or the exception; about a decided ranking it may have the application assessed and ranked `again`; of
    anything else `follow_up` says what is done.

    Refused: "complaint_decided", "took_part" or "shut_out" (forbidden), rules.complaints.check_answer, rules.later_version.may_rank_again.
    """
    unlocked = await tx.get(Complaint, complaint_id)
    call = await tx.lock(Call, unlocked.call_id)
    application = await tx.lock(Application, unlocked.application_id)
    complaint = await tx.lock(Complaint, complaint_id)
    await refuse_shut_out(tx, [application.id])
    about = {"complaint": complaint_id, "person_id": acting(tx)}
    if (await tx.session.execute(_TOOK_PART, about)).scalar_one():
        refuse("took_part", kind="forbidden")
    if complaint.outcome is not None:
        refuse("complaint_decided")
    decided = call.decided_at is not None or call.cancelled_at is not None
    reopened = upheld and reopens(About(complaint.about), status_of(application), decided=decided)
    ranked_again = again if upheld else None
    check_answer(
        upheld=upheld, reason=reason, follow_up=follow_up, reopened=reopened or ranked_again is not None
    )
    if reopened:
        await _reopen(tx, application)
    if ranked_again is not None:
        await _rank_again(tx, call, application, complaint, ranked_again)
        reopened = True
    outcome: Literal["upheld", "rejected"] = "upheld" if upheld else "rejected"
    complaint.outcome = outcome
    complaint.reason, complaint.follow_up, complaint.reopened = reason.strip(), follow_up.strip(), reopened
    complaint.decided_by, complaint.decided_at = tx.actor, tx.now
    await tx.flush()
    await record(
        tx,
        ComplaintDecided(
            complaint_id=complaint_id,
            application_id=application.id,
            call_id=call.id,
            number=complaint.number,
            outcome=outcome,
            reopened=reopened,
        ),
    )
    return complaint


async def _reopen(tx: Tx, application: Application) -> None:
    """It waits again for its check, or for the decision on the exception, by somebody else than before; what was decided stays in
    its letter."""
    await move(tx, application, ApplicationStatus.SUBMITTED)
    application.exception_decided_at = application.exception_reason = None


async def _rank_again(
    tx: Tx, call: Call, application: Application, complaint: Complaint, again: Again
) -> None:
    version = await open_version(tx, call.id)
    may_rank_again(
        possible=can_be_ranked_again(
            About(complaint.about),
            status_of(application),
            Mode(call.mode),
            decided=call.decided_at is not None,
        ),
        proposed=version is not None and version.proposed_at is not None,
    )
    await begin_version(tx, call, application, complaint, by_others=again == "others")
