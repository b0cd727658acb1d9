"""Awards: the list, one award and how it ends; and what became of an application, with its letters."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import history_lines
from facility.applications.models.conflict_of_interest import closed_in, shut_out
from facility.applications.queries.finding import (
    NOT_CLOSED,
    OF_MY_INSTITUTION,
    SHOWN,
    WITH_WORDS,
    among_many,
)
from facility.applications.queries.tracker import step
from facility.awards.models.award import AWARD_STANDS_SQL, PROMISED_SQL
from facility.awards.models.complaint import DECISION_SUSPENDED_SQL
from facility.awards.models.decision import TO_PROPOSE_SQL, UNSIGNED_SQL
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
from facility.calls.models.standing import HEAR_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.access import recusal
from facility.evaluation.models.committee import FULL_COMMITTEE_SQL, HAS_COMMITTEE_SQL
from facility.evaluation.words import REASONS
from facility.letters.queries import is_apart, letters_on
from facility.letters.service import letter_on_paper
from facility.refused import refuse
from facility.web.access import DECIDERS, INTERNAL, STAFF, Role, allow, relation, shuts_out
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.finding import finds
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, _, ngettext, translated
from facility.web.navigation import DELIVERY, nav
from facility.web.pictures import OF_CALL, level, share
from facility.web.reasons import reason_of
from facility.web.waiting import waits
from facility.web.workspace import stage, tab

WATCH = allow(*STAFF)

nav(N_("Awards"), "/awards", *STAFF, order=45, group=DELIVERY)
waits(
    N_("Rankings to propose"),
    N_("Propose the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing,
        CASE call.mode WHEN 'urgent' THEN '/urgent/' || call.id ELSE '/evaluation/' || call.id || '/ranking' END AS href,
        call.reference AS call, call.closes_at AS since, {HEAR_BY_SQL} AS until
    FROM call WHERE {TO_PROPOSE_SQL} AND NOT {ASSESSES} AND (NOT {HAS_COMMITTEE_SQL} OR {FULL_COMMITTEE_SQL})
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})""",  # noqa: S608 - our own text
)
_IS_AWARDED = "EXISTS (SELECT FROM award WHERE award.application_id = application.id)"
_IS_PROPOSED = "EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id)"
step(
    N_("Decided"),
    order=50,
    done="coalesce(exception_decided_at, call.decided_at) IS NOT NULL",
    at="coalesce(exception_decided_at, call.decided_at)",
    exceptions=True,
)
stage(N_("Ranking"), order=60, done=f"(call.decided_at IS NOT NULL OR {_IS_PROPOSED})")
stage(N_("Decision"), order=70, done="call.decided_at IS NOT NULL", at="call.decided_at")
tab(
    "decision",
    N_("Decision"),
    "/evaluation/{id}/ranking",
    order=50,
    when=f"({TO_PROPOSE_SQL} OR {_IS_PROPOSED} OR call.decided_at IS NOT NULL)",
)
tab("awards", N_("Awards"), "/awards/calls/{id}", order=60, when="call.decided_at IS NOT NULL")
_IF_DECIDED = f"""SELECT CASE WHEN EXISTS (SELECT FROM call AS own WHERE own.id = ANY(ARRAY{OF_CALL}) AND own.decided_at IS NOT NULL)
    AND NOT {closed_in(OF_CALL)} THEN"""  # noqa: S608 - our own text
