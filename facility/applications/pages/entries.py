"""The form of one activity or one party of a draft: what is typed in it is kept, and two who write at once choose."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.drafts import same_person
from facility.applications.pages.editing import Difference, typed_in, unsaved, values_of, voiding
from facility.applications.pages.keeping import keep_typed, kept
from facility.applications.pages.versions import Sent, choose, compare, labels_of, sent_in
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import Change, Colleague, Copy, section_changes, writing
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.applications.words import WORDS
from facility.calls.rules.forms import Answers, FormSection
from facility.db import Tx
from facility.web import forms, render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Page
from facility.web.i18n import _


class EditedEntry(msgspec.Struct, frozen=True):
    """An activity or a party on somebody's edited, with the fields of its form; stored: what is saved, of a new one nothing; the
    rest as in `editing.Editable`."""

    application: ApplicationShown
    section: FormSection
    here: str
    back: str
    stored: Answers
    version: int
    is_new: bool
    beside: Sequence[str] = ()

    @property
    def party_id(self) -> UUID:
        """The lead's: its officers write in it."""
        return self.application.parts.lead.id

    @property
    def place(self) -> tuple[UUID, UUID, str]:
        """Application, party and key: where working copies and changes of it are kept."""
        return self.application.id, self.party_id, self.section.key


type Save = Callable[[Tx, int, bool], Awaitable[str]]
"""A command, with the version seen and whether confirmations may be voided; answers what is said afterwards."""


class Reading(msgspec.Struct, frozen=True):
    """What a form says, by field, and the command that makes it so."""

    answers: Answers
    save: Save


class EntryForm(Protocol):
    """The form of one kind of entry."""

    @property
    def template(self) -> str: ...

    async def find(self, connection: AsyncConnection) -> EditedEntry:
        """The entry. Raises Refused (missing, or "not_a_draft")."""

    async def context(
        self, connection: AsyncConnection, entry: EditedEntry, fields: Fields
    ) -> Mapping[str, Any]:
        """What its template needs beside the rest."""

    def read(self, fields: Fields, entry: EditedEntry) -> Reading:
        """From the form that was sent."""


class EditState(msgspec.Struct, frozen=True):
    """What a form shows state its fields. seen: the version on which it rests; copy: what was typed and not saved; behind: who
    saved it since; added: what was added since."""

    seen: int
    copy: Copy | None = None
    behind: Change | None = None
    colleagues: Sequence[Colleague] = ()
    question: str = ""
    added: Sequence[Change] = ()
    differences: Sequence[Difference] = ()


async def draw(
    view: render.View,
    connection: AsyncConnection,
    entry_form: EntryForm,
    entry: EditedEntry,
    fields: Fields,
    state: EditState,
    status: int = 200,
) -> Page:
    return view.page(
        entry_form.template,
        status=status,
        application=entry.application,
        edited=entry,
        form=fields,
        labels=labels_of(entry.section),
        editing=state,
        **await entry_form.context(connection, entry, fields),
        **WORDS,
    )


async def open_form(view: render.View, connection: AsyncConnection, entry_form: EntryForm) -> Page:
    """The form with what this person has typed and not saved, or with what is saved."""
    entry = await entry_form.find(connection)
    writers = await writing(connection, *entry.place, view.me.id)
    copy = unsaved(entry.section, entry.stored, writers.own)
    state = EditState(entry.version, colleagues=writers.colleagues)
    if copy is None:
        return await draw(view, connection, entry_form, entry, Fields.showing(entry.stored), state)
    state = msgspec.structs.replace(state, copy=copy)
    if not entry.is_new and copy.based_on != entry.version:
        since = await section_changes(connection, *entry.place, seen=copy.based_on)
        state = msgspec.structs.replace(state, seen=copy.based_on, behind=since[0] if since else None)
    # A party that came in since then has a field of its own, of which the copy says nothing.
    fields = Fields.showing({**entry.stored, **values_of(copy.typed)})
    return await draw(view, connection, entry_form, entry, fields, state)


async def save_form(view: render.View, form: forms.Form, tx: Tx, entry_form: EntryForm) -> Page:
    """Save it; ask first where partners have confirmed, or where somebody else has saved it meanwhile. What can't be saved comes
    back and is kept."""
    same_person(view, form)
    entry = await entry_form.find(await tx.session.connection())
    fields = Fields(form)
    fields.ignore(*entry.beside)
    sent = sent_in(fields)
    if sent.merging:
        choose(fields, entry.section)
    reading = entry_form.read(fields, entry)
    attempt = _Attempt(view, tx, entry_form, fields, sent, reading.answers)
    place, typed = entry.place, typed_in(entry.section, form)
    trace = kept(lambda: keep_copy(tx, *place, typed, based_on=sent.began))
    async with redrawn(tx, fields, attempt.again, trace=trace):
        message = await reading.save(tx, sent.seen, sent.void)
    return view.go(entry.back, message)


class _Attempt(msgspec.Struct, frozen=True):
    """What somebody tried to save."""

    view: render.View
    tx: Tx
    entry_form: EntryForm
    fields: Fields
    sent: Sent
    answers: Answers

    async def again(self, connection: AsyncConnection, status: int) -> Page:
        """The form with the question or the mistakes; or both versions, where somebody else has saved it meanwhile."""
        entry = await self.entry_form.find(connection)
        question = question_of(self.fields)
        if question == "meanwhile" and entry.is_new:
            return await self._added_meanwhile(connection, entry)
        if question == "meanwhile" or (self.sent.merging and not question):
            answers = _as_typed(self.fields, entry, self.answers)
            return await compare(self.view, connection, entry, self.fields, self.sent, answers)
        changed = voiding(entry, self.answers) if question == "void" and not entry.is_new else ()
        state = EditState(self.sent.seen, question=question, differences=changed)
        return await draw(self.view, connection, self.entry_form, entry, self.fields, state, status)

    async def _added_meanwhile(self, connection: AsyncConnection, entry: EditedEntry) -> Page:
        """Somebody has added one: the same form sent twice is done, another one is named and asked about."""
        added = await section_changes(connection, *entry.place, seen=self.sent.seen)
        if any(_is_same(self.answers, change) for change in added):
            await end_copies(self.tx, entry.application.id, entry.party_id, [entry.section.key])
            return self.view.go(entry.back, _("This has been added already."))
        state = EditState(entry.version, question=question_of(self.fields), added=added)
        return await draw(self.view, connection, self.entry_form, entry, self.fields, state, 409)


def _is_same(answers: Answers, change: Change) -> bool:
    return all(answers.get(name, "") == value for name, value in change.after.items())


def _as_typed(fields: Fields, entry: EditedEntry, answers: Answers) -> Answers:
    """What was typed, as it would be saved; word for word where it is wrong."""
    mine = {field.key: answers.get(field.key, "") for field in entry.section.fields}
    return mine | {name: fields.values.get(name, "") for name in fields.errors if name in mine}


async def keep_form(view: render.View, form: forms.Form, tx: Tx, entry_form: EntryForm) -> Page:
    """Keep what is typed for this person, whatever it is; without an event, and nothing is voided."""
    return await keep_typed(view, form, tx, entry_form.find)


async def discard_form(view: render.View, form: forms.Form, tx: Tx, entry_form: EntryForm) -> Page:
    """Forget what this person has typed and not saved."""
    Fields(form).check()
    entry = await entry_form.find(await tx.session.connection())
    await end_copies(tx, entry.application.id, entry.party_id, [entry.section.key])
    if entry.is_new:
        return view.go(entry.back, _("Discarded."))
    return view.go(entry.here, _("Discarded. This is the saved version."))
