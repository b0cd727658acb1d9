"""Assessors proposed for a whole call, changed by hand and confirmed; and an assessor taken off an application."""

from collections.abc import Iterator
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.queries.duties import why_not_run
from facility.evaluation.access import REOPENS
from facility.evaluation.queries import board as lists
from facility.evaluation.queries.assignment import Situation, ToAssign, situation
from facility.evaluation.queries.standing import home
from facility.evaluation.rules.assignment import Bar, Pair, Proposal, Question, propose, usual_limit, why_not
from facility.evaluation.service.assignment import Change, assign_call
from facility.evaluation.service.assignment import take_off as take_off_command
from facility.evaluation.service.reopening import reopen as reopen_command
from facility.evaluation.words import BARS
from facility.refused import Reason, refuse
from facility.web import forms
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, _, filled, listed, ngettext
from facility.web.reasons import MOST, reason_of
from facility.web.sentences import sentence
from facility.web.workspace import workspace_of
from facility.zone import BRUSSELS

ASSIGNS = allow(Role.SECRETARIAT, unless=["call.recused"])
"""The page shows all applications of a call with their assessors."""
TAKES_OFF = allow(Role.SECRETARIAT)
MOST_EACH = 20
MOST_LOAD = 999
FREE = N_("No conflict is known. Will have {load} of at most {most} applications.")
KNOWS = N_("Knows {themes}. {load}")


class Row(msgspec.Struct, frozen=True):
    """An application that needs assessors. chosen: names, and why; missing: why nobody else can have it, where some are missing;
    options, values: whom it may be given to by hand and who is chosen, where the row is open."""

    application: ToAssign
    needs: int
    chosen: list[tuple[str, str]]
    lacking: int
    missing: list[str]
    open: bool
    options: list[tuple[str, str]]
    values: list[str]


@get("/evaluation/{call_id:uuid}/assignment", opt={"allow": ASSIGNS})
async def proposal(
    view: View,
    read: Read,
    call_id: FromPath[UUID],
    each: FromQuery[str | None] = None,
    most: FromQuery[str | None] = None,
) -> Page:
    """Who would assess what, with everybody's load; limits are those of the call until others are typed."""
    typed = {name: [value] for name, value in (("each", each), ("most", most)) if value is not None}
    fields = Fields(forms.Form(typed, {}))
    limits = (
        fields.integer("each", 1, MOST_EACH) if fields.given("each") else None,
        fields.integer("most", 1, MOST_LOAD) if fields.given("most") else None,
    )
    return await _draw(view, read, call_id, fields, *limits, status=422 if fields.errors else 200)


@post("/evaluation/{call_id:uuid}/assignment/change", opt={"allow": ASSIGNS})
async def change(view: View, form: Form, read: Read, call_id: FromPath[UUID]) -> Page:
    """The proposal with one more row open to be changed by hand. Nothing is stored."""
    fields = Fields(form)
    typed = Typed.read(fields)
    key = fields.key("change")
    fields.ignore("due_on")
    right = fields.are_right()
    fields.put("open", [str(row) for row in dict.fromkeys([*typed.changes, key])])
    status = 200 if right else 422
    return await _draw(
        view, read, call_id, fields, typed.each, typed.most, status=status, seen=typed.seen, opened=key
    )


