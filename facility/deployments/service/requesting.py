"""Requests for expertise, shortlists, and what experts answer. Lock order: application, deployments, experts, each in the order of their ids."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import func, select

from facility.applications.models.application import Application
from facility.awards.service.ending import standing_award
from facility.db import Tx, new_id
from facility.deployments.events.requests import (
    ExpertiseRequested,
    OrderConfirmed,
    ShortlistRenewed,
)
from facility.deployments.models.request import Candidate, CandidateState, Deployment, DeploymentState
from facility.deployments.rules import shortlist as rules
from facility.deployments.rules.fees import Pay
from facility.deployments.rules.shortlist import Conflict, ExpertiseRequest, Match, Part, RecentFrom
from facility.deployments.service.asking import ask_for_free_seats
from facility.deployments.service.feedback import feedback_on_experts
from facility.deployments.service.fees import freeze
from facility.deployments.service.hindrances import conflicts_in_data, served_by
from facility.deployments.service.wishing import take_up
from facility.events.log import record
from facility.experts.models.profile import Expert
from facility.experts.queries.rota import on_call_for
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CefrLevel, Skill
from facility.experts.rules.profile import ExpertProfile
from facility.experts.service.pool import booked_days, profiles, recent_deployments
from facility.refused import refuse
from facility.zone import BRUSSELS


class RequestDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for. Days include both ends; `themes` maps codes to weights; no reference: one is made. No pay: the request
    pays nobody."""

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
    recent_from: RecentFrom = RecentFrom.PROFILE
    cool_off_months: int | None = None
    feedback_weight: int = 0
    terms_of_reference: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    declares_conflicts: bool = False
    sensitive: bool = False
    in_working_time: bool = False
    remind_hours_before: int | None = None
    ask_at_once: int = 1
    on_call_first: bool = False
    reference: str | None = None
    pay: Pay | None = None
    release_days: int | None = None
    appoints: bool = False
    target_days: int | None = None
    report_days: int | None = None
    wish_id: UUID | None = None
    language_skill: Skill | None = None
    bcms: bool = False
    branch: Branch | None = None


