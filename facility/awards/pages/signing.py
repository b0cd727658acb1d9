"""The day on which the agreement on an award was signed."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.queries import awards as awards_queries
from facility.awards.queries.signing import signature_on
from facility.awards.service.signing import record_signature
from facility.clock import BRUSSELS
from facility.refused import Reason, refuse
from facility.web.access import DECIDERS, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence

SIGNS = {"allow": allow(*DECIDERS)}


@get("/awards/{award_id:uuid}/signature", opt=SIGNS)
async def signature(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """When the agreement was signed, and what the public list says of it."""
    shown = await signature_on(read, award_id)
    award = await awards_queries.award(read, award_id)
    signed_on = {"signed_on": shown.signed_on.isoformat()} if shown.signed_on else {}
    fields = Fields.showing({"subject": shown.subject or award.title, **signed_on})
    return await _signature(view, read, award_id, fields)


async def _signature(
    view: View, read: AsyncConnection, award_id: UUID, form: Fields, status: int = 200
) -> Page:
    award = await awards_queries.award(read, award_id)
    if not award.kept:
        refuse("not_an_award")
    shown = await signature_on(read, award_id)
    return view.page("awards/signature.html", status=status, award=award, signature=shown, form=form)


@post("/awards/{award_id:uuid}/signature", opt=SIGNS)
async def sign(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    signed_on = fields.day("signed_on", last=tx.now.astimezone(BRUSSELS).date())
    subject = fields.text("subject", missing=sentence(Reason("subject_missing")))
    async with redrawn(tx, fields, lambda read, status: _signature(view, read, award_id, fields, status)):
        await record_signature(tx, award_id, signed_on=signed_on, subject=subject)
    return view.go(f"/awards/{award_id}", _("The signature has been saved."))


HANDLERS = [signature, sign]
