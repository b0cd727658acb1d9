"""Checking the answers, submitting, and the receipt: page, canonical JSON and PDF."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications import words
from facility.applications.access import BY_LEAD, BY_PARTY
from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries import application as application_queries
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.receipt import receipt_of
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import DECLARATIONS, Signature, canonical
from facility.applications.service.receipt import application_on_paper, json_name, receipt_on_paper, received
from facility.applications.service.submission import note_late_attempt, submit
from facility.applications.words import WORDS
from facility.refused import Reason, Refused, refuse
from facility.web import render
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.carried import stamp
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence

# The canonical JSON holds what was said of casework and whom to ask: for the parties and the secretariat.
BY_PARTY_OR_SECRETARIAT = {
    "allow": allow(Role.OFFICER.when("application.party"), Role.SECRETARIAT, hidden=True)
}


def _check_page(
    view: render.View,
    application: ApplicationShown,
    fields: Fields,
    reasons: tuple[Reason, ...],
    unsaved: list[str],
    status: int = 200,
) -> Page:
    return view.page(
        "applications/check.html",
        status=status,
        unsaved=[
            (section.title, tasks.address(application, section.key))
            for section in tasks.sections(application)
            if section.key in unsaved
        ],
        application=application,
        form=fields,
        whys=tasks.whys(application, reasons),
        declared=words.DECLARED,
        **WORDS,
    )


@get("/applications/{application_id:uuid}/check", opt=BY_LEAD)
async def check(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Everything that would be submitted, what stands against it, and the declarations."""
    application = await draft(read, application_id)
    values: dict[str, str | list[str]] = {"signatory_name": view.me.name}
    unsaved = (await Unsaved.of(read, application, view.me.id)).sections()
    reasons = application.reasons_now(clock.now())
    return _check_page(view, application, Fields.showing(values), reasons, unsaved)


@post("/applications/{application_id:uuid}/submit", opt=BY_LEAD)
async def submit_application(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Submits, received at the instant when this request was there; or says everything that stands against it."""
    fields = Fields(form)
    signature = Signature(
        name=fields.text("signatory_name"),
        function=fields.text("signatory_function"),
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

    async with redrawn(tx, fields, not_submitted, late=True, trace=note_if_late):
        await submit(tx, application_id, received_at=tx.now, signature=signature, version=version, read=read)
    return view.go(f"/applications/{application_id}/receipt")


def _read_at(fields: Fields) -> datetime | None:
    """When what was read before signing had been saved."""
    return stamp(fields.text("read", required=False, most=40))


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
            _("It has already been submitted. Nothing was submitted twice."),
        )
    if not application.editable or refused.kind == "forbidden":
        raise refused
    unsaved = (await Unsaved.of(connection, application, view.me.id)).sections()
    if refused.kind == "invalid":
        _name_declarations(fields)
        return _check_page(view, application, fields, application.reasons_now(at), unsaved, fields.status)
    if "edited_meanwhile" in refused.codes:
        fields.wrong("", sentence(refused.reasons[0]))
        return _check_page(view, application, fields, application.reasons_now(at), unsaved, 409)
    return _check_page(view, application, fields, tuple(refused.reasons), unsaved, 409)


def _name_declarations(fields: Fields) -> None:
    # A wrong field stops the form before the rule looks: name the unticked declarations too, all at once.
    for name in DECLARATIONS:
        if not fields.yes(name) and name not in fields.errors:
            fields.wrong(name, sentence(Reason("declaration_missing")))
    # In the order of the page.
    place = {name: number for number, name in enumerate(DECLARATIONS)}
    fields.errors = dict(sorted(fields.errors.items(), key=lambda error: place.get(error[0], len(place))))


@get("/applications/{application_id:uuid}/receipt", opt=BY_PARTY)
async def receipt(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Reference, instant and fingerprint, and how to recompute it."""
    receipt = await receipt_of(read, application_id)
    return view.page("applications/receipt.html", receipt=receipt, filename=json_name(receipt))


@get("/applications/{application_id:uuid}/receipt.json", opt=BY_PARTY_OR_SECRETARIAT)
async def receipt_json(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The very bytes that the fingerprint covers."""
    application = await _submitted(view, read, application_id)
    snapshot = await application_queries.snapshot(read, application_id)
    return view.download(canonical(snapshot), json_name(application), "application/json")


async def _submitted(view: render.View, read: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """What was submitted; to the secretariat not before it is opened."""
    application = received(await shown(read, application_id))
    if view.me.has(Role.SECRETARIAT) and application.sealed:
        refuse("not_found", kind="missing", what="receipt")
    return application


@get("/applications/{application_id:uuid}/receipt.pdf", opt=BY_PARTY)
async def receipt_as_pdf(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The receipt on paper."""
    application = received(await shown(read, application_id))
    paper = await receipt_on_paper(read, view.renderer.environment, application)
    return view.download(paper.content, paper.filename, paper.mime)


@get("/applications/{application_id:uuid}/application.pdf", opt=BY_PARTY_OR_SECRETARIAT)
async def application_as_pdf(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The whole application on paper, as it was submitted."""
    application = await _submitted(view, read, application_id)
    paper = await application_on_paper(read, view.renderer.environment, application)
    return view.download(paper.content, paper.filename, paper.mime)


HANDLERS = [check, submit_application, receipt, receipt_json, receipt_as_pdf, application_as_pdf]
