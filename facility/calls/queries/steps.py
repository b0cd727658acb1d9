"""A call's life as a task list: what was done by whom, what comes next, and on which page."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import msgspec

from facility.calls.queries.staff import CallStaff
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import CallState, Standing
from facility.web.access import Role, Visitor
from facility.web.i18n import _, ngettext


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `kind` colours the state's tag (ok, wait, bad, info, plain); without `href` it can't be opened yet. `note`: what is good to know."""

    label: str
    state: str
    kind: str = "plain"
    href: str | None = None
    note: str | None = None


def steps_of(found: CallStaff, me: Visitor, now: datetime) -> list[Step]:
    """The call's steps for this visitor, in their order."""
    drafted = Step(
        label=_("Draft"),
        state=_("Written by {name}", name=found.drafted_by_name),
        kind="ok",
        note=_("Made from {call}.", call=found.cloned_from) if found.cloned_from else None,
    )
    if found.call.state == CallState.DRAFT:
        return [drafted, _to_publish(found, me)]
    about = [*_corrigenda(found), *_questions(found, me), *_cancellation(found, me)]
    if found.call.mode != Mode.DEADLINE and found.series_id is None:
        return [drafted, _published(found), *about]  # its batches are what is opened, judged and decided
    return [drafted, _published(found), *about, _applications(found, now), *_later(found, now)]


def _to_publish(found: CallStaff, me: Visitor) -> Step:
    mine = found.drafted_by == me.id
    return Step(
        label=_("Check and publish"),
        state=_("Waits for a second person"),
        kind="wait",
        href=f"/staff/calls/{found.id}/publish" if me.has(Role.SECRETARIAT) else None,
        note=_("You wrote the draft, so somebody else publishes it.") if mine else None,
    )


def _published(found: CallStaff) -> Step:
    return Step(
        label=_("Publication"),
        state=_("Published by {name}", name=found.published_by_name or ""),
        kind="ok",
        href=f"/calls/{quote(found.series_reference or found.call.reference, safe='')}",
    )


def _corrigenda(found: CallStaff) -> Iterator[Step]:
    """The corrigenda that were published, and the one under way."""
    if found.call.current_version > 1:
        yield Step(
            label=_("Corrigenda"),
            state=ngettext("{count} published", "{count} published", found.call.current_version - 1),
            kind="ok",
            href=f"/calls/{quote(found.call.reference, safe='')}/changes",
        )
    if found.corrigendum:
        yield Step(
            label=_("Corrigendum under way"),
            state=_("Waits for a second person"),
            kind="wait",
            href=f"/staff/calls/{found.id}/corrigendum",
            note=_("Written by {name}.", name=found.corrigendum.drafted_by_name),
        )


def _questions(found: CallStaff, me: Visitor) -> Iterator[Step]:
    if found.call.questions_until is None:
        return
    waits = ngettext("{count} to answer", "{count} to answer", found.waiting)
    answered = ngettext("{count} answered", "{count} answered", found.call.answered)
    yield Step(
        label=_("Questions and answers"),
        state=waits if found.waiting else answered,
        kind="wait" if found.waiting else "ok" if found.call.answered else "plain",
        href=f"/staff/questions?call={found.id}"
        if me.has(Role.SECRETARIAT)
        else f"/calls/{quote(found.call.reference, safe='')}/questions",
    )


def _applications(found: CallStaff, now: datetime) -> Step:
    call = found.call
    state, kind = {
        Standing.COMING: (_("Not open yet"), "plain"),
        Standing.OPEN: (_("Open"), "info"),
        Standing.CANCELLED: (_("Stopped"), "bad"),
    }.get(call.standing(now), (_("Closed"), "ok"))
    href = f"/applications/received?call={quote(call.reference, safe='')}"
    return Step(label=_("Applications"), state=state, kind=kind, href=href)


def _later(found: CallStaff, now: datetime) -> Iterator[Step]:
    """Assessing and deciding; their own pages say how far they are and what is missing."""
    decided, cancelled = found.call.decided_at is not None, found.call.cancelled_at is not None
    if cancelled:
        return
    yield _opening(found)
    if found.call.standing(now) in (Standing.COMING, Standing.OPEN):
        yield Step(label=_("Checking and assessing"), state=_("After closing"))
        yield Step(label=_("Awards"), state=_("After assessing"))
        return
    if not decided and not found.call.opened_at:
        yield Step(
            label=_("Checking and assessing"), state=_("After the opening"), href=f"/evaluation/{found.id}"
        )
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
    if found.call.opened_at:
        state, kind = _("Opened"), "ok"
    elif found.call.state == CallState.CLOSED:
        state, kind = _("To be opened"), "wait"
    elif found.call.state == CallState.DECIDED:
        state, kind = _("Nothing to open"), "ok"
    href = f"/openings/{found.id}" if found.closed_at else None
    return Step(label=_("Opening by two people"), state=state, kind=kind, href=href)


def _cancellation(found: CallStaff, me: Visitor) -> Iterator[Step]:
    """A cancellation that waits for a second person."""
    asked = found.cancellation
    if asked is None:
        return
    yield Step(
        label=_("Cancelling the call"),
        state=_("Waits for a second person"),
        kind="wait",
        href=f"/staff/calls/{found.id}/cancel" if me.has(Role.SECRETARIAT, Role.AUTHORISING) else None,
        note=_("{name} asks to cancel it.", name=asked.asked_by_name),
    )
