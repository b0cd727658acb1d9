"""Institutions for those who run the facility: the list, one with all that belongs to it, entering, correcting, renaming."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.forms import FIELDS, matches_of, read_beneficiary, words
from facility.accounts.pages.people import WHO_SEES
from facility.accounts.queries import institutions as queries
from facility.accounts.queries.institutions import Filters, InstitutionShown
from facility.accounts.queries.people import beneficiaries, history_lines
from facility.accounts.rules.institutions import CHOOSABLE, Kind
from facility.accounts.service import institutions as commands
from facility.accounts.service.institutions import Particulars
from facility.accounts.service.later_rooms import TAKINGS
from facility.accounts.words import INSTITUTION_MISSING, STATES
from facility.refused import Refused
from facility.web import render
from facility.web.access import SIGNED_IN, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.stops import Stop

BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
SHOWN = 20


@get("/institutions", opt={"allow": WHO_SEES})
async def institutions(
    view: View,
    read: Read,
    q: FromQuery[str] = "",
    beneficiary: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    status: FromQuery[str] = "",
    after: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Page:
    """Every institution that can take part, by name."""
    given = {"q": q[:100], "beneficiary": beneficiary, "kind": kind, "status": status}
    given = {name: value.replace("\0", "") for name, value in given.items()}
    filters = Filters(given["q"], given["beneficiary"], given["kind"], given["status"])
    listed = await queries.institution_list(
        read, filters, after=after.replace("\0", ""), before=before.replace("\0", "")
    )
    return view.page(
        "accounts/institutions.html",
        listed=listed,
        form=Fields.showing(given),
        filters={name: value for name, value in given.items() if value},
        beneficiaries=[(place.code, place.name) for place in await beneficiaries(read)],
        **words(),
    )


@get("/institutions/find", opt={"allow": allow(SIGNED_IN)})
async def find(
    view: View, read: Read, field: FromQuery[str] = "", institution_q: FromQuery[str] = ""
) -> Page:
    """The part of a form that answers a search while it is typed."""
    return await matches_page(view, read, field, institution_q)


async def matches_page(view: render.View, read: AsyncConnection, field: str, search: str) -> Page:
    """What a search found, to choose from in the field of a form."""
    if field not in FIELDS:
        raise Stop(404, "not_found")
    return view.page("accounts/_found.html", field=field, pick=await matches_of(read, search), **words())


async def institution_page(
    view: render.View,
    connection: AsyncConnection,
    institution_id: UUID,
    *,
    status: int = 200,
    form: Fields | None = None,
) -> Page:
    """One institution; `form`: that of a signatory, as it was sent."""
    whole = await queries.institution(connection, institution_id)
    taking = [line for ask in TAKINGS for line in await ask(connection, institution_id, view.me.id)]
    return view.page(
        "accounts/institution.html",
        status=status,
        institution=whole.about,
        whole=whole,
        taking=taking[:SHOWN],
        opened=await view.open_to_me(connection, [part.href for part in taking[:SHOWN]]),
        more=len(taking) > SHOWN,
        history=await history_lines(connection, institution_id, *whole.merged_ids),
        today=clock.now().astimezone(clock.BRUSSELS).date(),
        states={value.value: (translated(label), tag) for value, (label, tag) in STATES.items()},
        may_change=view.me.has(Role.SECRETARIAT) and whole.about.status in CHOOSABLE,
        form=form or Fields.showing(),
        **words(),
    )


@get("/institutions/{body_id:uuid}", opt={"allow": WHO_SEES})
async def institution(view: View, read: Read, body_id: FromPath[UUID]) -> Page:
    """One institution; one that was merged leads to the entry that stays."""
    merged_into = await queries.merged_into(read, body_id)
    if merged_into is not None:
        return view.go(f"/institutions/{merged_into}", _("The entry was merged into this one."), kind="info")
    return await institution_page(view, read, body_id)


async def _entry_page(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields,
    institution: InstitutionShown | None,
    status: int = 200,
    known: str = "",
) -> Page:
    return view.page(
        "accounts/institution_form.html",
        status=status,
        form=fields,
        institution=institution,
        known=known,
        beneficiaries=[(b.code, b.name) for b in await beneficiaries(connection)],
        **words(),
    )


def known_of(refused: Refused | None) -> str:
    """The id of the entry that is on the list already, or ""."""
    return next((reason.params.get("known", "") for reason in refused.reasons), "") if refused else ""


@get("/institutions/new", opt=BY_SECRETARIAT)
async def show_new_institution(view: View, read: Read) -> Page:
    """The form for a further institution."""
    return await _entry_page(view, read, Fields.showing(), None)


def _particulars(fields: Fields) -> Particulars:
    return Particulars(
        own_name=fields.text("own_name", missing=None),
        abbreviation=fields.text("abbreviation", missing=None, most=30),
        kind=fields.one_of("kind", Kind),
        beneficiary_code=read_beneficiary(fields),
    )


@post("/institutions/new", opt=BY_SECRETARIAT)
async def new_institution(view: View, form: Form, tx: Tx) -> Page:
    """Enters an institution."""
    fields = Fields(form)
    name = fields.text("institution_name", missing=translated(INSTITUTION_MISSING))
    particulars = _particulars(fields)
    async with redrawn(
        tx,
        fields,
        lambda read, status: _entry_page(view, read, fields, None, status, known_of(fields.refusal)),
    ):
        added = await commands.add_institution(tx, name=name, **msgspec.structs.asdict(particulars))
    return view.go(f"/institutions/{added.id}", _("The institution is on the list."))


@get("/institutions/{body_id:uuid}/edit", opt=BY_SECRETARIAT)
async def show_edit(view: View, read: Read, body_id: FromPath[UUID]) -> Page:
    """The particulars, to correct them."""
    institution = (await queries.institution(read, body_id)).about
    values = {
        "own_name": institution.own_name,
        "abbreviation": institution.abbreviation,
        "kind": institution.kind,
        "beneficiary": institution.beneficiary_code,
    }
    return await _entry_page(view, read, Fields.showing(values), institution)


@post("/institutions/{body_id:uuid}/edit", opt=BY_SECRETARIAT)
async def edit(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Corrects the particulars; the name has a page of its own, since the old one is kept."""
    fields = Fields(form)
    particulars = _particulars(fields)

    async def again(read: AsyncConnection, status: int) -> Page:
        entry = (await queries.institution(read, body_id)).about
        return await _entry_page(view, read, fields, entry, status, known_of(fields.refusal))

    async with redrawn(tx, fields, again):
        await commands.correct_institution(tx, body_id, particulars)
    return view.go(f"/institutions/{body_id}", _("Saved."))


