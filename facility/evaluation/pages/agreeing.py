"""An assessor's page of a consensus: the scores of all beside each other; the rapporteur writes the agreed ones, the others answer."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules.call import Grid
from facility.calls.rules.scoring import Aggregate
from facility.drafting.handlers import keep_typed, keeping, kept, signed_in
from facility.evaluation.access import IN_CONSENSUS
from facility.evaluation.forms.assessing import (
    asked_of,
    is_of_assessment,
    points_so_far,
    reached,
    read_assessment,
    sheet,
)
from facility.evaluation.queries import board
from facility.evaluation.queries.consensus import consensus_on, typed_scores
from facility.evaluation.rules.consensus import dissent_mistakes
from facility.evaluation.service import consensus as commands
from facility.forms.reading import typed_in
from facility.refused import refuse
from facility.web import forms
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import MOST

MINE = {"allow": allow(Role.ASSESSOR.when(IN_CONSENSUS))}


@get("/assessments/{application_id:uuid}/consensus", opt=MINE)
async def show(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What everybody gave, and what there is to do."""
    typed = await typed_scores(read, application_id, view.me.id)
    return await _page(view, read, application_id, Fields.showing(typed))


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    consensus = await consensus_on(read, application_id)
    if consensus is None or consensus.answer_of(view.me.id) is None:
        refuse("not_found", kind="missing")
    call = await board.call(read, consensus.call_id)
    (line,) = await board.applications(read, call.id, application_id)
    grid = msgspec.structs.replace(
        call.grid, aggregate=Aggregate.CONSENSUS
    )  # limits are those of agreed scores
    return view.page(
        "evaluation/agreeing.html",
        status=status,
        call=call,
        application=line,
        consensus=consensus,
        own=consensus.answer_of(view.me.id),
        typed=bool(await typed_scores(read, application_id, view.me.id)),
        writes=consensus.is_open and consensus.rapporteur_id == view.me.id and consensus.scores is None,
        open=call.state == "closed" and call.ended_at is None and line.status == "admissible",
        grid=grid,
        sheet=sheet(grid),
        asked=[asked_of(section, grid) for section in grid.sections],
        reached=reached,
        so_far=points_so_far(form.values, grid),
        most=MOST,
        form=form,
    )


class _Unsent(msgspec.Struct, frozen=True):
    """What the rapporteur types until it is sent (a `drafting.Drafted`). grid: by which they score."""

    subject_id: UUID
    grid: Grid
    key: str = commands.AGREED
    is_new: bool = True
    beside: Collection[str] = ("then", "seen")

    @property
    def here(self) -> str:
        """Its page."""
        return f"/assessments/{self.subject_id}/consensus"

    back = here

    def typed_in(self, form: forms.Form) -> dict[str, list[str]]:
        """Scores and comments."""
        return typed_in(form, sheet(self.grid))


async def _unsent(_view: View, tx: Tx, application_id: UUID) -> _Unsent:
    """Refused where the actor may not write."""
    await commands.may_write_scores(tx, application_id)
    connection = await tx.session.connection()
    call = await board.call(connection, await board.call_of(connection, application_id))
    return _Unsent(application_id, call.grid)


@post("/assessments/{application_id:uuid}/consensus", opt=MINE)
async def write(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """The rapporteur sends the scores, or goes on later; what is typed is kept whatever is in it."""
    holder = signed_in(view, form)
    unsent = await _unsent(view, tx, application_id)
    fields = Fields(form)
    seen = fields.key("seen")
    later = form.get("then") == "later"
    fields.ignore("then")
    if later:
        fields.ignore(*unsent.typed_in(form))
        fields.check()
        await keep_typed(tx, unsent, holder, form)
        return view.go("/assessments", _("Your draft is saved."))
    fields.ignore(*filter(is_of_assessment, form.fields))
    scores, comments = read_assessment(fields, unsent.grid)
    async with redrawn(
        tx,
        fields,
        lambda read, status: _page(view, read, application_id, fields, status),
        trace=kept(tx, unsent, holder, form),
    ):
        await commands.send_agreed_scores(tx, application_id, seen, scores, comments)
    return view.go(unsent.here, _("The scores are sent. The other assessors are asked whether they agree."))


@post("/assessments/{application_id:uuid}/consensus/answer", opt=MINE)
async def answer(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Agree to the scores that were shown, or dissent."""
    fields = Fields(form)
    seen = fields.key("seen")
    agrees = fields.choice("answer", ("agree", "dissent")) == "agree"
    dissent = fields.text("dissent", missing=None, most=MOST, multiline=True)
    fields.between(dissent_mistakes(agrees or not fields.sound("answer"), dissent))
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.answer_on_scores(tx, application_id, seen, agrees=agrees, dissent=dissent)
    notice = _("You agreed to the scores.") if agrees else _("Your dissent is recorded.")
    return view.go(f"/assessments/{application_id}/consensus", notice)


HANDLERS = [
    show,
    write,
    *keeping("/assessments/{application_id:uuid}/consensus", MINE, _unsent),
    answer,
]
