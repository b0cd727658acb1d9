"""Sign in as one of the cast, with one button: in the demo only, which nobody but this machine can reach."""

from typing import Any

from litestar import get, post

from facility.accounts.models import Person
from facility.accounts.pages.people import words
from facility.accounts.pages.sign_in import signed_in
from facility.accounts.queries import people
from facility.accounts.rules.accounts import Status
from facility.accounts.service import sessions
from facility.refused import refuse
from facility.web.access import ANYONE, Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, Page, Read, Tx, View
from facility.web.stops import Stop


def _only_in_the_demo(view: View) -> None:
    if not view.renderer.settings.demo:
        raise Stop(404, "not_found")


@get("/demo", opt={"allow": allow(ANYONE)})
async def cast(view: View, read: Read) -> Page:
    """The cast, by role."""
    _only_in_the_demo(view)
    cast = {role.value: await people.with_role(read, role) for role in Role}
    return view.page("accounts/demo.html", cast=cast, **words())


@post("/demo", opt={"allow": allow(ANYONE)})
async def sign_in_as(view: View, form: Form, tx: Tx) -> Page:
    """Begins a session as one of the cast."""
    _only_in_the_demo(view)
    fields = Fields(form)
    person_id = fields.key("person")
    fields.check()
    person = await tx.get(Person, person_id)
    if person.status != Status.ACTIVE:
        refuse("account_not_active")
    tx.actor = person.id
    return signed_in(view, await sessions.begin_session(tx, person.id), "/")


HANDLERS: list[Any] = [cast, sign_in_as]
