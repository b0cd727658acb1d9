"""Activities in a rehearsal: planned at the first midnight, reported and verified as told."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from facility.accounts.rules.beneficiaries import WESTERN_BALKANS
from facility.activities.service.activities import ActivityDraft, complete, plan_activity, verify
from facility.activities.service.evidence import AttendanceRow, attach_evidence, set_attendance
from facility.clock import brussels_midnight
from facility.db import Tx
from facility.rehearsal.rules.scenario import Activity
from facility.rehearsal.service.stage import Stage
from facility.web.access import Role

EARLIEST = datetime(1, 1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 22, tzinfo=UTC)
"""Within what can be kept and shown in Brussels: the very ends of the calendar stand for "infinity" in the database."""

CROWD = 1_000_000
"""More people than this are told as this many: the rule only asks whether anybody was there."""


def play_activity(stage: Stage, activity: Activity) -> tuple[datetime, Callable[[], Awaitable[object]]]:
    """When the activity begins, and what happens then: the facility pays if an award stands at that instant."""
    begins = _midnight(activity.start)

    async def happen() -> None:
        draft = ActivityDraft(
            reference=activity.reference,
            application_id=stage.applications[activity.application],
            kind=activity.kind,
            title=activity.reference,
            place="",
            starts_on=activity.start,
            ends_on=activity.end,
        )
        activity_id: UUID

        async def plan(tx: Tx) -> None:
            nonlocal activity_id
            activity_id = (await plan_activity(tx, draft)).id

        reporter = await stage.person(f"told {activity.reported_by}", Role.SECRETARIAT)
        if await stage.attempt(begins, reporter, plan) is None:
            await _report(stage, activity, activity_id, reporter)

    return begins, happen


async def _report(stage: Stage, activity: Activity, activity_id: UUID, reporter: str) -> None:
    ended = max(_midnight(activity.end, days=1), _midnight(activity.start))
    rows = [
        AttendanceRow(beneficiary_code=code, present=min(present, CROWD), expected=min(present, CROWD))
        for code, present in activity.attended.items()
        if code in WESTERN_BALKANS
    ]
    await stage.attempt(ended, reporter, set_attendance, activity_id, rows)
    for kind in dict.fromkeys(activity.evidence):
        name, size, sha256 = await stage.evidence(activity, kind)
        await stage.attempt(
            ended,
            reporter,
            attach_evidence,
            activity_id,
            kind=kind,
            name=name,
            size=size,
            sha256=sha256,
        )
    if activity.completed:
        await stage.attempt(ended, reporter, complete, activity_id)
    if activity.verified_by is not None:
        verifier = await stage.person(f"told {activity.verified_by}", Role.SECRETARIAT)
        await stage.attempt(ended, verifier, verify, activity_id)


def _midnight(day: date, days: int = 0) -> datetime:
    """The instant at which the day (or that many days later) begins; the last or first instant there is beyond."""
    try:
        return brussels_midnight(day + timedelta(days=days))
    except OverflowError:
        return EARLIEST if day.year < 2 else LATEST