@post("/evaluation/{call_id:uuid}/assignment", opt={"allow": ASSIGNS})
async def confirm(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Assign all of it at once, as it was shown and changed."""
    fields = Fields(form)
    typed = Typed.read(fields)
    due_on = (
        fields.day("due_on", first=tx.now.astimezone(BRUSSELS).date()) if fields.given("due_on") else None
    )

    async def draw(read: AsyncConnection, status: int) -> ASGIResponse:
        return await _draw(view, read, call_id, fields, typed.each, typed.most, status=status)

    async with redrawn(tx, fields, draw, late=True, place=_place):
        count = await assign_call(
            tx,
            call_id,
            each=typed.each,
            most=typed.most,
            seen=typed.seen,
            changes=typed.changes,
            due_on=due_on,
        )
    notice = ngettext(
        "{count} assessment was assigned. The assessor gets a mail.",
        "{count} assessments were assigned. Each assessor gets one mail.",
        count,
    )
    return view.go(f"/evaluation/{call_id}", notice)


def _place(reason: Reason) -> str | None:
    """The field of a mistake. One about an assessor in a row that was not opened belongs to the form as a whole."""
    return "" if reason.field == "assessors" else reason.field


class Typed(msgspec.Struct, frozen=True):
    """What the form of the proposal says: how many assessors each application gets, how many applications an assessor has at most,
    the proposal as it was shown, and what is changed in it."""

    each: int
    most: int
    seen: frozenset[Pair]
    changes: dict[UUID, Change]

    @classmethod
    def read(cls, fields: Fields) -> "Typed":
        """Every wrong field is noted."""
        each, most = fields.integer("each", 1, MOST_EACH), fields.integer("most", 1, MOST_LOAD)
        changes = {key: _change(fields, key) for key in fields.keys("open", required=False)}
        return cls(each, most, _seen(fields), changes)


def _change(fields: Fields, application_id: UUID) -> Change:
    name = f"assessors-{application_id}"
    given = [value for value in fields.form.fields.get(name, []) if value]
    fields.put(name, given)
    chosen = fields.keys(name, required=False)
    if len(chosen) < len(given):
        fields.wrong(name, _("Choose each assessor only once."))
    reason = fields.text(f"reason-{application_id}", missing=None, most=MOST, multiline=True)
    return Change(tuple(chosen), reason)


def _seen(fields: Fields) -> frozenset[Pair]:
    text = fields.hidden("seen", most=forms.MAX_TEXT)
    try:
        pairs = [pair.split(":") for pair in text.split()]
        return frozenset(Pair(UUID(application), UUID(assessor)) for application, assessor in pairs)
    except ValueError:
        fields.wrong("", _("This page is out of date. Reload it."))
        return frozenset()


async def _draw(
    view: View,
    read: AsyncConnection,
    call_id: UUID,
    fields: Fields,
    each: int | None,
    most: int | None,
    *,
    status: int,
    seen: frozenset[Pair] | None = None,
    opened: UUID | None = None,
) -> ASGIResponse:
    call, now = await lists.call(read, call_id), await situation(read, call_id, view.me.id, clock.now())
    why = await why_not_run(read, call_id, view.me.id)
    each = each or call.grid.min_assessments
    most = most or usual_limit(now.question(each, 0))
    question = now.question(each, most)
    best = propose(question)
    changed = seen is not None and seen != frozenset(best.pairs)
    fields.values = {"each": str(each), "most": str(most), **fields.values}
    return view.page(
        "evaluation/assignment.html",
        status=status,
        workspace=await workspace_of(view, read, call_id, "evaluation"),
        call=call,
        why_not=why,
        changed=sentence(Reason("assignment_changed")) if changed else "",
        form=fields,
        rows=[
            _row(now, question, best, fields, line) for line in now.applications if question.needs[line.id]
        ],
        proposal=best,
        seen=" ".join(f"{pair.application_id.hex}:{pair.assessor_id.hex}" for pair in best.pairs),
        places=sum(question.needs.values()),
        people=[
            (person.name, now.loads[person.id], best.loads[person.id]) for person in now.offered.assessors
        ],
        others=now.offered.others,
        opened=opened,
    )


def _row(now: Situation, question: Question, best: Proposal, fields: Fields, line: ToAssign) -> Row:
    given = [pair.assessor_id for pair in best.pairs_of(line.id)]
    shown = fields.values.get("open", [])
    is_open = str(line.id) in ([shown] if isinstance(shown, str) else shown)
    typed = fields.values.get(f"assessors-{line.id}", [str(key) for key in given])
    lacking = best.lacking.get(line.id, 0)
    barred = question.barred[line.id]
    free = [person for person in now.offered.assessors if person.id not in barred] if is_open else []
    return Row(
        line,
        question.needs[line.id],
        [(now.names[key], _why(now, question, best, line.id, key)) for key in given],
        lacking,
        list(_missing(now, why_not(question, best, line.id))) if lacking else [],
        is_open,
        [
            (str(person.id), _("{name} ({load})", name=person.name, load=best.loads[person.id]))
            for person in free
        ],
        [typed] if isinstance(typed, str) else list(typed),
    )


def _why(now: Situation, question: Question, best: Proposal, application_id: UUID, assessor_id: UUID) -> str:
    """Why this assessor, in words."""
    load = filled(FREE, load=best.loads[assessor_id], most=question.most)
    shared = [now.theme_names[code] for code in question.shared(application_id, assessor_id)]
    return filled(KNOWS, themes=listed(shared), load=load) if shared else load


def _missing(now: Situation, reasons: dict[UUID, Bar]) -> Iterator[str]:
    for bar in Bar:
        if names := [person.name for person in now.offered.assessors if reasons.get(person.id) is bar]:
            yield filled(BARS[bar], names=listed(names))


@get(
    "/evaluation/applications/{application_id:uuid}/assessors/{assessor_id:uuid}/take-off",
    opt={"allow": TAKES_OFF},
)
async def take_off_form(
    view: View, read: Read, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Why the assessor is taken off, and who comes instead."""
    return await _take_off(view, read, application_id, assessor_id, Fields.showing())


async def _take_off(
    view: View,
    read: AsyncConnection,
    application_id: UUID,
    assessor_id: UUID,
    form: Fields,
    status: int = 200,
) -> ASGIResponse:
    call, line, seat = await _seat(read, application_id, assessor_id)
    now = await situation(read, call.id, view.me.id, clock.now())
    barred = now.barred.get(application_id, {})
    return view.page(
        "evaluation/take_off.html",
        status=status,
        call=call,
        back=home(call.mode, call.id),
        application=line,
        seat=seat,
        others=[
            (str(person.id), _("{name} ({load})", name=person.name, load=now.loads[person.id]))
            for person in now.offered.assessors
            if person.id not in barred
        ],
        form=form,
    )


async def _seat(
    read: AsyncConnection, application_id: UUID, assessor_id: UUID
) -> tuple[lists.CallShown, lists.ApplicationLine, lists.Seat]:
    """The call, the application and how far its assessor is. Raises Refused (missing) for who does not have it."""
    call = await lists.call(read, await lists.call_of(read, application_id))
    lines = await lists.applications(read, call.id, application_id)
    seats = [seat for seat in await lists.seats(read, call.id) if seat.application_id == application_id]
    seat = next((seat for seat in seats if seat.assessor_id == assessor_id), None)
    if not lines or seat is None:
        refuse("not_found", kind="missing")
    return call, lines[0], seat


@post(
    "/evaluation/applications/{application_id:uuid}/assessors/{assessor_id:uuid}/take-off",
    opt={"allow": TAKES_OFF},
)
async def take_off(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Take the application from the assessor, who gets a mail."""
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for taking the assessor off."))
    instead = fields.key("assessors") if fields.given("assessors") else None
    due_on = (
        fields.day("due_on", first=tx.now.astimezone(BRUSSELS).date()) if fields.given("due_on") else None
    )
    connection = await tx.session.connection()
    call = await lists.call(connection, await lists.call_of(connection, application_id))
    async with redrawn(
        tx,
        fields,
        lambda read, status: _take_off(view, read, application_id, assessor_id, fields, status),
    ):
        await take_off_command(tx, application_id, assessor_id, reason, instead=instead, due_on=due_on)
    return view.go(home(call.mode, call.id), _("The assessor is taken off and gets a mail."))


@get(
    "/evaluation/applications/{application_id:uuid}/assessors/{assessor_id:uuid}/reopen",
    opt={"allow": REOPENS},
)
async def reopen_form(
    view: View, read: Read, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Why the assessor is to look at it once more."""
    return await _reopen(view, read, application_id, assessor_id, Fields.showing())


async def _reopen(
    view: View,
    read: AsyncConnection,
    application_id: UUID,
    assessor_id: UUID,
    form: Fields,
    status: int = 200,
) -> ASGIResponse:
    call, line, seat = await _seat(read, application_id, assessor_id)
    if seat.sent_at is None:
        refuse("not_sent")
    return view.page(
        "evaluation/reopen.html",
        status=status,
        call=call,
        back=home(call.mode, call.id),
        application=line,
        seat=seat,
        form=form,
    )


@post(
    "/evaluation/applications/{application_id:uuid}/assessors/{assessor_id:uuid}/reopen",
    opt={"allow": REOPENS},
)
async def reopen(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Open the assessment again; its assessor gets a mail."""
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for opening the assessment again."))
    connection = await tx.session.connection()
    call = await lists.call(connection, await lists.call_of(connection, application_id))
    async with redrawn(
        tx, fields, lambda read, status: _reopen(view, read, application_id, assessor_id, fields, status)
    ):
        await reopen_command(tx, application_id, assessor_id, reason)
    return view.go(home(call.mode, call.id), _("The assessment is open again. The assessor gets a mail."))


HANDLERS = [proposal, change, confirm, take_off_form, take_off, reopen_form, reopen]
