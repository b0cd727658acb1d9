"""The form of a party of a draft: a new partner, or one that takes part, the lead among them."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.forms import only_searching, picker, read_choice
from facility.accounts.service.institutions import NewInstitution, chosen_or_added
from facility.applications.pages.drafts import draft, party_of
from facility.applications.pages.edit_form import (
    EditForm,
    EditState,
    Reading,
    Save,
    draw,
    form_handlers,
    save_form,
)
from facility.applications.pages.editing import Edited
from facility.applications.pages.versions import sent_in
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.content import PartyLine
from facility.applications.queries.writing import entry_version
from facility.applications.rules.entries import EntryKind, entry_key, party_answers
from facility.applications.rules.own_parts import MAX_ROLE
from facility.applications.service.parties import add_party, change_party
from facility.applications.words import CONTACT_MISSING
from facility.db import Tx
from facility.forms.checks import Answers
from facility.forms.reading import read
from facility.forms.sections import Section
from facility.forms.types import Field, T, ask
from facility.web import forms, render
from facility.web.fields import Fields
from facility.web.handler import Page
from facility.web.i18n import _, translated

INSTITUTION = "institution_id"
CHOSEN = (INSTITUTION, "institution_name", "kind", "beneficiary")
"""Fields by which an institution is chosen (`accounts.forms.read_choice`)."""


def _section(application: ApplicationShown, party: PartyLine | None) -> Section:
    does = _("For example: hosts the workshop, sends six investigators.")
    mails = _(
        "The link for the confirmation goes there. A correction sends it again, and the old link no longer works."
    )
    if party and party.is_lead:
        mails = _("Receipts and news about this application go there.")
    # Where the budget is by lines, the amount follows from them.
    amount = (
        () if application.asks_lines else (ask("amount", _("Amount for its part"), T.AMOUNT, _("May be 0.")),)
    )
    return Section(
        key=entry_key(EntryKind.PARTY, party.id if party else None),
        title=party.institution if party else _("Add a partner"),
        fields=(
            *(() if party else _institution()),
            ask(
                "role",
                _("What it does in this application"),
                T.LONG_TEXT,
                does,
                most=MAX_ROLE,
                missing=_("Enter what the institution does in this application."),
            ),
            *amount,
            ask(
                "contact_name",
                _("Contact person"),
                T.SHORT_TEXT,
                material=False,
                missing=translated(CONTACT_MISSING),
            ),
            ask("contact_email", _("Mail address"), T.MAIL, mails, material=False),
        ),
    )


def _institution() -> tuple[Field, ...]:
    """Which institution a new partner is: of the list, or with the particulars of one that is not on it."""
    labels = (_("Institution"), _("Name of the institution"), _("Kind"), _("Beneficiary"))
    return tuple(
        ask(key, label, T.SHORT_TEXT, material=False) for key, label in zip(CHOSEN, labels, strict=True)
    )


def _stored(party: PartyLine) -> Answers:
    return party_answers(
        role=party.role,
        amount=party.amount,
        contact_name=party.contact_name,
        contact_email=party.contact_email,
    )


def party_entries(application: ApplicationShown, keys: Collection[str]) -> Iterator[tuple[Section, Answers]]:
    """The parties on board with these keys and what is saved of them, a new partner among them."""
    for party in (*application.parts.on_board, None):
        if entry_key(EntryKind.PARTY, party.id if party else None) in keys:
            yield _section(application, party), _stored(party) if party else {}


class PartyForm(msgspec.Struct, frozen=True):
    """The form of a party; party_id: None for a new partner, whose institution is searched for."""

    application_id: UUID
    party_id: UUID | None = None
    template: str = "applications/party.html"

    async def find(self, connection: AsyncConnection) -> Edited:
        """The party. Raises Refused (missing)."""
        application = await draft(connection, self.application_id)
        party = party_of(application, self.party_id) if self.party_id else None
        section = _section(application, party)
        lead, here = application.parts.lead.id, f"/applications/{self.application_id}"
        return Edited(
            application=application,
            section=section,
            party_id=lead,
            here=f"{here}/parties/{self.party_id}" if party else f"{here}/partners/add",
            back=f"{here}/partners",
            stored=_stored(party) if party else {},
            version=await entry_version(connection, self.application_id, lead, section.key),
            is_new=party is None,
            strays=() if party else ("institution_q", "find"),
        )

    async def context(self, connection: AsyncConnection, edited: Edited, fields: Fields) -> Mapping[str, Any]:
        """The party; for a new one, the institutions that were found."""
        shown = {"particulars": edited.section.without(*CHOSEN)}
        if self.party_id:
            return {"party": party_of(edited.application, self.party_id), **shown}
        return {"party": None, **shown, **await picker(connection, fields, INSTITUTION)}

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """The party, and the command for it."""
        chosen = None if self.party_id else read_choice(fields, INSTITUTION)
        typed = read(fields, edited.section.without(*CHOSEN))
        particulars: dict[str, Any] = {**typed, "amount": Decimal(str(typed.get("amount", 0)))}
        answers = party_answers(**particulars)
        if self.party_id:
            return Reading(answers, self._changed(edited, particulars))
        return Reading({INSTITUTION: str(chosen), **answers}, self._added(chosen, particulars))

    def _added(self, chosen: UUID | NewInstitution | None, particulars: dict[str, Any]) -> Save:
        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            assert chosen is not None
            institution = await chosen_or_added(tx, chosen, field=INSTITUTION)
            await add_party(
                tx,
                self.application_id,
                institution_id=institution.id,
                seen=seen,
                may_void=may_void,
                **particulars,
            )
            return _(
                "The partner is added. Ask for its confirmation once the application says what you want."
            )

        return save

    def _changed(self, edited: Edited, particulars: dict[str, Any]) -> Save:
        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            assert self.party_id is not None
            before = party_of(edited.application, self.party_id)
            changed = await change_party(tx, self.party_id, seen=seen, may_void=may_void, **particulars)
            if changed.invited_at != before.invited_at:
                return _("Saved. The mail goes to the new address, and the old link no longer works.")
            return _("Saved.")

        return save


async def _add(view: render.View, form: forms.Form, tx: Tx, party_form: EditForm) -> Page:
    """Adds a partner; nobody is told yet. The button beside the search only searches."""
    fields = Fields(form)
    if not only_searching(fields, INSTITUTION):
        return await save_form(view, form, tx, party_form)
    connection = await tx.session.connection()
    edited, sent = await party_form.find(connection), sent_in(fields)
    fields.errors.clear()
    return await draw(view, connection, party_form, edited, fields, EditState(sent.seen))


_HERE = "/applications/{application_id:uuid}"
HANDLERS = [
    *form_handlers(f"{_HERE}/partners/add", PartyForm, _add),
    *form_handlers(f"{_HERE}/parties/{{party_id:uuid}}", PartyForm),
]
