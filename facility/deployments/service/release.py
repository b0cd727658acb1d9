"""The release of a booked expert by the employer: asked of the superior by a mail link after the yes. A refusal ends the yes."""

from datetime import datetime
from uuid import UUID

from facility.db import Database, Tx
from facility.deployments.events.requests import (
    InvitationEnded,
    ReleaseAsked,
    ReleaseAskedAgain,
    ReleaseCancelled,
    ReleaseGiven,
    ReleaseRefused,
    ReleaseReminded,
    ReleaseUnanswered,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.rules import release as rules
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.asking import ask_for_free_seats, lock_experts
from facility.deployments.service.inviting import facts
from facility.events.schedule import scheduled
from facility.experts.models.profile import Expert
from facility.experts.service.pool import release as free_days
from facility.experts.service.superiors import confirm_superior, is_confirmed, name_own_superior
from facility.inquiries.delivery import is_undelivered
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import (
    cancel_locked,
    end,
    end_what_is_over,
    lock_all,
    lock_to_answer,
    put,
    record_event,
    remind,
)
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.refused import refuse
from facility.web.filters import instant
from facility.web.i18n import N_, filled


async def _lock_deployment(tx: Tx, deployment_id: UUID) -> Deployment:
    return await tx.lock(Deployment, deployment_id)


def _begin(row: Release, deployment: Deployment, at: datetime) -> None:
    period = rules.period(at, deployment.release_days or 1, deployment.starts_on)
    row.asked_at, row.ends_at, row.remind_at, row.reminded_at = at, period.ends_at, period.remind_at, None


async def _write(tx: Tx, row: Release, mailing: Mailing, link: Link | None) -> None:
    """The subject holds no personal data; who is to be released stands behind the link."""
    deployment = await tx.get(Deployment, row.deployment_id)
    await post(
        tx,
        template=mailing.template,
        to=row.email,
        to_name=row.name,
        subject=filled(mailing.subject, reference=deployment.reference),
        subject_id=deployment.id,
        context={**facts(deployment), "answer_by": instant(row.ends_at)},
        link=link,
    )


def _may_answer(deployment: Deployment) -> None:
    if deployment.state == DeploymentState.ENDED:
        refuse("deployment_ended")


RELEASE = RemindingKind(
    table=Release,
    about="deployment_id",
    lock=_lock_deployment,
    may_answer=_may_answer,
    over="release_over",
    begin=_begin,
    write=_write,
    asks=Mailing("deployments/release", N_("Please release a member of your staff: {reference}")),
    reminds=Mailing("deployments/release_again", N_("Reminder: a release for {reference}")),
    calls_off=Mailing("deployments/release_off", N_("No release is needed any more: {reference}")),
    asked_again=ReleaseAskedAgain,
    reminded=ReleaseReminded,
    silent=ReleaseState.SILENT,
    ended_silent=ReleaseUnanswered,
    cancelled=ReleaseCancelled,
)


async def ask_after_yes(tx: Tx, deployment_id: UUID, invitation_id: UUID) -> bool:
    """Ask the superior that the profile names and the secretariat has confirmed, where the request needs a release and none was asked for.
    True where nobody is named."""
    deployment = await tx.lock(Deployment, deployment_id)
    invitation = await tx.lock(Invitation, invitation_id)
    if not _needed(deployment, invitation) or await _releases(tx, invitation_id):
        return False
    expert = await tx.get(Expert, invitation.expert_id)
    if is_confirmed(expert):
        await _ask(tx, deployment, invitation, expert.superior_name, expert.superior_email)
    return not expert.superior_email


def _needed(deployment: Deployment, invitation: Invitation) -> bool:
    standing = deployment.state != DeploymentState.ENDED and invitation.outcome == InvitationStatus.ACCEPTED
    return deployment.release_days is not None and standing


async def _releases(tx: Tx, invitation_id: UUID) -> list[Release]:
    """The caller holds the deployment's lock."""
    return list(await lock_all(tx, RELEASE, Release.invitation_id == invitation_id))


async def _ask(tx: Tx, deployment: Deployment, invitation: Invitation, name: str, email: str) -> Release:
    row = put(
        tx,
        RELEASE,
        deployment,
        deployment_id=deployment.id,
        invitation_id=invitation.id,
        seat=invitation.seat,
        name=name.strip(),
        email=email,
        signed="",
        reason="",
    )
    await tx.flush()
    await record_event(tx, row, ReleaseAsked)
    return row


async def name_superior(
    tx: Tx, invitation_id: UUID, *, name: str, email: str, deployment_id: UUID | None = None
) -> None:
    """Who can release the expert, as the secretariat says (deployment_id): they are asked now, also where others were, but not twice by mails that got through. The expert names
    them only where nobody was asked and the profile names nobody; then the secretariat confirms it first.

    Refused: "release_not_needed", "released_already", "superior_asked", "superior_named"; (invalid) "superior_is_expert".
    """
    unlocked = await tx.get(Invitation, invitation_id)
    if deployment_id not in (None, unlocked.deployment_id):
        refuse("not_found", kind="missing", what="invitation")
    deployment = await tx.lock(Deployment, unlocked.deployment_id)
    invitation = await tx.lock(Invitation, invitation_id)
    if not _needed(deployment, invitation):
        refuse("release_not_needed")
    rows = await _releases(tx, invitation_id)
    if any(row.state == ReleaseState.RELEASED for row in rows):
        refuse("released_already")
    if rows and deployment_id is None:
        refuse("superior_asked")
    expert = await tx.lock(Expert, invitation.expert_id)
    if deployment_id is None:
        await name_own_superior(tx, expert, name=name, email=email)
        return
    await confirm_superior(tx, expert, name=name, email=email)
    waiting = [row for row in rows if row.state == ReleaseState.OPEN]
    for row in waiting:
        if row.email == email and not await is_undelivered(tx, row):
            return
    for row in waiting:
        await cancel_locked(tx, RELEASE, row)
    await tx.flush()
    await _ask(tx, deployment, invitation, name, email)


async def answer_release(
    tx: Tx, release_id: UUID, *, releases: bool, insured: bool = False, reason: str = "", name: str
) -> Release:
    """The superior's answer, once; after the period too, while the expert is booked and nobody else is asked. A refusal ends the yes:
    the days are free, and the next expert is asked.

    Refused: "deployment_ended", "release_over"; (invalid) `rules.release.check_answer`.
    """
    rules.check_answer(releases=releases, reason=reason, name=name)
    row, deployment = await lock_to_answer(tx, RELEASE, release_id)
    invitation = await tx.lock(Invitation, row.invitation_id)
    standing = (ReleaseState.OPEN, ReleaseState.RELEASED)
    others = [other for other in await _releases(tx, invitation.id) if other.id != row.id]
    superseded = any(other.state in standing for other in others)
    if (
        row.state not in (ReleaseState.OPEN, ReleaseState.SILENT)
        or superseded
        or invitation.outcome != InvitationStatus.ACCEPTED
    ):
        refuse("release_over", status=row.state)
    row.signed, row.reason = name.strip(), reason.strip()
    if releases:
        row.insured = insured
        end(tx, row, ReleaseState.RELEASED)
        await tx.flush()
        await record_event(tx, row, ReleaseGiven)
        return row
    end(tx, row, ReleaseState.REFUSED)
    await tx.flush()
    await record_event(tx, row, ReleaseRefused)
    await _end_the_yes(tx, deployment, invitation)
    return row


async def _end_the_yes(tx: Tx, deployment: Deployment, invitation: Invitation) -> None:
    await lock_experts(tx, [deployment.id], also=[invitation.expert_id])
    await free_days(tx, invitation.expert_id, deployment.id)
    end(tx, invitation, InvitationStatus.CANCELLED)
    await record_event(tx, invitation, InvitationEnded, how="not released")
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)


async def end_releases(tx: Tx, deployment_id: UUID, invitation_id: UUID | None = None) -> None:
    """Nobody need answer any more: the booking, or the whole request, has ended."""
    await tx.lock(Deployment, deployment_id)
    about = (
        Release.invitation_id == invitation_id if invitation_id else Release.deployment_id == deployment_id
    )
    for row in await lock_all(tx, RELEASE, about, Release.state == ReleaseState.OPEN):
        await cancel_locked(tx, RELEASE, row)


@scheduled("deployments.release")
async def end_silent(db: Database, now: datetime) -> int:
    """Nobody answered in the period: the secretariat acts."""
    return await end_what_is_over(db, now, RELEASE)


@scheduled("deployments.release_reminders")
async def remind_superiors(db: Database, now: datetime) -> int:
    """Remind superiors halfway."""
    return await remind(db, now, RELEASE)
