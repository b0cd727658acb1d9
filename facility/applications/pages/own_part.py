"""The sections that a party fills in for itself: by an officer of it, by whoever holds its link, or by the lead for it."""

from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD, BY_LINK, BY_PARTY, EVERYBODY
from facility.applications.pages.editing import typed_in, unsaved, values_of
from facility.applications.pages.keeping import kept
from facility.applications.pages.questions import offered, read_answers, shown_answers
from facility.applications.pages.seats import (
    ForLink,
    ForPerson,
    Keeper,
    Seat,
    Sit,
    leads_seat,
    linked_seat,
    officers_seat,
)
from facility.applications.queries.writing import Copy
from facility.applications.service.confirmations import party_by_link
from facility.applications.service.own_parts import fill_in_part, seal_of_part
from facility.applications.words import WORDS
from facility.calls.rules.forms import FormSection
from facility.calls.words.calls import conditions
from facility.web import forms, render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import address_of

MOST_SEAL = 64


class _Typed(msgspec.Struct, frozen=True):
    """What was typed in a section and not saved: the copy that the form shows, and others by the same link."""

    shown: Copy | None = None
    others: tuple[Copy, ...] = ()


def _page(
    view: render.View,
    seat: Seat,
    section: FormSection,
    fields: Fields,
    keeper: Keeper,
    *,
    status: int = 200,
    seen: str | None = None,
    typed: _Typed | None = None,
) -> Page:
    """The form. seen: the seal on which what is typed rests, where that isn't the one that stands."""
    stored = seat.answers(section)
    now = seal_of_part(section, stored, confidential=seat.own)
    typed = typed or _Typed()
    copy = typed.shown
    seen = seen or (copy and copy.seal) or now
    return view.page(
        "applications/part.html",
        status=status,
        application=seat.application,
        party=seat.party,
        seat=seat,
        section=section,
        stored=stored,
        seen=seen,
        behind=seat.application.parts.section(section.key, seat.party.id) if copy and seen != now else None,
        form=fields,
        question=question_of(fields),
        typed=typed,
        hidden=keeper.hidden(copy),
        themes=offered(seat.application),
        conditions=conditions(section),
        **WORDS,
    )


async def _show(
    view: render.View,
    connection: AsyncConnection,
    sit: Sit,
    key: str,
    keeper: Keeper,
    wanted: UUID | None = None,
) -> Page:
    """The form with what was typed and not saved, else with what is saved. wanted: which of several copies."""
    seat = await sit(connection)
    section = seat.section(key)
    stored = seat.answers(section)
    copies = [
        copy
        for copy in await keeper.copies(connection, seat, key)
        if unsaved(section, stored, copy) is not None
    ]
    if not copies:
        return _page(view, seat, section, Fields.showing(shown_answers(section, stored)), keeper)
    chosen = next((copy for copy in copies if wanted and copy.sitting == wanted), copies[0])
    others = tuple(copy for copy in copies if copy is not chosen)
    given = values_of({field.key: chosen.typed.get(field.key, []) for field in section.fields})
    return _page(view, seat, section, Fields.showing(given), keeper, typed=_Typed(chosen, others))


async def _save(view: render.View, form: forms.Form, tx: Tx, sit: Sit, key: str, keeper: Keeper) -> Page:
    """Save the section. What can't be saved comes back and is kept."""
    seat = await sit(await tx.session.connection())
    section = seat.section(key)
    fields = Fields(form)
    fields.ignore("then")
    seen, may_void = fields.text("seen", most=MOST_SEAL), fields.yes("void")
    typed = typed_in(section, form)
    answers = read_answers(fields, section, [code for code, _name in offered(seat.application)])

    async def again(connection: AsyncConnection, status: int) -> Page:
        # Whoever is shown what somebody else saved goes on from there.
        rests_on = None if question_of(fields) == "meanwhile" else seen
        return _page(view, await sit(connection), section, fields, keeper, status=status, seen=rests_on)

    async with redrawn(tx, fields, again, trace=kept(lambda: keeper.keep(tx, seat, key, typed, seen))):
        await fill_in_part(
            tx, seat.party.id, key, answers, seen=seen, confidential=seat.own, may_void=may_void
        )
    await keeper.end(tx, seat, key)
    return view.go(seat.back, _("Saved."))


@get("/applications/{application_id:uuid}/part/{section:str}", opt=BY_PARTY)
async def own_part(view: View, read: Read, application_id: FromPath[UUID], section: FromPath[str]) -> Page:
    """A section of the part of the visitor's institution."""
    return await _show(view, read, officers_seat(view, application_id), section, ForPerson(view.me.id))


@post("/applications/{application_id:uuid}/part/{section:str}", opt=BY_PARTY)
async def save_own_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Saves it; asks first where somebody has confirmed what it changes."""
    keeper = ForPerson.of(view, form)
    return await _save(view, form, tx, officers_seat(view, application_id), section, keeper)


@get("/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}", opt=BY_LEAD)
async def partners_part(
    view: View, read: Read, application_id: FromPath[UUID], party_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """A section of a partner's part, without what is confidential: for a partner that can't fill it in itself."""
    return await _show(view, read, leads_seat(application_id, party_id), section, ForPerson(view.me.id))


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}", opt=BY_LEAD)
async def save_partners_part(
    view: View,
    form: Form,
    tx: Tx,
    application_id: FromPath[UUID],
    party_id: FromPath[UUID],
    section: FromPath[str],
) -> Page:
    """Saves it for the partner."""
    keeper = ForPerson.of(view, form)
    return await _save(view, form, tx, leads_seat(application_id, party_id), section, keeper)


@get("/link/partner/{token:str}/part/{section:str}", opt=EVERYBODY)
async def part_by_link(
    view: View,
    read: Read,
    limits: Limits,
    token: FromPath[str],
    section: FromPath[str],
    typed: FromQuery[UUID | None] = None,
) -> Page:
    """A section of the part of the link's holder, while the link can be answered. typed: which of several texts that were
    typed and not saved."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _show(view, read, linked_seat(token), section, ForLink.opened(), typed)


@post("/link/partner/{token:str}/part/{section:str}", opt=EVERYBODY)
async def save_part_by_link(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], section: FromPath[str]
) -> Page:
    """Saves it; the link stays good."""
    await limits.hit(BY_LINK, address_of(view.scope))
    keeper = ForLink.of(form)
    await party_by_link(tx, token)
    return await _save(view, form, tx, linked_seat(token), section, keeper)


HANDLERS = [own_part, save_own_part, partners_part, save_partners_part, part_by_link, save_part_by_link]
