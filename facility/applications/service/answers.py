"""Starting an application, and its texts."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, text

from facility.accounts.models import Institution, Person
from facility.applications import rules
from facility.applications.events import ApplicationStarted
from facility.applications.models import Application, Party
from facility.applications.rules import ApplicationStatus, Track
from facility.applications.service.changes import changed, lock_draft
from facility.calls.models import Call
from facility.db import Tx, new_id
from facility.events import record


async def start_application(
    tx: Tx,
    *,
    call_id: UUID,
    lead_institution_id: UUID,
    title: str,
    track: Track,
    reference: str | None = None,
) -> Application:
    """A new draft of this lead; reference: the call's with a number of its own, unless one is told.

    Whether the call is open is asked at submission; here it must be published (Refused: "not_published").
    """
    call = await tx.get(Call, call_id)
    rules.may_start(published=call.state != "draft")
    institution = await tx.get(Institution, lead_institution_id)
    number = await _next_number(tx, call_id)
    application = Application(
        id=new_id(),
        call_id=call_id,
        number=number,
        reference=reference or f"{call.reference}/{number:03}",
        title=title,
        track=track,
        status=ApplicationStatus.DRAFT,
        reasons=[],
        lead_institution_id=lead_institution_id,
        themes=[],
        summary="",
        plan="",
        casework_origin="",
        requested=Decimal("0.00"),
        version=1,
        started_by=tx.actor,
        started_at=tx.now,
        saved_at=tx.now,
    )
    tx.add(application)
    await tx.flush()
    tx.add(await _lead_party(tx, application, institution))
    await tx.flush()
    await record(tx, ApplicationStarted(application_id=application.id, call_id=call_id, track=track))
    return application


async def _lead_party(tx: Tx, application: Application, institution: Institution) -> Party:
    starter = await tx.session.get(Person, tx.actor) if tx.actor else None
    return Party(
        id=new_id(),
        application_id=application.id,
        institution_id=institution.id,
        beneficiary_code=institution.beneficiary_code,
        is_lead=True,
        position=0,
        role="",
        amount=Decimal("0.00"),
        contact_name=starter.name if starter else "",
        contact_email=starter.email if starter else "",
    )


async def _next_number(tx: Tx, call_id: UUID) -> int:
    # Two who start at once wait for each other here, and not at the call's row, which submissions hold.
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('application.number'), hashtext(:call))"),
        {"call": str(call_id)},
    )
    last = await tx.session.scalar(select(func.max(Application.number)).where(Application.call_id == call_id))
    return (last or 0) + 1


async def save_content(
    tx: Tx,
    application_id: UUID,
    *,
    version: int | None = None,
    title: str | None = None,
    themes: Sequence[str] | None = None,
    summary: str | None = None,
    plan: str | None = None,
    casework_origin: str | None = None,
    may_void: bool = True,
) -> Application:
    """Change the texts that are given (None: as they are); nothing happens where none differs.

    Refused: "not_a_draft", "edited_meanwhile", and "voids_confirmations" unless may_void.
    """
    application = await lock_draft(tx, application_id, version)
    given = {
        "title": title,
        "themes": None if themes is None else sorted(set(themes)),
        "summary": summary,
        "plan": plan,
        "casework_origin": casework_origin,
    }
    new = {name: value for name, value in given.items() if value not in (None, getattr(application, name))}
    for name, value in new.items():
        setattr(application, name, value)
    if new:
        await changed(tx, application, new.keys(), may_void=may_void)
    return application
