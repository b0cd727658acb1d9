"""Those who can be consulted, kept by the secretariat."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import beneficiaries
from facility.admission import words
from facility.admission.queries import consultation as queries
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.consultees import ConsulteeData, add_consultee, change_consultee
from facility.experts.queries.pool import themes
from facility.web import render
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated

KEEPS = {"allow": allow(Role.SECRETARIAT)}


async def _page(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields,
    *,
    status: int = 200,
    key: UUID | None = None,
) -> Page:
    """The list with the form for a new one; or one of them in its form."""
    known = await _known(connection)
    if key is not None:
        return view.page(
            "admission/consultee.html",
            status=status,
            consultee=await queries.consultee(connection, key),
            form=fields,
            **known,
        )
    return view.page(
        "admission/consultees.html",
        status=status,
        consultees=await queries.consultees(connection),
        form=fields,
        **known,
    )


async def _known(connection: AsyncConnection) -> dict[str, Any]:
    return {
        "kinds": {kind.value: translated(word) for kind, word in words.CONSULTEE_KINDS.items()},
        "beneficiaries": [
            (beneficiary.code, beneficiary.name) for beneficiary in await beneficiaries(connection)
        ],
        "themes": list(await themes(connection)),
    }


def _read(fields: Fields, known: dict[str, Any], *, active: bool) -> ConsulteeData:
    """What the form says. What belongs to all is left empty."""
    code = (
        fields.choice("beneficiary", [key for key, _name in known["beneficiaries"]])
        if fields.given("beneficiary")
        else None
    )
    theme = fields.choice("theme", [key for key, _name in known["themes"]]) if fields.given("theme") else None
    return ConsulteeData(
        name=fields.text("name", missing=_("Enter the name of the office.")),
        kind=fields.one_of("kind", ConsulteeKind),
        email=fields.email("email"),
        beneficiary_code=code,
        theme=theme,
        active=active,
    )


@get("/consultees", opt=KEEPS)
async def consultees(view: View, read: Read) -> Page:
    return await _page(view, read, Fields.showing())


@post("/consultees", opt=KEEPS)
async def add(view: View, form: Form, tx: Tx) -> Page:
    fields = Fields(form)
    connection = await tx.session.connection()
    data = _read(fields, await _known(connection), active=True)
    async with redrawn(tx, fields, lambda read, status: _page(view, read, fields, status=status)):
        await add_consultee(tx, data)
    return view.go("/consultees", _("The consultee is added."))


@get("/consultees/{consultee_id:uuid}", opt=KEEPS)
async def consultee(view: View, read: Read, consultee_id: FromPath[UUID]) -> Page:
    stored_consultee = await queries.consultee(read, consultee_id)
    stored = {
        "name": stored_consultee.name,
        "kind": stored_consultee.kind.value,
        "email": stored_consultee.email,
        "beneficiary": shown(stored_consultee.beneficiary_code),
        "theme": shown(stored_consultee.theme),
        "active": "yes" if stored_consultee.active else "",
    }
    return await _page(view, read, Fields.showing(stored), key=consultee_id)


@post("/consultees/{consultee_id:uuid}", opt=KEEPS)
async def change(view: View, form: Form, tx: Tx, consultee_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    connection = await tx.session.connection()
    data = _read(fields, await _known(connection), active=fields.yes("active"))
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, fields, status=status, key=consultee_id)
    ):
        await change_consultee(tx, consultee_id, data)
    return view.go("/consultees", _("The changes are saved."))


HANDLERS = [consultees, add, consultee, change]
