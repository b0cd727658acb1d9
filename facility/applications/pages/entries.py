"""The form of one activity or one party of a draft: what is typed in it is kept, and two who write at once choose."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.desk import Difference, typed_in, unsaved, values_of, voiding
from facility.applications.pages.drafts import same_person
from facility.applications.pages.keeping import keep_typed
from facility.applications.pages.versions import Sent, choose, compare, labels_of, sent_in
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import Change, Colleague, Copy, section_changes, writing
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.applications.words import WORDS
from facility.calls.rules.forms import Answers, FormSection
from facility.db import Tx
from facility.refused import Refused
from facility.web import forms, render
from facility.web.again import question_of
from facility.web.fields import Fields
from facility.web.handler import Page
from facility.web.i18n import _


class Entry(msgspec.Struct, frozen=True):
    """An activity or a party on somebody's desk, with the fields of its form; stored: what is saved, of a new one nothing; the
    rest as in `desk.Desk`."""

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

    async def find(self, connection: AsyncConnection) -> Entry:
        """The entry. Raises Refused (missing, or "not_a_draft")."""

    async def context(self, connection: AsyncConnection, entry: Entry, fields: Fields) -> Mapping[str, Any]:
        """What its template needs beside the rest."""

    def read(self, fields: Fields, entry: Entry) -> Reading:
        """From the form that was sent."""


class Around(msgspec.Struct, frozen=True):
    """What a form shows around its fields. seen: the version on which it rests; copy: what was typed and not saved; behind: who
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
    one: EntryForm,
    entry: Entry,
    fields: Fields,
    around: Around,
    status: int = 200,
) -> Page:
    """The form."""
    return view.page(
        one.template,
        status=status,
        application=entry.application,
        desk=entry,
        form=fields,
        labels=labels_of(entry.section),
        around=around,
        **await one.context(connection, entry, fields),
        **WORDS,
    )


async def open_form(view: render.View, connection: AsyncConnection, one: EntryForm) -> Page:
    """The form with what this person has typed and not saved, or with what is saved."""
    entry = await one.find(connection)
    place = (entry.application.id, entry.party_id, entry.section.key)
    found = await writing(connection, *place, view.me.id)
    copy = unsaved(entry.section, entry.stored, found.own)
    around = Around(entry.version, colleagues=found.colleagues)
    if copy is None:
        return await draw(view, connection, one, entry, Fields.showing(entry.stored), around)
    around = msgspec.structs.replace(around, copy=copy)
    if not entry.is_new and copy.based_on != entry.version:
        since = await section_changes(connection, *place, seen=copy.based_on)
        around = msgspec.structs.replace(around, seen=copy.based_on, behind=since[0] if since else None)
    # A party that came in since then has a field of its own, of which the copy says nothing.
    fields = Fields.showing({**entry.stored, **values_of(copy.typed)})
    return await draw(view, connection, one, entry, fields, around)


async def save_form(view: render.View, form: forms.Form, tx: Tx, one: EntryForm) -> Page:
    """Save it; ask first where partners have confirmed, or where somebody else has saved it meanwhile. What can't be saved comes
    back and is kept: returned and not raised, so that it stays."""
    same_person(view, form)
    entry = await one.find(await tx.session.connection())
    fields = Fields(form)
    fields.ignore(*entry.beside)
    sent = sent_in(fields)
    if sent.merging:
        choose(fields, entry.section)
    reading = one.read(fields, entry)
    try:
        fields.check()
        said = await reading.save(tx, sent.seen, sent.void)
    except Refused as refused:
        await tx.undo()
        return await _not_saved(view, tx, one, fields, sent, reading, refused)
    return view.go(entry.back, said)


async def _not_saved(
    view: render.View,
    tx: Tx,
    one: EntryForm,
    fields: Fields,
    sent: Sent,
    reading: Reading,
    refused: Refused,
) -> Page:
    connection = await tx.session.connection()
    entry = await one.find(connection)
    question = question_of(refused)
    if not question:
        fields.refused(refused)
    with suppress(Refused):  # too long to be kept, it still stands in the form
        typed = typed_in(entry.section, fields.form)
        await keep_copy(
            tx, entry.application.id, entry.party_id, entry.section.key, typed, based_on=sent.began
        )
    if question == "void":
        changed = () if entry.is_new else voiding(entry, reading.answers)
        around = Around(sent.seen, question=question, differences=changed)
        return await draw(view, connection, one, entry, fields, around, 409)
    if question == "meanwhile" and entry.is_new:
        return await _added_meanwhile(view, tx, one, entry, fields, sent, reading)
    if question == "meanwhile" or sent.merging:
        return await compare(view, connection, entry, fields, sent, _mine(fields, entry, reading))
    return await draw(view, connection, one, entry, fields, Around(sent.seen), fields.status)


def _mine(fields: Fields, entry: Entry, reading: Reading) -> Answers:
    """What was typed, as it would be saved; word for word where it is wrong."""
    mine = {field.key: reading.answers.get(field.key, "") for field in entry.section.fields}
    return mine | {name: fields.values.get(name, "") for name in fields.errors if name in mine}


async def _added_meanwhile(
    view: render.View,
    tx: Tx,
    one: EntryForm,
    entry: Entry,
    fields: Fields,
    sent: Sent,
    reading: Reading,
) -> Page:
    """Somebody has added one: the same form sent twice is done, another one is named and asked about."""
    connection = await tx.session.connection()
    place = (entry.application.id, entry.party_id, entry.section.key)
    added = await section_changes(connection, *place, seen=sent.seen)
    mine = reading.answers
    if any(all(mine.get(name, "") == said for name, said in change.after.items()) for change in added):
        await end_copies(tx, entry.application.id, entry.party_id, [entry.section.key])
        return view.go(entry.back, _("This is added already."))
    around = Around(entry.version, question="meanwhile", added=added)
    return await draw(view, connection, one, entry, fields, around, 409)


async def keep_form(view: render.View, form: forms.Form, tx: Tx, one: EntryForm) -> Page:
    """Keep what is typed for this person, whatever it is; without an event, and nothing is voided."""
    return await keep_typed(view, form, tx, one.find)


async def discard_form(view: render.View, form: forms.Form, tx: Tx, one: EntryForm) -> Page:
    """Forget what this person has typed and not saved."""
    Fields(form).check()
    entry = await one.find(await tx.session.connection())
    await end_copies(tx, entry.application.id, entry.party_id, [entry.section.key])
    if entry.is_new:
        return view.go(entry.back, _("Discarded."))
    return view.go(entry.here, _("Discarded. This is what is saved."))
