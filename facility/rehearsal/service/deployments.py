"""Requests for expertise in a rehearsal: opened as told, answered as told or not at all."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment as DeploymentRow
from facility.deployments.service.answering import accept, decline, expire
from facility.deployments.service.requesting import RequestDraft, confirm_shortlist, request_expertise
from facility.experts.models.profile import Expert
from facility.rehearsal.rules.scenario import Deployment
from facility.rehearsal.service.stage import Stage


async def open_deployment(stage: Stage, deployment: Deployment) -> None:
    """Ask for the experts; where the file tells replies, in the order of the shortlist."""
    language, _, level = deployment.language.partition(":")
    draft = RequestDraft(
        reference=deployment.reference,
        application_id=stage.applications[deployment.application],
        place=deployment.place,
        starts_on=deployment.start,
        ends_on=deployment.end,
        seats=deployment.seats,
        language=language,
        language_level=level,  # type: ignore[arg-type]  # the scenario's format holds the levels
        themes=deployment.themes,
        min_theme_level=deployment.min_theme_level,
        bonus_regional_language=deployment.bonus.regional_language,
        bonus_no_recent_deployment=deployment.bonus.no_recent_deployment,
        respond_within_hours=deployment.respond_within_hours,
    )

    async def request(tx: Tx) -> None:
        row = await request_expertise(tx, draft)
        stage.deployments[deployment.reference] = row.id

    refused = await stage.attempt(deployment.invited_at, "ada", request)
    if refused is not None:
        stage.refused_deployments[deployment.reference] = refused.codes[0]
    elif deployment.replies is not None:
        deployment_id = stage.deployments[deployment.reference]
        await stage.act(deployment.invited_at, "ada", confirm_shortlist, deployment_id)


class Answer(msgspec.Struct, frozen=True):
    """What becomes of an open invitation next: when, its place at that instant, and the command that does it."""

    at: datetime
    place: tuple[Any, ...]
    command: Callable[[Tx], Awaitable[object]]


async def next_answer(stage: Stage) -> Answer | None:
    """The next reply or expiry of all open invitations, or None when none is open."""
    if not stage.deployments:
        return None
    query = (
        select(
            Invitation.id, Invitation.invited_at, Invitation.respond_by, Expert.code, DeploymentRow.reference
        )
        .join(Expert, Expert.id == Invitation.expert_id)
        .join(DeploymentRow, DeploymentRow.id == Invitation.deployment_id)
        .where(Invitation.outcome == "open")
    )
    async with stage.db.reader() as connection:
        rows = (await connection.execute(query)).all()
    by_reference = {
        deployment.reference: (i, deployment) for i, deployment in enumerate(stage.scenario.deployments)
    }
    answers = [_answer(row, *by_reference[row.reference]) for row in rows]
    return min(answers, key=lambda answer: (answer.at, answer.place), default=None)


def _answer(row: Any, index: int, deployment: Deployment) -> Answer:
    place = (index, row.invited_at, row.code)
    reply = (deployment.replies or {}).get(row.code)
    if reply is None or reply.after_hours > deployment.respond_within_hours:
        due = row.respond_by
        return Answer(due, place, lambda tx: expire(tx, row.id))
    at = row.invited_at + timedelta(hours=reply.after_hours)
    if reply.answer == "accept":
        return Answer(at, place, lambda tx: accept(tx, row.id))
    return Answer(at, place, lambda tx: decline(tx, row.id))
