"""The committee of a call: who sits on it, what it lacks, who is appointed and who leaves."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.evaluation.access import ON_COMMITTEE, RECUSED_IN_CALL
from facility.evaluation.queries.committee import as_members, committee_of, may_serve
from facility.evaluation.rules.committee import Function, lacking
from facility.evaluation.service import committee as commands
from facility.evaluation.words import FUNCTIONS
from facility.refused import refuse
from facility.web.access import STAFF, Role, allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import reason_of
from facility.web.sentences import sentence
from facility.web.workspace import workspace_of

SEES = {"allow": allow(*STAFF, related(ON_COMMITTEE))}
APPOINTS = {"allow": allow(Role.AUTHORISING, unless=[RECUSED_IN_CALL])}


@get("/evaluation/{call_id:uuid}/committee", opt=SEES)
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Who sits on the committee, what it lacks, and who sat on it before."""
    committee = await committee_of(read, call_id)
    here = f"/evaluation/{call_id}/committee"
    declaration = f"/evaluation/{call_id}/declaration"
    opened = await view.open_to_me(read, [f"{here}/appoint", declaration])
    over = committee.state in ("decided", "cancelled")
    return view.page(
        "evaluation/committee.html",
        workspace=await workspace_of(view, read, call_id, "committee"),
        here=here,
        committee=committee,
        lacks=[sentence(reason) for reason in lacking(as_members(committee.members), committee.asked)],
        over=over,
        appoints=not over and f"{here}/appoint" in opened,
        declaration=declaration,
        declares=declaration in opened,
        functions=FUNCTIONS,
    )


@get("/evaluation/{call_id:uuid}/committee/appoint", opt=APPOINTS)
async def appoint_form(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Who is appointed, to which function and from which institution."""
    return await _appoint(view, read, call_id, Fields.showing())


async def _appoint(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    committee = await committee_of(read, call_id)
    people = await may_serve(read)
    seated = {member.person_id for member in committee.members} | {view.me.id}
    return view.page(
        "evaluation/committee_appoint.html",
        status=status,
        call_id=call_id,
        committee=committee,
        people=[(str(key), person.name) for key, person in people.items() if key not in seated],
        functions=FUNCTIONS,
        form=form,
    )


@post("/evaluation/{call_id:uuid}/committee/appoint", opt=APPOINTS)
async def appoint(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Appoint somebody, who is told by mail."""
    fields = Fields(form)
    function = fields.one_of("function", Function)
    person = fields.key("person")
    no_institution = _("Enter the institution where this person works.")
    institution = fields.text("institution", missing=no_institution, most=200)
    under = fields.text("under", missing=None, most=200)
    async with redrawn(tx, fields, lambda read, status: _appoint(view, read, call_id, fields, status)):
        await commands.appoint(tx, call_id, person, function, institution=institution, under=under)
    return view.go(f"/evaluation/{call_id}/committee", _("The appointment is recorded and sent by mail."))


@get("/evaluation/{call_id:uuid}/committee/{appointment_id:uuid}/end", opt=APPOINTS)
async def end_form(view: View, read: Read, call_id: FromPath[UUID], appointment_id: FromPath[UUID]) -> Page:
    """Why somebody leaves the committee, and which substitute takes their place."""
    return await _end(view, read, call_id, appointment_id, Fields.showing())


async def _end(
    view: View, read: AsyncConnection, call_id: UUID, appointment_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    committee = await committee_of(read, call_id)
    member = next((member for member in committee.members if member.id == appointment_id), None)
    if member is None:
        refuse("not_found", kind="missing")
    substitutes = [
        (str(other.id), f"{other.name}, {other.institution}")
        for other in committee.members
        if other.function is Function.SUBSTITUTE and member.function is Function.VOTING
    ]
    return view.page(
        "evaluation/committee_end.html",
        status=status,
        call_id=call_id,
        committee=committee,
        member=member,
        function=translated(FUNCTIONS[member.function]),
        substitutes=substitutes,
        form=form,
    )


@post("/evaluation/{call_id:uuid}/committee/{appointment_id:uuid}/end", opt=APPOINTS)
async def end(
    view: View, form: Form, tx: Tx, call_id: FromPath[UUID], appointment_id: FromPath[UUID]
) -> Page:
    """End the appointment, for a reason that stays in the history."""
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for ending the appointment."))
    substitute = fields.key("substitute") if fields.given("substitute") else None
    async with redrawn(
        tx, fields, lambda read, status: _end(view, read, call_id, appointment_id, fields, status)
    ):
        await commands.end_appointment(tx, call_id, appointment_id, reason, substitute=substitute)
    return view.go(
        f"/evaluation/{call_id}/committee", _("The appointment has ended. The member gets a mail.")
    )


HANDLERS = [show, appoint_form, appoint, end_form, end]
