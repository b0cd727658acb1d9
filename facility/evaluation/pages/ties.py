"""One's own ties to institutions: where somebody has worked, or what else ties them, so that conflicts of interests are found."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.evaluation.queries.committee import SERVES
from facility.evaluation.queries.ties import institutions, ties_of
from facility.evaluation.service import conflicts as commands
from facility.web.access import allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

OWN = {"allow": allow(*SERVES)}


@get("/me/ties", opt=OWN)
async def ties(view: View, read: Read) -> Page:
    """What one has declared, and a form to declare more."""
    return await _ties(view, read, Fields.showing())


async def _ties(view: View, read: AsyncConnection, form: Fields, status: int = 200) -> ASGIResponse:
    return view.page(
        "evaluation/ties.html",
        status=status,
        ties=await ties_of(read, view.me.id),
        institutions=await institutions(read),
        form=form,
    )


@post("/me/ties", opt=OWN)
async def declare(view: View, form: Form, tx: Tx) -> Page:
    """Declare one more."""
    fields = Fields(form)
    institution = fields.key("institution")
    what = fields.text("what", missing=_("Enter what ties you to the institution."), most=500)
    until = fields.day("until") if fields.given("until") else None
    async with redrawn(tx, fields, lambda read, status: _ties(view, read, fields, status)):
        await commands.declare_tie(tx, institution, what, until=until)
    return view.go("/me/ties", _("Your tie is recorded."))


@post("/me/ties/{tie_id:uuid}/take-back", opt=OWN)
async def take_back(view: View, form: Form, tx: Tx, tie_id: FromPath[UUID]) -> Page:
    """Take back what was declared by mistake."""
    Fields(form).check()
    await commands.end_tie(tx, tie_id)
    return view.go("/me/ties", _("The tie is taken back."))


HANDLERS = [ties, declare, take_back]
