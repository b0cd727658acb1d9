"""Taking back an expert's yes, and calling a request for expertise off."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments import words
from facility.deployments.access import SECRETARIAT
from facility.deployments.forms import request as forms
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries import requests as queries
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.rules.fees import Owed, owed
from facility.deployments.service import answering, ending
from facility.deployments.words import CANCELLATION_REASON_MISSING
from facility.refused import refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated


async def _cancel_page(
    view: render.View,
    connection: AsyncConnection,
    deployment_id: UUID,
    invitation_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    deployment = await queries.deployment(connection, deployment_id)
    invitation = next((sent for sent in deployment.invitations if sent.id == invitation_id), None)
    if invitation is None:
        refuse("not_found", kind="missing", what="invitation")
    return view.page(
        "deployments/cancel.html",
        status=status,
        deployment=deployment,
        invitation=invitation,
        possible=invitation.outcome == InvitationStatus.ACCEPTED
        and deployment.state != DeploymentState.ENDED,
        owed=_owed(deployment),
        outcomes=words.OUTCOMES,
        most=forms.MOST_REASON,
        form=fields,
    )


def _owed(deployment: queries.DeploymentShown) -> Owed | None:
    """What is due to each expert if the facility or the lead cancels today."""
    today = clock.now().astimezone(clock.BRUSSELS).date()
    if deployment.terms is None:
        return None
    return owed(deployment.terms, deployment.starts_on, deployment.ends_on, today)


_CANCEL = "/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/cancel"


@get(_CANCEL, opt=SECRETARIAT)
async def ask_to_cancel(
    view: View, read: Read, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Says what will happen, and asks for the reason."""
    return await _cancel_page(view, read, deployment_id, invitation_id, Fields.showing())


@post(_CANCEL, opt=SECRETARIAT)
async def cancel(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Takes a yes back; the days are free and the next is asked."""
    fields = Fields(form)
    reason = fields.text(
        "reason", missing=translated(CANCELLATION_REASON_MISSING), most=forms.MOST_REASON, multiline=True
    )
    deployment = await _of(tx, deployment_id, invitation_id)
    asked_who = _owed(deployment) is not None or fields.given("who")
    for_expert = asked_who and fields.choice("who", ("us", "expert")) == "expert"
    async with redrawn(
        tx,
        fields,
        lambda read, status: _cancel_page(view, read, deployment_id, invitation_id, fields, status),
    ):
        await answering.cancel(tx, invitation_id, reason=reason, for_expert=for_expert)
    return view.go(f"/deployments/{deployment_id}", _("The booking is cancelled. The next expert is asked."))


async def _of(tx: Tx, deployment_id: UUID, invitation_id: UUID) -> queries.DeploymentShown:
    """The deployment. Raises Refused (missing) when the invitation belongs to another."""
    deployment = await queries.deployment(await tx.session.connection(), deployment_id)
    if invitation_id not in {invitation.id for invitation in deployment.invitations}:
        refuse("not_found", kind="missing", what="invitation")
    return deployment


_CALL_OFF = "/deployments/{deployment_id:uuid}/call-off"


async def _call_off_page(
    view: render.View, connection: AsyncConnection, deployment_id: UUID, fields: Fields, status: int = 200
) -> Page:
    deployment = await queries.deployment(connection, deployment_id)
    return view.page(
        "deployments/call_off.html",
        status=status,
        deployment=deployment,
        possible=deployment.state != DeploymentState.ENDED,
        owed=_owed(deployment),
        most=forms.MOST_REASON,
        form=fields,
    )


@get(_CALL_OFF, opt=SECRETARIAT)
async def ask_to_call_off(view: View, read: Read, deployment_id: FromPath[UUID]) -> Page:
    """Says what will happen, and asks for the reason."""
    return await _call_off_page(view, read, deployment_id, Fields.showing())


@post(_CALL_OFF, opt=SECRETARIAT)
async def call_off(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """Ends the request; whoever is booked or asked learns it."""
    fields = Fields(form)
    reason = fields.text(
        "reason",
        missing=_("Enter the reason for cancelling the request."),
        most=forms.MOST_REASON,
        multiline=True,
    )
    async with redrawn(
        tx, fields, lambda read, status: _call_off_page(view, read, deployment_id, fields, status)
    ):
        await ending.call_off(tx, deployment_id, reason=reason)
    return view.go(
        f"/deployments/{deployment_id}",
        _("The request is cancelled. Everybody who was booked or asked gets a mail."),
    )


HANDLERS = [ask_to_cancel, cancel, ask_to_call_off, call_off]
