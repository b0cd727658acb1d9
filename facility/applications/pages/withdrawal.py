"""Changing what was submitted, withdrawing and taking up again (the lead), leaving (a partner)."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.access import BY_LEAD, BY_PARTY
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.content import PartyLine
from facility.applications.rules.drafting import MAX_REASON
from facility.applications.rules.withdrawal import may_withdraw
from facility.applications.service.changing_submitted import begin_changes, discard_changes
from facility.applications.service.withdrawal import leave, take_up_again, withdraw
from facility.refused import refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/applications/{application_id:uuid}/withdraw", opt=BY_LEAD)
async def withdraw_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Says what withdrawing does."""
    application = await shown(read, application_id)
    may_withdraw(application.status, application.call_decided_at, clock.now())
    if application.call_decided_at is not None:
        refuse("award_stands")
    return view.page("applications/withdraw.html", application=application)


@post("/applications/{application_id:uuid}/withdraw", opt=BY_LEAD)
async def withdraw_application(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Withdraws."""
    Fields(form).check()
    await withdraw(tx, application_id)
    return view.go(f"/applications/{application_id}", _("The application is withdrawn."))


@post("/applications/{application_id:uuid}/take-up", opt=BY_LEAD)
async def take_up(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Makes it a draft again."""
    Fields(form).check()
    await take_up_again(tx, application_id)
    return view.go(
        f"/applications/{application_id}",
        _("The application is a draft again. It only counts if you submit it before the call closes."),
    )


@post("/applications/{application_id:uuid}/edit-again", opt=BY_LEAD)
async def edit_again(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Opens what was submitted for editing; it stays submitted as it is."""
    Fields(form).check()
    await begin_changes(tx, application_id)
    return view.go(
        f"/applications/{application_id}",
        _("You can edit it now. What you submitted stays valid until you submit again."),
    )


@get("/applications/{application_id:uuid}/discard-edits", opt=BY_LEAD)
async def discard_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Says what is lost."""
    application = await shown(read, application_id)
    if application.changing_since is None:
        refuse("nothing_changed")
    return view.page("applications/discard.html", application=application)


@post("/applications/{application_id:uuid}/discard-edits", opt=BY_LEAD)
async def discard(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Goes back to what was submitted."""
    Fields(form).check()
    await discard_changes(tx, application_id)
    return view.go(
        f"/applications/{application_id}",
        _("Your changes have been discarded. The application is again as you submitted it."),
    )


def _own(view: render.View, application: ApplicationShown) -> PartyLine:
    """The visitor's institution's part, if it is a partner's. Raises Refused ("lead_cannot_leave")."""
    own = next(p for p in application.parts.on_board if p.institution_id == view.me.institution_id)
    if own.is_lead:
        refuse("lead_cannot_leave")
    return own


@get("/applications/{application_id:uuid}/leave", opt=BY_PARTY)
async def leave_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Says what leaving does, and asks for the reason."""
    application = await shown(read, application_id)
    own = _own(view, application)
    return view.page("applications/leave.html", application=application, own=own, form=Fields.showing())


@post("/applications/{application_id:uuid}/leave", opt=BY_PARTY)
async def leave_application(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """The partner leaves; eligibility is put to the test again."""
    fields = Fields(form)
    missing = _("Enter the reason for leaving.")
    reason = fields.text("reason", missing=missing, most=MAX_REASON, multiline=True)
    application = await shown(await tx.session.connection(), application_id)
    own = _own(view, application)

    async def again(_connection: AsyncConnection, status: int) -> Page:
        return view.page(
            "applications/leave.html", status=status, application=application, own=own, form=fields
        )

    async with redrawn(tx, fields, again):
        await leave(tx, own.id, reason=reason)
    return view.go(
        "/applications", _("Your institution has left the application. The lead has been informed.")
    )


HANDLERS = [
    edit_again,
    discard_form,
    discard,
    withdraw_form,
    withdraw_application,
    take_up,
    leave_form,
    leave_application,
]
