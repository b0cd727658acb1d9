"""The audit trail: who did what to what, and when; and whether the chain of one subject holds."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from litestar import get

from facility.operations import trail
from facility.operations.parked_pages import whole
from facility.operations.words import SUBJECTS, subject_kinds, subject_word
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import FromPath, FromQuery, Page, Read, View

WHO = allow(Role.AUDITOR, Role.ADMINISTRATOR)
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


def _actor(text: str) -> UUID | str | None:
    if text == trail.NOBODY:
        return text
    with suppress(ValueError):
        return UUID(text)
    return None


def _day(text: str) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat(text)
        return day if FIRST <= day <= LAST else None
    return None


@get("/operations/log", opt={"allow": WHO})
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
        actor=_actor(actor),
        day=_day(day),
        before=whole(before),
    )
    lines, older = await trail.trail(read, only)
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


@get("/operations/log/{subject_id:uuid}", opt={"allow": WHO})
async def subject(
    view: View, read: Read, subject_id: FromPath[UUID], before: FromQuery[int | None] = None
) -> Page:
    """Everything that happened to one thing, and whether anybody changed it afterwards."""
    chain = await trail.chain(read, subject_id)
    lines, older = await trail.trail(read, trail.TrailFilter(subject_id=subject_id, before=whole(before)))
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
