"""Pages about money: agreements, what is set aside, committed and free, and the ledger behind every figure."""

from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import history_lines
from facility.contracts import queries
from facility.contracts.models import Envelope
from facility.contracts.service import money
from facility.contracts.service.enlargement import propose_enlargement
from facility.contracts.words import INSTRUMENTS, MODES
from facility.proposals import MAX_REASON
from facility.refused import refuse
from facility.web.access import INTERNAL, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.carried import whole
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _


@get("/contracts", opt={"allow": allow(*STAFF)})
async def contracts(view: View, read: Read) -> Page:
    """Every agreement of the action: agreed, set aside, committed, free, by donor."""
    return view.page("contracts/contracts.html", contracts=await queries.contracts(read))


@get("/contracts/{reference:str}", opt={"allow": allow(*STAFF)})
async def contract(
    view: View,
    read: Read,
    reference: FromPath[str],
    envelope: FromQuery[UUID | None] = None,
    donor: FromQuery[UUID | None] = None,
    award: FromQuery[UUID | None] = None,
    before: FromQuery[int | None] = None,
) -> Page:
    """One agreement: donors, envelopes, and its ledger, narrowed to an envelope, a donor or an award."""
    agreement = await queries.contract(read, reference)
    only = queries.LedgerFilter(envelope=envelope, donor=donor, award=award, before=whole(before))
    entries, older = await queries.ledger(read, agreement.id, only)
    envelopes = await queries.envelopes(read, reference)
    awards = await queries.award_labels(read, entries, view.me.id)
    lines = []
    if view.me.has(*INTERNAL):
        lines = await history_lines(read, agreement.id, *(line.id for line in envelopes))
    return view.page(
        "contracts/contract.html",
        contract=agreement,
        instruments=INSTRUMENTS,
        modes=MODES,
        envelopes=envelopes,
        entries=[entry for entry in entries if awards.get(entry.award_id, True)],
        older=older,
        only=only,
        awards=awards,
        history=lines,
        may_change=view.me.has(Role.SECRETARIAT),
    )


@get("/contracts/{reference:str}/envelopes/new", opt={"allow": allow(Role.SECRETARIAT)})
async def new_envelope(view: View, read: Read, reference: FromPath[str]) -> Page:
    """The form for an envelope."""
    agreement = await queries.contract(read, reference)
    return view.page("contracts/envelope.html", contract=agreement, envelope=None, form=Fields.showing())


@post("/contracts/{reference:str}/envelopes/new", opt={"allow": allow(Role.SECRETARIAT)})
async def open_envelope(view: View, tx: Tx, form: Form, reference: FromPath[str]) -> Page:
    """Set aside an envelope."""
    agreement = await queries.contract(await tx.session.connection(), reference)
    fields = Fields(form)
    name = fields.text("name", missing=_("Enter the name of the envelope."), most=100)
    amount = fields.eur("amount")

    async def again(read: AsyncConnection, status: int) -> Page:
        contract = await queries.contract(read, reference)
        return view.page(
            "contracts/envelope.html", status=status, contract=contract, envelope=None, form=fields
        )

    async with redrawn(tx, fields, again):
        await money.open_envelope(tx, contract_id=agreement.id, name=name, amount=amount)
    return view.go(f"/contracts/{quote(reference)}", _("The envelope was opened."))


@get(
    "/contracts/{reference:str}/envelopes/{envelope_id:uuid}",
    opt={"allow": allow(Role.SECRETARIAT)},
)
async def envelope(view: View, read: Read, reference: FromPath[str], envelope_id: FromPath[UUID]) -> Page:
    """The form for another amount."""
    shown_envelope = await _envelope(read, reference, envelope_id)
    return await _envelope_page(
        view, read, shown_envelope, Fields.showing({"amount": shown(shown_envelope.amount)})
    )


async def _envelope_page(
    view: View, read: AsyncConnection, shown_envelope: queries.EnvelopeShown, form: Fields, status: int = 200
) -> ASGIResponse:
    return view.page(
        "contracts/envelope.html",
        status=status,
        contract=await queries.contract(read, shown_envelope.contract),
        envelope=shown_envelope,
        proposal=await queries.enlargement(read, shown_envelope.id),
        form=form,
        most=MAX_REASON,
    )


@post(
    "/contracts/{reference:str}/envelopes/{envelope_id:uuid}",
    opt={"allow": allow(Role.SECRETARIAT)},
)
async def change_envelope(
    view: View, tx: Tx, form: Form, reference: FromPath[str], envelope_id: FromPath[UUID]
) -> Page:
    """Make the envelope smaller; or propose to make it larger, which a second person decides."""
    shown_envelope = await _envelope(await tx.session.connection(), reference, envelope_id)
    fields = Fields(form)
    amount = fields.eur("amount")
    reason = fields.text("reason", missing=None, most=MAX_REASON, multiline=True)
    larger = amount > shown_envelope.amount
    async with redrawn(
        tx, fields, lambda read, status: _envelope_page(view, read, shown_envelope, fields, status), late=True
    ):
        if larger:
            await propose_enlargement(tx, shown_envelope.id, amount, reason=reason)
        else:
            await money.lower_envelope(tx, shown_envelope.id, amount)
    if larger:
        return view.go(
            f"/contracts/{quote(reference)}/envelopes/{shown_envelope.id}/enlargement",
            _(
                "Your proposal has been saved. A second person decides on it. The envelope stays unchanged until then."
            ),
        )
    return view.go(f"/contracts/{quote(reference)}", _("The envelope was changed."))


async def _envelope(connection: AsyncConnection, reference: str, envelope_id: UUID) -> queries.EnvelopeShown:
    envelopes = {line.id: line for line in await queries.envelopes(connection, reference)}
    if envelope_id not in envelopes:
        refuse("not_found", kind="missing", what=Envelope.__tablename__)
    return envelopes[envelope_id]


HANDLERS = [contracts, contract, new_envelope, open_envelope, envelope, change_envelope]
