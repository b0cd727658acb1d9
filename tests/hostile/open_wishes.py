"""Experts whom leads ask for: for one activity they can be asked for, for one the secretariat is to complete it, and one has moved."""

from datetime import timedelta
from uuid import UUID

import msgspec

from facility.activities.service.activities import ActivityDraft, plan_activity, postpone
from facility.deployments.service.requesting import request_expertise
from facility.deployments.service.wishing import WishDraft, wish
from facility.story.after_award import REQUEST
from tests.hostile.open_calls import ADA, OMAR, Opened


async def leave_wishes(ends: Opened, application_id: UUID) -> None:
    """Omar leads the application."""
    terms = WishDraft(seats=1, themes=["X.JIT"], language="en", task="Teach for two days.")
    for week, title in ((14, "Third workshop"), (15, "Fourth workshop"), (16, "Fifth workshop")):
        first = ends.monday(week)
        draft = ActivityDraft(
            application_id=application_id,
            kind="workshop",
            title=title,
            place="Skopje",
            starts_on=first,
            ends_on=first + timedelta(days=1),
        )
        activity = await ends.act(ends.noon(-20), "omar", plan_activity, draft)
        ends.at(OMAR, f"/activities/{activity.id}")
        if week == 14:
            continue
        made = await ends.act(ends.now, "omar", wish, activity.id, terms)
        ends.at(ADA, f"/activities/{activity.id}")
        if week == 15:
            continue
        request = msgspec.structs.replace(
            REQUEST,
            application_id=application_id,
            starts_on=first,
            ends_on=first + timedelta(days=1),
            wish_id=made.id,
        )
        deployment = await ends.act(ends.now, "ada", request_expertise, request)
        days = {"starts_on": first + timedelta(days=1), "ends_on": first + timedelta(days=2)}
        await ends.act(ends.now, "omar", postpone, activity.id, **days, reason="Visas.")
        ends.at(ADA, f"/deployments/{deployment.id}")
