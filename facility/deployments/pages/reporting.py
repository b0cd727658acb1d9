"""Mission reports: the expert's own link to the form; and the lead's page of a mission, with feedback on the expert."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import db
from facility.applications.access import BY_LEAD
from facility.deployments.access import SECRETARIAT
from facility.deployments.forms import report as forms
from facility.deployments.forms.request import MOST_REASON
from facility.deployments.models.report import MissionReport
from facility.deployments.pages.link import EVERYBODY
from facility.deployments.queries import report as queries
from facility.deployments.queries.requests import deployment
from facility.deployments.rules.report import DRAFT, may_send
from facility.deployments.service.reporting import REPORT, give_feedback, send_report, waive_report
from facility.drafting.handlers import by_link, hidden, keeping, kept, opened
from facility.drafting.queries import Copy, copies_of
from facility.drafting.service import Holder
from facility.forms.keys import BESIDE
from facility.forms.reading import read_texts, typed_in
from facility.inquiries.link import answering, link_page
from facility.inquiries.service import ask_again
from facility.outbox.links import standing_link, subject_of
from facility.refused import Refused, refuse
from facility.web import forms as web_forms
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

BY_LINK = Rate("report-link", 300, 600)


class Typed(msgspec.Struct, frozen=True):
    """A report that is typed and not sent (a `drafting.Drafted`)."""

    subject_id: UUID
    token: str
    key: str = DRAFT
    is_new: bool = True
    beside: tuple[str, ...] = BESIDE

    @property
    def here(self) -> str:
        """Its page."""
        return f"/link/mission_report/{self.token}"

    back = here

    def typed_in(self, form: web_forms.Form) -> dict[str, list[str]]:
        """What the form says in both its parts."""
        return typed_in(form, forms.report()) | typed_in(form, forms.on_activity())


async def _find(_view: render.View, tx: db.Tx, token: str) -> Typed:
    link = await standing_link(tx, REPORT.name, token)
    may_send((await tx.get(MissionReport, link.subject_id)).state)
    return Typed(link.subject_id, token)


async def _link_page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    fields: Fields,
    status: int = 200,
    *,
    holder: Holder,
    copy: Copy | None = None,
    others: Sequence[Copy] = (),
) -> Page:
    """copy: what was typed and not sent, others: the same on other pages that were opened by the link."""
    linked = await queries.linked(connection, token)
    return link_page(
        view,
        "deployments/report_link.html",
        token,
        fields,
        status,
        linked=linked,
        outcome=linked.state,
        report=forms.report(),
        feedback=forms.on_activity(),
        hidden=hidden(holder, copy),
        copy=copy,
        others=others,
    )


@get("/link/mission_report/{token:str}", opt=EVERYBODY)
async def show(
    view: View, read: Read, limits: Limits, token: FromPath[str], typed: FromQuery[UUID | None] = None
) -> Page:
    """Only shows: the form with what was typed and not sent, or the report that was sent. typed: which of several texts."""
    await limits.hit(BY_LINK, address_of(view.scope))
    report_id = await subject_of(read, REPORT.name, token)
    names = (*forms.report().labels, *forms.on_activity().labels)
    copies = (await copies_of(read, [report_id], None)).get((report_id, DRAFT), [])
    copies = [copy for copy in copies if copy.says_else({}, names)]
    if not copies:
        return await _link_page(view, read, token, Fields.showing(), holder=opened())
    chosen = next((copy for copy in copies if typed and copy.holder_id == typed), copies[0])
    others = [copy for copy in copies if copy is not chosen]
    shown = Fields.showing(chosen.over({}))
    return await _link_page(view, read, token, shown, holder=opened(), copy=chosen, others=others)


@post("/link/mission_report/{token:str}", opt=EVERYBODY)
async def send(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The report with the feedback; works once, also after the date. What can't be sent comes back and is kept."""
    await limits.hit(BY_LINK, address_of(view.scope))
    holder = by_link(form)
    typed = Typed(await subject_of(await tx.session.connection(), REPORT.name, token), token)
    fields = Fields(form)
    answers = read_texts(fields, forms.report()) | forms.read_feedback(fields, forms.on_activity())
    draw = partial(_link_page, holder=holder)

    async def trace(refused: Refused) -> None:
        if refused.kind == "invalid":
            await kept(tx, typed, holder, form)(refused)

    async with answering(view, tx, MissionReport, token, fields, draw, trace=trace) as link:
        await send_report(tx, link.subject_id, answers)
    link.used_at = tx.now
    return view.go(f"/link/mission_report/{token}")


