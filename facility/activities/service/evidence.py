"""Who came, and the evidence of an activity."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, text, update

from facility.accounts.service.later_rooms import of_institutions
from facility.activities.events import (
    AttendanceRecorded,
    EvidenceAttached,
    EvidenceInfected,
    EvidenceKind,
    EvidenceRefused,
    EvidenceRemoved,
)
from facility.activities.models import Activity, Attendance, Evidence, EvidenceRefusal
from facility.activities.rules.counting import ActivityStatus
from facility.activities.rules.reporting import may_report
from facility.db import Tx, new_id
from facility.events.log import record
from facility.files.intake import RefusalReason, VirusScan
from facility.refused import refuse


class AttendanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a beneficiary's people were expected and came, None where not stated; institution and gender only where
    told."""

    beneficiary_code: str
    expected: int | None
    present: int | None
    institution_id: UUID | None = None
    gender: str | None = None


async def set_attendance(tx: Tx, activity_id: UUID, rows: Sequence[AttendanceRow]) -> None:
    """Replace who was expected and who came; until the activity is verified. Nothing happens where nothing differs.

    Refused: "wrong_status", or "attendance_twice" (invalid) for two rows of one beneficiary, institution and gender.
    """
    activity = await tx.lock(Activity, activity_id)
    may_report(ActivityStatus(activity.state))
    keys = [(row.beneficiary_code, row.institution_id, row.gender) for row in rows]
    if len(set(keys)) < len(keys):
        refuse("attendance_twice", kind="invalid", field="attendance")
    if await attendance_of(tx, activity_id) == set(rows):
        return
    await tx.session.execute(delete(Attendance).where(Attendance.activity_id == activity_id))
    tx.add(*[Attendance(id=new_id(), activity_id=activity_id, **msgspec.structs.asdict(row)) for row in rows])
    await tx.flush()
    present: dict[str, int] = {}
    for row in rows:
        present[row.beneficiary_code] = present.get(row.beneficiary_code, 0) + (row.present or 0)
    await record(tx, AttendanceRecorded(activity_id=activity_id, present=present))


async def attendance_of(tx: Tx, activity_id: UUID) -> set[AttendanceRow]:
    rows = await tx.session.scalars(select(Attendance).where(Attendance.activity_id == activity_id))
    return {
        AttendanceRow(**{name: getattr(row, name) for name in AttendanceRow.__struct_fields__})
        for row in rows
    }


async def may_attach_now(tx: Tx, activity_id: UUID) -> None:
    """Asked before a document is searched and stored; `attach_evidence` asks again. Refused: "wrong_status"."""
    await _lock_for_evidence(tx, activity_id)


async def _lock_for_evidence(tx: Tx, activity_id: UUID) -> Activity:
    activity = await tx.lock(Activity, activity_id)
    may_report(ActivityStatus(activity.state))
    return activity


async def attach_evidence(
    tx: Tx,
    activity_id: UUID,
    *,
    kind: EvidenceKind,
    name: str,
    size: int,
    sha256: str,
    virus_scan: VirusScan = "not_scanned",
    unread: int = 0,
) -> Evidence:
    """Add a document, already in the file store, until the activity is verified; one that is there already stays the only
    one. Refused: "wrong_status"."""
    await _lock_for_evidence(tx, activity_id)
    there = select(Evidence).filter_by(
        activity_id=activity_id, kind=kind, name=name, sha256=sha256, removed_at=None
    )
    if known := (await tx.session.scalars(there.limit(1))).first():
        return known
    evidence = Evidence(
        id=new_id(),
        activity_id=activity_id,
        kind=kind,
        name=name,
        size=size,
        sha256=sha256,
        virus_scan=virus_scan,
        unread=unread,
        uploaded_by=tx.actor,
        uploaded_at=tx.now,
    )
    tx.add(evidence)
    await tx.flush()
    await record(tx, EvidenceAttached(activity_id=activity_id, evidence_id=evidence.id, kind=kind))
    return evidence


async def remove_evidence(tx: Tx, evidence_id: UUID) -> None:
    """Take a document back, until the activity is verified. Refused: "wrong_status"; missing when it is gone."""
    unlocked = await tx.get(Evidence, evidence_id)
    activity = await _lock_for_evidence(tx, unlocked.activity_id)
    evidence = await tx.lock(Evidence, evidence_id)
    if evidence.removed_at is not None:
        refuse("not_found", kind="missing", what="evidence")
    evidence.removed_at = tx.now
    kind: EvidenceKind = evidence.kind  # type: ignore[assignment]  # the table's CHECK holds the kinds
    await record(tx, EvidenceRemoved(activity_id=activity.id, evidence_id=evidence_id, kind=kind))


async def refuse_evidence(
    tx: Tx, activity_id: UUID, *, sha256: str, reason: RefusalReason = "marked"
) -> None:
    """Leave the trace of a document with a classification marking or a virus: hash, instant, person (dossier 7). Refused:
    "wrong_status"."""
    await _lock_for_evidence(tx, activity_id)
    refusal = EvidenceRefusal(
        id=new_id(), activity_id=activity_id, sha256=sha256, reason=reason, at=tx.now, person_id=tx.actor
    )
    tx.add(refusal)
    await tx.flush()
    event = EvidenceRefused if reason == "marked" else EvidenceInfected
    await record(tx, event(activity_id=activity_id, refusal_id=refusal.id))


_SAME_PEOPLE = text(
    """
    WITH gone AS (
        DELETE FROM attendance AS double USING attendance AS stays
        WHERE double.institution_id = :duplicate AND stays.institution_id = :kept
            AND stays.activity_id = double.activity_id AND stays.beneficiary_code = double.beneficiary_code
            AND stays.gender IS NOT DISTINCT FROM double.gender
        RETURNING stays.id, double.expected, double.present
    )
    UPDATE attendance SET
        expected = coalesce(attendance.expected + gone.expected, attendance.expected, gone.expected),
        present = coalesce(attendance.present + gone.present, attendance.present, gone.present)
    FROM gone WHERE gone.id = attendance.id
    """
)


async def move_attendance(tx: Tx, duplicate_id: UUID, kept_id: UUID) -> None:
    """Who came from an entry that was merged came from the one that stays; nobody is counted more or less."""
    await tx.session.execute(_SAME_PEOPLE, {"duplicate": duplicate_id, "kept": kept_id})
    moved = update(Attendance).where(Attendance.institution_id == duplicate_id)
    await tx.session.execute(moved.values(institution_id=kept_id))


of_institutions(mover=move_attendance)
