"""Scores that have to be settled, for whoever leads: a rapporteur is appointed, a consensus is closed or ended; and its record."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES, why_not_run
from facility.evaluation.access import LEADS_CONSENSUS, SEES_CONSENSUS
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, leads
from facility.evaluation.models.counting_assessments import recused
from facility.evaluation.queries import board
from facility.evaluation.queries import standing as queries
from facility.evaluation.queries.consensus import consensuses, may_lead
from facility.evaluation.rules.divergence import divergence_of
from facility.evaluation.rules.outcomes import UNSETTLED
from facility.evaluation.rules.ranking import stand
from facility.evaluation.service import consensus as commands
from facility.evaluation.words import OUTCOMES, SETTLED
from facility.refused import refuse
from facility.web.access import DECIDERS, Role, allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _
from facility.web.reasons import reason_of
from facility.web.waiting import waits

LEADS = {"allow": allow(related(LEADS_CONSENSUS))}
PATH = "/evaluation/applications/{application_id:uuid}/consensus"
_LEADERS = (*DECIDERS, Role.ASSESSOR)
_THING = "application.reference || ' ' || application.title AS thing"
_UNSETTLED = f"""FROM unsettled JOIN application ON application.id = unsettled.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id AND call.state = 'closed'
    WHERE NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id)
        AND NOT EXISTS (SELECT FROM consensus WHERE consensus.application_id = application.id AND ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM assignment WHERE assignment.application_id = application.id AND assignment.ended_at IS NULL
            AND NOT {recused("assignment")} AND NOT EXISTS (SELECT FROM assessment
                WHERE assessment.application_id = assignment.application_id AND assessment.assessor_id = assignment.assessor_id))
        AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}"""  # noqa: S608 - our own text
waits(
    N_("Scores to settle"),
    N_("Settle the scores of {thing}"),
    "/evaluation",
    *_LEADERS,
    rows=f"""SELECT {_THING}, '/evaluation/applications/' || application.id || '/consensus' AS href,
        call.reference AS call, unsettled.since, {DECIDE_BY_SQL} AS until {_UNSETTLED} AND {leads()}""",
)
waits(
    N_("Applications that need one more assessor"),
    N_("Assign one more assessor to {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT {_THING}, '/evaluation/' || call.id AS href, call.reference AS call, unsettled.since, {DECIDE_BY_SQL} AS until
        {_UNSETTLED} AND {HAS_COMMITTEE_SQL} AND call.grid ->> 'settles' = 'assessor'""",
)
waits(
    N_("Applications on whose scores assessors are to agree"),
    N_("The assessors of {thing} agree on its scores"),
    "/evaluation",
    *_LEADERS,
    rows=f"""SELECT {_THING}, '/evaluation/applications/' || application.id || '/consensus' AS href,
        call.reference AS call, consensus.begun_at AS since, {DECIDE_BY_SQL} AS until
    FROM consensus JOIN application ON application.id = consensus.application_id AND application.status = 'admissible'
    JOIN call ON call.id = application.call_id AND call.state = 'closed'
    WHERE consensus.ended_at IS NULL AND consensus.closed_at IS NULL AND {leads()}
        AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}""",  # noqa: S608 - our own text
    others=True,
)


@get(PATH, opt={"allow": SEES_CONSENSUS})
async def show(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Whether scores have to be settled, what was agreed, and who dissents."""
    return await _page(view, read, application_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await board.call(read, await board.call_of(read, application_id))
    line = next(iter(await board.applications(read, call.id, application_id)), None)
    if line is None or not call.grid.settling:
        refuse("not_found", kind="missing")
    standing = stand(
        await queries.applicants(read, call.id, application_id), call.grid, call.min_beneficiaries
    )
    judged = standing.everyone[0]
    seats = [seat for seat in await board.seats(read, call.id) if seat.application_id == application_id]
    acts = call.state == "closed" and call.ended_at is None and line.status == "admissible"
    leads = acts and await may_lead(read, application_id, view.me.id)
    why_not = await why_not_run(read, call.id, view.me.id) if leads and not call.committee else ""
    return view.page(
        "evaluation/consensus.html",
        status=status,
        call=call,
        application=line,
        here=_here(application_id),
        outcome=OUTCOMES[judged.outcome],
        divergence=divergence_of(judged.applicant, call.grid),
        settled=SETTLED,
        unsettled=judged.outcome in UNSETTLED,
        consensuses=(await consensuses(read, view.me.id, application_id=application_id)).get(
            application_id, []
        ),
        sent=[seat for seat in seats if seat.step == "sent"],
        unsent=[seat.assessor for seat in seats if seat.step not in ("sent", "recused")],
        leads=leads and not why_not,
        why_not=why_not,
        form=form,
    )


@post(PATH, opt=LEADS)
async def begin(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Appoint a rapporteur; the assessors get a mail."""
    fields = Fields(form)
    rapporteur = fields.key("rapporteur")
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.begin_consensus(tx, application_id, rapporteur)
    return view.go(_here(application_id), _("The assessors are asked to agree. They get a mail."))


@post(f"{PATH}/close", opt=LEADS)
async def close(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Close it though somebody has not answered."""
    fields = Fields(form)
    seen = fields.key("seen")
    reason = reason_of(fields, _("Enter the reason for closing the consensus."))
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.close_consensus(tx, application_id, seen, reason)
    return view.go(_here(application_id), _("The consensus is closed. Its scores count."))


@post(f"{PATH}/end", opt=LEADS)
async def end(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """End it without effect."""
    fields = Fields(form)
    seen = fields.key("seen")
    missing = _("Enter the reason for ending the consensus.")
    reason = fields.text("why", missing=missing, most=2000, multiline=True)
    async with redrawn(tx, fields, lambda read, status: _page(view, read, application_id, fields, status)):
        await commands.cancel_consensus(tx, application_id, seen, reason)
    return view.go(_here(application_id), _("The consensus has ended. Its scores do not count."))


def _here(application_id: UUID) -> str:
    return f"/evaluation/applications/{application_id}/consensus"


HANDLERS = [show, begin, close, end]
