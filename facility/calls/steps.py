"""A call's life as a task list: what was done by whom, what comes next, and on which page."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import msgspec

from facility.calls.models import CallState
from facility.calls.queries import CallStaff
from facility.calls.rules import Mode
from facility.web.access import Role, Visitor
from facility.web.i18n import _


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `kind` colours the state's tag (ok, wait, bad, info, plain); without `href` it can't be opened yet."""

    label: str
    state: str
    kind: str = "plain"
    href: str | None = None
    why: str | None = None


def steps_of(found: CallStaff, me: Visitor, now: datetime) -> list[Step]:
    """The call's steps for this visitor, in their order."""
    drafted = Step(label=_("Draft"), state=_("Written by {name}", name=found.drafted_by_name), kind="ok")
    if found.call.state == CallState.DRAFT:
        return [drafted, _to_publish(found, me)]
    if found.call.mode != Mode.DEADLINE and found.series_id is None:
        return [drafted, _published(found)]  # its batches are what is opened, judged and decided
    return [drafted, _published(found), _applications(found, now), *_later(found)]


def _to_publish(found: CallStaff, me: Visitor) -> Step:
    mine = found.drafted_by == me.id
    return Step(
        label=_("Check and publish"),
        state=_("Waits for a second person"),
        kind="wait",
        href=f"/staff/calls/{found.id}/publish" if me.has(Role.SECRETARIAT) else None,
        why=_("You wrote the draft, so somebody else publishes it.") if mine else None,
    )


def _published(found: CallStaff) -> Step:
    return Step(
        label=_("Publication"),
        state=_("Published by {name}", name=found.published_by_name or ""),
        kind="ok",
        href=f"/calls/{quote(found.series_reference or found.call.reference, safe='')}",
    )


def _applications(found: CallStaff, now: datetime) -> Step:
    call = found.call
    if call.state != CallState.PUBLISHED:
        state, kind = _("Closed"), "ok"
    elif now < call.opens_at:
        state, kind = _("Not open yet"), "plain"
    elif now <= call.closes_at:
        state, kind = _("Open"), "info"
    else:
        state, kind = _("Closing now"), "wait"
    href = f"/applications/received?call={quote(call.reference, safe='')}"
    return Step(label=_("Applications"), state=state, kind=kind, href=href)


def _later(found: CallStaff) -> Iterator[Step]:
    """Assessing and deciding; their own pages say how far they are and what is missing."""
    closed, decided = found.call.state == CallState.CLOSED, found.call.state == CallState.DECIDED
    yield _opening(found)
    if not closed and not decided:
        yield Step(label=_("Checking and assessing"), state=_("After closing"))
        yield Step(label=_("Awards"), state=_("After assessing"))
        return
    yield Step(
        label=_("Checking and assessing"),
        state=_("Done") if decided else _("Under way"),
        kind="ok" if decided else "info",
        href=f"/evaluation/{found.id}",
    )
    yield Step(
        label=_("Awards"),
        state=_("Decided") if decided else _("Not decided yet"),
        kind="ok" if decided else "plain",
        href=f"/awards/calls/{found.id}" if decided else None,
    )


def _opening(found: CallStaff) -> Step:
    """What two people do together once the call has closed."""
    state, kind = _("After closing"), "plain"
    if found.opened_at:
        state, kind = _("Opened"), "ok"
    elif found.call.state == CallState.CLOSED:
        state, kind = _("To be opened"), "wait"
    elif found.call.state == CallState.DECIDED:
        state, kind = _("Nothing to open"), "ok"
    href = f"/openings/{found.id}" if found.closed_at else None
    return Step(label=_("Opening by two people"), state=state, kind=kind, href=href)
