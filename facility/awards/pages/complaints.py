"""Complaints: the lead makes one on the application's page or by the link in the letter; somebody who took no part decides it."""

from operator import attrgetter
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.awards.access import TOOK_PART
from facility.awards.forms import answer_to_complaint, complaint_form
from facility.awards.pages.exports import complaints_csv
from facility.awards.queries.complaints import (
    Contestable,
    complaint,
    complaints,
    complaints_on,
    contestable_letter,
    latest_contestable,
)
from facility.awards.rules.complaints import About, reopens
from facility.awards.service.complaints import Again, decide_complaint, register_complaint
from facility.awards.words import ABOUT, COMPLAINTS
from facility.evaluation.queries.board import call as call_shown
from facility.forms.reading import read_texts
from facility.inquiries.link import link_page, seen_at
from facility.letters.service import COMPLAINT
from facility.outbox.links import is_good, standing_link, subject_of
from facility.refused import refuse
from facility.web.access import ANYONE, DECIDERS, INTERNAL, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.workspace import workspace_of

BY_LEAD = {"allow": allow(Role.OFFICER.when("application.lead"), hidden=True)}
_AGAIN: dict[str, Again] = {"others": "others", "correction": "correction"}
BY_LINK = Rate("complaint-link", 60, 600)


@get("/complaints", opt={"allow": allow(*INTERNAL)})
async def complaint_list(view: View, read: Read) -> Page:
    """All complaints, open ones first."""
    lines = await complaints(read, view.me.id)
    return view.page(
        "awards/complaints.html", complaints=lines, states=COMPLAINTS, about=ABOUT, workspace=None
    )


@get("/awards/calls/{call_id:uuid}/complaints", opt={"allow": allow(*INTERNAL)})
async def complaints_of_call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Those in a call."""
    workspace = await workspace_of(view, read, call_id, "complaints")
    lines = await complaints(read, view.me.id, call_id)
    return view.page(
        "awards/complaints.html", complaints=lines, states=COMPLAINTS, about=ABOUT, workspace=workspace
    )


@get("/awards/calls/{call_id:uuid}/complaints.csv", opt={"allow": allow(*INTERNAL)})
async def complaints_file(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Those in a call as CSV: who complained of what, by when it is answered and how; without names and texts."""
    call = await call_shown(read, call_id)
    lines = await complaints(read, view.me.id, call_id)
    content = complaints_csv(sorted(lines, key=attrgetter("number")))
    return view.download(content, f"{call.reference}-complaints.csv", "text/csv")


@get("/complaints/{complaint_id:uuid}", opt={"allow": allow(*INTERNAL)})
async def one_complaint(view: View, read: Read, complaint_id: FromPath[UUID]) -> Page:
    """One complaint, and the question for whoever may decide it."""
    return await _complaint(view, read, complaint_id, Fields.showing())


async def _complaint(
    view: View, read: AsyncConnection, complaint_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    shown = await complaint(read, complaint_id, view.me.id)
    reopened = reopens(About(shown.about), shown.status, decided=shown.call_over)
    return view.page(
        "awards/complaint.html",
        status=status,
        complaint=shown,
        states=COMPLAINTS,
        about=ABOUT,
        form=form,
        asked=answer_to_complaint(reopens=reopened, ranks_again=shown.can_be_ranked_again),
        reopens=reopened,
        decides=view.me.has(*DECIDERS),
    )


@post(
    "/complaints/{complaint_id:uuid}/decide",
    opt={"allow": allow(*DECIDERS, unless=(TOOK_PART,))},
)
async def decide(view: View, form: Form, tx: Tx, complaint_id: FromPath[UUID]) -> Page:
    """Upholds or rejects it, with reasons; the lead gets a letter."""
    fields = Fields(form)
    shown = await complaint(await tx.session.connection(), complaint_id, view.me.id)
    reopened = reopens(About(shown.about), shown.status, decided=shown.call_over)
    typed = read_texts(fields, answer_to_complaint(reopens=reopened, ranks_again=shown.can_be_ranked_again))
    async with redrawn(tx, fields, lambda read, status: _complaint(view, read, complaint_id, fields, status)):
        await decide_complaint(
            tx,
            complaint_id,
            upheld=typed["outcome"] != "rejected",
            reason=typed["reason"],
            follow_up=typed.get("follow_up", ""),
            again=_AGAIN.get(typed["outcome"]),
        )
    return view.go(f"/complaints/{complaint_id}", _("The complaint is decided. The lead gets a letter."))


@get("/applications/{application_id:uuid}/complaint", opt=BY_LEAD)
async def complain_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What was decided, what was complained of, and the form while a complaint can be made."""
    return await _complain(view, read, application_id, Fields.showing())


async def _complain(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    contestable = await latest_contestable(read, application_id)
    made = await complaints_on(read, application_id)
    if contestable is None:
        refuse("no_complaints")
    return view.page(
        "awards/complain.html",
        status=status,
        contestable=contestable,
        complaints=made,
        form=form,
        asked=complaint_form(),
        may_complain=contestable.is_open(seen_at(view)),
        states=COMPLAINTS,
        about=ABOUT,
    )


@post("/applications/{application_id:uuid}/complaint", opt=BY_LEAD)
async def complain(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    typed = read_texts(fields, complaint_form())
    contestable = await latest_contestable(await tx.session.connection(), application_id)
    if contestable is None:
        refuse("no_complaints")
    async with redrawn(
        tx, fields, lambda read, status: _complain(view, read, application_id, fields, status), late=True
    ):
        await register_complaint(tx, contestable.letter_id, text=typed["text"], name=typed["name"])
    return view.go(f"/applications/{application_id}/complaint", _("Your complaint is registered."))


async def _by_link(
    view: View, read: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> ASGIResponse:
    if not await is_good(read, COMPLAINT, token, clock.now()):
        refuse("link_revoked")
    contestable = await contestable_letter(read, await subject_of(read, COMPLAINT, token))
    return link_page(
        view,
        "awards/complaint_link.html",
        token,
        fields,
        status,
        reference=contestable.reference,
        outcome=_outcome(view, contestable),
        contestable=contestable,
        complaints=await complaints_on(read, contestable.application_id),
        asked=complaint_form(),
        states=COMPLAINTS,
        about=ABOUT,
    )


def _outcome(view: View, contestable: Contestable) -> str:
    if contestable.complaint_id:
        return "made"
    return "open" if contestable.is_open(seen_at(view)) else "over"


@get("/link/complaint/{token:str}", opt={"allow": allow(ANYONE)})
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _by_link(view, read, token, Fields.showing())


@post("/link/complaint/{token:str}", opt={"allow": allow(ANYONE)})
async def complain_by_link(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    typed = read_texts(fields, complaint_form())
    link = await standing_link(tx, COMPLAINT, token)

    async def again(read: AsyncConnection, status: int) -> Any:
        return await _by_link(view, read, token, fields, status)

    async with redrawn(tx, fields, again, late=True, own_words=True):
        await register_complaint(tx, link.subject_id, text=typed["text"], name=typed["name"])
    return view.go(f"/link/complaint/{token}")


HANDLERS = [
    complaint_list,
    complaints_of_call,
    complaints_file,
    one_complaint,
    decide,
    complain_form,
    complain,
    show,
    complain_by_link,
]
