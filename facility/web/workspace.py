"""A call's workspace: what every page about one call has above it. Rooms register stages of a call's life, and tabs.

A stage and a tab are SQL over the row `call`: all that a page shows of them is one statement.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.refused import refuse
from facility.web.i18n import Message
from facility.web.waiting import Task, work_of

if TYPE_CHECKING:  # commands load what has registered, and no pages
    from facility.web.render import View


class StageKind(msgspec.Struct, frozen=True):
    """`done`, `number`, `of` and `at` are expressions over `call`: whether it is behind the call, how many of how many, and its date.
    whole_series: also a stage of a series, whose batches have the others."""

    label: Message
    order: int
    done: str
    number: str
    of: str
    at: str
    whole_series: bool


class TabKind(msgspec.Struct, frozen=True):
    """`href` holds {id} or {reference}; `when`: a condition over `call`. Who may not open it doesn't see it."""

    key: str
    label: Message
    order: int
    href: str
    when: str


class Stage(msgspec.Struct, frozen=True):
    """`state`: "done", "now" or "later"."""

    label: Message
    state: str
    number: int | None
    of: int | None
    at: datetime | None


class Tab(msgspec.Struct, frozen=True):
    """An address that the visitor may open."""

    label: Message
    href: str
    current: bool


class Batch(msgspec.Struct, frozen=True):
    """A batch of the same series."""

    id: UUID
    reference: str


class Workspace(msgspec.Struct, frozen=True):
    """`act`: what the visitor can do next in this call, or None; batches: of a rolling call, in order."""

    id: UUID
    reference: str
    title: str
    stages: list[Stage]
    tabs: list[Tab]
    batches: list[Batch]
    series_id: UUID | None
    series_reference: str | None
    act: Task | None


class _Raw(msgspec.Struct):
    done: bool | None
    number: int | None
    of: int | None
    at: datetime | None


STAGES: list[StageKind] = []
TABS: list[TabKind] = []


def stage(
    label: Message,
    *,
    order: int,
    done: str,
    number: str = "NULL",
    of: str = "NULL",
    at: str = "NULL",
    whole_series: bool = False,
) -> None:
    """Register a stage. Mark labels with N_()."""
    STAGES.append(StageKind(label, order, done, number, of, at, whole_series))
    STAGES.sort(key=lambda kind: kind.order)


def tab(key: str, label: Message, href: str, *, order: int, when: str = "true") -> None:
    """Register a tab. Mark labels with N_()."""
    TABS.append(TabKind(key, label, order, href, when))
    TABS.sort(key=lambda kind: kind.order)


def _statement(column: str) -> TextClause:
    # All texts are constants of the code.
    stages = ", ".join(
        f"json_build_object('done', {kind.done}, 'number', {kind.number}, 'of', {kind.of}, 'at', {kind.at})"
        for kind in STAGES
    )
    tabs = ", ".join(kind.when for kind in TABS)
    return text(
        f"""
        SELECT call.id, call.reference, call.title, call.mode, call.series_id, call.cancelled_at IS NOT NULL AS cancelled,
            (SELECT reference FROM call AS series WHERE series.id = call.series_id) AS series_reference,
            CAST(json_build_array({stages}) AS text) AS stages, CAST(json_build_array({tabs}) AS text) AS tabs,
            CAST(CASE WHEN call.mode = 'rolling' THEN (
                SELECT json_agg(json_build_object('id', batch.id, 'reference', batch.reference) ORDER BY batch.closes_at)
                FROM call AS batch WHERE batch.series_id = coalesce(call.series_id, call.id)) END AS text) AS batches
        FROM call WHERE call.{column} = :call
        """  # noqa: S608
    )


async def workspace_of(view: "View", connection: AsyncConnection, call_id: UUID, key: str) -> Workspace:
    """The workspace of this call, on the tab with this key, for who asks. Raises Refused (missing)."""
    row = (await connection.execute(_statement("id"), {"call": call_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="call")
    return await _workspace(view, connection, row, key)


async def find_workspace(
    view: "View", connection: AsyncConnection, reference: str, key: str
) -> Workspace | None:
    """The workspace of the call with this reference; None where there is no such call."""
    row = (await connection.execute(_statement("reference"), {"call": reference})).first()
    return await _workspace(view, connection, row, key) if row else None


async def _workspace(view: "View", connection: AsyncConnection, row: Any, key: str) -> Workspace:
    is_series = row.mode != "deadline" and row.series_id is None
    work = await work_of(connection, view.me, row.reference)
    names = {"{id}": str(row.id), "{reference}": quote(row.reference, safe="")}
    shown = msgspec.json.decode(row.tabs, type=list[bool])
    tabs = [(kind, _filled(kind.href, names)) for kind, when in zip(TABS, shown, strict=True) if when]
    opened = await view.open_to_me(connection, [href for _kind, href in tabs])
    return Workspace(
        row.id,
        row.reference,
        row.title,
        _stages(
            msgspec.json.decode(row.stages, type=list[_Raw]), is_series=is_series, cancelled=row.cancelled
        ),
        [Tab(kind.label, href, kind.key == key) for kind, href in tabs if href in opened],
        msgspec.json.decode(row.batches, type=list[Batch]) if row.batches else [],
        row.series_id,
        row.series_reference,
        next((task for task in work.tasks if not task.kind.others), None),
    )


def _filled(href: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        href = href.replace(name, value)
    return href


def _stages(raw: list[_Raw], *, is_series: bool, cancelled: bool) -> list[Stage]:
    """The first stage that is not done is the one in which the call is."""
    reached = cancelled
    stages = []
    for kind, measured in zip(STAGES, raw, strict=True):
        if is_series and not kind.whole_series:
            continue
        state = "later" if reached else "done" if measured.done else "now"
        reached = state != "done"
        stages.append(Stage(kind.label, state, measured.number, measured.of, measured.at))
    return stages
