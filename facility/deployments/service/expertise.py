"""Requests for expertise, shortlists, and what experts answer. Lock order: application, deployments, experts, each in the order of their ids."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.applications.models.application import Application, Party
from facility.awards.service.ending import standing_award
from facility.db import Database, Tx, new_id
from facility.deployments import rules
from facility.deployments.events import (
    ExpertiseRequested,
    InvitationAccepted,
    InvitationDeclined,
    OrderConfirmed,
    ShortlistRenewed,
)
from facility.deployments.models import Candidate, CandidateState, Deployment, DeploymentState, Invitation
from facility.deployments.rules import ExpertiseRequest, InvitationStatus
from facility.deployments.service.asking import ask_for_free_seats, ended_otherwise, lock_experts, settle
from facility.deployments.service.inviting import INVITATION, last_instant
from facility.events.log import record
from facility.events.schedule import scheduled
from facility.experts.models import Expert
from facility.experts.rules import CefrLevel
from facility.experts.service import book, booked_days, is_booked, profiles, release
from facility.inquiries.service import end, end_what_is_over, lock, silence, tell
from facility.refused import refuse
from facility.zone import BRUSSELS


class RequestDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for. Days include both ends; `themes` maps codes to weights; no reference: one is made."""

    application_id: UUID
    place: str
    starts_on: date
    ends_on: date
    seats: int
    language: str
    language_level: CefrLevel
    themes: dict[str, int]
    min_theme_level: int
    bonus_regional_language: int
    bonus_no_recent_deployment: int
    respond_within_hours: int
    reference: str | None = None


async def request_expertise(tx: Tx, draft: RequestDraft) -> Deployment:
    """Ask for experts and compute the shortlist as the pool stands now. A request that the same person has made, and for which
    nobody was asked yet, is not made twice. Refused: "not_funded" without a standing award.

    The application is locked before its award is looked at: an award that ends at the same moment either refuses the
    request, or finds it and ends it.
    """
    application = await tx.lock(Application, draft.application_id)
    award = await standing_award(tx, draft.application_id)
    if award is None:
        refuse("not_funded")
    if made := await _requested(tx, draft):
        return made
    deployment = Deployment(
        id=new_id(),
        award_id=award.id,
        state=DeploymentState.REQUESTED,
        order_reason="",
        requested_by=tx.actor,
        requested_at=tx.now,
        shortlist=msgspec.to_builtins(await make_shortlist(tx, draft)),
        **{
            **msgspec.structs.asdict(draft),
            "reference": draft.reference or await _reference(tx, application),
        },
    )
    tx.add(deployment)
    await tx.flush()
    await record(
        tx,
        ExpertiseRequested(
            deployment_id=deployment.id,
            application_id=draft.application_id,
            award_id=award.id,
            seats=draft.seats,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
        ),
    )
    return deployment


async def _requested(tx: Tx, draft: RequestDraft) -> Deployment | None:
    values = {name: value for name, value in msgspec.structs.asdict(draft).items() if name != "reference"}
    query = select(Deployment).filter_by(**values, state=DeploymentState.REQUESTED, requested_by=tx.actor)
    return (await tx.session.scalars(query.limit(1))).first() if tx.actor and not draft.reference else None


async def _reference(tx: Tx, application: Application) -> str:
    """The application's reference and a running number. The caller holds the application's lock."""
    query = select(func.count()).where(Deployment.application_id == application.id)
    return f"{application.reference}/D{(await tx.session.execute(query)).scalar_one() + 1}"


class ShortlistEntry(msgspec.Struct, frozen=True):
    """One line of the shortlist: the expert's code, the score and its parts."""

    code: str
    score: int
    parts: tuple[rules.Part, ...]


class ShortlistData(msgspec.Struct, frozen=True):
    """The shortlist as the deployment keeps it."""

    ranked: tuple[ShortlistEntry, ...]
    excluded: dict[str, str]


async def make_shortlist(tx: Tx, draft: RequestDraft) -> ShortlistData:
    """Rank the pool for this request, as it stands now (scenarios/README, deployments)."""
    served = select(Party.institution_id).where(Party.application_id == draft.application_id, Party.on_board)
    pool = await profiles(tx, institutions=(await tx.session.execute(served)).scalars().all())
    request = ExpertiseRequest(
        start=draft.starts_on,
        end=draft.ends_on,
        seats=draft.seats,
        language=draft.language,
        level=draft.language_level,
        themes=draft.themes,
        min_theme_level=draft.min_theme_level,
        regional_language=draft.bonus_regional_language,
        no_recent_deployment=draft.bonus_no_recent_deployment,
    )
    matches = rules.shortlist(pool, request, await booked_days(tx, draft.starts_on, draft.ends_on))
    return ShortlistData(
        ranked=tuple(
            ShortlistEntry(matched.expert, matched.score, matched.parts) for matched in matches.ranked
        ),
        excluded=matches.excluded,
    )


async def renew_shortlist(tx: Tx, deployment_id: UUID) -> Deployment:
    """Compute the shortlist anew, as the pool stands now, as long as nobody was asked; nothing happens where it is the same. Refused:
    "already_asking"."""
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state != DeploymentState.REQUESTED:
        refuse("already_asking")
    draft = RequestDraft(**{name: getattr(deployment, name) for name in RequestDraft.__struct_fields__})
    made = await make_shortlist(tx, draft)
    if made != msgspec.convert(deployment.shortlist, ShortlistData):
        deployment.shortlist = msgspec.to_builtins(made)
        await record(tx, ShortlistRenewed(deployment_id=deployment_id))
    return deployment


