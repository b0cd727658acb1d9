"""What is typed in a party's own part and not saved yet: kept for its officers, for the lead, and for whoever holds a link."""

from uuid import UUID

from litestar import post

from facility.applications.access import BY_LEAD, BY_LINK, BY_PARTY, EVERYBODY
from facility.applications.pages.editing import typed_in
from facility.applications.pages.keeping import kept_for_you, kept_quietly
from facility.applications.pages.own_part import MOST_SEAL
from facility.applications.pages.seats import (
    ForLink,
    ForPerson,
    Keeper,
    Sit,
    leads_seat,
    linked_seat,
    officers_seat,
)
from facility.web import forms, render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

TYPING = Rate("partner-typing", 1200, 600)
"""One copy a second goes in while somebody types, for two who sit behind the same address."""


async def _keep(
    view: render.View,
    form: forms.Form,
    tx: Tx,
    sit: Sit,
    key: str,
    keeper: Keeper,
    message: str,
) -> Page:
    """Keep what is typed, whatever it is; without an event, and nothing is voided."""
    seat = await sit(await tx.session.connection())
    typed = typed_in(seat.section(key), form)
    fields = Fields(form)
    fields.ignore("void", "then", *typed)
    seen = fields.text("seen", most=MOST_SEAL)
    fields.check()
    await keeper.keep(tx, seat, key, typed, seen)
    return kept_quietly(view, seat.back, message)


async def _discard(view: render.View, form: forms.Form, tx: Tx, sit: Sit, key: str, keeper: Keeper) -> Page:
    """Forget what was typed and not saved."""
    Fields(form).check()
    seat = await sit(await tx.session.connection())
    await keeper.end(tx, seat, seat.section(key).key)
    return view.go(f"{seat.here}/{key}", _("Discarded. This is the saved version."))


@post("/applications/{application_id:uuid}/part/{section:str}/copy", opt=BY_PARTY)
async def keep_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Keeps what is typed for this person."""
    sit = officers_seat(view, application_id)
    return await _keep(view, form, tx, sit, section, ForPerson.of(view, form), kept_for_you())


@post("/applications/{application_id:uuid}/part/{section:str}/discard", opt=BY_PARTY)
async def discard_part(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Forgets what this person has typed and not saved."""
    return await _discard(
        view, form, tx, officers_seat(view, application_id), section, ForPerson.of(view, form)
    )


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}/copy", opt=BY_LEAD)
async def keep_partners_part(
    view: View,
    form: Form,
    tx: Tx,
    application_id: FromPath[UUID],
    party_id: FromPath[UUID],
    section: FromPath[str],
) -> Page:
    """Keeps for this person what is typed for a partner."""
    sit = leads_seat(application_id, party_id)
    return await _keep(view, form, tx, sit, section, ForPerson.of(view, form), kept_for_you())


@post("/applications/{application_id:uuid}/parties/{party_id:uuid}/part/{section:str}/discard", opt=BY_LEAD)
async def discard_partners_part(
    view: View,
    form: Form,
    tx: Tx,
    application_id: FromPath[UUID],
    party_id: FromPath[UUID],
    section: FromPath[str],
) -> Page:
    """Forgets what this person has typed for a partner and not saved."""
    sit = leads_seat(application_id, party_id)
    return await _discard(view, form, tx, sit, section, ForPerson.of(view, form))


@post("/link/partner/{token:str}/part/{section:str}/copy", opt=EVERYBODY)
async def keep_part_by_link(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], section: FromPath[str]
) -> Page:
    """Keeps what is typed for whoever holds the link. Nothing is locked: it is nobody else's."""
    await limits.hit(TYPING, address_of(view.scope))
    message = _("Your text is stored as a draft and not saved yet. Only people with this link see it.")
    return await _keep(view, form, tx, linked_seat(token), section, ForLink.of(form), message)


@post("/link/partner/{token:str}/part/{section:str}/discard", opt=EVERYBODY)
async def discard_part_by_link(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], section: FromPath[str]
) -> Page:
    """Forgets what the page showed as typed and not saved; what somebody else types by the same link stays."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _discard(view, form, tx, linked_seat(token), section, ForLink.of(form))


HANDLERS = [
    keep_part,
    discard_part,
    keep_partners_part,
    discard_partners_part,
    keep_part_by_link,
    discard_part_by_link,
]