level(
    N_("Ranked"),
    order=30,
    number=f"""{_IF_DECIDED} (SELECT count(DISTINCT application_id) FROM ranking_entry
        WHERE call_id = ANY(ARRAY{OF_CALL}) AND rank IS NOT NULL) END""",  # noqa: S608 - our own text
)
level(
    N_("Awarded"),
    order=40,
    number=f"{_IF_DECIDED} (SELECT count(*) FROM award WHERE call_id = ANY(ARRAY{OF_CALL}) AND NOT exceptional) END",  # noqa: S608 - our own text
)
share(N_("Promised by calls that are not decided"), order=20, amount=PROMISED_SQL)
_PROPOSED = f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/decision' AS href,
        call.reference AS call, call.id AS call_id, proposed_at AS since, {HEAR_BY_SQL} AS until
    FROM award_decision JOIN call ON call.id = award_decision.call_id
    WHERE award_decision.decided_at IS NULL AND call.state = 'closed' AND NOT {DECISION_SUSPENDED_SQL}
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})"""  # noqa: S608
waits(
    N_("Proposed rankings to decide"),
    N_("Decide the ranking of {thing}"),
    "/evaluation",
    Role.AUTHORISING,
    rows=f"{_PROPOSED} AND proposed_by <> :person_id AND NOT {ASSESSES} AND NOT {UNSIGNED_SQL}",
)
waits(
    N_("Rankings that you proposed"),
    N_("An authorising officer decides the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"{_PROPOSED} AND proposed_by = :person_id AND NOT {UNSIGNED_SQL}",
    others=True,
)
waits(
    N_("Evaluation reports that the committee signs"),
    N_("The committee signs the evaluation report of {thing}"),
    "/evaluation",
    *DECIDERS,
    rows=f"""SELECT thing, '/evaluation/' || call_id || '/report' AS href, call, since, until
        FROM ({_PROPOSED} AND {UNSIGNED_SQL}) AS unsigned""",  # noqa: S608 - our own text
    others=True,
)
_CLOSING = f"""SELECT application.reference || ' ' || application.title AS thing, '/awards/' || award.id AS href,
        call.reference AS call, closing_proposed_at AS since, NULL AS until
    FROM award JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id
    WHERE {AWARD_STANDS_SQL} AND closing_proposed_by IS NOT NULL AND NOT {shut_out(person=":person_id")}"""  # noqa: S608
waits(
    N_("Awards that a colleague proposed to close"),
    N_("Confirm or refuse the closing of {thing}"),
    "/awards?closing=yes",
    *DECIDERS,
    rows=f"{_CLOSING} AND closing_proposed_by <> :person_id",
)
waits(
    N_("Awards that you proposed to close"),
    N_("A colleague confirms or refuses the closing of {thing}"),
    "/awards?closing=yes",
    *DECIDERS,
    rows=f"{_CLOSING} AND closing_proposed_by = :person_id",
    others=True,
)

finds(
    N_("Awards"),
    *STAFF,
    order=30,
    rows=f"""SELECT award.id, {SHOWN}, '/awards/' || award.id AS href, award.made_at AS at
    FROM ({among_many(f"{_IS_AWARDED} AND {NOT_CLOSED}")}) AS hit JOIN application ON application.id = hit.id
    JOIN award ON award.application_id = application.id
    JOIN institution ON institution.id = application.lead_institution_id""",  # noqa: S608 - our own text
)
finds(
    N_("Awards"),
    Role.OFFICER,
    order=30,
    rows=f"""SELECT award.id, {SHOWN}, '/applications/' || application.id || '/result' AS href, award.made_at AS at
    FROM award JOIN application ON application.id = award.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE {OF_MY_INSTITUTION} AND {NOT_CLOSED} AND {WITH_WORDS}""",  # noqa: S608 - our own text
)

LETTER_LEAD = relation(
    "letter.lead",
    sql="""EXISTS (
        SELECT FROM letter JOIN application ON application.id = letter.application_id
        WHERE letter.id = :letter_id AND application.lead_institution_id = :institution_id)""",
    exists="EXISTS (SELECT FROM letter WHERE id = :letter_id)",
)
"""An officer of the institution that leads the application which the letter is about."""

shuts_out(
    recusal("letter.recused", "SELECT application_id FROM letter WHERE id = :letter_id"), where="letter_id"
)
shuts_out(recusal("award.recused", "SELECT application_id FROM award WHERE id = :award_id"), where="award_id")


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
