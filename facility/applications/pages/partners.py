"""Partners of a draft: who, with which role and amount, whom to ask there, and whether they have confirmed."""

from decimal import Decimal
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.institutions import chosen_or_added
from facility.accounts.picker import only_searching, picker, read_choice
from facility.applications import queries
from facility.applications.pages.shared import BY_LEAD, WORDS, draft, edit_of, party_of, save
from facility.applications.pages.tasks import part_tasks
from facility.applications.queries import ApplicationShown, PartyLine
from facility.applications.rules import ASKABLE
from facility.applications.service import add_party, change_party, invite_party, remove_party
from facility.web import render
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, ngettext

MAX_ROLE = 1000


class Part(msgspec.Struct, frozen=True):
    """What the form of a party says; amount in EUR."""

    role: str
    amount: Decimal
    contact_name: str
    contact_email: str


def _read(fields: Fields, application: ApplicationShown) -> Part:
    return Part(
        role=fields.text("role", most=MAX_ROLE, multiline=True),
        # Where the budget is by lines, the amount follows from them.
        amount=Decimal(0) if application.asks_lines else fields.eur("amount"),
        contact_name=fields.text("contact_name"),
        contact_email=fields.email("contact_email"),
    )


@get("/applications/{application_id:uuid}/partners", opt=BY_LEAD)
async def partners(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Who takes part, for how much, and how far the confirmations are."""
    application = await draft(read, application_id)
    askable = [party for party in application.parts.partners if party.confirmation in ASKABLE]
    own_parts = {
        party.id: list(part_tasks(application, party, f"{_here(application)}/{party.id}/part", own=False))
        for party in application.parts.partners
    }
    return view.page(
        "applications/partners.html",
        application=application,
        askable=askable,
        own_parts=own_parts,
        **WORDS,
    )


def _here(application: ApplicationShown) -> str:
    return f"/applications/{application.id}/parties"


async def _form(
    view: render.View,
    connection: AsyncConnection,
    application: ApplicationShown,
    party: PartyLine | None,
    fields: Fields,
    status: int = 200,
    question: str = "",
) -> Page:
    """The form of a party; without one, of a new partner, whose institution is searched for."""
    choice = {} if party else await picker(connection, fields, "institution_id")
    return view.page(
        "applications/party.html",
        status=status,
        application=application,
        party=party,
        form=fields,
        question=question,
        **choice,
        **WORDS,
    )


@get("/applications/{application_id:uuid}/partners/add", opt=BY_LEAD)
async def add_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Asks for a further partner."""
    return await _form(view, read, await draft(read, application_id), None, Fields.showing())


@post("/applications/{application_id:uuid}/partners/add", opt=BY_LEAD)
async def add(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Adds a partner; nobody is told yet."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    if only_searching(fields, "institution_id"):
        fields.errors.clear()
        connection = await tx.session.connection()
        return await _form(view, connection, await draft(connection, application_id), None, fields)
    before = await draft(await tx.session.connection(), application_id)
    institution, part = read_choice(fields, "institution_id"), _read(fields, before)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await draft(connection, application_id)
        return await _form(view, connection, application, None, fields, status, question)

    async def command() -> None:
        partner = await chosen_or_added(tx, institution, field="institution_id")
        await add_party(
            tx,
            application_id,
            institution_id=partner.id,
            version=version,
            may_void=may_void,
            **msgspec.structs.asdict(part),
        )

    await save(tx, fields, command, again)
    return view.go(
        f"/applications/{application_id}/partners",
        _("The partner is added. Ask for its confirmation once the application says what you want."),
    )


@get("/applications/{application_id:uuid}/parties/{party_id:uuid}", opt=BY_LEAD)
async def change_form(
    view: View, read: Read, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """A party with what is stored of it."""
    application = await draft(read, application_id)
    party = party_of(application, party_id)
    values: dict[str, str | list[str]] = {
        "role": party.role,
        "amount": shown(party.amount),
        "contact_name": party.contact_name,
        "contact_email": party.contact_email,
    }
    return await _form(view, read, application, party, Fields.showing(values))


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}", opt=BY_LEAD)
async def change(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Saves it. A corrected address gets the mail again, and the old link stops working."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    shown_before = await queries.shown(await tx.session.connection(), application_id)
    part, before = _read(fields, shown_before), party_of(shown_before, party_id)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await draft(connection, application_id)
        party = party_of(application, party_id)
        return await _form(view, connection, application, party, fields, status, question)

    changed = await save(
        tx,
        fields,
        lambda: change_party(
            tx, party_id, version=version, may_void=may_void, **msgspec.structs.asdict(part)
        ),
        again,
    )
    told = _("Saved.")
    if changed.invited_at != before.invited_at:
        told = _("Saved. The mail goes to the new address, and the old link no longer works.")
    return view.go(f"/applications/{application_id}/partners", told)


@post("/applications/{application_id:uuid}/partners/ask", opt=BY_LEAD)
async def ask_all(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Asks every partner for confirmation that has neither confirmed nor been asked for this version."""
    Fields(form).check()
    application = await draft(await tx.session.connection(), application_id)
    asked = [party for party in application.parts.partners if party.confirmation in ASKABLE]
    for party in asked:
        await invite_party(tx, party.id)
    return view.go(
        f"/applications/{application_id}/partners",
        ngettext(
            "The mail to {count} partner is on its way.",
            "The mails to {count} partners are on their way.",
            len(asked),
        ),
    )


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/ask", opt=BY_LEAD)
async def ask(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], party_id: FromPath[UUID]
) -> Page:
    """Asks one partner, or reminds it; an earlier link stops working."""
    Fields(form).check()
    party = party_of(await draft(await tx.session.connection(), application_id), party_id)
    await invite_party(tx, party_id)
    return view.go(
        f"/applications/{application_id}/partners",
        _("The mail is on its way. An earlier link no longer works.")
        if party.invited_at
        else _("The mail is on its way."),
    )


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


HANDLERS = [partners, add_form, add, change_form, change, ask_all, ask, remove_form, remove]
