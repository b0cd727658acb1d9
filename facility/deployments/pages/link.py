"""The expert's own link: GET only shows, since programs that look at mails open every link; POST answers, once."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments import words
from facility.deployments.forms.answer import read_answer
from facility.deployments.forms.fees import read_travel, shown_travel
from facility.deployments.forms.release import superior
from facility.deployments.forms.request import MOST_REASON
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries import invited as queries
from facility.deployments.queries.fees import cancellation, mission
from facility.deployments.queries.invited import Linked
from facility.deployments.queries.offer import offer
from facility.deployments.queries.release import of_invitation
from facility.deployments.rules.answers import MOST_PIN_TRIES, InvitationStatus
from facility.deployments.rules.fees import planned
from facility.deployments.service import answering as answers
from facility.deployments.service.answering import accept, decline, disown, pin_fits
from facility.deployments.service.calendar import calendar_of
from facility.deployments.service.mission import state_travel
from facility.deployments.words import CANCELLATION_REASON_MISSING
from facility.experts.queries.pool import themes
from facility.inquiries.link import answering, link_page
from facility.refused import refuse
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _, listed, translated
from facility.web.limits import Rate, address_of
from facility.web.stops import Wrong

BY_LINK = Rate("invitation-link", 300, 600)
ONCE_BOOKED = ("cancelled", "disowned", "ended")
"""Outcomes of which the days may stand in the expert's calendar, and should no more."""
EVERYBODY = {"allow": allow(ANYONE)}
CALENDAR = "text/calendar"


def _outcome(linked: Linked) -> str:
    """What the page says; "open" while it asks. It may be ahead of what time and others' answers have yet to set off."""
    ended = linked.state == DeploymentState.ENDED
    if linked.outcome == InvitationStatus.ACCEPTED:
        return "ended" if ended else "accepted"
    if linked.outcome != InvitationStatus.OPEN:
        return linked.outcome.value
    if ended:
        return "withdrawn"
    if not linked.active:
        return "left"
    if linked.booked:
        return "unavailable"
    return "expired" if clock.now() > linked.respond_by and not linked.undelivered else "open"


async def draw(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    """The whole page."""
    linked = await queries.linked(connection, token)
    known = dict(await themes(connection, retired=True))
    outcome = _outcome(linked)
    fields.values.pop("pin", None)  # a PIN is never shown again
    today = clock.now().astimezone(clock.BRUSSELS).date()
    sent = await mission(connection, linked.invitation_id) if linked.terms else None
    if sent and not fields.values:
        fields.values |= shown_travel(sent.travel)
    form = fields
    if status == 409:  # What was typed is shown again only where it is the form that is wrong.
        form = Fields.showing()
        form.refusal = fields.refusal
    return link_page(
        view,
        "deployments/link.html",
        token,
        form,
        status,
        linked=linked,
        offer=await offer(connection, linked.invitation_id),
        outcome=outcome,
        beneficiaries=listed(linked.beneficiaries),
        asked_themes=listed([known.get(code, code) for code in linked.themes]),
        strengths=words.strengths(linked.parts, known),
        on_call=words.on_call_because(linked.shortlist.on_call, linked.code, known, linked.requested_at),
        over=outcome == "accepted" and today > linked.ends_on,
        may_cancel=outcome == "accepted" and today <= linked.starts_on,
        may_disown=outcome == "accepted" and today <= linked.ends_on,
        declined_because=words.DECLINED_BECAUSE,
        mission=sent,
        release=await of_invitation(connection, linked.invitation_id)
        if linked.release_days or linked.appoints
        else None,
        cancellation=await cancellation(connection, linked.invitation_id) if linked.terms else None,
        superior=superior(),
        planned=linked.terms and planned(linked.terms, linked.starts_on, linked.ends_on, linked.home),
        once_booked=outcome in ONCE_BOOKED,
        pin_locked=linked.pin_tries >= MOST_PIN_TRIES,
        most=MOST_REASON,
    )


@get("/link/invitation/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows: what is asked, or what became of it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await draw(view, read, token, Fields.showing())


@post("/link/invitation/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Yes, or no with a reason if the expert likes; works once. A conflict of interest is a no."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    answered = read_answer(fields)
    async with answering(view, tx, Invitation, token, fields, draw) as link:
        if answered.yes:
            if not await pin_fits(tx, link.subject_id, answered.pin):
                fields.wrong("pin", _("This is not your PIN."))
                # Kept: the try counts, and no other is looked at before it does.
                raise Wrong(await draw(view, await tx.session.connection(), token, fields, 422), keeps=True)
            await accept(tx, link.subject_id, named=True, no_conflict=answered.no_conflict)
        else:
            await decline(
                tx,
                link.subject_id,
                why=answered.why,
                reason=answered.reason,
                colleague=answered.colleague,
            )
    link.used_at = tx.now
    return view.go(f"/link/invitation/{token}")


@post("/link/invitation/{token:str}/cancel", opt=EVERYBODY)
async def cancel(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert takes the yes back, with a reason, up to the first day."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    reason = fields.text(
        "reason", missing=translated(CANCELLATION_REASON_MISSING), most=MOST_REASON, multiline=True
    )
    async with answering(view, tx, Invitation, token, fields, draw) as link:
        await answers.cancel(tx, link.subject_id, reason=reason, by_expert=True)
    return view.go(f"/link/invitation/{token}")


@post("/link/invitation/{token:str}/not-mine", opt=EVERYBODY)
async def not_mine(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert did not give the yes: it is void, without a reason."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with answering(view, tx, Invitation, token, Fields(form), draw) as link:
        await disown(tx, link.subject_id)
    return view.go(f"/link/invitation/{token}")


@get("/link/invitation/{token:str}/booking.ics", opt=EVERYBODY)
async def booking(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The days for the expert's calendar; once the booking has ended, the file takes them out of it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await queries.linked(read, token)
    outcome = _outcome(linked)
    if outcome not in ("accepted", *ONCE_BOOKED):
        refuse("not_accepted")
    content = calendar_of(linked, cancels=outcome in ONCE_BOOKED)
    return view.download(content, f"{linked.reference.replace('/', '-')}.ics", CALENDAR)


@post("/link/invitation/{token:str}/travel", opt=EVERYBODY)
async def travel(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """After the last day: when the expert left home and was back, until what is due is confirmed."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    stated = read_travel(fields)
    async with answering(view, tx, Invitation, token, fields, draw) as link:
        await state_travel(tx, link.subject_id, stated)
    return view.go(f"/link/invitation/{token}", _("Your travel times are saved."))


HANDLERS = [show, answer, cancel, not_mine, booking, travel]
