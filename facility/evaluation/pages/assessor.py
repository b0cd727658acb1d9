"""An assessor's pages: what is to do, the two declarations, scoring, sending."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.queries.clarification import clarified
from facility.applications.queries.application import shown as application_shown
from facility.calls.rules.call import Grid
from facility.drafting.handlers import keep_typed, keeping, signed_in
from facility.evaluation.access import ASSESSOR_OF_CALL, ASSIGNED, TO_DECLARE
from facility.evaluation.forms.assessing import (
    asked_of,
    given_of,
    is_of_assessment,
    points_so_far,
    reached,
    read_assessment,
    sheet,
)
from facility.evaluation.queries import board
from facility.evaluation.queries.work import beside, work_of
from facility.evaluation.service import assessing
from facility.evaluation.words import CLOSED_BY_CONFLICT, CONFLICT_MISSING, SIGNED, STEPS, TICK_TO_SIGN
from facility.files.attaching import document_of
from facility.forms.reading import typed_in
from facility.web import forms
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.errors import AUTOSAVE
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.stops import Wrong
from facility.web.uploads import hand_out

MINE = allow(Role.ASSESSOR.when(TO_DECLARE))


@get("/assessments", opt={"allow": allow(Role.ASSESSOR)})
async def work(view: View, read: Read) -> Page:
    """Everything that was given to the assessor, by call, with the next step."""
    calls = await work_of(read, view.me.id)
    return view.page("evaluation/work.html", calls=calls, steps=STEPS)


@get("/assessments/calls/{call_id:uuid}", opt={"allow": allow(Role.ASSESSOR.when(ASSESSOR_OF_CALL))})
async def declaration(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The declaration of objectivity and confidentiality for a call."""
    return await _declaration(view, read, call_id, Fields.showing())


