"""The outbox: every mail with its fate."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.operations.access import READS_MAILS
from facility.operations.queries import mails
from facility.operations.service import parked
from facility.operations.words import MAIL_STATES
from facility.outbox.models import MailState
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.stops import Wrong


def states() -> dict[str, tuple[str, str]]:
    """The states of a mail with their words and kinds."""
    return {state.value: (translated(label), kind) for state, (label, kind) in MAIL_STATES.items()}


def sends_mail(view: View) -> bool:
    """False on a machine without a mail server, where mails stay in the outbox."""
    return view.renderer.settings.smtp_url is not None


@get("/operations/outbox", opt={"allow": READS_MAILS})
async def outbox(
    view: View,
    read: Read,
    fate: FromQuery[str] = "",
    same: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """All mails, newest first; in one state, or to one address."""
    fate = fate if fate in set(MailState) else ""
    lines, older = await mails.mails(read, view.me.id, state=fate, same=same, before=before)
    return view.page(
        "operations/outbox.html",
        mails=lines,
        older=older,
        counts=await mails.counts(read),
        states=states(),
        fate=fate,
        same=same,
        before=before,
        sends_mail=sends_mail(view),
        form=Fields.showing(),
    )


@post("/operations/outbox", opt={"allow": READS_MAILS})
async def find_mails(view: View, tx: Tx, form: Form) -> Page:
    """Look for the mails to an address: sent as a form, since an address has no place in a page's own."""
    connection = await tx.session.connection()
    fields = Fields(form)
    address = fields.email("email")
    latest = await mails.latest_to(connection, address, view.me.id) if fields.are_right() else None
    if latest is None and fields.are_right():
        fields.wrong("email", _("No mail went to this address."))
    if latest is None:
        raise Wrong(await _nothing_found(view, connection, fields))
    return view.go(f"/operations/outbox?same={latest}")


async def _nothing_found(view: View, connection: AsyncConnection, fields: Fields) -> Page:
    return view.page(
        "operations/outbox.html",
        status=422,
        mails=[],
        older=None,
        counts=await mails.counts(connection),
        states=states(),
        fate="",
        same=None,
        before=None,
        sends_mail=sends_mail(view),
        form=fields,
    )


@get("/operations/outbox/{mail_id:uuid}", opt={"allow": READS_MAILS})
async def mail(view: View, read: Read, mail_id: FromPath[UUID]) -> Page:
    """One mail. What it says about the procedure is not for an administrator, nor for anybody while it is sealed."""
    shown = await mails.mail(read, mail_id, view.me.id)
    may_read = (view.me.has(Role.SECRETARIAT) and not shown.withheld) or shown.about_accounts
    renderer = view.renderer
    return view.page(
        "operations/mail.html",
        mail=shown,
        words=mails.withheld(renderer.environment, shown, renderer.settings.base_url) if may_read else None,
        states=states(),
        may_send=view.me.has(Role.ADMINISTRATOR) and shown.state == MailState.PARKED,
    )


@post("/operations/outbox/{mail_id:uuid}/again", opt={"allow": allow(Role.ADMINISTRATOR)})
async def send_again(view: View, tx: Tx, form: Form, mail_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await parked.send_again(tx, mail_id)
    return view.go(f"/operations/outbox/{mail_id}", _("The mail is queued again."))


HANDLERS: list[Any] = [outbox, find_mails, mail, send_again]
