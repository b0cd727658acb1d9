"""The sections that a party fills in for itself: by an officer of it, by whoever holds its link, or by the lead for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD, BY_LINK, BY_PARTY, EVERYBODY
from facility.applications.pages.editing import Edited, unsaved
from facility.applications.pages.seats import Seat, Sit, leads_seat, linked_seat, officers_seat
from facility.applications.pages.versions import then_in
from facility.applications.service.confirmations import party_by_link
from facility.applications.service.own_parts import fill_in_part
from facility.applications.words import WORDS
from facility.calls.rules.forms import TITLE
from facility.drafting.handlers import began, by_link, hidden, keeping, kept, opened, signed_in
from facility.drafting.queries import Copy, copies_of
from facility.drafting.service import Holder, end
from facility.forms.reading import read_draft
from facility.web import forms, render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import address_of


async def _page(
    view: render.View,
    connection: AsyncConnection,
    seat: Seat,
    edited: Edited,
    fields: Fields,
    holder: Holder,
    *,
    status: int = 200,
    seen: int | None = None,
    copy: Copy | None = None,
    others: Sequence[Copy] = (),
) -> Page:
    """The form. seen: the version on which what is typed rests, where that isn't the one that stands; copy: what was typed and not
    saved, others: the same by the same link on other pages."""
    rests_on = copy.based_on if copy else edited.version if seen is None else seen
    behind = copy and rests_on != edited.version
    return view.page(
        "applications/part.html",
        status=status,
        application=seat.application,
        party=seat.party,
        seat=seat,
        section=edited.section,
        stored=edited.stored,
        seen=rests_on,
        behind=await seat.saved_since(connection, edited, rests_on) if behind else None,
        form=fields,
        question=question_of(fields),
        copy=copy,
        others=others,
        hidden=hidden(holder, copy),
        **WORDS,
    )


async def _show(
    view: render.View,
    connection: AsyncConnection,
    seat: Seat,
    key: str,
    holder: Holder,
    wanted: UUID | None,
) -> Page:
    """The form with what was typed and not saved, else with what is saved. wanted: which of several copies."""
    edited = await seat.edited(connection, key)
    person_id = holder.id if holder.signed_in else None
    kept_here = (await copies_of(connection, [seat.party.id], person_id)).get((seat.party.id, key), [])
    copies = [copy for copy in kept_here if unsaved(edited.section, edited.stored, copy)]
    if not copies:
        return await _page(view, connection, seat, edited, Fields.showing(edited.stored), holder)
    chosen = next((copy for copy in copies if wanted and copy.holder_id == wanted), copies[0])
    others = [copy for copy in copies if copy is not chosen]
    fields = Fields.showing(chosen.over(edited.stored))
    return await _page(view, connection, seat, edited, fields, holder, copy=chosen, others=others)


async def _save(
    view: render.View, form: forms.Form, tx: Tx, sit: Sit, ids: dict[str, Any], holder: Holder
) -> Page:
    """Save the section; ask first where somebody has confirmed what it changes. What can't be saved comes back and is kept."""
    seat = await sit(view, await tx.session.connection(), **ids)
    edited = await seat.edited(await tx.session.connection(), ids["section"])
    fields, seen = Fields(form), began(form)
    fields.ignore("seen")
    then, may_void = then_in(fields), fields.yes("void")
    answers = read_draft(fields, edited.section, needed=(TITLE,))

    async def again(connection: AsyncConnection, status: int) -> Page:
        # Whoever is shown what somebody else saved goes on from there.
        rests_on = None if question_of(fields) == "meanwhile" else seen
        sits = await sit(view, connection, **ids)
        now = await sits.edited(connection, edited.key)
        return await _page(view, connection, sits, now, fields, holder, status=status, seen=rests_on)

    async with redrawn(tx, fields, again, trace=kept(tx, edited, holder, form)):
        await fill_in_part(
            tx, seat.party.id, edited.key, answers, seen=seen, confidential=seat.own, may_void=may_void
        )
    await end(tx, seat.party.id, [edited.key], holder)
    return view.go(edited.goes.get(then, edited.back), _("Saved."))


def _handlers(path: str, access: dict[str, Any], sit: Sit, *, linked: bool = False) -> list[HTTPRouteHandler]:
    """What is at this address; linked: for whoever holds a link, which stays good, and has several texts that were not saved."""

    async def find(view: render.View, tx: Tx, **ids: Any) -> Edited:
        connection = await tx.session.connection()
        return await (await sit(view, connection, **ids)).edited(connection, ids["section"])

    @get(path, opt=access)
    async def part_page(view: View, read: Read, limits: Limits, typed: FromQuery[UUID | None] = None) -> Page:
        """A section of a party's part. typed: which of several texts that were typed and not saved."""
        if linked:
            await limits.hit(BY_LINK, address_of(view.scope))
        ids = view.scope["path_params"]
        holder = opened() if linked else Holder(view.me.id)
        return await _show(view, read, await sit(view, read, **ids), ids["section"], holder, typed)

    @post(path, opt=access)
    async def save_part(view: View, form: Form, tx: Tx, limits: Limits) -> Page:
        """Saves it."""
        ids = view.scope["path_params"]
        if not linked:
            return await _save(view, form, tx, sit, ids, signed_in(view, form))
        await limits.hit(BY_LINK, address_of(view.scope))
        holder = by_link(form)
        await party_by_link(tx, ids["token"])
        return await _save(view, form, tx, sit, ids, holder)

    return [part_page, save_part, *keeping(path, access, find, by_link_at=BY_LINK if linked else None)]


HANDLERS = [
    *_handlers("/applications/{application_id:uuid}/part/{section:str}", BY_PARTY, officers_seat),
    # For a partner that can't fill it in itself, without what is confidential.
    *_handlers(
        "/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}", BY_LEAD, leads_seat
    ),
    *_handlers("/link/partner/{token:str}/part/{section:str}", EVERYBODY, linked_seat, linked=True),
]
