"""The sections that a party fills in for itself: by an officer of it, by whoever holds its link, or by the lead for it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import queries
from facility.applications.pages.desk import unsaved, values_of
from facility.applications.pages.questions import read_answers, shown_answers
from facility.applications.pages.shared import (
    BY_LEAD,
    BY_LINK,
    BY_PARTY,
    EVERYBODY,
    WORDS,
    draft,
    party_of,
    same_person,
    save,
)
from facility.applications.queries import ApplicationShown, PartyLine
from facility.applications.rules.parts import ROLE, own_sections, readable
from facility.applications.service import end_copies, fill_in_part, party_by_link, seal_of_part
from facility.calls.rules.forms import Answers, FormSection
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import address_of


class Seat(msgspec.Struct, frozen=True):
    """From where somebody fills in a party's part. `here`: the address above its sections; `back`: where they go
    afterwards; `own`: they act for the party itself, and read its confidential answers; `keeps`: what they type is kept
    for them."""

    application: ApplicationShown
    party: PartyLine
    here: str
    back: str
    own: bool = True
    keeps: bool = False

    def section(self, key: str) -> FormSection:
        """The section as it is seen from here. Raises Refused (missing)."""
        section = next((one for one in own_sections(self.application.form) if one.key == key), None)
        fields = readable(section, confidential=self.own) if section else ()
        if section is None or not fields:
            refuse("not_found", kind="missing", what="section")
        return msgspec.structs.replace(section, fields=fields)

    def answers(self, section: FormSection) -> Answers:
        """What stands in the section."""
        if section.key == ROLE.key:
            return {"role": self.party.role}
        return self.application.answers(section, self.party.id, confidential=self.own)


type Sit = Callable[[AsyncConnection], Awaitable[Seat]]


def _page(
    view: render.View,
    seat: Seat,
    section: FormSection,
    fields: Fields,
    status: int = 200,
    question: str = "",
    copy: queries.Copy | None = None,
) -> Page:
    stored = seat.answers(section)
    return view.page(
        "applications/part.html",
        status=status,
        application=seat.application,
        party=seat.party,
        seat=seat,
        section=section,
        stored=stored,
        seen=seal_of_part(section, stored, confidential=seat.own),
        form=fields,
        question=question,
        copy=copy,
        **WORDS,
    )


async def _show(view: render.View, connection: AsyncConnection, sit: Sit, key: str) -> Page:
    seat = await sit(connection)
    section = seat.section(key)
    stored = seat.answers(section)
    if seat.keeps:
        found = await queries.writing(connection, seat.application.id, seat.party.id, key, view.me.id)
        if copy := unsaved(section, stored, found.own):
            return _page(view, seat, section, Fields.showing(values_of(copy.typed)), copy=copy)
    return _page(view, seat, section, Fields.showing(shown_answers(section, stored)))


async def _save(view: render.View, form: Any, tx: Tx, sit: Sit, key: str) -> Page:
    seat = await sit(await tx.session.connection())
    section = seat.section(key)
    if seat.keeps:
        same_person(view, form)
    fields = Fields(form)
    fields.ignore("then")
    seen, may_void = fields.text("seen", most=64), fields.yes("void")
    answers = read_answers(fields, section, [])

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        now = await sit(connection)
        return _page(view, now, section, fields, status, question)

    await save(
        tx,
        fields,
        lambda: fill_in_part(
            tx, seat.party.id, key, answers, seen=seen, confidential=seat.own, may_void=may_void
        ),
        again,
    )
    await end_copies(tx, seat.application.id, seat.party.id, [key])
    return view.go(seat.back, _("Saved."))


def officers_seat(view: render.View, application_id: UUID) -> Sit:
    """From where an officer of the party fills in its part."""

    async def sit(connection: AsyncConnection) -> Seat:
        application = await draft(connection, application_id)
        own = next(p for p in application.parts.on_board if p.institution_id == view.me.institution_id)
        here = f"/applications/{application_id}"
        return Seat(application, own, f"{here}/part", here, keeps=True)

    return sit


def _for_partner(application_id: UUID, party_id: UUID) -> Sit:
    async def sit(connection: AsyncConnection) -> Seat:
        application = await draft(connection, application_id)
        here = f"/applications/{application_id}"
        party = party_of(application, party_id)
        return Seat(
            application, party, f"{here}/parties/{party_id}/part", f"{here}/partners", own=party.is_lead
        )

    return sit


def _by_link(token: str) -> Sit:
    async def sit(connection: AsyncConnection) -> Seat:
        linked = await queries.linked(connection, token)
        if not linked.live:
            refuse("link_revoked")
        application = await draft(connection, linked.application_id)
        here = f"/link/partner/{token}"
        return Seat(application, party_of(application, linked.party_id), f"{here}/part", here)

    return sit


@get("/applications/{application_id:uuid}/part/{section:str}", opt=BY_PARTY)
async def own_part(view: View, read: Read, application_id: FromPath[UUID], section: FromPath[str]) -> Page:
    """A section of the part of the visitor's institution."""
    return await _show(view, read, officers_seat(view, application_id), section)


@post("/applications/{application_id:uuid}/part/{section:str}", opt=BY_PARTY)
async def save_own_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Saves it; asks first where somebody has confirmed what it changes."""
    return await _save(view, form, tx, officers_seat(view, application_id), section)


@get("/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}", opt=BY_LEAD)
async def partners_part(
    view: View, read: Read, application_id: FromPath[UUID], party_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """A section of a partner's part, without what is confidential: for a partner that can't fill it in itself."""
    return await _show(view, read, _for_partner(application_id, party_id), section)


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
    return await _save(view, form, tx, _for_partner(application_id, party_id), section)


@get("/link/partner/{token:str}/part/{section:str}", opt=EVERYBODY)
async def part_by_link(
    view: View, read: Read, limits: Limits, token: FromPath[str], section: FromPath[str]
) -> Page:
    """A section of the part of the link's holder, while the link can be answered."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _show(view, read, _by_link(token), section)


@post("/link/partner/{token:str}/part/{section:str}", opt=EVERYBODY)
async def save_part_by_link(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], section: FromPath[str]
) -> Page:
    """Saves it; the link stays good."""
    await limits.hit(BY_LINK, address_of(view.scope))
    await party_by_link(tx, token)
    return await _save(view, form, tx, _by_link(token), section)


HANDLERS = [own_part, save_own_part, partners_part, save_partners_part, part_by_link, save_part_by_link]
