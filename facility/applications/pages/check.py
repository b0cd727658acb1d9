"""Checking the answers, and what was submitted: the receipt as a page, canonical JSON and PDF."""

from uuid import UUID

from litestar import get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.access import BY_LEAD, BY_PARTY
from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries import application as application_queries
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.receipt import receipt_of
from facility.applications.rules.submission import canonical
from facility.applications.service.receipt import application_on_paper, json_name, receipt_on_paper, received
from facility.applications.words import WORDS
from facility.refused import refuse
from facility.web import render
from facility.web.access import Role, allow
from facility.web.handler import FromPath, Page, Read, View

# The canonical JSON holds what was said of casework and whom to ask: for the parties and the secretariat.
BY_PARTY_OR_SECRETARIAT = {
    "allow": allow(Role.OFFICER.when("application.party"), Role.SECRETARIAT, hidden=True)
}


@get("/applications/{application_id:uuid}/check", opt=BY_LEAD)
async def check(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Everything that would be submitted, and what is missing; where nothing is, the way to the declarations."""
    application = await draft(read, application_id)
    return view.page(
        "applications/check.html",
        application=application,
        unsaved=tasks.links(application, (await Unsaved.of(read, application, view.me.id)).sections()),
        whys=tasks.whys(application, application.reasons_now(clock.now())),
        **WORDS,
    )


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


HANDLERS = [check, receipt, receipt_json, receipt_as_pdf, application_as_pdf]
