"""A partner's view of an application, and its answer by an officer who is signed in."""

from uuid import UUID

from litestar import post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import words
from facility.applications.access import BY_PARTY
from facility.applications.pages.answering import give_answer, read_answer, side_of
from facility.applications.pages.drafts import draft
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.content import PartyLine
from facility.applications.queries.history import told_to_parties
from facility.applications.queries.tracker import tracker
from facility.applications.words import WORDS
from facility.refused import refuse
from facility.web import render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Tx, View
from facility.web.i18n import _


def own_party(view: render.View, application: ApplicationShown) -> PartyLine:
    """The part of the visitor's institution."""
    return next(p for p in application.parts.on_board if p.institution_id == view.me.institution_id)


async def partner_page(
    view: render.View,
    connection: AsyncConnection,
    application: ApplicationShown,
    fields: Fields,
    status: int = 200,
) -> Page:
    """What the application says, and while it is a draft the partner's own part and its answer."""
    own = own_party(view, application)
    side = None
    if application.editable and not application.ended:
        here = f"/applications/{application.id}/part"
        side = await side_of(connection, application, own, here, view.me.id)
    return view.page(
        "applications/partner.html",
        status=status,
        application=application,
        own=own,
        side=side,
        tracker=await tracker(connection, application.id, staff=False) if application.received_at else None,
        form=fields,
        question=question_of(fields),
        state=words.told_to_parties(application.status, decided=application.call_decided_at is not None),
        history=await told_to_parties(connection, application.id),
        **WORDS,
    )


@post("/applications/{application_id:uuid}/answer", opt=BY_PARTY)
async def answer(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Confirms with a named signatory, declines, or asks for a change."""
    application = await draft(await tx.session.connection(), application_id)
    if application.ended:
        refuse("application_ended")
    own = own_party(view, application)
    if own.is_lead:
        refuse("lead_needs_no_confirmation")
    fields = Fields(form)
    answered = read_answer(fields)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await partner_page(view, connection, await shown(connection, application_id), fields, status)

    async with redrawn(tx, fields, again):
        await give_answer(tx, own.id, answered)
    if answered.choice == "decline":
        return view.go("/applications", _("Your institution has declined. The lead has been informed."))
    return view.go(
        f"/applications/{application_id}", _("Your answer has been saved. The lead has been informed.")
    )


HANDLERS = [answer]
