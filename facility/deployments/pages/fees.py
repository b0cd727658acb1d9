"""What experts are paid, for those who run and watch the facility; and what a day of travel pays, which administrators enter."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments.access import READERS, SECRETARIAT
from facility.deployments.forms import fees as forms
from facility.deployments.queries import fees as queries
from facility.deployments.rules.fees import TAIEX
from facility.deployments.service.cancelling import confirm_cancellation_fee
from facility.deployments.service.fees import enter_windows
from facility.deployments.service.mission import confirm_due
from facility.deployments.words import PORTIONS
from facility.web import render, sheets
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.carried import stamp
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, _, translated
from facility.web.stops import Stop

WINDOWS = {"allow": allow(*STAFF, Role.ADMINISTRATOR)}
ADMINISTRATOR = {"allow": allow(Role.ADMINISTRATOR)}
CONFIRMED = N_("The sum is confirmed. The expert gets a mail.")


@get("/deployments/fees", opt=READERS)
async def fees(view: View, read: Read, before: FromQuery[UUID | None] = None) -> Page:
    """Requests that pay, with what is confirmed, and the sum of all."""
    return view.page(
        "deployments/fees.html", fees=await queries.fees(read, view.me.id, before=before), before=before
    )


@get("/deployments/fees.csv", opt=READERS)
async def export(view: View, read: Read) -> Page:
    """What is due to each expert, by code."""
    head = [
        _("Deployment"),
        _("Application"),
        _("Award"),
        _("Expert"),
        _("First day"),
        _("Last day"),
        _("Fee, EUR"),
        _("Per diem, EUR"),
        _("Due, EUR"),
        _("Confirmed"),
        _("What for"),
    ]
    rows = [
        [
            line.reference,
            line.application,
            str(line.award_id),
            line.code,
            line.starts_on.isoformat(),
            line.ends_on.isoformat(),
            line.fee,
            line.per_diem,
            line.fee + line.per_diem,
            line.confirmed_at.isoformat(),
            _("Late cancellation") if line.cancelled else _("Mission"),
        ]
        for line in await queries.dues(read, view.me.id)
    ]
    return view.download(sheets.to_csv(head, rows), "fees.csv", sheets.CSV)


@post("/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/due", opt=SECRETARIAT)
async def confirm(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Confirms what is due for the travel that the page showed."""
    fields = Fields(form)
    fields.ignore("stated")
    fields.check()
    stated_at = stamp(form.get("stated"))
    if stated_at is None:
        raise Stop(400, "malformed")
    await confirm_due(tx, deployment_id, invitation_id, stated_at=stated_at)
    return view.go(f"/deployments/{deployment_id}", translated(CONFIRMED))


@post("/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/cancellation-fee", opt=SECRETARIAT)
async def confirm_for_cancellation(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Confirms what a late cancellation makes due."""
    Fields(form).check()
    await confirm_cancellation_fee(tx, deployment_id, invitation_id)
    return view.go(f"/deployments/{deployment_id}", translated(CONFIRMED))


@get("/travel-windows", opt=WINDOWS)
async def windows(view: View, read: Read) -> Page:
    """Every row of the table, with what counts today."""
    return view.page(
        "deployments/windows.html",
        rows=await queries.windows(read),
        today=clock.now().astimezone(clock.BRUSSELS).date(),
        portions=PORTIONS,
        may_change=view.me.has(Role.ADMINISTRATOR),
    )


def _form(view: render.View, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "deployments/windows_form.html",
        status=status,
        form=fields,
        portions=PORTIONS,
        most=forms.MOST_REASON,
    )


@get("/travel-windows/new", opt=ADMINISTRATOR)
async def new_windows(view: View, read: Read) -> Page:
    """The form, with the latest row."""
    rows = await queries.windows(read)
    return _form(view, Fields.showing(forms.shown_windows(rows[0].windows if rows else TAIEX)))


@post("/travel-windows/new", opt=ADMINISTRATOR)
async def enter(view: View, form: Form, tx: Tx) -> Page:
    """Adds a row; what stands there stays."""
    fields = Fields(form)
    valid_from, entered, reason = forms.read_windows(fields)

    async def again(_connection: AsyncConnection, status: int) -> Page:
        return _form(view, fields, status)

    async with redrawn(tx, fields, again):
        await enter_windows(tx, valid_from, entered, reason=reason)
    return view.go("/travel-windows", _("The travel windows are entered."))


HANDLERS = [fees, export, confirm, confirm_for_cancellation, windows, new_windows, enter]