async def _rename_page(
    view: render.View,
    connection: AsyncConnection,
    body_id: UUID,
    fields: Fields,
    status: int = 200,
    known: str = "",
) -> Page:
    institution = (await queries.institution(connection, body_id)).about
    return view.page(
        "accounts/institution_rename.html", status=status, institution=institution, form=fields, known=known
    )


@get("/institutions/{body_id:uuid}/rename", opt=BY_SECRETARIAT)
async def show_rename(view: View, read: Read, body_id: FromPath[UUID]) -> Page:
    """Asks for the new name, and until when it bore the old one."""
    return await _rename_page(view, read, body_id, Fields.showing())


@post("/institutions/{body_id:uuid}/rename", opt=BY_SECRETARIAT)
async def rename(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Gives it the new name; the old one stays among its former names, and is still found."""
    fields = Fields(form)
    name = fields.text("institution_name", missing=_("Enter the new name of the institution."))
    ended_on = fields.day("ended_on", last=tx.now.astimezone(clock.BRUSSELS).date())
    async with redrawn(
        tx,
        fields,
        lambda read, status: _rename_page(view, read, body_id, fields, status, known_of(fields.refusal)),
    ):
        await commands.rename_institution(tx, body_id, name=name, ended_on=ended_on)
    return view.go(
        f"/institutions/{body_id}", _("The institution has been renamed. Searches still find the old name.")
    )


@post("/institutions/{body_id:uuid}/signatories", opt=BY_SECRETARIAT)
async def add_signatory(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Somebody may sign for the institution."""
    fields = Fields(form)
    name = fields.text("name", missing=_("Enter the name of the signatory."), most=120)
    function = fields.text("function", missing=_("Enter the function of the signatory."), most=200)
    since = fields.day("since")
    until = fields.day("until") if fields.given("until") else None
    async with redrawn(
        tx, fields, lambda read, status: institution_page(view, read, body_id, status=status, form=fields)
    ):
        await commands.name_signatory(tx, body_id, name=name, function=function, since=since, until=until)
    return view.go(f"/institutions/{body_id}", _("The signatory is entered."))


@get("/institutions/{body_id:uuid}/signatories/{signatory_id:uuid}", opt=BY_SECRETARIAT)
async def show_end_signatory(
    view: View, read: Read, body_id: FromPath[UUID], signatory_id: FromPath[UUID]
) -> Page:
    """Asks for the last day on which somebody signs."""
    return await _signatory_page(view, read, body_id, signatory_id, Fields.showing())


async def _signatory_page(
    view: render.View,
    connection: AsyncConnection,
    body_id: UUID,
    signatory_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    whole = await queries.institution(connection, body_id)
    signatory = next((line for line in whole.signatories if line.id == signatory_id), None)
    if signatory is None:
        raise Stop(404, "not_found")
    return view.page(
        "accounts/signatory.html", status=status, institution=whole.about, signatory=signatory, form=fields
    )


@post("/institutions/{body_id:uuid}/signatories/{signatory_id:uuid}", opt=BY_SECRETARIAT)
async def end_signatory(
    view: View, form: Form, tx: Tx, body_id: FromPath[UUID], signatory_id: FromPath[UUID]
) -> Page:
    """Ends the power to sign after that day."""
    fields = Fields(form)
    until = fields.day("until")
    async with redrawn(
        tx, fields, lambda read, status: _signatory_page(view, read, body_id, signatory_id, fields, status)
    ):
        await commands.end_signatory(tx, body_id, signatory_id, until)
    return view.go(f"/institutions/{body_id}", _("The last day is entered."))


HANDLERS: list[Any] = [
    institutions,
    find,
    institution,
    show_new_institution,
    new_institution,
    show_edit,
    edit,
    show_rename,
    rename,
    add_signatory,
    show_end_signatory,
    end_signatory,
]