async def confirm_shortlist(tx: Tx, deployment_id: UUID) -> Deployment:
    """Ask in the order of the shortlist, as it was computed."""
    deployment = await tx.get(Deployment, deployment_id)
    codes = [entry["code"] for entry in deployment.shortlist["ranked"]]
    return await confirm_order(tx, deployment_id, await _ids_of(tx, codes))


async def _ids_of(tx: Tx, codes: Sequence[str]) -> list[UUID]:
    rows = await tx.session.execute(select(Expert.code, Expert.id).where(Expert.code.in_(codes)))
    ids = {row.code: row.id for row in rows}
    return [ids[code] for code in codes]


async def confirm_order(
    tx: Tx, deployment_id: UUID, expert_ids: Sequence[UUID], *, reason: str = ""
) -> Deployment:
    """A person confirms whom to ask, in which order; the first for each seat are asked now.

    All of them must stand on the shortlist; leaving some out or changing the order takes a reason.
    Refused: "already_asking", "not_funded", "not_on_shortlist" or "reason_missing" (invalid).
    """
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state != DeploymentState.REQUESTED:
        refuse("already_asking")
    if await standing_award(tx, deployment.application_id) is None:
        refuse("not_funded")
    shortlisted = await _ids_of(tx, [entry["code"] for entry in deployment.shortlist["ranked"]])
    rules.check_order(shortlisted, expert_ids, reason)
    departs = list(expert_ids) != shortlisted
    tx.add(
        *[
            Candidate(
                deployment_id=deployment_id, position=place, expert_id=expert_id, state=CandidateState.WAITING
            )
            for place, expert_id in enumerate(expert_ids, 1)
        ]
    )
    deployment.state = DeploymentState.ASKING
    deployment.order_reason = reason
    deployment.ordered_by, deployment.ordered_at = tx.actor, tx.now
    await tx.flush()
    await record(
        tx, OrderConfirmed(deployment_id=deployment_id, expert_ids=list(expert_ids), departs=departs)
    )
    await ask_for_free_seats(tx, deployment)
    return deployment


async def accept(tx: Tx, invitation_id: UUID, *, named: bool = False) -> Invitation:
    """The expert says yes: the seat is taken and the days are booked. named: they were told that lead and partners see their name.

    Refused: "invitation_ended" (with its status), "booked_elsewhere", "not_funded".
    """
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    await tx.lock(Expert, invitation.expert_id)
    booked = await is_booked(tx, invitation.expert_id, deployment.starts_on, deployment.ends_on)
    rules.may_accept(
        InvitationStatus(invitation.outcome), await last_instant(tx, invitation), tx.now, booked=booked
    )
    if await standing_award(tx, deployment.application_id) is None:
        refuse("not_funded")
    end(tx, invitation, InvitationStatus.ACCEPTED)
    invitation.named_to_parties = named
    await book(tx, invitation.expert_id, deployment.id, deployment.starts_on, deployment.ends_on)
    await settle(tx, deployment)
    await tell(tx, invitation, InvitationAccepted)
    return invitation


async def decline(tx: Tx, invitation_id: UUID, *, reason: str = "") -> Invitation:
    """The expert says no; the next is asked at this instant. Refused: "invitation_ended"."""
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    rules.may_decline(InvitationStatus(invitation.outcome), await last_instant(tx, invitation), tx.now)
    end(tx, invitation, InvitationStatus.DECLINED)
    invitation.reason = reason.strip()
    await tell(tx, invitation, InvitationDeclined)
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)
    return invitation


async def expire(tx: Tx, invitation_id: UUID) -> bool:
    """The time to answer has passed: the invitation ended when it was due, the next is asked now. Or the time begins anew. False where
    neither is so."""
    return await silence(tx, invitation_id, kind=INVITATION)


@scheduled("deployments.expire")
async def expire_due(db: Database, now: datetime) -> int:
    """Expire what nobody has answered; whoever is next is asked now."""
    return await end_what_is_over(db, now, INVITATION)


async def cancel(tx: Tx, invitation_id: UUID, *, reason: str, by_expert: bool = False) -> Invitation:
    """Expert or secretariat take a yes back, with a reason; the days are free and the next is asked.

    Experts may until the first day, the secretariat until the last. Refused: "not_accepted", "deployment_ended",
    "too_late_to_cancel", "reason_missing" (invalid).
    """
    invitation, deployment = await lock(tx, INVITATION, invitation_id)
    await lock_experts(tx, [deployment.id], also=[invitation.expert_id])
    rules.may_cancel(
        InvitationStatus(invitation.outcome),
        reason,
        ended=deployment.state == DeploymentState.ENDED,
        today=tx.now.astimezone(BRUSSELS).date(),
        last_day=deployment.starts_on if by_expert else deployment.ends_on,
    )
    invitation.reason = reason.strip()
    await release(tx, invitation.expert_id, deployment.id)
    await ended_otherwise(tx, invitation, InvitationStatus.CANCELLED)
    await ask_for_free_seats(tx, deployment, freed=invitation.seat)
    return invitation
