"""Submitting: every rule at once, the snapshot and its fingerprint, in few statements."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from facility.applications.events import ApplicationSubmitted, LateSubmissionRefused
from facility.applications.models.application import Application, LateAttempt
from facility.applications.queries.content import (
    Parts,
    PartyLine,
    answers_of,
    asked_of,
    findings_of,
    parts_of,
    view_of,
)
from facility.applications.rules.activities import earliest_day
from facility.applications.rules.drafting import may_edit
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import (
    Signature,
    check_signature,
    fingerprint_of,
    salted_hash,
    submission_reasons,
)
from facility.applications.service.batches import taken_in, window_of
from facility.applications.service.editing import check_version, lock_with_call
from facility.applications.service.plan_snapshot import plan_content
from facility.calls.models.call import Call
from facility.calls.rules.forms import THEMES, TITLE, By, FormDefinition, FormSection
from facility.calls.rules.modes import Mode
from facility.calls.service.reading import rules_of
from facility.db import Tx, new_id
from facility.events.log import record
from facility.files.attaching import DocumentLine
from facility.forms.checks import Answer
from facility.forms.sections import answered
from facility.forms.types import Field, FieldType
from facility.refused import Reason, refuse, refuse_if


async def submit(
    tx: Tx,
    application_id: UUID,
    *,
    received_at: datetime,
    signature: Signature | None = None,
    version: int | None = None,
    read: datetime | None = None,
) -> Application:
    """Submit the application as received at this instant (when the whole request was there), even if the call's state
    is closed by now: closing waits for us, since we hold the call's row shared. In a series it goes to the batch whose
    window holds that instant.

    With a signature (a person on a page) the texts must be complete too; a scenario gives none. version, read: the
    version that was read before signing, and when it had been saved, so that changes to what partners do not confirm
    are noticed too.

    Refused with every reason at once: those of `rules.submission_reasons` and of `rules.form_findings`; "call_opened"
    when the call was opened or decided already; or "not_a_draft", "edited_meanwhile".
    """
    application, call = await lock_with_call(tx, application_id)
    may_edit(editable=application.editable)
    check_version(application, version)
    if read is not None and read != application.saved_at:
        refuse("edited_meanwhile", version=str(application.version))
    parts = await parts_of(await tx.session.connection(), application_id)
    form = asked_of(application, call)
    window = await window_of(tx, application, call, received_at)
    reasons = _against(application, call, parts, window, received_at)
    if signature is not None:
        check_signature(signature)
        joint = application.track == "joint"
        earliest = earliest_day(
            Mode(call.mode), joint=joint, opens_at=call.opens_at, closes_at=call.closes_at
        )
        reasons += findings_of(application, form, parts, earliest)
    refuse_if(reasons, "conflict")
    assert window is not None, "outside of all windows it is late or too early"
    call = await taken_in(tx, application, window, received_at)
    snapshot = _snapshot(application, call, form, parts, received_at, signature) | _replaced(application)
    await _handed_in(tx, application, snapshot, received_at)
    return application


def _against(
    application: Application, call: Call, parts: Parts, window: Call | None, received_at: datetime
) -> list[Reason]:
    """What stands against it, whatever the texts say. window: the call that would take it in at that instant."""
    codes = submission_reasons(view_of(application, parts), rules_of(call), received_at)
    reasons = [Reason(code) for code in codes]
    judged = window is not None and (window.opened_at or window.decided_at)
    if application.track == "joint" and judged and "late" not in codes:
        reasons.append(Reason("call_opened"))
    return reasons


async def _handed_in(
    tx: Tx, application: Application, snapshot: dict[str, Any], received_at: datetime
) -> None:
    application.status = ApplicationStatus.SUBMITTED
    application.reasons = []
    application.received_at = received_at
    application.submission = snapshot
    application.fingerprint = fingerprint_of(snapshot)
    application.submitted_by = tx.actor
    application.changing_since = application.as_submitted = None
    await record(
        tx,
        ApplicationSubmitted(
            application_id=application.id,
            call_id=application.call_id,
            track=application.track,
            received_at=received_at,
            fingerprint=application.fingerprint,
            requested=application.requested,
        ),
    )


def _snapshot(
    application: Application,
    call: Call,
    form: FormDefinition,
    parts: Parts,
    received_at: datetime,
    signature: Signature | None,
) -> dict[str, Any]:
    return {
        "call": call.reference,
        "reference": application.reference,
        "received_at": _instant(received_at),
        "track": application.track,
        "title": application.title,
        "themes": application.themes,
        "theme_names": {
            code: name for code, name in parts.themes_called.items() if code in application.themes
        },
        "sections": [_section(application, parts, section) for section in form.questions(By.LEAD)],
        **plan_content(form, parts, call.published_at, received_at),
        "consultation": application.consultation,
        "requested": f"{application.requested:.2f}",
        "version": application.version,
        "parties": [_party(application, form, parts, party) for party in parts.on_board],
        "documents": [_document(document) for document in parts.documents],
        "designation_note": parts.note,
        "signature": msgspec.to_builtins(signature),
    }


def _replaced(application: Application) -> dict[str, Any]:
    """Which version this one takes the place of, where the lead changed what was submitted."""
    if application.received_at is None:
        return {}
    return {
        "replaces": {
            "received_at": _instant(application.received_at),
            "fingerprint": application.fingerprint,
        }
    }


def _section(
    application: Application, parts: Parts, section: FormSection, party_id: UUID | None = None
) -> dict[str, Any]:
    answers = answers_of(application, parts, section, party_id, confidential=True)
    line = parts.section(section.key, party_id)
    return {
        "key": section.key,
        "title": section.title,
        "answers": [
            _answer(field, answer, line.salts.get(field.key, "") if line else "", parts)
            for field, answer in answered(section, answers)
            if field.key not in (TITLE, THEMES)
        ],
    }


def _answer(field: Field, answer: Answer, salt: str, parts: Parts) -> dict[str, Any]:
    """What was answered; of what is confidential only a hash, since every party can download this."""
    content: dict[str, Any] = {"key": field.key, "label": field.label, "type": field.type.value}
    if field.confidential:
        return {**content, "confidential": True, "sha256": salted_hash(answer, salt) if answer else None}
    chosen = [answer] if isinstance(answer, str) else answer
    if field.options:
        content["chosen"] = [option.label for option in field.options if option.key in chosen]
    if field.type is FieldType.THEMES:
        content["chosen"] = [name for code, name in parts.themes_called.items() if code in chosen]
    return {**content, "answer": answer}


def _party(application: Application, form: FormDefinition, parts: Parts, party: PartyLine) -> dict[str, Any]:
    at = party.confirmed_at if party.confirmed else None
    return {
        "institution": party.institution,
        "beneficiary": party.beneficiary,
        "designation": party.designation,
        "lead": party.is_lead,
        "role": party.role,
        "amount": f"{party.amount:.2f}",
        "contact_name": party.contact_name,
        "contact_email": party.contact_email,
        "sections": [_section(application, parts, section, party.id) for section in form.questions(By.PARTY)],
        "confirmation": {
            "signatory_name": party.signatory_name,
            "signatory_function": party.signatory_function,
            "confirmed_at": _instant(at),
            "version": party.confirmed_version,
        }
        if at
        else None,
    }


def _document(document: DocumentLine) -> dict[str, Any]:
    return {
        "name": document.name,
        "kind": document.kind,
        "size": document.size,
        "sha256": document.sha256,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def note_late_attempt(tx: Tx, application_id: UUID, *, at: datetime, reasons: tuple[str, ...]) -> None:
    """Write down that a submission was refused because the time was over, for the minutes of the opening."""
    application = await tx.lock(Application, application_id)
    codes = sorted(set(reasons))
    tx.add(
        LateAttempt(
            id=new_id(), application_id=application_id, call_id=application.call_id, at=at, reasons=codes
        )
    )
    await record(
        tx,
        LateSubmissionRefused(
            application_id=application_id, call_id=application.call_id, at=at, reasons=codes
        ),
    )
