"""What experts answer to an invitation, and what is taken back. Lock order: deployments, experts, each in the order of their ids."""

from datetime import datetime
from uuid import UUID

from facility.awards.service.ending import standing_award
from facility.db import Database, Tx
from facility.deployments.events.requests import (
    InvitationAccepted,
    InvitationDeclined,
    PinRefused,
)
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment, DeploymentState
from facility.deployments.rules import answers
from facility.deployments.rules.answers import DeclineReason, InvitationStatus
from facility.deployments.service.asking import (
    ask_for_free_seats,
    end_what_others_filled,
    ended_otherwise,
    filled_seats,
    lock_experts,
    settle,
)
from facility.deployments.service.cancelling import owe_fee
from facility.deployments.service.inviting import INVITATION, last_instant
from facility.events.schedule import scheduled
from facility.experts.models.profile import Expert
from facility.experts.service.pin import is_pin
from facility.experts.service.pool import book, is_booked, release
from facility.inquiries.service import (
    Locked,
    ask_anew,
    end,
    end_if_silent,
    end_what_is_over,
    lock,
    record_event,
    remind,
)
from facility.refused import refuse
from facility.zone import BRUSSELS


async def accept(
    tx: Tx, invitation_id: UUID, *, named: bool = False, no_conflict: bool = False
) -> Invitation:
    """The expert says yes: the seat is taken and the days are booked. named: they were told that lead and partners see their name.
    no_conflict: they declared that they have no conflict of interest.

    Refused: "invitation_ended" (with its status), "booked_elsewhere", "not_funded", "conflict_undeclared" (invalid).
    """
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    expert = await tx.lock(Expert, invitation.expert_id)
    booked = await is_booked(tx, invitation.expert_id, deployment.starts_on, deployment.ends_on)
    answers.may_accept(
        InvitationStatus(invitation.outcome),
        await last_instant(tx, invitation),
        tx.now,
        booked=booked,
        left=not expert.active,
    )
    if await standing_award(tx, deployment.application_id) is None:
        refuse("not_funded")
    answers.must_declare(required=deployment.declares_conflicts, no_conflict=no_conflict)
    await _take_seat(tx, invitation, deployment)
    end(tx, invitation, InvitationStatus.ACCEPTED)
    invitation.named_to_parties = named
    invitation.no_conflict = deployment.declares_conflicts
    await book(tx, invitation.expert_id, deployment.id, deployment.starts_on, deployment.ends_on)
    await settle(tx, deployment)
    await record_event(tx, invitation, InvitationAccepted)
    if deployment.state == DeploymentState.FILLED and deployment.ask_at_once > 1:
        await end_what_others_filled(tx, deployment)
    return invitation


async def pin_fits(tx: Tx, invitation_id: UUID, pin: str) -> bool:
    """Whether the yes to a sensitive request comes with the expert's PIN; true for other requests. A wrong one is counted and recorded: the
    caller keeps that, and refuses the yes. Refused: "invitation_ended", "pin_missing", "pin_locked"."""
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    if not deployment.sensitive:
        return True
    answers.may_decline(InvitationStatus(invitation.outcome), await last_instant(tx, invitation), tx.now)
    answers.may_try_pin(invitation.pin_tries)
    if await is_pin(tx, invitation.expert_id, pin):
        return True
    invitation.pin_tries += 1
    await record_event(tx, invitation, PinRefused)
    return False


async def send_new_link(tx: Tx, deployment_id: UUID, invitation_id: UUID) -> Invitation:
    """The PIN was wrong too often: the expert gets another link, and the full time to answer. Refused: "invitation_ended", "link_stands"."""
    locked = await lock(tx, INVITATION, invitation_id, deployment_id)
    if locked.row.outcome != InvitationStatus.OPEN:
        refuse("invitation_ended", status=locked.row.outcome)
    answers.needs_new_link(locked.row.pin_tries)
    await ask_anew(tx, INVITATION, locked)
    return locked.row


