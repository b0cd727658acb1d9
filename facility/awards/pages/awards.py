"""Awards: the list, one award and how it ends; and what became of an application, with its letters."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import history_lines
from facility.awards.access import LETTER_LEAD
from facility.awards.queries import awards as awards_queries
from facility.awards.queries import results
from facility.awards.queries.awards import withdrawal
from facility.awards.queries.complaints import latest_contestable
from facility.awards.queries.reducing import parts
from facility.awards.queries.results import set_off
from facility.awards.queries.signing import signature_on, withholding_on
from facility.awards.queries.working_together import together
from facility.awards.service import consequences, ending
from facility.awards.service.ending import close_award, withdraw_award
from facility.awards.words import ACCEPTANCES, ENDS, PLACES, STATUSES, WHYS, WITHDRAWAL_REASON_MISSING
from facility.evaluation.words import REASONS
from facility.letters.queries import is_apart, letters_on
from facility.letters.service import letter_on_paper
from facility.refused import refuse
from facility.web.access import DECIDERS, INTERNAL, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, ngettext, translated
from facility.web.reasons import reason_of

WATCH = allow(*STAFF)


@get("/awards", opt={"allow": WATCH})
async def awards(
    view: View, read: Read, before: FromQuery[UUID | None] = None, closing: FromQuery[str] = ""
) -> Page:
    """All awards, the latest first; `closing=yes`: those that a second person is to close."""
    lines, older = await awards_queries.awards(read, view.me.id, before=before, closing=closing == "yes")
    return view.page(
        "awards/awards.html",
        awards=lines,
        opened=await view.open_to_me(read, {line.of_call for line in lines}),
        older=older,
        first=before is None,
        together=await together(read, view.me.id) if lines and before is None and closing != "yes" else [],
        closing=closing == "yes",
        ends=ENDS,
    )


@get("/awards/{award_id:uuid}", opt={"allow": WATCH})
async def award(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """One award: money by donor, how it may end or has ended, what that set off."""
    return await _award(view, read, award_id)


async def _award(view: View, read: AsyncConnection, award_id: UUID) -> ASGIResponse:
    shown = await awards_queries.award(read, award_id)
    shares = await awards_queries.shares(read, shown.call_id, award_id)
    moments = []
    if view.me.has(*INTERNAL):
        moments = await history_lines(read, award_id, shown.application_id)
    may_confirm = (
        view.me.has(*DECIDERS) and shown.stands and shown.closing_proposed_by not in (None, view.me.id)
    )
    return view.page(
        "awards/award.html",
        award=shown,
        opened=await view.open_to_me(read, [shown.of_call]),
        shares=list(shares.get(award_id, {}).items()),
        served=await set_off(read, award_id, view.me.id),
        parts=await parts(read, award_id),
        letters=await letters_on(read, shown.application_id),
        ends=ENDS,
        may_end=view.me.has(Role.SECRETARIAT) and shown.stands,
        signature=await signature_on(read, award_id),
        withholding=await withholding_on(read, award_id),
        may_withhold=view.me.has(Role.AUTHORISING) and shown.kept,
        whys=WHYS,
        may_sign=view.me.has(*DECIDERS) and shown.kept,
        withdrawal=await withdrawal(read, award_id),
        acceptances=ACCEPTANCES,
        may_decide=view.me.has(*DECIDERS),
        may_confirm=may_confirm,
        ending=await consequences.what_ends(read, award_id) if may_confirm else [],
        may_read_letters=view.me.has(*INTERNAL),
        history=moments,
    )


@get("/awards/{award_id:uuid}/close", opt={"allow": allow(Role.SECRETARIAT)})
async def closing_form(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """Final cost and reason."""
    return await _closing(view, read, award_id, Fields.showing())


async def _closing(
    view: View, read: AsyncConnection, award_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    return view.page(
        "awards/closing.html",
        status=status,
        award=await awards_queries.award(read, award_id),
        ending=await consequences.what_ends(read, award_id),
        form=form,
    )


@post("/awards/{award_id:uuid}/close", opt={"allow": allow(Role.SECRETARIAT)})
async def propose_closing(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    final_cost = fields.eur("final_cost")
    reason = reason_of(fields, _("Enter the reason for the final cost."))
    async with redrawn(tx, fields, lambda read, status: _closing(view, read, award_id, fields, status)):
        await ending.propose_closing(tx, award_id, final_cost=final_cost, reason=reason)
    return view.go(f"/awards/{award_id}", _("Closing is proposed. A second person confirms it here."))


@post(
    "/awards/{award_id:uuid}/confirm-closing",
    opt={"allow": allow(*DECIDERS)},
)
async def confirm_closing(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """Close the award at the cost that was shown."""
    fields = Fields(form)
    seen = fields.eur("final_cost")
    fields.check()
    served = await close_award(tx, award_id, seen=seen)
    return view.go(f"/awards/{award_id}", with_served(_("The award is closed."), len(served)))


def with_served(done: str, served: int) -> str:
    """What was done, and how many were served from the reserve list by it."""
    if not served:
        return done
    served_words = ngettext(
        "{count} application got an award from the reserve list.",
        "{count} applications got an award from the reserve list.",
        served,
    )
    return f"{done} {served_words}"


@get(
    "/applications/{application_id:uuid}/result",
    opt={"allow": allow(Role.OFFICER.when("application.party"), *STAFF)},
)
async def result(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What became of an application: award, place on the reserve list or neither; its letters."""
    return await result_page(view, read, application_id, Fields.showing())


async def result_page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    shown = await results.result(read, application_id)
    leads = view.me.has(Role.OFFICER) and view.me.institution_id == shown.lead_institution_id
    if view.me.has(*STAFF) and (shown.received_at is None or shown.sealed):
        refuse("not_found", kind="missing", what="application")
    letters = []
    if leads or view.me.has(*INTERNAL):
        letters = await letters_on(read, application_id)
    return view.page(
        "awards/result.html",
        status=status,
        result=shown,
        letters=letters,
        statuses=STATUSES,
        place_words=PLACES,
        ends=ENDS,
        reasons=REASONS,
        acceptances=ACCEPTANCES,
        contestable=await latest_contestable(read, application_id) if leads else None,
        leads=leads,
        form=form,
    )


@post(
    "/applications/{application_id:uuid}/result/withdraw",
    opt={"allow": allow(Role.OFFICER.when("application.lead"))},
)
async def give_up(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """The lead gives up its award or its place on the reserve list."""
    fields = Fields(form)
    reason = reason_of(fields, translated(WITHDRAWAL_REASON_MISSING))
    async with redrawn(
        tx, fields, lambda read, status: result_page(view, read, application_id, fields, status)
    ):
        await withdraw_award(tx, application_id, reason)
    return view.go(f"/applications/{application_id}/result", _("The application is withdrawn."))


@get(
    "/letters/{letter_id:uuid}",
    opt={"allow": allow(Role.OFFICER.when(LETTER_LEAD), *INTERNAL, hidden=True)},
)
async def letter(view: View, read: Read, letter_id: FromPath[UUID]) -> Page:
    """A letter on the application, as PDF/UA."""
    if await is_apart(read, letter_id):
        refuse("not_found", kind="missing", what="letter")
    made = await letter_on_paper(read, view.renderer.environment, letter_id)
    return view.download(made.content, made.filename, made.mime, inline=True)


HANDLERS = [
    awards,
    award,
    closing_form,
    propose_closing,
    confirm_closing,
    result,
    give_up,
    letter,
]
