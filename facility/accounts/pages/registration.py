"""An officer of an institution registers: address, mail, form, and then the secretariat."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.forms import only_searching, picker, read_choice
from facility.accounts.pages.institutions import matches_page
from facility.accounts.pages.sign_in import BY_LINK
from facility.accounts.queries import people
from facility.accounts.service import people as service
from facility.accounts.words import OWN_NAME_MISSING
from facility.outbox.links import check_link, find_link, is_good, subject_of
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import translated
from facility.web.limits import address_of, may_ask_for_mail
from facility.web.stops import Wrong


@get("/register", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def ask(view: View) -> Page:
    """Asks for the mail address."""
    return view.page("accounts/register.html", form=Fields.showing())


@post("/register", opt={"allow": allow(ANYONE)})
async def send(view: View, form: Form, limits: Limits, tx: Tx) -> Page:
    """Sends the link to the form or, if the address already has an account, a mail that says so."""
    fields = Fields(form)
    email = fields.email("email")
    if not fields.are_right():
        raise Wrong(view.page("accounts/register.html", status=422, form=fields))
    await may_ask_for_mail(limits, view.scope, email)
    await service.ask_to_register(tx, email)
    return view.go("/register/check")


@get("/register/check", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def check_mail(view: View) -> Page:
    """Says that a mail is under way."""
    return view.page("accounts/register_check.html")


async def _form_page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    registration_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    return view.page(
        "accounts/register_form.html",
        status=status,
        form=fields,
        token=token,
        email=await people.registration_email(connection, registration_id),
        **await picker(connection, fields, "institution"),
    )


@get("/link/register/{token:str}", opt={"allow": allow(ANYONE)})
async def show_form(view: View, token: FromPath[str], read: Read) -> Page:
    """The form behind the mail's link; where the link was used or is too old, what to do instead."""
    if not await is_good(read, service.REGISTER, token, clock.now()):
        return view.page("accounts/register_over.html")
    registration_id = await subject_of(read, service.REGISTER, token)
    return await _form_page(view, read, token, registration_id, Fields.showing())


@get("/link/register/{token:str}/institutions", opt={"allow": allow(ANYONE)})
async def find(
    view: View,
    token: FromPath[str],
    read: Read,
    field: FromQuery[str] = "",
    institution_q: FromQuery[str] = "",
) -> Page:
    """Institutions found while they are typed, for those who have a link to register."""
    await subject_of(read, service.REGISTER, token)
    return await matches_page(view, read, field, institution_q)


@post("/link/register/{token:str}", opt={"allow": allow(ANYONE)})
async def register(view: View, form: Form, token: FromPath[str], limits: Limits, tx: Tx) -> Page:
    """Makes the account, which waits for the secretariat."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link = await find_link(tx, service.REGISTER, token)
    check_link(link, tx.now)
    fields, subject_id = Fields(form), link.subject_id
    name = fields.text("name", missing=translated(OWN_NAME_MISSING), most=120)
    if only_searching(fields, "institution"):
        fields.errors.clear()
        return await _form_page(view, await tx.session.connection(), token, subject_id, fields)
    institution = read_choice(fields, "institution")
    async with redrawn(
        tx, fields, lambda read, status: _form_page(view, read, token, subject_id, fields, status)
    ):
        await service.register(tx, token, name=name, institution=institution)
    return view.go("/registered")


@get("/registered", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def registered(view: View) -> Page:
    """What happens next."""
    return view.page("accounts/registered.html")


HANDLERS: list[Any] = [ask, send, check_mail, show_form, find, register, registered]
