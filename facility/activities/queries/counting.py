"""What counts for indicator 10.1, from the state rows."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.activities.models import Activity, Attendance, Evidence
from facility.activities.rules.counting import ActivityStatus, ActivityView, AwardEnd, AwardLife, counting
from facility.awards.models.award import Award

COMPLETED = (ActivityStatus.COMPLETED, ActivityStatus.VERIFIED)


async def counting_of(connection: AsyncConnection) -> dict[UUID, str | None]:
    """Every activity: None if it counts for indicator 10.1, else the first reason why it doesn't."""
    evidence: dict[UUID, set[str]] = defaultdict(set)
    for row in await connection.execute(
        select(Evidence.activity_id, Evidence.kind).where(Evidence.removed_at.is_(None)).distinct()
    ):
        evidence[row.activity_id].add(row.kind)
    attended: dict[UUID, dict[str, int]] = defaultdict(dict)
    present = func.coalesce(func.sum(Attendance.present), 0).label("present")
    counts = select(Attendance.activity_id, Attendance.beneficiary_code, present)
    for count in await connection.execute(
        counts.group_by(Attendance.activity_id, Attendance.beneficiary_code)
    ):
        attended[count.activity_id][count.beneficiary_code] = int(count.present)
    rows = await connection.execute(
        select(Activity.__table__, Award.made_at, Award.ended_at, Award.end_kind, Award.exceptional).join(
            Award, Award.id == Activity.award_id
        )
    )
    return {row.id: counting(_view(row, evidence[row.id], attended[row.id])) for row in rows}


def _view(row: Any, evidence: set[str], attended: dict[str, int]) -> ActivityView:
    return ActivityView(
        start=row.starts_on,
        award=AwardLife(
            row.made_at, row.ended_at, AwardEnd(row.end_kind) if row.end_kind else None, row.exceptional
        ),
        completed=row.state in COMPLETED,
        evidence=frozenset(evidence),
        reported_by=str(row.reported_by),
        verified_by=str(row.verified_by) if row.verified_by else None,
        attended=attended,
    )


WROTE = """event.kind IN ('ActivityPlanned', 'ActivityChanged', 'ActivityPostponed', 'ActivityDaysCorrected',
    'AttendanceRecorded', 'EvidenceAttached', 'EvidenceRemoved', 'ActivityCompleted')"""
"""By these events somebody has written of what is verified of an activity, the row's subject."""
_INVOLVED = text(
    f"SELECT DISTINCT actor_id FROM event WHERE subject_id = :activity AND actor_id IS NOT NULL AND {WROTE}"  # noqa: S608
)


async def involved(reader: AsyncConnection | AsyncSession, activity_id: UUID) -> set[UUID]:
    """Whoever has written the activity's plan, who came, its evidence or its report: none of them verifies it."""
    return set((await reader.execute(_INVOLVED, {"activity": activity_id})).scalars())
