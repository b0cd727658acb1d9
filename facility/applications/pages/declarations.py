"""The last step of an application: the declarations, who signs, and submitting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications import words
from facility.applications.access import BY_LEAD
from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import DECLARATIONS, Signature
from facility.applications.service.submission import note_late_attempt, submit
from facility.applications.words import WORDS
from facility.refused import Reason, Refused
from facility.web import render
from facility.web.again import redrawn
from facility.web.carried import instant, stamp
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, translated
from facility.web.sentences import sentence

ALREADY_SUBMITTED = N_("It has already been submitted. Nothing was submitted twice.")


async def _page(
    view: render.View,
    connection: AsyncConnection,
    application: ApplicationShown,
    fields: Fields,
    reasons: Sequence[Reason] = (),
    status: int = 200,
) -> Page:
    return view.page(
        "applications/declarations.html",
        status=status,
        application=application,
        form=fields,
        unsaved=tasks.links(application, (await Unsaved.of(connection, application, view.me.id)).sections()),
        whys=tasks.whys(application, reasons),
        declared=words.DECLARED,
        **WORDS,
    )


@get("/applications/{application_id:uuid}/declarations", opt=BY_LEAD)
async def declarations(
    view: View, read: Read, application_id: FromPath[UUID], seen: FromQuery[str] = ""
) -> Page:
    """What is declared, and by whom; while something is missing, what. seen: when the text that was checked had been saved."""
    application = await draft(read, application_id)
    if application.reasons_now(clock.now()):
        return view.go(f"/applications/{application_id}/check")
    fields = Fields.showing({"signatory_name": view.me.name})
    if instant(seen) not in (None, application.saved_at):
        fields.wrong("", sentence(Reason("edited_meanwhile")))
    return await _page(view, read, application, fields)


@post("/applications/{application_id:uuid}/submit", opt=BY_LEAD)
async def submit_application(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Submits, received at the instant when this request was there; or says everything that stands against it."""
    fields = Fields(form)
    signature = Signature(
        name=fields.text("signatory_name", missing=sentence(Reason("signatory_missing"))),
        function=fields.text("signatory_function", missing=sentence(Reason("function_missing"))),
        declared=tuple(name for name in DECLARATIONS if fields.yes(name)),
    )
    version = fields.integer("version", 1, 999_999_999)
    read = _read_at(fields)

    async def not_submitted(connection: AsyncConnection, _status: int) -> Page:
        return await _not_submitted(view, connection, application_id, fields, tx.now)

    async def note_if_late(refused: Refused) -> None:
        # That somebody tried is kept for the minutes of the opening.
        if "late" in refused.codes:
            await note_late_attempt(tx, application_id, at=tx.now, reasons=refused.codes)

    async with redrawn(tx, fields, not_submitted, late=True, own_words=True, trace=note_if_late):
        await submit(tx, application_id, received_at=tx.now, signature=signature, version=version, read=read)
    return view.go(f"/applications/{application_id}/receipt")


def _read_at(fields: Fields) -> datetime | None:
    """When what was read before signing had been saved."""
    return stamp(fields.hidden("read"))


async def _not_submitted(
    view: render.View, connection: AsyncConnection, application_id: UUID, fields: Fields, at: datetime
) -> Page:
    """The page again, 422 for the form and 409 for the application, with each reason and the way to mend it."""
    refused = fields.refusal
    assert refused is not None, "a page is drawn again after a refusal"
    application = await shown(connection, application_id)
    if application.status is ApplicationStatus.SUBMITTED and not application.editable:
        # A second press of the button, or a colleague who was faster: what they want to know is that it is in.
        return view.go(
            f"/applications/{application_id}/receipt",
            translated(ALREADY_SUBMITTED),
        )
    if not application.editable or refused.kind == "forbidden":
        raise refused
    if refused.kind == "invalid":
        _name_declarations(fields)
        return await _page(view, connection, application, fields, application.reasons_now(at), fields.status)
    if "edited_meanwhile" in refused.codes:
        fields.wrong("", sentence(refused.reasons[0]))
        return await _page(view, connection, application, fields, application.reasons_now(at), 409)
    return await _page(view, connection, application, fields, refused.reasons, 409)


def _name_declarations(fields: Fields) -> None:
    # A wrong field stops the form before the rule looks: name the unticked declarations too, all at once.
    for name in DECLARATIONS:
        if not fields.yes(name) and name not in fields.errors:
            fields.wrong(name, sentence(Reason("declaration_missing")))
    # In the order of the page.
    place = {name: number for number, name in enumerate(DECLARATIONS)}
    fields.errors = dict(sorted(fields.errors.items(), key=lambda error: place.get(error[0], len(place))))


HANDLERS = [declarations, submit_application]
