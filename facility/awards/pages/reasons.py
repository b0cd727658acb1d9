"""Strengths and weaknesses: the secretariat writes them beside the assessors' comments, before the ranking is proposed."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.forms import reasons_form
from facility.awards.queries.reasons import Reasons, ToWrite, lines_of, reasons, to_write
from facility.awards.rules.reasons import may_write
from facility.awards.service.reasons import TYPED, write_reasons
from facility.calls.queries.duties import why_not_run
from facility.drafting.handlers import keeping, kept, signed_in
from facility.drafting.queries import Copy, copies_of
from facility.evaluation.queries.board import call as call_shown
from facility.evaluation.queries.scores import comments_on
from facility.forms.reading import read_texts, typed_in
from facility.refused import passes, refuse
from facility.web import forms
from facility.web.access import Role, allow
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.workspace import workspace_of

WRITES = {"allow": allow(Role.SECRETARIAT)}
HERE = "/evaluation/applications/{application_id:uuid}/reasons"
MOST_VERSIONS = 1_000_000


@get("/evaluation/{call_id:uuid}/reasons", opt=WRITES)
async def of_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Every application of the call whose strengths and weaknesses are written, or are to be."""
    call = await call_shown(read, call_id)
    if not call.after.gives_reasons:
        refuse("reasons_not_asked")
    return view.page(
        "awards/reasons_of_call.html",
        workspace=await workspace_of(view, read, call_id, "reasons"),
        call=call,
        lines=await lines_of(read, call_id, view.me.id),
        why_not=await why_not_run(read, call_id, view.me.id),
    )


class _Typed(msgspec.Struct, frozen=True):
    """What somebody types about an application until they save it (a `drafting.Drafted`)."""

    application: ToWrite
    is_new: bool
    key: str = TYPED
    beside: Collection[str] = ("seen",)

    @property
    def subject_id(self) -> UUID:
        return self.application.id

    @property
    def here(self) -> str:
        """Its page."""
        return f"/evaluation/applications/{self.application.id}/reasons"

    @property
    def back(self) -> str:
        """The list of the call."""
        return f"/evaluation/{self.application.call_id}/reasons"

    def typed_in(self, form: forms.Form) -> dict[str, list[str]]:
        """Both texts."""
        return typed_in(form, reasons_form())


async def _typed(_view: View, tx: Tx, application_id: UUID) -> _Typed:
    """Refused where they can't be written now."""
    state = await to_write(tx.session, application_id)
    may_write(asked=state.asked, ended=state.ended, judged=state.judged)
    return _Typed(state, application_id not in await reasons(tx.session, [application_id]))


class _Shown(msgspec.Struct, frozen=True):
    """What the form rests on. seen: the version; copy: what the visitor typed and did not save."""

    seen: int
    copy: Copy | None = None


def _texts(saved: Reasons | None) -> dict[str, str | list[str]]:
    return {"strengths": saved.strengths if saved else "", "weaknesses": saved.weaknesses if saved else ""}


@get(HERE, opt=WRITES)
async def write_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Both texts, as they are saved or as the visitor typed on, beside the comments."""
    saved = (await reasons(read, [application_id])).get(application_id)
    stored, version = _texts(saved), saved.version if saved else 0
    copies = (await copies_of(read, [application_id], view.me.id)).get((application_id, TYPED), [])
    copy = next((copy for copy in copies if copy.says_else(stored, stored)), None)
    shown = _Shown(copy.based_on if copy else version, copy)
    return await _page(
        view, read, application_id, Fields.showing(copy.over(stored) if copy else stored), shown
    )


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, shown: _Shown, status: int = 200
) -> Page:
    state = await to_write(read, application_id)
    if not state.asked:
        refuse("reasons_not_asked")
    saved = (await reasons(read, [application_id])).get(application_id)
    call = await call_shown(read, state.call_id)
    given = await comments_on(read, call.id, [application_id], named=state.named)
    return view.page(
        "awards/reasons.html",
        status=status,
        application=state,
        call=call,
        saved=saved,
        comments=given.get(application_id, []),
        asked=reasons_form(),
        form=form,
        shown=shown,
        question=question_of(form),
        here=f"/evaluation/applications/{application_id}/reasons",
        may_write=passes(may_write, asked=state.asked, ended=state.ended, judged=state.judged),
        why_not=await why_not_run(read, call.id, view.me.id),
    )


@post(HERE, opt=WRITES)
async def write(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Save both texts; where somebody else saved since, show theirs and ask."""
    holder = signed_in(view, form)
    typed = await _typed(view, tx, application_id)
    fields = Fields(form)
    seen = fields.integer("seen", 0, MOST_VERSIONS)
    texts = read_texts(fields, reasons_form())

    async def again(read: AsyncConnection, status: int) -> Page:
        rests_on = seen
        if question_of(fields) == "meanwhile":
            rests_on = (await reasons(read, [application_id]))[application_id].version
        return await _page(view, read, application_id, fields, _Shown(rests_on), status)

    async with redrawn(tx, fields, again, trace=kept(tx, typed, holder, form)):
        await write_reasons(tx, application_id, **texts, seen=seen)
    return view.go(typed.back, _("The strengths and weaknesses are saved."))


HANDLERS = [of_call, write_form, write, *keeping(HERE, WRITES, _typed)]
