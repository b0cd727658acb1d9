"""Letters on inadmissibility and on exceptions: frozen in a row, made into a PDF when they are sent or asked for."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import Person
from facility.admission.events import AdmissibilityChecked, ExceptionDecided
from facility.admission.models.clarification import DecisionLetter
from facility.admission.rules.checklist import Verdict
from facility.applications.models.application import AdmissibilityCheck, Application
from facility.applications.queries.parts import parts_of
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.news import write_to_partners
from facility.calls.models.call import Call
from facility.calls.words import calls as call_words
from facility.db import Tx, new_id
from facility.events import reacts_to
from facility.outbox.service import Attachment, attachment, post
from facility.pdf import render_pdf
from facility.refused import refuse
from facility.web.i18n import _, translated

KIND = "decision_letter"


class Item(msgspec.Struct, frozen=True):
    """An item of the checklist that is not met, and why."""

    text: str
    reason: str


class DecisionData(msgspec.Struct, frozen=True):
    """What such a letter says."""

    application: str
    title: str
    call: str
    call_title: str
    contact: str
    institution: str
    designation: str
    decided_at: datetime
    reason: str
    items: list[Item]
    signed_by: str


async def _data(
    tx: Tx, application: Application, *, at: datetime, by: UUID | None, reason: str, items: list[Item]
) -> tuple[DecisionData, str]:
    """What the letter says, and the address to which it goes."""
    parts = await parts_of(await tx.session.connection(), application.id)
    call = await tx.get(Call, application.call_id)
    signer = await tx.get(Person, by) if by else None
    data = DecisionData(
        application=application.reference,
        title=application.title,
        call=call.reference,
        call_title=call.title,
        contact=parts.lead.contact_name,
        institution=parts.lead.institution,
        designation=parts.lead.designation,
        decided_at=at,
        reason=reason,
        items=items,
        signed_by=signer.name if signer else "",
    )
    return data, parts.lead.contact_email


async def _send(
    tx: Tx, application: Application, kind: str, template: str, data: DecisionData, to: str
) -> None:
    """Freeze the letter, and queue the mail that takes it to the lead and those by which partners learn what was decided; once
    for the event that called for it."""
    known = select(DecisionLetter.id).where(DecisionLetter.event_id == tx.causation)
    if tx.causation is not None and (await tx.session.scalars(known)).first() is not None:
        return
    letter = DecisionLetter(
        id=new_id(),
        application_id=application.id,
        kind=kind,
        event_id=tx.causation,
        data=msgspec.to_builtins(data),
        created_at=tx.now,
    )
    tx.add(letter)
    await tx.flush()
    await write_to_partners(tx, application.id, what=kind)
    if not to:
        return
    await post(
        tx,
        template=template,
        to=to,
        to_name=data.contact or data.institution,
        subject=_("Decision on {reference}", reference=application.reference),
        subject_id=application.id,
        context={
            "reference": application.reference,
            "approved": kind == "exception_approved",
            "reason": data.reason,
            "path": f"/applications/{application.id}",
        },
        attachments=[(KIND, letter.id)],
    )


@reacts_to(AdmissibilityChecked)
async def write_that_it_is_not_admissible(tx: Tx, event: AdmissibilityChecked) -> None:
    """The lead gets a letter at once, with the reasons; being admissible is no news before the decision."""
    if event.outcome != ApplicationStatus.INADMISSIBLE:
        return
    check = await tx.get(AdmissibilityCheck, event.check_id)
    application = await tx.get(Application, event.application_id)
    items = [
        Item(item["text"] or translated(call_words.CHECKLIST[item["key"]]), item["reason"])
        for item in check.items
        if item["verdict"] == Verdict.NOT_MET
    ]
    data, to = await _data(
        tx, application, at=check.checked_at, by=check.checked_by, reason=check.reason, items=items
    )
    await _send(tx, application, "inadmissible", "admission/inadmissible", data, to)


@reacts_to(ExceptionDecided)
async def write_the_decision_on_an_exception(tx: Tx, event: ExceptionDecided) -> None:
    """The lead gets a letter on what was decided."""
    application = await tx.get(Application, event.application_id)
    data, to = await _data(
        tx,
        application,
        at=application.exception_decided_at or tx.now,
        by=application.exception_decided_by,
        reason=application.exception_reason or "",
        items=[],
    )
    kind = f"exception_{event.outcome}"
    await _send(tx, application, kind, "admission/exception_decided", data, to)


async def letter_pdf(templates: jinja2.Environment, kind: str, kept: dict[str, Any]) -> tuple[str, bytes]:
    """The name and the bytes of a letter as PDF/UA."""
    data = msgspec.convert(kept, DecisionData, strict=False)
    html = templates.get_template(f"letters/{kind}.html").render(letter=data)
    title = _("Decision on application {application}", application=data.application)
    content = await asyncio.to_thread(render_pdf, html, title=title)
    return f"{data.application}-{kind}.pdf".replace("/", "-"), content


@attachment(KIND)
async def decision_letter(
    connection: AsyncConnection, templates: jinja2.Environment, letter_id: UUID
) -> Attachment:
    """The letter as an attachment. Raises Refused (missing)."""
    row = (
        await connection.execute(
            text("SELECT kind, data FROM decision_letter WHERE id = :id"), {"id": letter_id}
        )
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="letter")
    name, content = await letter_pdf(templates, row.kind, row.data)
    return Attachment(name, "application/pdf", content)
