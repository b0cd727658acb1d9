"""Working copies of a party's own sections, for its officers."""

from uuid import UUID

from litestar import post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.keeping import keep_typed
from facility.applications.pages.own_part import officers_seat
from facility.applications.pages.shared import BY_PARTY
from facility.applications.service import end_copies
from facility.calls.rules.forms import FormSection
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Tx, View
from facility.web.i18n import _


@post("/applications/{application_id:uuid}/part/{section:str}/copy", opt=BY_PARTY)
async def keep_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Keeps what is typed for this person, whatever it is."""

    async def find(connection: AsyncConnection) -> tuple[FormSection, UUID]:
        seat = await officers_seat(view, application_id)(connection)
        return seat.section(section), seat.party.id

    return await keep_typed(view, form, tx, application_id, find)


@post("/applications/{application_id:uuid}/part/{section:str}/discard", opt=BY_PARTY)
async def discard_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Forgets what this person has typed and not saved."""
    Fields(form).check()
    seat = await officers_seat(view, application_id)(await tx.session.connection())
    await end_copies(tx, application_id, seat.party.id, [seat.section(section).key])
    return view.go(f"{seat.here}/{section}", _("Discarded. This is what is saved."))


HANDLERS = [keep_part, discard_part]
