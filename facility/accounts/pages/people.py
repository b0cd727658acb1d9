"""People, for the secretariat and the administrator; and one's own account."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.forms import only_searching, picker
from facility.accounts.queries import people as queries
from facility.accounts.rules.accounts import MAY_GIVE
from facility.accounts.service import people as service
from facility.accounts.words import KINDS, NAME_MISSING, OWN_NAME_MISSING, ROLES, STATES
from facility.web.access import REGISTERS, SIGNED_IN, Role, Visitor, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated

WHO_SEES = allow(*REGISTERS)
WHO_MANAGES = allow(Role.SECRETARIAT, Role.ADMINISTRATOR)


def words() -> dict[str, Any]:
    """Roles, states and kinds of institution as people say them."""
    return {
        "roles": {role.value: translated(label) for role, label in ROLES.items()},
        "states": {status.value: (translated(label), kind) for status, (label, kind) in STATES.items()},
        "kinds": {kind.value: translated(label) for kind, label in KINDS.items()},
    }


def givable(visitor: Visitor) -> list[Role]:
    """The roles that the visitor may give, in their order."""
    return [role for role in Role if any(role in MAY_GIVE.get(own, ()) for own in visitor.roles)]


@get("/people", opt={"allow": WHO_SEES})
async def people(
    view: View,
    read: Read,
    status: FromQuery[str] = "",
    role: FromQuery[str] = "",
    q: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Page:
    """Everybody with an account: who waits first, then by name."""
    number = min(max(page, 1), 10_000)
    accounts, total = await queries.people(
        read, status=status, role=role, search=q[:100].replace("\0", ""), page=number
    )
    form = Fields.showing({"status": status, "role": role, "q": q})
    return view.page(
        "accounts/people.html",
        people=accounts,
        total=total,
        page=number,
        size=queries.PAGE,
        form=form,
        **words(),
    )


async def _person_page(
    view: View, read: Read, account_id: FromPath[UUID], *, status: int = 200, form: Fields | None = None
) -> Page:
    person = await queries.person(read, account_id)
    return view.page(
        "accounts/person.html",
        status=status,
        person=person,
        history=await queries.history_lines(read, account_id),
        form=form or Fields.showing({"roles": person.roles}),
        givable=[role.value for role in givable(view.me)],
        **words(),
    )


@get("/people/{account_id:uuid}", opt={"allow": WHO_SEES})
async def person(view: View, read: Read, account_id: FromPath[UUID]) -> Page:
    """One account, what can be done with it, and its history."""
    return await _person_page(view, read, account_id)


@post("/people/{account_id:uuid}/approve", opt={"allow": allow(Role.SECRETARIAT)})
async def approve(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """The person becomes an officer of the institution."""
    Fields(form).check()
    await service.approve(tx, account_id)
    return view.go(f"/people/{account_id}", _("The registration has been approved. The person gets a mail."))


@post("/people/{account_id:uuid}/decline", opt={"allow": allow(Role.SECRETARIAT)})
async def decline(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """With a reason, which the person reads."""
    fields = Fields(form)
    missing = _("Enter the reason for declining the registration.")
    reason = fields.text("reason", missing=missing, most=1000, multiline=True)
    async with redrawn(
        tx, fields, lambda read, status: _person_page(view, read, account_id, status=status, form=fields)
    ):
        await service.decline(tx, account_id, reason)
    return view.go(f"/people/{account_id}", _("The registration has been declined. The person gets a mail."))


@post("/people/{account_id:uuid}/roles", opt={"allow": WHO_MANAGES})
async def change_roles(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """Gives and takes roles."""
    fields = Fields(form)
    chosen = fields.many("roles", list(Role), required=False)
    async with redrawn(
        tx, fields, lambda read, status: _person_page(view, read, account_id, status=status, form=fields)
    ):
        await service.change_roles(tx, account_id, [Role(role) for role in chosen])
    return view.go(f"/people/{account_id}", _("The roles are changed."))


@post("/people/{account_id:uuid}/same", opt={"allow": WHO_MANAGES})
async def join_accounts(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """Another account is the same person's."""
    fields = Fields(form)
    email = fields.email("email")
    async with redrawn(
        tx, fields, lambda read, status: _person_page(view, read, account_id, status=status, form=fields)
    ):
        await service.join_accounts(tx, account_id, email)
    return view.go(f"/people/{account_id}", _("Both accounts count as one person from now on."))


@post("/people/{account_id:uuid}/close", opt={"allow": allow(Role.ADMINISTRATOR)})
async def close(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """Closes the account and ends its sessions."""
    Fields(form).check()
    await service.deactivate(tx, account_id)
    return view.go(f"/people/{account_id}", _("The account is closed."))


@post("/people/{account_id:uuid}/reopen", opt={"allow": allow(Role.ADMINISTRATOR)})
async def reopen(view: View, form: Form, account_id: FromPath[UUID], tx: Tx) -> Page:
    """Opens a closed account again."""
    Fields(form).check()
    await service.reactivate(tx, account_id)
    return view.go(f"/people/{account_id}", _("The account is open again."))


async def _invite_page(view: View, read: Read, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "accounts/invite.html",
        status=status,
        form=fields,
        givable=[(role.value, translated(ROLES[role])) for role in givable(view.me)],
        **await picker(read, fields, "institution"),
    )


@get("/people/invite", opt={"allow": WHO_MANAGES})
async def show_invite(view: View, read: Read) -> Page:
    """The form to invite an assessor, a colleague or an officer."""
    return await _invite_page(view, read, Fields.showing())


@post("/people/invite", opt={"allow": WHO_MANAGES})
async def invite(view: View, form: Form, tx: Tx) -> Page:
    """Makes the account; a letter with a link goes out."""
    fields = Fields(form)
    if only_searching(fields, "institution"):
        return await _invite_page(view, await tx.session.connection(), fields)
    name = fields.text("name", missing=translated(NAME_MISSING), most=120)
    email = fields.email("email")
    role = fields.one_of("role", Role)
    institution_id = fields.key("institution") if fields.given("institution") else None
    async with redrawn(tx, fields, lambda read, status: _invite_page(view, read, fields, status)):
        person = await service.invite(tx, name=name, email=email, roles=[role], institution_id=institution_id)
    return view.go(f"/people/{person.id}", _("The invitation is on its way."))


@get("/me", opt={"allow": allow(SIGNED_IN)})
async def me(view: View, read: Read) -> Page:
    """One's own account."""
    own = await queries.person(read, view.me.id)
    return view.page("accounts/me.html", person=own, form=Fields.showing({"name": own.name}), **words())


@post("/me", opt={"allow": allow(SIGNED_IN)})
async def correct_me(view: View, form: Form, tx: Tx) -> Page:
    """Corrects one's own name."""
    fields = Fields(form)
    name = fields.text("name", missing=translated(OWN_NAME_MISSING), most=120)

    async def again(read: AsyncConnection, status: int) -> Page:
        own = await queries.person(read, view.me.id)
        return view.page("accounts/me.html", status=status, person=own, form=fields, **words())

    async with redrawn(tx, fields, again):
        await service.rename(tx, view.me.id, name)
    return view.go("/me", _("Your name is corrected."))


HANDLERS: list[Any] = [
    people,
    person,
    approve,
    decline,
    change_roles,
    join_accounts,
    close,
    reopen,
    show_invite,
    invite,
    me,
    correct_me,
]
