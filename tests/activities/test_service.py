"""Commands on activities: the rows, the events, and what is refused."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from facility.activities.events import AttendanceRecorded
from facility.activities.models import Activity, Attendance, Evidence, EvidenceRefusal
from facility.activities.queries.counting import counting_of
from facility.activities.service.activities import (
    ActivityDraft,
    cancel,
    change_activity,
    complete,
    plan_activity,
    postpone,
    undo,
    verify,
)
from facility.activities.service.evidence import (
    AttendanceRow,
    attach_evidence,
    refuse_evidence,
    remove_evidence,
    set_attendance,
)
from facility.awards.service.ending import withdraw_award
from facility.db import Tx
from facility.events.log import history
from facility.refused import Refused
from tests.doing import AFTER, FIRST, LAST, attach_all, held, planned
from tests.judging import DECIDED, Judging


async def codes(play: Judging, actor: str, command: Any, at: datetime = AFTER) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await play.act(actor, command, at)
    return refused.value.codes


async def kinds(play: Judging, key: UUID) -> list[str]:
    async with play.db.reader() as connection:
        return [type(recorded.event).__name__ for recorded in reversed(await history(connection, key))]


async def counted(play: Judging, key: UUID) -> str | None:
    async with play.db.reader() as connection:
        return (await counting_of(connection))[key]


async def test_from_plan_to_verification_and_back(play: Judging) -> None:
    key = await held(play, "A", {"AL": 8, "XK": 8})
    row = await play.row(Activity, key)
    assert (row.reference, row.state, row.award_id) == ("A/A1", "verified", (await play.award("A")).id)
    assert (row.reported_by, row.verified_by) == (play.people["omar"], play.people["vera"])
    assert await counted(play, key) is None
    assert await codes(play, "ada", lambda tx: verify(tx, key)) == ("wrong_status",)
    assert await codes(play, "omar", lambda tx: set_attendance(tx, key, [])) == ("wrong_status",)
    assert await codes(play, "vera", lambda tx: undo(tx, key, reason=" ")) == ("reason_missing",)
    stale = await codes(play, "vera", lambda tx: undo(tx, key, reason="x", seen="completed"))
    assert stale == ("changed_meanwhile",)
    await play.act("vera", lambda tx: undo(tx, key, reason="wrong list", seen="verified"))
    assert await counted(play, key) == "not_verified"
    await play.act("vera", lambda tx: undo(tx, key, reason="wrong day"))
    row = await play.row(Activity, key)
    assert (row.state, row.reason, row.reported_by, row.verified_by) == ("planned", "wrong day", None, None)
    assert await counted(play, key) == "not_completed"
    assert await kinds(play, key) == [
        "ActivityPlanned",
        "AttendanceRecorded",
        *["EvidenceAttached"] * 3,
        "ActivityCompleted",
        "ActivityVerified",
        "VerificationUndone",
        "CompletionUndone",
    ]


async def test_who_reports_does_not_verify_not_even_in_the_database(play: Judging) -> None:
    key = await planned(play, "A")
    assert await codes(play, "ada", lambda tx: verify(tx, key)) == ("wrong_status",)
    early = DECIDED + timedelta(days=1)
    assert await codes(play, "ada", lambda tx: complete(tx, key), early) == ("not_over_yet",)
    await play.act("ada", lambda tx: complete(tx, key), AFTER)
    assert await codes(play, "ada", lambda tx: verify(tx, key)) == ("same_person",)
    assert await codes(play, "vera", lambda tx: verify(tx, key)) == ("missing_evidence",)

    async def alone(tx: Tx) -> None:
        row = await tx.lock(Activity, key)
        row.state, row.verified_by, row.verified_at = "verified", row.reported_by, AFTER

    with pytest.raises(IntegrityError, match="four_eyes"):
        await play.act("ada", alone)


@pytest.mark.parametrize("what", ["attendance", "evidence", "removal", "days", "plan"])
async def test_who_wrote_of_it_does_not_verify_it(play: Judging, what: str) -> None:
    key = await held(play, "A", {"AL": 8, "XK": 8}, report=False)
    await play.act("omar", lambda tx: attach_all(tx, key), AFTER)
    rows = [AttendanceRow(beneficiary_code="AL", expected=9, present=9)]

    async def remove(tx: Tx) -> None:
        photos = await attach_evidence(tx, key, kind="photos", name="photos.jpg", size=7, sha256="1" * 64)
        await remove_evidence(tx, photos.id)

    deeds: dict[str, Callable[[Tx], Awaitable[object]]] = {
        "attendance": lambda tx: set_attendance(tx, key, rows),
        "evidence": lambda tx: attach_evidence(
            tx, key, kind="agenda", name="agenda-2.pdf", size=7, sha256="1" * 64
        ),
        "removal": remove,
        "days": lambda tx: postpone(tx, key, starts_on=FIRST, ends_on=FIRST, reason="A strike."),
        "plan": lambda tx: change_activity(tx, key, title="Other", place="Durrës"),
    }
    await play.act("ada", deeds[what], AFTER)
    await play.act("omar", lambda tx: complete(tx, key), AFTER)
    assert await codes(play, "ada", lambda tx: verify(tx, key)) == ("same_person",)
    await play.act("vera", lambda tx: verify(tx, key), AFTER)


async def test_moved_changed_and_called_off(play: Judging) -> None:
    key = await planned(play, "A")
    await play.act("omar", lambda tx: change_activity(tx, key, title="Other", place="Durrës"))
    day = date(2022, 1, 3)
    wrong = await codes(
        play, "omar", lambda tx: postpone(tx, key, starts_on=LAST, ends_on=FIRST, reason="snow")
    )
    assert wrong == ("ends_before_it_starts",)
    await play.act("omar", lambda tx: postpone(tx, key, starts_on=day, ends_on=day, reason="snow"))
    row = await play.row(Activity, key)
    assert (row.title, row.place, row.starts_on, row.ends_on) == ("Other", "Durrës", day, day)
    assert (row.state, row.reason) == ("postponed", "snow")
    assert await codes(play, "omar", lambda tx: complete(tx, key)) == ("not_over_yet",)
    await play.act("omar", lambda tx: cancel(tx, key, reason="no host"))
    assert (await play.row(Activity, key)).state == "cancelled"
    assert await codes(play, "omar", lambda tx: complete(tx, key)) == ("wrong_status",)
    assert await kinds(play, key) == [
        "ActivityPlanned",
        "ActivityChanged",
        "ActivityPostponed",
        "ActivityCancelled",
    ]


async def test_attendance_and_evidence(play: Judging) -> None:
    key = await planned(play, "A")
    row = AttendanceRow(beneficiary_code="AL", expected=9, present=8, institution_id=play.institutions["AL"])
    women = msgspec.structs.replace(row, gender="F", expected=4, present=4)
    twice = await codes(play, "omar", lambda tx: set_attendance(tx, key, [row, row]))
    assert twice == ("attendance_twice",)
    await play.act("omar", lambda tx: set_attendance(tx, key, [row]))
    await play.act("omar", lambda tx: set_attendance(tx, key, [row, women]))
    attached = await play.act(
        "omar",
        lambda tx: attach_evidence(tx, key, kind="report", name="r.pdf", size=1, sha256="a" * 64),
    )
    await play.act("omar", lambda tx: remove_evidence(tx, attached.id))
    assert await codes(play, "omar", lambda tx: remove_evidence(tx, attached.id)) == ("not_found",)
    await play.act("omar", lambda tx: refuse_evidence(tx, key, sha256="b" * 64))
    async with play.db.transaction(now=AFTER) as tx:
        attendance = (await tx.session.scalars(select(Attendance).order_by(Attendance.gender))).all()
        evidence = (await tx.session.scalars(select(Evidence))).one()
        refusal = (await tx.session.scalars(select(EvidenceRefusal))).one()
        events = [e.event for e in await history(await tx.session.connection(), key)]
    assert [(a.beneficiary_code, a.gender, a.expected, a.present) for a in attendance] == [
        ("AL", "F", 4, 4),
        ("AL", None, 9, 8),
    ]
    assert evidence.removed_at is not None
    assert (refusal.sha256, refusal.person_id) == ("b" * 64, play.people["omar"])
    assert [event.present for event in events if isinstance(event, AttendanceRecorded)] == [
        {"AL": 12},
        {"AL": 8},
    ]
    assert (await counted(play, key)) == "not_completed"


async def test_without_a_standing_award_nothing_is_planned(play: Judging) -> None:
    await play.act("ada", lambda tx: withdraw_award(tx, play.applications["A"], reason="asked"))
    draft = ActivityDraft(
        application_id=play.applications["A"],
        kind="seminar",
        title="Late",
        place="",
        starts_on=FIRST,
        ends_on=LAST,
    )
    assert await codes(play, "omar", lambda tx: plan_activity(tx, draft)) == ("not_funded",)
