"""Mission reports: the expert's own link to the form; and the lead's page of a mission, with feedback on the expert."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.deployments.access import SECRETARIAT
from facility.deployments.forms import report as forms
from facility.deployments.models.report import MissionReport
from facility.deployments.pages.link import EVERYBODY
from facility.deployments.queries import report as queries
from facility.deployments.service.reporting import REPORT, give_feedback, send_report
from facility.forms.reading import read_texts
from facility.inquiries.link import answering, link_page
from facility.inquiries.service import ask_again
from facility.web import render
from facility.web.access import Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import N_, _
from facility.web.limits import Rate, address_of
from facility.web.waiting import waits

BY_LINK = Rate("report-link", 300, 600)
waits(
    N_("Mission reports that are late"),
    N_("Ask the expert for the report of {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.LATE,
)
waits(
    N_("Experts who did not get the mail about their report"),
    N_("Correct the address of an expert, or send the mail again: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.UNDELIVERED,
)
waits(
    N_("Mission reports that experts write"),
    N_("An expert reports: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.ASKED,
    others=True,
)
waits(
    N_("Missions to give feedback on"),
    N_("Say how the expert was: {thing}"),
    "/applications?status=awarded",
    Role.OFFICER,
    rows=queries.TO_SAY,
)


async def _link_page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
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
    )


@get("/link/mission_report/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows: the form, or the report that was sent."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _link_page(view, read, token, Fields.showing())


@post("/link/mission_report/{token:str}", opt=EVERYBODY)
async def send(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The report with the feedback; works once, also after the date."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    answers = read_texts(fields, forms.report()) | forms.read_feedback(fields, forms.on_activity())
    async with answering(view, tx, MissionReport, token, fields, _link_page) as link:
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
        _("The mail goes out again. The expert has the whole time for the report."),
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


HANDLERS = [show, send, again, mission, say]
