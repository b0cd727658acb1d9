"""Invitations as inquiries: an expert is asked for a seat, for so many hours. Who is asked next stands in `asking`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from facility.db import Tx
from facility.deployments.events.requests import (
    ExpertAskedAgain,
    InvitationExpired,
    InvitationReminded,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment
from facility.deployments.queries.invited import asked_level, contact_line, institutions
from facility.deployments.queries.offer import offer
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.asking import ask_for_free_seats, begin
from facility.deployments.words import on_call_because
from facility.experts.models.profile import Expert
from facility.experts.queries.pool import themes
from facility.experts.words import languages_in_words, level_in_words
from facility.inquiries.delivery import asked_since
from facility.inquiries.kinds import Mailing, RemindedKind
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.filters import days, instant
from facility.web.i18n import N_, filled


def facts(deployment: Deployment) -> dict[str, Any]:
    """What every mail says."""
    return {
        "days": days(deployment.starts_on, deployment.ends_on),
        "place": deployment.place,
        "reference": deployment.reference,
    }


async def write_to_expert(
    tx: Tx,
    invitation: Invitation,
    deployment: Deployment,
    template: str,
    subject: str,
    *,
    link: Link | None = None,
    entry: Sequence[tuple[str, UUID]] = (),
    **more: Any,
) -> None:
    """It holds no case data, and its subject no personal data: what is asked stands behind the link. entry: of the expert's calendar, which the
    mail enters, changes or removes (`calendar`)."""
    expert = await tx.get(Expert, invitation.expert_id)
    await post(
        tx,
        template=f"deployments/{template}",
        to=expert.email,
        to_name=expert.name,
        subject=subject,
        subject_id=deployment.id,
        context={**facts(deployment), **more},
        link=link,
        attachments=entry,
    )


def contact_of(deployment: Deployment) -> str:
    """Whom the expert can ask; "" where the request names nobody."""
    return contact_line(deployment.contact_name, deployment.contact_email, deployment.contact_phone)


async def _invite(tx: Tx, invitation: Invitation, mailing: Mailing, link: Link | None) -> None:
    deployment = await tx.get(Deployment, invitation.deployment_id)
    connection = await tx.session.connection()
    says_all = not deployment.sensitive
    served = (
        await institutions(connection, deployment.id) if deployment.declares_conflicts and says_all else []
    )
    await write_to_expert(
        tx,
        invitation,
        deployment,
        mailing.template,
        filled(mailing.subject, reference=deployment.reference),
        link=link,
        respond_by=instant(invitation.respond_by),
        language=languages_in_words(deployment.language, bcms=deployment.bcms),
        level=level_in_words(await asked_level(connection, invitation.id), deployment.language_skill),
        institutions=served,
        terms=deployment.terms_of_reference if says_all else "",
        contact=contact_of(deployment),
        offer=[f"{term}: {value}" for term, value in await offer(connection, invitation.id)]
        if says_all
        else [],
        on_call=await _on_call(tx, invitation, deployment) if says_all else "",
    )


async def _on_call(tx: Tx, invitation: Invitation, deployment: Deployment) -> str:
    """That they are asked since they are on call; "" for anybody else."""
    on_call = deployment.shortlist.get("on_call", {})
    if not any(on_call.values()):
        return ""
    known = dict(await themes(await tx.session.connection(), retired=True))
    expert = await tx.get(Expert, invitation.expert_id)
    return on_call_because(on_call, expert.code, known, deployment.requested_at)


async def _lock_deployment(tx: Tx, deployment_id: UUID) -> Deployment:
    return await tx.lock(Deployment, deployment_id)


async def _ask_next(tx: Tx, invitation: Invitation, deployment: Deployment) -> None:
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)


INVITATION = RemindedKind(
    table=Invitation,
    about="deployment_id",
    lock=_lock_deployment,
    over="invitation_ended",
    begin=begin,
    write=_invite,
    asks=Mailing("invitation", N_("Can you help? Invitation {reference}")),
    asked_again=ExpertAskedAgain,
    reminds=Mailing("reminder", N_("Reminder: can you help? Invitation {reference}")),
    reminded=InvitationReminded,
    silent=InvitationStatus.EXPIRED,
    ended_silent=InvitationExpired,
    after_silence=_ask_next,
)


async def last_instant(tx: Tx, invitation: Invitation) -> datetime:
    """Until when a reply counts: at least now, while the mail is undelivered, whichever way the link came."""
    if tx.now <= invitation.respond_by:
        return invitation.respond_by
    asked_at = await asked_since(tx, invitation)
    return invitation.respond_by if asked_at == invitation.invited_at else tx.now
