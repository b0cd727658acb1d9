"""How far an application has come: the steps of its life, which rooms register, each as SQL over the rows `application` and `call`."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.ending import HAS_ENDED
from facility.calls.models.standing import HEAR_BY_SQL
from facility.web.i18n import Message
from facility.web.workspace import Stage


class Step(msgspec.Struct, frozen=True):
    """`done`, `at`, `number` and `of` are expressions: whether it is behind the application, since when, how many of how many.
    to_parties: the same as `done` for lead and partners, who hear nothing of it before the decision; None where they hear nothing at all.
    exceptions: also a step of the exception track."""

    label: Message
    order: int
    done: str
    at: str
    number: str
    of: str
    to_parties: str | None
    exceptions: bool


class Tracker(msgspec.Struct, frozen=True):
    """hear_by: until when lead and partners hear of the decision; None once they have, and for the exception track."""

    steps: list[Stage]
    hear_by: datetime | None


class _Raw(msgspec.Struct):
    shown: bool
    done: bool
    at: datetime | None
    number: int | None
    of: int | None


STEPS: list[Step] = []


def step(
    label: Message,
    *,
    order: int,
    done: str,
    at: str = "NULL",
    number: str = "NULL",
    of: str = "NULL",
    to_parties: str | None = "",
    exceptions: bool = False,
) -> None:
    """Register a step. Mark labels with N_(). to_parties: "" where lead and partners see the same as staff."""
    STEPS.append(
        Step(label, order, done, at, number, of, done if to_parties == "" else to_parties, exceptions)
    )
    STEPS.sort(key=lambda kind: kind.order)


def _measured(kind: Step, *, staff: bool) -> str:
    shown = "true" if kind.exceptions else "track = 'joint'"
    if staff:
        done, figures = kind.done, (kind.at, kind.number, kind.of)
    else:
        done = kind.to_parties or "false"
        shown = shown if kind.to_parties else "false"
        figures = (f"CASE WHEN {done} THEN {kind.at} END", "NULL", "NULL")
    at, number, of = figures
    return f"json_build_object('shown', {shown}, 'done', {done}, 'at', {at}, 'number', {number}, 'of', {of})"


def _statement(*, staff: bool) -> TextClause:
    steps = ", ".join(_measured(kind, staff=staff) for kind in STEPS)
    return text(
        f"""
        SELECT CAST(json_build_array({steps}) AS text) AS steps, {HAS_ENDED} AS ended,
            CASE WHEN track = 'joint' AND call.decided_at IS NULL AND NOT {HAS_ENDED} THEN {HEAR_BY_SQL} END AS hear_by
        FROM application JOIN call ON call.id = application.call_id WHERE application.id = :id
        """  # noqa: S608 - our own texts
    )


async def tracker(connection: AsyncConnection, application_id: UUID, *, staff: bool) -> Tracker:
    """Where the application stands, for staff or for lead and partners. Where it has ended, only the steps that it took."""
    row = (await connection.execute(_statement(staff=staff), {"id": application_id})).one()
    reached = False
    steps = []
    for kind, raw in zip(STEPS, msgspec.json.decode(row.steps, type=list[_Raw]), strict=True):
        if not raw.shown or (row.ended and not raw.done):
            continue
        state = "done" if raw.done else "later" if reached else "now"
        reached = reached or not raw.done
        steps.append(Stage(kind.label, state, raw.number, raw.of, raw.at))
    return Tracker(steps, row.hear_by)
