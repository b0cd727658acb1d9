"""What the lead of an exception writes down of its own consultations; what is typed and not saved is kept."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.applications.pages.drafts import draft, same_person
from facility.applications.pages.editing import typed_in, unsaved, values_of
from facility.applications.pages.keeping import kept, kept_for_you, kept_quietly
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import Copy, writing
from facility.applications.rules.drafting import MAX_CONSULTATION
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.service.documents import record_consultation, seal_of_consultation
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.refused import refuse
from facility.web import render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

KEY = CONSULTATION.key
MOST_SEAL = 64


async def _exception(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The draft. Refused: "not_a_draft", "wrong_track"."""
    application = await draft(connection, application_id)
    if application.track != "exception":
        refuse("wrong_track")
    return application


def _page(
    view: render.View,
    application: ApplicationShown,
    fields: Fields,
    *,
    seen: str | None = None,
    status: int = 200,
    copy: Copy | None = None,
) -> Page:
    """The form. seen: the seal on which what is typed rests, where that isn't the one that stands."""
    return view.page(
        "applications/consultation.html",
        status=status,
        application=application,
        field=CONSULTATION.fields[0],
        form=fields,
        seen=seen or seal_of_consultation(application.consultation),
        copy=copy,
        question=question_of(fields),
    )


@get("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def consultation_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Whom the lead has consulted on an exception, as this person has typed it, or as it is saved."""
    application = await _exception(read, application_id)
    stored = {KEY: application.consultation or ""}
    writers = await writing(read, application_id, application.parts.lead.id, KEY, view.me.id)
    if copy := unsaved(CONSULTATION, stored, writers.own):
        return _page(view, application, Fields.showing(values_of(copy.typed)), seen=copy.seal, copy=copy)
    return _page(view, application, Fields.showing(stored))


@post("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def save_consultation(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Saves it; it is not part of what partners confirm. What can't be saved comes back and is kept."""
    same_person(view, form)
    application = await _exception(await tx.session.connection(), application_id)
    fields = Fields(form)
    fields.ignore("then")
    seen = fields.text("seen", most=MOST_SEAL)
    text = fields.text(KEY, most=MAX_CONSULTATION, multiline=True)
    lead, typed = application.parts.lead.id, typed_in(CONSULTATION, form)

    async def again(connection: AsyncConnection, status: int) -> Page:
        # Whoever is shown what somebody else saved goes on from there.
        rests_on = None if question_of(fields) else seen
        return _page(view, await _exception(connection, application_id), fields, seen=rests_on, status=status)

    trace = kept(lambda: keep_copy(tx, application_id, lead, KEY, typed, seal=seen))
    async with redrawn(tx, fields, again, trace=trace):
        await record_consultation(tx, application_id, text, seen=seen)
    await end_copies(tx, application_id, lead, [KEY])
    return view.go(f"/applications/{application_id}", _("Saved."))


@post("/applications/{application_id:uuid}/consultation/copy", opt=BY_LEAD)
async def keep_consultation(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Keeps what is typed for this person, whatever it is."""
    same_person(view, form)
    application = await _exception(await tx.session.connection(), application_id)
    fields = Fields(form)
    typed = typed_in(CONSULTATION, form)
    fields.ignore("then", *typed)
    seen = fields.text("seen", most=MOST_SEAL)
    fields.check()
    await keep_copy(tx, application_id, application.parts.lead.id, KEY, typed, seal=seen)
    return kept_quietly(view, f"/applications/{application_id}", kept_for_you())


@post("/applications/{application_id:uuid}/consultation/discard", opt=BY_LEAD)
async def discard_consultation(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Forgets what this person has typed and not saved."""
    Fields(form).check()
    application = await _exception(await tx.session.connection(), application_id)
    await end_copies(tx, application_id, application.parts.lead.id, [KEY])
    return view.go(f"/applications/{application_id}/consultation", _("Discarded. This is the saved version."))


HANDLERS = [consultation_form, save_consultation, keep_consultation, discard_consultation]