async def _take_seat(tx: Tx, invitation: Invitation, deployment: Deployment) -> None:
    """Where several are asked at once, somebody else may have filled the seat for which this expert was asked."""
    if deployment.ask_at_once == 1:
        return
    filled = await filled_seats(tx, deployment)
    seat = answers.seat_of_yes(invitation.seat, deployment.seats, filled)
    if seat is None:
        refuse("invitation_ended", status=InvitationStatus.TAKEN.value)
    invitation.seat = seat


async def decline(
    tx: Tx, invitation_id: UUID, *, why: DeclineReason | None = None, reason: str = "", colleague: str = ""
) -> Invitation:
    """The expert says no; the next is asked at this instant. Refused: "invitation_ended"."""
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    answers.may_decline(InvitationStatus(invitation.outcome), await last_instant(tx, invitation), tx.now)
    end(tx, invitation, InvitationStatus.DECLINED)
    invitation.why, invitation.reason, invitation.colleague = why, reason.strip(), colleague.strip()
    await record_event(tx, invitation, InvitationDeclined)
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)
    return invitation


async def expire(tx: Tx, invitation_id: UUID) -> bool:
    """The time to answer has passed: the invitation ended when it was due, the next is asked now. Or the time begins anew. False where
    neither is so."""
    return await end_if_silent(tx, invitation_id, kind=INVITATION)


@scheduled("deployments.remind")
async def remind_due(db: Database, now: datetime) -> int:
    """Remind whoever has not answered, where the request says so."""
    return await remind(db, now, INVITATION)


@scheduled("deployments.expire")
async def expire_due(db: Database, now: datetime) -> int:
    """Expire what nobody has answered; whoever is next is asked now."""
    return await end_what_is_over(db, now, INVITATION)


async def cancel(
    tx: Tx, invitation_id: UUID, *, reason: str, by_expert: bool = False, for_expert: bool = False
) -> Invitation:
    """Expert or secretariat take a yes back, with a reason; the days are free and the next is asked. for_expert: the secretariat does it since
    the expert can't come, so that nothing is due to them.

    Experts may until the first day, the secretariat until the last. Refused: "not_accepted", "deployment_ended",
    "too_late_to_cancel", "reason_missing" (invalid).
    """
    invitation, deployment = await _lock_yes(tx, invitation_id)
    answers.may_cancel(
        InvitationStatus(invitation.outcome),
        reason,
        ended=deployment.state == DeploymentState.ENDED,
        today=tx.now.astimezone(BRUSSELS).date(),
        last_day=deployment.starts_on if by_expert else deployment.ends_on,
    )
    invitation.reason = reason.strip()
    if not (by_expert or for_expert):
        await owe_fee(tx, deployment, invitation)
    await _free(tx, invitation, deployment, InvitationStatus.CANCELLED)
    return invitation


async def disown(tx: Tx, invitation_id: UUID) -> Invitation:
    """The expert did not give the yes that their link gave: it ends, the days are free and the next is asked. Refused:
    `answers.may_disown`."""
    invitation, deployment = await _lock_yes(tx, invitation_id)
    answers.may_disown(
        InvitationStatus(invitation.outcome),
        ended=deployment.state == DeploymentState.ENDED,
        today=tx.now.astimezone(BRUSSELS).date(),
        last_day=deployment.ends_on,
    )
    await _free(tx, invitation, deployment, InvitationStatus.DISOWNED)
    return invitation


async def _lock_yes(tx: Tx, invitation_id: UUID) -> Locked[Invitation, Deployment]:
    locked = invitation, deployment = await lock(tx, INVITATION, invitation_id)
    await lock_experts(tx, [deployment.id], also=[invitation.expert_id])
    return locked


async def _free(tx: Tx, invitation: Invitation, deployment: Deployment, how: InvitationStatus) -> None:
    """The yes is void, and its seat and days are free."""
    await release(tx, invitation.expert_id, deployment.id)
    await ended_otherwise(tx, invitation, how)
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)
