"""Partners of a draft: the list with how far the confirmations are, asking for them, removing one."""

from uuid import UUID

from litestar import get, post

from facility.applications.access import BY_LEAD
from facility.applications.pages import party_form, tasks
from facility.applications.pages.drafts import draft, edit_of, party_of
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries.application import ApplicationShown
from facility.applications.rules.confirmation import ASKABLE
from facility.applications.service.confirmations import invite_party
from facility.applications.service.parties import remove_party
from facility.applications.words import WORDS
from facility.calls.rules.forms import SectionKind
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, ngettext


@get("/applications/{application_id:uuid}/partners", opt=BY_LEAD)
async def partners(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Who takes part, for how much, and how far the confirmations are."""
    application = await draft(read, application_id)
    unsaved = await Unsaved.of(read, application, view.me.id)
    askable = [party for party in application.parts.partners if party.confirmation in ASKABLE]
    own_parts = {
        party.id: list(
            tasks.part_tasks(
                application,
                party,
                f"{_here(application)}/{party.id}/part",
                own=False,
                unsaved=unsaved.part(party),
            )
        )
        for party in application.parts.partners
    }
    return view.page(
        "applications/partners.html",
        application=application,
        askable=askable,
        own_parts=own_parts,
        kept=unsaved.parties(),
        following=tasks.following(application, application.form.of(SectionKind.PARTNERS)),
        **WORDS,
    )


def _here(application: ApplicationShown) -> str:
    return f"/applications/{application.id}/parties"


@post("/applications/{application_id:uuid}/partners/ask", opt=BY_LEAD)
async def ask_all(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Asks every partner for confirmation that has neither confirmed nor been asked for this version."""
    Fields(form).check()
    application = await draft(await tx.session.connection(), application_id)
    askable = [party for party in application.parts.partners if party.confirmation in ASKABLE]
    for party in askable:
        await invite_party(tx, party.id)
    return view.go(
        f"/applications/{application_id}/partners",
        ngettext(
            "The mail to {count} partner is on its way.",
            "The mails to {count} partners are on their way.",
            len(askable),
        ),
    )


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/ask", opt=BY_LEAD)
async def ask(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Asks one partner, or reminds it; an earlier link stops working."""
    Fields(form).check()
    party = party_of(await draft(await tx.session.connection(), application_id), party_id)
    invited = await invite_party(tx, party_id)
    if invited.invited_at != tx.now:
        message = _("You asked this partner a moment ago. The mail is on its way.")
    elif party.invited_at:
        message = _("The mail is on its way. An earlier link no longer works.")
    else:
        message = _("The mail is on its way.")
    return view.go(f"/applications/{application_id}/partners", message)


@get("/applications/{application_id:uuid}/parties/{party_id:uuid}/remove", opt=BY_LEAD)
async def remove_form(
    view: View, read: Read, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Says what removing a partner does."""
    application = await draft(read, application_id)
    return view.page(
        "applications/remove_party.html", application=application, party=party_of(application, party_id)
    )


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/remove", opt=BY_LEAD)
async def remove(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Takes a partner out of the draft; the page before has said that others must confirm again."""
    fields = Fields(form)
    version, _may_void = edit_of(fields)
    fields.check()
    party_of(await draft(await tx.session.connection(), application_id), party_id)
    await remove_party(tx, party_id, version=version)
    return view.go(f"/applications/{application_id}/partners", _("The partner is removed."))


HANDLERS = [partners, *party_form.HANDLERS, ask_all, ask, remove_form, remove]
