"""A call's life as a task list: what was done by whom, what comes next, and on which page."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

import msgspec

from facility.calls.queries.staff import CallStaff
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import CallState, Standing
from facility.web.access import DECIDERS, Role, Visitor
from facility.web.i18n import _, ngettext


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `kind` colours the state's tag (ok, wait, bad, info, plain); without `href` it can't be opened yet. `note`: what is good to know."""

    label: str
    state: str
    kind: str = "plain"
    href: str | None = None
    note: str | None = None


def steps_of(call: CallStaff, me: Visitor, now: datetime) -> list[Step]:
    """The call's steps for this visitor, in their order."""
    drafted = Step(
        label=_("Draft"),
        state=_("Written by {name}", name=call.drafted_by_name),
        kind="ok",
        note=_("Made from {call}.", call=call.cloned_from) if call.cloned_from else None,
    )
    if call.public.state == CallState.DRAFT:
        return [drafted, _to_publish(call, me)]
    about = [*_corrigenda(call), *_questions(call, me), *_cancellation(call, me)]
    if call.public.mode != Mode.DEADLINE and call.series_id is None:
        return [drafted, _published(call), *about]  # its batches are what is opened, judged and decided
    return [drafted, _published(call), *about, _applications(call, now), *_later(call, now)]


def _to_publish(call: CallStaff, me: Visitor) -> Step:
    mine = call.drafted_by == me.id
    return Step(
        label=_("Check and publish"),
        state=_("Waits for a second person"),
        kind="wait",
        href=f"/staff/calls/{call.id}/publish" if me.has(Role.SECRETARIAT) else None,
        note=_("You wrote the draft, so somebody else publishes it.") if mine else None,
    )


def _published(call: CallStaff) -> Step:
    return Step(
        label=_("Publication"),
        state=_("Published by {name}", name=call.published_by_name or ""),
        kind="ok",
        href=f"/calls/{quote(call.series_reference or call.public.reference, safe='')}",
    )


def _corrigenda(call: CallStaff) -> Iterator[Step]:
    """The corrigenda that were published, and the one under way."""
    if call.public.current_version > 1:
        yield Step(
            label=_("Corrigenda"),
            state=ngettext("{count} published", "{count} published", call.public.current_version - 1),
            kind="ok",
            href=f"/calls/{quote(call.public.reference, safe='')}/changes",
        )
    if call.corrigendum:
        yield Step(
            label=_("Corrigendum under way"),
            state=_("Waits for a second person"),
            kind="wait",
            href=f"/staff/calls/{call.id}/corrigendum",
            note=_("Written by {name}.", name=call.corrigendum.drafted_by_name),
        )


def _questions(call: CallStaff, me: Visitor) -> Iterator[Step]:
    if call.public.questions_until is None:
        return
    waits = ngettext("{count} to answer", "{count} to answer", call.waiting)
    answered = ngettext("{count} answered", "{count} answered", call.public.answered)
    yield Step(
        label=_("Questions and answers"),
        state=waits if call.waiting else answered,
        kind="wait" if call.waiting else "ok" if call.public.answered else "plain",
        href=f"/staff/questions?call={call.id}"
        if me.has(Role.SECRETARIAT)
        else f"/calls/{quote(call.public.reference, safe='')}/questions",
    )


def _applications(call: CallStaff, now: datetime) -> Step:
    state, kind = {
        Standing.COMING: (_("Not open yet"), "plain"),
        Standing.OPEN: (_("Open"), "info"),
        Standing.CANCELLED: (_("Stopped"), "bad"),
    }.get(call.public.standing(now), (_("Closed"), "ok"))
    href = f"/applications/received?call={quote(call.public.reference, safe='')}"
    return Step(label=_("Applications"), state=state, kind=kind, href=href)


def _later(call: CallStaff, now: datetime) -> Iterator[Step]:
    """Assessing and deciding; their own pages say how far they are and what is missing."""
    decided, cancelled = call.public.decided_at is not None, call.public.cancelled_at is not None
    if cancelled:
        return
    yield _opening(call)
    if call.public.standing(now) in (Standing.COMING, Standing.OPEN):
        yield Step(label=_("Checking and assessing"), state=_("After closing"))
        yield Step(label=_("Awards"), state=_("After assessing"))
        return
    if not decided and not call.public.opened_at:
        yield Step(
            label=_("Checking and assessing"), state=_("After the opening"), href=f"/evaluation/{call.id}"
        )
        yield Step(label=_("Awards"), state=_("After assessing"))
        return
    yield Step(
        label=_("Checking and assessing"),
        state=_("Done") if decided else _("Under way"),
        kind="ok" if decided else "info",
        href=f"/evaluation/{call.id}",
    )
    yield Step(
        label=_("Awards"),
        state=_("Decided") if decided else _("Not decided yet"),
        kind="ok" if decided else "plain",
        href=f"/awards/calls/{call.id}" if decided else None,
    )


def _opening(call: CallStaff) -> Step:
    """What two people do together once the call has closed."""
    state, kind = _("After closing"), "plain"
    if call.public.opened_at:
        state, kind = _("Opened"), "ok"
    elif call.public.state == CallState.CLOSED:
        state, kind = _("To be opened"), "wait"
    elif call.public.state == CallState.DECIDED:
        state, kind = _("Nothing to open"), "ok"
    href = f"/openings/{call.id}" if call.closed_at else None
    return Step(label=_("Opening by two people"), state=state, kind=kind, href=href)


def _cancellation(call: CallStaff, me: Visitor) -> Iterator[Step]:
    """A cancellation that waits for a second person."""
    request = call.cancellation
    if request is None:
        return
    yield Step(
        label=_("Cancelling the call"),
        state=_("Waits for a second person"),
        kind="wait",
        href=f"/staff/calls/{call.id}/cancel" if me.has(*DECIDERS) else None,
        note=_("Requested by {name}.", name=request.asked_by_name),
    )