async def request_expertise(tx: Tx, draft: RequestDraft) -> Deployment:
    """Ask for experts and compute the shortlist as the pool stands now. A request that the same person has made, and for which
    nobody was asked yet, is not made twice. Refused: "not_funded" without a standing award; (invalid) `rules.fees.terms_of`;
    `service.wishing.take_up` where it is made from a wish.

    The application is locked before its award is looked at: an award that ends at the same moment either refuses the
    request, or finds it and ends it.
    """
    application = await tx.lock(Application, draft.application_id)
    award = await standing_award(tx, draft.application_id)
    if award is None:
        refuse("not_funded")
    terms = msgspec.to_builtins(await freeze(tx, draft.pay)) if draft.pay else None
    if made := await _requested(tx, draft, terms):
        return made
    deployment_id = new_id()
    if draft.wish_id:
        await take_up(tx, draft.wish_id, deployment_id, draft.application_id)
    deployment = Deployment(
        id=deployment_id,
        award_id=award.id,
        state=DeploymentState.REQUESTED,
        order_reason="",
        requested_by=tx.actor,
        requested_at=tx.now,
        **kept(await make_shortlist(tx, draft, tx.now)),
        **{
            **_columns(draft),
            "reference": await _reference(tx, application) if draft.reference is None else draft.reference,
        },
        terms=terms,
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


def _columns(draft: RequestDraft) -> dict[str, Any]:
    values = msgspec.structs.asdict(draft)
    return {name: value for name, value in values.items() if name not in ("reference", "pay")}


async def _requested(tx: Tx, draft: RequestDraft, terms: dict[str, Any] | None) -> Deployment | None:
    values = {**_columns(draft), "terms": terms}
    query = select(Deployment).filter_by(**values, state=DeploymentState.REQUESTED, requested_by=tx.actor)
    return (
        (await tx.session.scalars(query.limit(1))).first() if tx.actor and draft.reference is None else None
    )


async def _reference(tx: Tx, application: Application) -> str:
    """The application's reference and a running number. The caller holds the application's lock."""
    query = select(func.count()).where(Deployment.application_id == application.id)
    return f"{application.reference}/D{(await tx.session.execute(query)).scalar_one() + 1}"


class ShortlistEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the shortlist: the expert's code, the score and its parts; and the language, where several meet the request."""

    code: str
    score: int
    parts: tuple[Part, ...]
    language: str = ""


class ShortlistData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The shortlist as it is computed. recent: of the experts on it who have any, deployments in the last twelve months, where the
    request counts them from bookings; conflicts: why there is a conflict, where it looks for them in the data. Both by code. on_call: by
    theme, who was on call for it when the request was made, where they are asked first."""

    ranked: tuple[ShortlistEntry, ...]
    excluded: dict[str, str]
    recent: dict[str, int] = {}
    conflicts: dict[str, list[Conflict]] = {}
    on_call: dict[str, list[str]] = {}


async def make_shortlist(tx: Tx, draft: RequestDraft, requested_at: datetime) -> ShortlistData:
    """Rank the pool for this request, as it stands now (scenarios/README, deployments)."""
    pool, conflicts, recent = await pool_for(tx, draft)
    booked = await booked_days(tx, draft.starts_on, draft.ends_on)
    on_call = await _on_call(tx, draft, requested_at)
    first = {code for codes in on_call.values() for code in codes}
    matches = rules.shortlist(pool, conditions_of(draft), booked, first)
    shortlisted = [matched.expert for matched in matches.ranked]
    return ShortlistData(
        ranked=entries(matches.ranked),
        excluded=matches.excluded,
        recent={code: recent[code] for code in shortlisted if code in recent},
        conflicts={
            code: conflicts[code] for code in sorted(conflicts) if matches.excluded.get(code) == "conflict"
        },
        on_call=on_call,
    )


async def _on_call(tx: Tx, draft: RequestDraft, requested_at: datetime) -> dict[str, list[str]]:
    """For each theme, who was on call when the request was made; nothing where the request doesn't ask them first."""
    if not draft.on_call_first:
        return {}
    day = requested_at.astimezone(BRUSSELS).date()
    return await on_call_for(await tx.session.connection(), draft.themes, day)


class Pool(NamedTuple):
    """The pool as a request sees it: `conflicts` that the data show, and `recent` deployments where they are counted from bookings,
    both by code and part of the profiles."""

    experts: list[ExpertProfile]
    conflicts: dict[str, list[Conflict]]
    recent: Mapping[str, int]


async def pool_for(tx: Tx, request: RequestDraft | Deployment) -> Pool:
    """The pool as it stands now."""
    conflicts = await conflicts_in_data(tx, request)
    counted = request.recent_from == RecentFrom.BOOKINGS
    recent = await recent_deployments(tx) if counted else {}
    feedback = await feedback_on_experts(tx) if request.feedback_weight else {}
    experts = [
        replace(
            expert,
            conflict=expert.conflict or expert.id in conflicts,
            deployments_12m=recent.get(expert.id, 0) if counted else expert.deployments_12m,
            feedback=feedback.get(expert.id),
        )
        for expert in await profiles(tx, institutions=await served_by(tx, request.application_id))
    ]
    return Pool(experts, conflicts, recent)


def conditions_of(draft: RequestDraft | Deployment) -> ExpertiseRequest:
    """What the rules of matching need of a request."""
    return ExpertiseRequest(
        start=draft.starts_on,
        end=draft.ends_on,
        seats=draft.seats,
        language=draft.language,
        level=cast(CefrLevel, draft.language_level),
        themes=draft.themes,
        min_theme_level=draft.min_theme_level,
        regional_language=draft.bonus_regional_language,
        no_recent_deployment=draft.bonus_no_recent_deployment,
        feedback_weight=draft.feedback_weight,
        skill=Skill(draft.language_skill) if draft.language_skill else None,
        bcms=draft.bcms,
        branch=Branch(draft.branch) if draft.branch else None,
    )


def entries(matches: Iterable[Match]) -> tuple[ShortlistEntry, ...]:
    """Lines of a shortlist."""
    return tuple(
        ShortlistEntry(matched.expert, matched.score, matched.parts, matched.language) for matched in matches
    )


def kept(made: ShortlistData) -> dict[str, Any]:
    """The shortlist as columns of the deployment: who is left out stands apart from who is not, since they are thousands in a great pool."""
    plain = msgspec.json.decode(msgspec.json.encode(made))
    left_out = plain.pop("excluded")
    return {"shortlist": {**plain, "counts": dict(Counter(left_out.values()))}, "left_out": left_out}


async def renew_shortlist(tx: Tx, deployment_id: UUID) -> Deployment:
    """Compute the shortlist anew, as the pool stands now, as long as nobody was asked; nothing happens where it is the same. Refused:
    "already_asking"."""
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state != DeploymentState.REQUESTED:
        refuse("already_asking")
    own = [name for name in RequestDraft.__struct_fields__ if name != "pay"]
    draft = RequestDraft(**{name: getattr(deployment, name) for name in own})
    made = await make_shortlist(tx, draft, deployment.requested_at)
    columns = kept(made)
    if columns != {name: getattr(deployment, name) for name in columns}:
        deployment.shortlist, deployment.left_out = columns["shortlist"], columns["left_out"]
        await record(tx, ShortlistRenewed(deployment_id=deployment_id))
    return deployment


async def confirm_shortlist(tx: Tx, deployment_id: UUID) -> Deployment:
    """Ask in the order of the shortlist, as it was computed."""
    deployment = await tx.get(Deployment, deployment_id)
    codes = [entry["code"] for entry in deployment.shortlist["ranked"]]
    return await confirm_order(tx, deployment_id, await ids_of(tx, codes))


async def ids_of(tx: Tx, codes: Sequence[str]) -> list[UUID]:
    """The ids of the experts with these codes, in the same order."""
    rows = await tx.session.execute(select(Expert.code, Expert.id).where(Expert.code.in_(codes)))
    ids = {row.code: row.id for row in rows}
    return [ids[code] for code in codes]


async def confirm_order(
    tx: Tx, deployment_id: UUID, expert_ids: Sequence[UUID], *, reason: str = "", seen: int | None = None
) -> Deployment:
    """A person confirms whom to ask, in which order; the first for each seat are asked now. seen: how many of the shortlist they have seen, if
    not all; the others follow in its order.

    All of them must stand on the shortlist; leaving some out or changing the order takes a reason.
    Refused: "already_asking", "not_funded", "not_on_shortlist" or "reason_missing" (invalid).
    """
    deployment = await tx.lock(Deployment, deployment_id)
    if deployment.state != DeploymentState.REQUESTED:
        refuse("already_asking")
    if await standing_award(tx, deployment.application_id) is None:
        refuse("not_funded")
    shortlisted = await ids_of(tx, [entry["code"] for entry in deployment.shortlist["ranked"]])
    rest = shortlisted[seen:] if seen is not None and expert_ids else []
    order = [*expert_ids, *rest]
    rules.check_order(shortlisted, order, reason)
    departs = order != shortlisted
    tx.add(
        *[
            Candidate(
                deployment_id=deployment_id, position=place, expert_id=expert_id, state=CandidateState.WAITING
            )
            for place, expert_id in enumerate(order, 1)
        ]
    )
    deployment.state = DeploymentState.ASKING
    deployment.order_reason = reason
    deployment.ordered_by, deployment.ordered_at = tx.actor, tx.now
    await tx.flush()
    await record(tx, OrderConfirmed(deployment_id=deployment_id, expert_ids=order, departs=departs))
    await ask_for_free_seats(tx, deployment)
    return deployment