async def _declaration(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await board.call(read, call_id)
    mine = next((work for work in await work_of(read, view.me.id) if work.call_id == call_id), None)
    return view.page("evaluation/declaration.html", status=status, call=call, mine=mine, form=form)


@post("/assessments/calls/{call_id:uuid}", opt={"allow": allow(Role.ASSESSOR.when(ASSESSOR_OF_CALL))})
async def sign(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Sign, and go on with the first application that waits for a declaration of its own."""
    fields = Fields(form)
    if not fields.yes("agreed"):
        fields.wrong("agreed", translated(TICK_TO_SIGN))
    async with redrawn(tx, fields, lambda read, status: _declaration(view, read, call_id, fields, status)):
        await assessing.sign_declaration(tx, call_id)
    work = await work_of(await tx.session.connection(), view.me.id)
    waiting = (
        line for call in work if call.call_id == call_id for line in call.lines if line.step == "declare"
    )
    first = next((f"/assessments/{line.application_id}/conflict" for line in waiting), "/assessments")
    return view.go(first, translated(SIGNED))


@get("/assessments/{application_id:uuid}/conflict", opt={"allow": MINE})
async def conflict(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Is there a conflict of interests? Title and parties, and nothing else of the application."""
    return await _conflict(view, read, application_id, Fields.showing())


async def _conflict(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call_id = await board.call_of(read, application_id)
    (line,) = await board.applications(read, call_id, application_id)
    own = await board.own_assessment(read, application_id, view.me.id)
    call = await board.call(read, call_id)
    return view.page(
        "evaluation/conflict.html", status=status, application=line, call=call, own=own, form=form
    )


@post("/assessments/{application_id:uuid}/conflict", opt={"allow": MINE})
async def declare(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Declare that there is a conflict, or that there is none."""
    fields = Fields(form)
    answer = fields.choice("conflict", ("no", "yes"))
    missing = translated(CONFLICT_MISSING) if answer == "yes" else None
    reason = fields.text("reason", missing=missing, most=2000, multiline=True)
    async with redrawn(
        tx, fields, lambda read, status: _conflict(view, read, application_id, fields, status)
    ):
        await assessing.declare_conflict(tx, application_id, conflict=answer == "yes", reason=reason)
    if answer == "yes":
        return view.go("/assessments", translated(CLOSED_BY_CONFLICT))
    own = await board.own_assessment(await tx.session.connection(), application_id, view.me.id)
    there = f"/assessments/{application_id}" if own.signed_at else "/assessments"
    return view.go(there, _("Thank you. You declared that there is no conflict of interests."))


@get("/assessments/{application_id:uuid}", opt={"allow": MINE})
async def scoring(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The application with its grid: to score, or as it was sent."""
    own = await board.own_assessment(read, application_id, view.me.id)
    if own.signed_at is None:
        return view.go(f"/assessments/calls/{await board.call_of(read, application_id)}")
    if not own.answered:
        return view.go(f"/assessments/{application_id}/conflict")
    return await _scoring(view, read, application_id, own, Fields.showing(own.values))


@get(
    "/assessments/{application_id:uuid}/documents/{document_id:uuid}",
    opt={"allow": allow(Role.ASSESSOR.when(ASSIGNED))},
)
async def document(
    view: View, read: Read, application_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Page:
    """A document of the application, once both declarations are made."""
    document = document_of((await application_shown(read, application_id)).parts.documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


async def _scoring(
    view: View,
    read: AsyncConnection,
    application_id: UUID,
    own: board.OwnAssessment,
    form: Fields,
    status: int = 200,
) -> ASGIResponse:
    application = await application_shown(read, application_id)
    grid = application.call.grid
    before, after = beside(await work_of(read, view.me.id), application_id)
    return view.page(
        "evaluation/scoring.html",
        before=before,
        after=after,
        status=status,
        application=application,
        clarified=await clarified(read, application_id),
        grid=grid,
        sheet=sheet(grid),
        asked=[asked_of(section, grid) for section in grid.sections],
        reached=reached,
        given=given_of(own.scores, own.comments, grid) if own.sent_at else None,
        so_far=points_so_far(form.values, grid),
        own=own,
        form=form,
    )


class _Unsent(msgspec.Struct, frozen=True):
    """What an assessor types until it is sent (a `drafting.Drafted`); right or wrong, it is kept. grid: by which they score."""

    subject_id: UUID
    grid: Grid
    key: str = assessing.UNSENT
    back: str = "/assessments"
    is_new: bool = True
    beside: Collection[str] = ("then",)

    @property
    def here(self) -> str:
        """Its page."""
        return f"/assessments/{self.subject_id}"

    def typed_in(self, form: forms.Form) -> dict[str, list[str]]:
        """Scores and comments."""
        return typed_in(form, sheet(self.grid))


async def _unsent(_view: View, tx: Tx, application_id: UUID) -> _Unsent:
    """Refused where the assessor may not write."""
    await assessing.may_write(tx, application_id)
    connection = await tx.session.connection()
    call = await board.call(connection, await board.call_of(connection, application_id))
    return _Unsent(application_id, call.grid)


@post("/assessments/{application_id:uuid}", opt={"allow": MINE})
async def save(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Keep the draft; "Check and send" also looks at it. A draft that is typed is kept whatever is in it."""
    holder = signed_in(view, form)
    unsent = await _unsent(view, tx, application_id)
    fields = Fields(form)
    fields.ignore(*unsent.beside, *unsent.typed_in(form))
    later = form.get("then") == "later"
    if not later:  # what the grid does not have is named below
        fields.ignore(*filter(is_of_assessment, form.fields))
    fields.check()
    await keep_typed(tx, unsent, holder, form)
    if forms.header_of(view.scope, AUTOSAVE.encode()):  # a page that was opened before the last release
        return ASGIResponse(status_code=204)
    if later:
        return view.go("/assessments", _("Your draft is saved."))
    read_assessment(fields, unsent.grid)
    if fields.errors:
        connection = await tx.session.connection()
        own = await board.own_assessment(connection, application_id, view.me.id)
        # Returned and not raised: the draft is kept as it was typed.
        return await _scoring(view, connection, application_id, own, fields, 422)
    return view.go(f"/assessments/{application_id}/check")


@get("/assessments/{application_id:uuid}/check", opt={"allow": MINE})
async def check(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Scores and comments once more, before they are sent for good."""
    own = await board.own_assessment(read, application_id, view.me.id)
    if own.sent_at is not None or not own.typed:
        return view.go(f"/assessments/{application_id}")
    call = await board.call(read, await board.call_of(read, application_id))
    (line,) = await board.applications(read, call.id, application_id)
    fields = Fields(forms.Form(dict(own.typed), {}))
    scores, comments = read_assessment(fields, call.grid)
    if fields.errors:
        return await _scoring(view, read, application_id, own, fields, 422)
    given = given_of(scores, comments, call.grid)
    return view.page("evaluation/check.html", application=line, call=call, grid=call.grid, given=given)


@post("/assessments/{application_id:uuid}/send", opt={"allow": MINE})
async def send(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Send what is saved; from now on it is frozen."""
    Fields(form).check()
    connection = await tx.session.connection()
    own = await board.own_assessment(connection, application_id, view.me.id)
    call = await board.call(connection, await board.call_of(connection, application_id))
    fields = Fields(forms.Form(dict(own.typed), {}))
    scores, comments = read_assessment(fields, call.grid)
    if fields.errors and own.sent_at is None and own.open:
        raise Wrong(await _scoring(view, connection, application_id, own, fields, 422))
    await assessing.send_assessment(tx, application_id, scores, comments)
    return view.go("/assessments", _("Your assessment is sent. Thank you."))


HANDLERS = [
    work,
    declaration,
    sign,
    conflict,
    declare,
    scoring,
    document,
    save,
    *keeping("/assessments/{application_id:uuid}", {"allow": MINE}, _unsent),
    check,
    send,
]