@post("/deployments/{deployment_id:uuid}/reports/{mission_report_id:uuid}/again", opt=SECRETARIAT)
async def again(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], mission_report_id: FromPath[UUID]
) -> Page:
    """Sends a mail that did not get through once more."""
    Fields(form).check()
    await ask_again(tx, REPORT, deployment_id, mission_report_id)
    return view.go(
        f"/deployments/{deployment_id}",
        _("The mail goes out again. The expert has the full time for the report."),
    )


_WAIVE = "/deployments/{deployment_id:uuid}/reports/{mission_report_id:uuid}/waive"


async def _waive_page(
    view: render.View,
    connection: AsyncConnection,
    deployment_id: UUID,
    report_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    reports = await queries.reports(connection, deployment_id, feedback=False)
    report = next((line for line in reports if line.id == report_id), None)
    if report is None:
        refuse("not_found", kind="missing", what="mission_report")
    return view.page(
        "deployments/waive.html",
        status=status,
        deployment=await deployment(connection, deployment_id),
        report=report,
        most=MOST_REASON,
        form=fields,
    )


@get(_WAIVE, opt=SECRETARIAT)
async def ask_to_waive(
    view: View, read: Read, deployment_id: FromPath[UUID], mission_report_id: FromPath[UUID]
) -> Page:
    """Says what will happen, and asks for the reason."""
    return await _waive_page(view, read, deployment_id, mission_report_id, Fields.showing())


@post(_WAIVE, opt=SECRETARIAT)
async def waive(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], mission_report_id: FromPath[UUID]
) -> Page:
    """A report that is late is no longer asked for."""
    fields = Fields(form)
    reason = fields.text(
        "reason", missing=_("Enter why no report is needed."), most=MOST_REASON, multiline=True
    )
    async with redrawn(
        tx,
        fields,
        lambda read, status: _waive_page(view, read, deployment_id, mission_report_id, fields, status),
    ):
        await waive_report(tx, deployment_id, mission_report_id, reason=reason)
    return view.go(
        f"/deployments/{deployment_id}", _("No report is needed any more. The expert gets a mail.")
    )


async def _mission_page(
    view: render.View,
    connection: AsyncConnection,
    application_id: UUID,
    invitation_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    return view.page(
        "deployments/mission.html",
        status=status,
        mission=await queries.mission_of(connection, application_id, invitation_id),
        report=forms.report(),
        feedback=forms.on_expert(),
        form=fields,
    )


_MISSION = "/applications/{application_id:uuid}/missions/{invitation_id:uuid}"


@get(_MISSION, opt=BY_LEAD)
async def mission(
    view: View, read: Read, application_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """The expert's report, and the form for feedback on the expert until it is sent."""
    return await _mission_page(view, read, application_id, invitation_id, Fields.showing())


@post(_MISSION, opt=BY_LEAD)
async def say(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """The lead's feedback on the expert; works once."""
    await queries.mission_of(await tx.session.connection(), application_id, invitation_id)
    fields = Fields(form)
    answers = forms.read_feedback(fields, forms.on_expert())
    async with redrawn(
        tx,
        fields,
        lambda read, status: _mission_page(view, read, application_id, invitation_id, fields, status),
    ):
        await give_feedback(tx, application_id, invitation_id, answers)
    return view.go(
        f"/applications/{application_id}/missions/{invitation_id}",
        _("Thank you. Only the secretariat reads your feedback."),
    )


HANDLERS = [
    show,
    send,
    *keeping("/link/mission_report/{token:str}", EVERYBODY, _find, by_link_at=BY_LINK),
    again,
    ask_to_waive,
    waive,
    mission,
    say,
]
