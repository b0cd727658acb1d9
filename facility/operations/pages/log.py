"""The audit trail: who did what to what, and when; and whether the chain of one subject holds."""

from typing import Any
from uuid import UUID

from litestar import get

from facility.operations.access import READS_TRAIL
from facility.operations.queries import trail
from facility.operations.words import SUBJECTS, subject_kinds, subject_word
from facility.web import carried
from facility.web.fields import Fields
from facility.web.handler import FromPath, FromQuery, Page, Read, View


@get("/operations/log", opt={"allow": READS_TRAIL})
async def log(
    view: View,
    read: Read,
    subject: FromQuery[str] = "",
    actor: FromQuery[str] = "",
    day: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
) -> Page:
    """Everything that happened, newest first; narrowed to a kind of thing, a person, a day."""
    only = trail.TrailFilter(
        subject=subject if subject in SUBJECTS else "",
        actor=actor if actor == trail.NOBODY else carried.key(actor),
        day=carried.day(day),
        before=carried.whole(before),
    )
    lines, older = await trail.trail(read, only, view.me.id)
    shown = {
        "subject": only.subject,
        "actor": str(only.actor or ""),
        "day": only.day.isoformat() if only.day else "",
    }
    return view.page(
        "operations/log.html",
        lines=lines,
        older=older,
        before=before,
        kinds=subject_kinds(),
        people=await trail.actors(read),
        subject_word=subject_word,
        nobody=trail.NOBODY,
        only=shown,
        form=Fields.showing(shown),
    )


@get("/operations/log/{subject_id:uuid}", opt={"allow": READS_TRAIL})
async def subject(
    view: View, read: Read, subject_id: FromPath[UUID], before: FromQuery[int | None] = None
) -> Page:
    """Everything that happened to one thing, and whether anybody changed it afterwards."""
    chain = await trail.chain(read, subject_id)
    lines, older = await trail.trail(
        read, trail.TrailFilter(subject_id=subject_id, before=carried.whole(before)), view.me.id
    )
    return view.page(
        "operations/subject.html",
        chain=chain,
        lines=lines,
        older=older,
        before=before,
        subject_id=subject_id,
        subject_word=subject_word,
    )


HANDLERS: list[Any] = [log, subject]
