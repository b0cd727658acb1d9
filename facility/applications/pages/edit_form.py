"""The form of a section, an activity or a party of a draft: what is typed in it is kept, and two who write at once choose."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.applications.pages.editing import Edited, unsaved, voiding
from facility.applications.pages.versions import Sent, choose, compare, sent_in
from facility.applications.queries.writing import Change, Colleague, section_changes, writing
from facility.applications.words import WORDS
from facility.db import Tx
from facility.drafting.handlers import keeping, kept, signed_in
from facility.drafting.queries import Copy
from facility.drafting.service import end
from facility.forms.checks import Answers
from facility.forms.versions import Difference
from facility.web import forms, render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, Page, Read, View
from facility.web.handler import Tx as Opened
from facility.web.i18n import _

type Save = Callable[[Tx, int, bool], Awaitable[str]]
"""A command, with the version seen and whether confirmations may be voided; answers what is said afterwards."""


class Reading(msgspec.Struct, frozen=True):
    """The answers in a form, by field, and the command that saves them."""

    answers: Answers
    save: Save


class EditForm(Protocol):
    """The form of one kind of thing that is edited."""

    @property
    def template(self) -> str: ...

    async def find(self, connection: AsyncConnection) -> Edited:
        """What is edited. Raises Refused (missing, or "not_a_draft")."""

    async def context(self, connection: AsyncConnection, edited: Edited, fields: Fields) -> Mapping[str, Any]:
        """What its template needs beside the rest."""

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """Read the form that was sent."""


class EditState(msgspec.Struct, frozen=True):
    """What a form shows beside its fields. seen: the version on which it rests; copy: what was typed and not saved; behind: who
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
    edit_form: EditForm,
    edited: Edited,
    fields: Fields,
    state: EditState,
    status: int = 200,
) -> Page:
    fields.sort(edited.section.labels)
    return view.page(
        edit_form.template,
        status=status,
        application=edited.application,
        edited=edited,
        form=fields,
        editing=state,
        **await edit_form.context(connection, edited, fields),
        **WORDS,
    )


async def open_form(view: render.View, connection: AsyncConnection, edit_form: EditForm) -> Page:
    """The form with what this person has typed and not saved, or with what is saved."""
    edited = await edit_form.find(connection)
    writers = await writing(connection, edited.party_id, edited.key, view.me.id)
    copy = unsaved(edited.section, edited.stored, writers.own)
    state = EditState(edited.version, copy, colleagues=writers.colleagues)
    fields = Fields.showing(copy.over(edited.stored) if copy else edited.stored)
    if copy is None:
        fields.notes = dict(edited.notes)
    elif not edited.is_new and copy.based_on != edited.version:
        since = await section_changes(connection, *edited.place, seen=copy.based_on)
        state = msgspec.structs.replace(state, seen=copy.based_on, behind=since[0] if since else None)
    return await draw(view, connection, edit_form, edited, fields, state)


async def save_form(view: render.View, form: forms.Form, tx: Tx, edit_form: EditForm) -> Page:
    """Save it; ask first where partners have confirmed, or where somebody else has saved it meanwhile. What can't be saved comes
    back and is kept."""
    holder = signed_in(view, form)
    edited = await edit_form.find(await tx.session.connection())
    fields = Fields(form)
    fields.ignore(*edited.strays)
    sent = sent_in(fields)
    if sent.merging:
        choose(fields, edited.section)
    reading = edit_form.read(fields, edited)
    attempt = _Attempt(view, tx, edit_form, fields, sent, reading.answers)
    async with redrawn(tx, fields, attempt.again, trace=kept(tx, edited, holder, form)):
        message = await reading.save(tx, sent.seen, sent.void)
    return view.go(edited.goes.get(sent.then, edited.back), message)


class _Attempt(msgspec.Struct, frozen=True):
    """What somebody tried to save."""

    view: render.View
    tx: Tx
    edit_form: EditForm
    fields: Fields
    sent: Sent
    answers: Answers

    async def again(self, connection: AsyncConnection, status: int) -> Page:
        """The form with the question or the mistakes; or both versions, where somebody else has saved it meanwhile."""
        edited = await self.edit_form.find(connection)
        question = question_of(self.fields)
        if question == "meanwhile" and edited.is_new:
            return await self._added_meanwhile(connection, edited)
        if question == "meanwhile" or (self.sent.merging and not question):
            answers = _as_typed(self.fields, edited, self.answers)
            return await compare(self.view, connection, edited, self.fields, self.sent, answers)
        changed = voiding(edited, self.answers) if question == "void" and not edited.is_new else ()
        writers = await writing(connection, edited.party_id, edited.key, self.view.me.id)
        state = EditState(
            self.sent.seen, colleagues=writers.colleagues, question=question, differences=changed
        )
        return await draw(self.view, connection, self.edit_form, edited, self.fields, state, status)

    async def _added_meanwhile(self, connection: AsyncConnection, edited: Edited) -> Page:
        """Somebody else added an entry meanwhile. If it is this form sent twice, nothing is left to do; otherwise the
        page names the other entry and asks."""
        added = await section_changes(connection, *edited.place, seen=self.sent.seen)
        if any(_is_same(self.answers, change) for change in added):
            await end(self.tx, edited.party_id, [edited.key])
            return self.view.go(edited.back, _("This has been added already."))
        state = EditState(edited.version, question=question_of(self.fields), added=added)
        return await draw(self.view, connection, self.edit_form, edited, self.fields, state, 409)


def _is_same(answers: Answers, change: Change) -> bool:
    return all(answers.get(name, "") == value for name, value in change.after.items())


def _as_typed(fields: Fields, edited: Edited, answers: Answers) -> Answers:
    """What was typed, as it would be saved; word for word where it is wrong."""
    mine = {field.key: answers.get(field.key, "") for field in edited.section.fields}
    return mine | {name: fields.values.get(name, "") for name in fields.errors if name in mine}


def form_handlers(
    path: str, make: Callable[..., EditForm], save: Callable[..., Awaitable[Page]] = save_form
) -> list[HTTPRouteHandler]:
    """The handlers of a form: showing, saving, keeping and discarding. make: from what the path names; save: instead of `save_form`."""

    async def find(_view: render.View, tx: Tx, **ids: Any) -> Edited:
        return await make(**ids).find(await tx.session.connection())

    @get(path, opt=BY_LEAD)
    async def form_page(view: View, read: Read) -> Page:
        """What is saved, or what this person has typed and not saved."""
        return await open_form(view, read, make(**view.scope["path_params"]))

    @post(path, opt=BY_LEAD)
    async def save_it(view: View, form: Form, tx: Opened) -> Page:
        """Saves it."""
        return await save(view, form, tx, make(**view.scope["path_params"]))

    return [form_page, save_it, *keeping(path, BY_LEAD, find)]
