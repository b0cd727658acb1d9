"""Another institution in the place of a partner."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.forms import only_searching, picker, read_choice
from facility.accounts.service.institutions import chosen_or_added
from facility.applications.access import BY_LEAD
from facility.applications.pages.drafts import edit_of, party_of
from facility.applications.queries.application import shown
from facility.applications.rules.confirmation import may_replace
from facility.applications.service.replacement import replace_party
from facility.applications.words import CONTACT_MISSING, WORDS
from facility.web import render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated


async def _page(
    view: render.View,
    connection: AsyncConnection,
    application_id: UUID,
    party_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    application = await shown(connection, application_id)
    party = party_of(application, party_id)
    may_replace(editable=application.editable, is_lead=party.is_lead, left=False)
    return view.page(
        "applications/replace_party.html",
        status=status,
        application=application,
        party=party,
        form=fields,
        question=question_of(fields),
        **await picker(connection, fields, "institution_id"),
        **WORDS,
    )


@get("/applications/{application_id:uuid}/parties/{party_id:uuid}/replace", opt=BY_LEAD)
async def replace_form(
    view: View, read: Read, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Who comes, and what that does."""
    return await _page(view, read, application_id, party_id, Fields.showing())


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/replace", opt=BY_LEAD)
async def replace(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """One goes, another comes and is asked at once; others who had confirmed are asked again."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    if only_searching(fields, "institution_id"):
        fields.errors.clear()
        return await _page(view, await tx.session.connection(), application_id, party_id, fields)
    party_of(await shown(await tx.session.connection(), application_id), party_id)
    institution = read_choice(fields, "institution_id")
    contact_name = fields.text("contact_name", missing=translated(CONTACT_MISSING))
    contact_email = fields.email("contact_email")

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, party_id, fields, status)

    async with redrawn(tx, fields, again):
        partner = await chosen_or_added(tx, institution, field="institution_id")
        await replace_party(
            tx,
            party_id,
            institution_id=partner.id,
            contact_name=contact_name,
            contact_email=contact_email,
            version=version,
            may_void=may_void,
        )
    return view.go(
        f"/applications/{application_id}/partners",
        _("The partner is replaced. The mail to the new one is on its way."),
    )


HANDLERS = [replace_form, replace]
