"""An officer of an institution registers: address, mail, form, and then the secretariat."""

from typing import Any
from uuid import UUID

from litestar import get, post

from facility.accounts import queries, service
from facility.accounts.rules import Kind
from facility.accounts.sentences import KINDS
from facility.accounts.service import NewInstitution
from facility.accounts.sign_in_pages import BY_ADDRESS, BY_LINK, BY_MAIL
from facility.outbox.links import check_link, find_link, subject_of
from facility.refused import Refused
from facility.web.access import ANYONE, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import address_of
from facility.web.stops import Wrong

NOT_LISTED = "new"


@get("/register", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def ask(view: View) -> Page:
    """Asks for the mail address."""
    return view.page("accounts/register.html", form=Fields.showing())


@post("/register", opt={"allow": allow(ANYONE)})
async def send(view: View, form: Form, limits: Limits, tx: Tx) -> Page:
    """Sends the link to the form; or, to an address that has an account, word of it."""
    fields = Fields(form)
    email = fields.email("email")
    try:
        fields.check()
    except Refused as refused:
        raise Wrong(view.page("accounts/register.html", status=422, form=fields.refused(refused))) from None
    await limits.hit(BY_ADDRESS, address_of(view.scope))
    await limits.hit(BY_MAIL, email)
    await service.ask_to_register(tx, email)
    return view.go("/register/check")


@get("/register/check", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def check_mail(view: View) -> Page:
    """Says that a mail is under way."""
    return view.page("accounts/register_check.html")


async def context(read: Read, registration_id: UUID) -> dict[str, Any]:
    """What the form shows beside its fields."""
    listed = await queries.institutions(read, approved=True)
    return {
        "email": await queries.registration_email(read, registration_id),
        "institutions": [(str(i.id), f"{i.name} ({i.beneficiary})") for i in listed],
        "beneficiaries": [(b.code, b.name) for b in await queries.beneficiaries(read)],
        "kinds": [(kind.value, _(KINDS[kind])) for kind in Kind],
    }


@get("/link/register/{token:str}", opt={"allow": allow(ANYONE)})
async def show_form(view: View, token: FromPath[str], read: Read) -> Page:
    """The form behind the mail's link."""
    about = await context(read, await subject_of(read, service.REGISTER, token))
    return view.page("accounts/register_form.html", form=Fields.showing(), token=token, **about)


@post("/link/register/{token:str}", opt={"allow": allow(ANYONE)})
async def register(view: View, form: Form, token: FromPath[str], limits: Limits, tx: Tx) -> Page:
    """Makes the account, which waits for the secretariat."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link = await find_link(tx, service.REGISTER, token)
    check_link(link, tx.now)
    about = await context(await tx.session.connection(), link.subject_id)
    fields = Fields(form)
    name = fields.text("name", most=120)
    institution = read_institution(fields, about)
    try:
        fields.check()
        await service.register(tx, token, name=name, institution=institution)
    except Refused as refused:
        fields.refused(refused)
        raise Wrong(
            view.page("accounts/register_form.html", status=422, form=fields, token=token, **about)
        ) from None
    return view.go("/registered")


def read_institution(fields: Fields, about: dict[str, Any]) -> UUID | NewInstitution:
    """An institution from the list, or the fields of one that isn't there."""
    chosen = fields.choice("institution", [NOT_LISTED, *(key for key, _name in about["institutions"])])
    if chosen != NOT_LISTED:
        fields.ignore("institution_name", "kind", "beneficiary")
        return UUID(chosen) if chosen and "institution" not in fields.errors else UUID(int=0)
    return NewInstitution(
        name=fields.text("institution_name"),
        kind=fields.choice("kind", [key for key, _name in about["kinds"]]),
        beneficiary_code=fields.choice("beneficiary", [key for key, _name in about["beneficiaries"]]),
    )


@get("/registered", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def registered(view: View) -> Page:
    """What happens next."""
    return view.page("accounts/registered.html")


HANDLERS: list[Any] = [ask, send, check_mail, show_form, register, registered]
