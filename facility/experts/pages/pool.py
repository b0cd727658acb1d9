"""The pool of experts: its list, an expert's page, and the form. Personal data, so for secretariat and auditor alone."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.accounts.words import country_choices
from facility.experts import words
from facility.experts.access import KEEPERS, READERS
from facility.experts.forms import profile as expert_form
from facility.experts.pages.offers import offers_for
from facility.experts.queries import pool as queries
from facility.experts.queries.rota import own_weeks, this_week
from facility.experts.rules.profile import is_in_pool
from facility.experts.service import pool as service
from facility.experts.service.profile_link import end_profile_link, send_profile_link
from facility.experts.words import STILL_HERE
from facility.web import render
from facility.web.access import Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated


@get("/experts", opt=READERS)
async def pool(
    view: View,
    read: Read,
    theme: FromQuery[str] = "",
    country: FromQuery[str] = "",
    language: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """The pool by code, 25 a page."""
    chosen = {"theme": theme, "country": country, "language": language}
    lines, older = await queries.pool(read, **chosen, after=after)
    return view.page(
        "experts/pool.html",
        experts=lines,
        older=older,
        after=after,
        chosen={name: value for name, value in chosen.items() if value},
        form=Fields.showing({**chosen}),
        themes=await queries.themes(read, retired=True),
        countries=country_choices(country[:2]),
        languages=words.language_choices(),
        members=EU_MEMBER_STATES,
        may_change=view.me.has(Role.SECRETARIAT),
    )


async def _form_page(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields,
    *,
    expert: queries.ExpertShown | None = None,
    version: int = 0,
    status: int = 200,
    spare: int = expert_form.SPARE_ROWS,
) -> Page:
    offers = await offers_for(connection, expert, staff=True)
    rows = expert_form.rows(fields.values, spare=spare)
    return view.page(
        "experts/form.html",
        status=status,
        form=fields,
        expert=expert,
        version=version or (expert.version if expert else 0),
        rows=rows,
        particulars=expert_form.particulars(offers),
        experience=expert_form.experience(),
        groups=expert_form.groups(offers),
        labels=expert_form.labels(offers, rows),
    )


@get("/experts/new", opt=KEEPERS)
async def new_expert(view: View, read: Read) -> Page:
    """The form of somebody who isn't in the pool yet."""
    return await _form_page(view, read, Fields.showing(expert_form.blank()))


@post("/experts/new", opt=KEEPERS)
async def register(view: View, form: Form, tx: Tx) -> Page:
    """Enter somebody into the pool, or give the form more rows."""
    connection, fields = await tx.session.connection(), Fields(form)
    offers = await offers_for(connection, staff=True)
    if expert_form.wants_more(fields):
        settled = expert_form.settle(fields, offers)
        return await _form_page(view, connection, settled, spare=3 * expert_form.SPARE_ROWS)
    draft = expert_form.read(fields, offers)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _form_page(view, connection, fields, status=status)

    async with redrawn(tx, fields, again):
        expert = await service.register_expert(tx, draft)
    return view.go(f"/experts/{expert.id}", _("The expert has been added to the pool."))


@get("/experts/{expert_id:uuid}", opt=READERS)
async def expert(view: View, read: Read, expert_id: FromPath[UUID]) -> Page:
    """The profile, bookings, what the expert was asked for, and the history."""
    profile = await queries.expert(read, expert_id)
    return view.page(
        "experts/expert.html",
        expert=profile,
        member=profile.country in EU_MEMBER_STATES,
        in_pool=is_in_pool(
            profile.active, profile.valid_until, clock.now().astimezone(clock.BRUSSELS).date()
        ),
        engagements=await queries.engagements(read, expert_id, view.me.id),
        on_call=await own_weeks(read, expert_id, this_week()),
        genders=words.GENDERS,
        history=await history_lines(read, expert_id),
        may_change=view.me.has(Role.SECRETARIAT),
    )


@get("/experts/{expert_id:uuid}/edit", opt=KEEPERS)
async def edit_expert(view: View, read: Read, expert_id: FromPath[UUID]) -> Page:
    """The form with what is stored."""
    profile = await queries.expert(read, expert_id)
    return await _form_page(view, read, Fields.showing(expert_form.shown_expert(profile)), expert=profile)


@post("/experts/{expert_id:uuid}/edit", opt=KEEPERS)
async def change(view: View, form: Form, tx: Tx, expert_id: FromPath[UUID]) -> Page:
    """Save the profile; bookings and invitations stay as they are."""
    connection, fields = await tx.session.connection(), Fields(form)
    profile = await queries.expert(connection, expert_id)
    offers = await offers_for(connection, profile, staff=True)
    more = expert_form.wants_more(fields)
    version = fields.integer("version", 1, 999_999_999)
    if more:
        settled = expert_form.settle(fields, offers)
        spare = 3 * expert_form.SPARE_ROWS
        return await _form_page(view, connection, settled, expert=profile, version=version, spare=spare)
    draft = expert_form.read(fields, offers)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _not_saved(view, connection, fields, expert_id, version, status)

    async with redrawn(tx, fields, again, late=("changed_meanwhile",)):
        await service.change_expert(tx, expert_id, draft, version=version)
    return view.go(f"/experts/{expert_id}", _("The profile is saved."))


async def _not_saved(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields,
    expert_id: UUID,
    version: int,
    status: int,
) -> Page:
    """The form again with what was typed; where somebody saved meanwhile, saving once more goes over their text."""
    profile = await queries.expert(connection, expert_id)
    if fields.refusal and fields.refusal.codes == ("changed_meanwhile",):
        fields.wrong("", translated(STILL_HERE))
        return await _form_page(view, connection, fields, expert=profile, status=status)
    return await _form_page(view, connection, fields, expert=profile, version=version, status=status)


@post("/experts/{expert_id:uuid}/link", opt=KEEPERS)
async def link(view: View, form: Form, tx: Tx, expert_id: FromPath[UUID]) -> Page:
    """Sends the link by which the expert keeps the profile, or ends it."""
    fields = Fields(form)
    sends = fields.choice("do", ("send", "end")) == "send"
    fields.check()
    await (send_profile_link if sends else end_profile_link)(tx, expert_id)
    notice = _("The link is sent by mail.") if sends else _("The link no longer opens the profile.")
    return view.go(f"/experts/{expert_id}", notice)


HANDLERS = [pool, new_expert, register, expert, edit_expert, change, link]
