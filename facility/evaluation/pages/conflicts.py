"""Possible conflicts of interests of a call: what was found, and how each was decided."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.calls.queries.duties import ASSESSES
from facility.evaluation.access import RULES_ON_CONFLICT, SEES_CONFLICTS
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, on_committee
from facility.evaluation.models.conflict import rules_on_conflicts
from facility.evaluation.queries import board
from facility.evaluation.queries.conflicts import declared_conflicts, findings, to_replace_sql
from facility.evaluation.rules.committee import Function
from facility.evaluation.service import conflicts as commands
from facility.refused import refuse
from facility.web.access import DECIDERS, Role, allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _, translated
from facility.web.reasons import OF_DECISION, reason_of
from facility.web.waiting import waits
from facility.web.workspace import tab, workspace_of

DECIDES = {"allow": allow(related(RULES_ON_CONFLICT), hidden=True)}

tab(
    "conflicts",
    N_("Conflicts"),
    "/evaluation/{id}/conflicts",
    order=42,
    when=f"""(call.state <> 'draft' AND ({HAS_COMMITTEE_SQL} OR call.closed_at IS NOT NULL OR EXISTS (SELECT FROM application
        WHERE application.call_id = call.id AND track = 'exception' AND received_at IS NOT NULL) OR EXISTS (SELECT FROM conflict_finding
        JOIN application ON application.id = conflict_finding.application_id WHERE application.call_id = call.id)))""",  # noqa: S608 - our own text
)
waits(
    N_("Possible conflicts of interests to decide"),
    N_("Decide on possible conflicts of interests in {thing}"),
    "/evaluation",
    *DECIDERS,
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/conflicts' AS href,
        call.reference AS call, min(conflict_finding.found_at) AS since, NULL AS until
    FROM conflict_finding JOIN application ON application.id = conflict_finding.application_id
    JOIN call ON call.id = application.call_id
    WHERE conflict_finding.conflict IS NULL AND call.state = 'closed' AND NOT {shut_out(person=":person_id")}
        AND {rules_on_conflicts("conflict_finding.person_id")}
    GROUP BY call.id""",  # noqa: S608 - our own text
)

waits(
    N_("Assessors with a conflict of interests to replace"),
    N_("Assign somebody else to assess {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT thing, CASE mode WHEN 'urgent' THEN '/urgent/' ELSE '/evaluation/' END || call_id AS href, call, since, NULL AS until
        FROM ({to_replace_sql(f"NOT {ASSESSES}")}) AS to_replace""",  # noqa: S608 - our own text
)
waits(
    N_("Assessors with a conflict of interests whom the secretariat replaces"),
    N_("The secretariat assigns somebody else to assess {thing}"),
    "/evaluation",
    *DECIDERS,
    Role.ASSESSOR,
    rows=f"""SELECT thing, '/evaluation/' || call_id || '/conflicts' AS href, call, since, NULL AS until
        FROM ({to_replace_sql(on_committee(Function.CHAIR))}) AS to_replace""",  # noqa: S608 - our own text
    others=True,
)


@get("/evaluation/{call_id:uuid}/conflicts", opt={"allow": SEES_CONFLICTS})
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What was found and how it was decided, without what is closed to the visitor and what is about them."""
    call = await board.call(read, call_id)
    lines = await findings(read, call_id, view.me.id)
    declaration = f"/evaluation/{call_id}/declaration"
    return view.page(
        "evaluation/conflicts.html",
        workspace=await workspace_of(view, read, call_id, "conflicts"),
        call=call,
        open_lines=[line for line in lines if line.conflict is None],
        decided=[line for line in lines if line.conflict is not None],
        declared=await declared_conflicts(read, call_id, view.me.id) if call.committee else [],
        decides=call.state == "closed",
        declaration=declaration if declaration in await view.open_to_me(read, [declaration]) else "",
    )


@get(
    "/evaluation/applications/{application_id:uuid}/conflicts/{assessor_id:uuid}",
    opt=DECIDES,
)
async def decide_form(
    view: View, read: Read, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """What was found about this person and application, to be decided."""
    return await _decide(view, read, application_id, assessor_id, Fields.showing())


async def _decide(
    view: View,
    read: AsyncConnection,
    application_id: UUID,
    assessor_id: UUID,
    form: Fields,
    status: int = 200,
) -> ASGIResponse:
    call = await board.call(read, await board.call_of(read, application_id))
    lines = [
        line
        for line in await findings(read, call.id, view.me.id)
        if (line.application_id, line.person_id, line.conflict) == (application_id, assessor_id, None)
    ]
    if not lines:
        refuse("finding_settled")
    (application,) = await board.applications(read, call.id, application_id)
    return view.page(
        "evaluation/conflict_decide.html",
        status=status,
        call=call,
        back=f"/evaluation/{call.id}/conflicts",
        application=application,
        line=lines[0],
        form=form,
    )


@post(
    "/evaluation/applications/{application_id:uuid}/conflicts/{assessor_id:uuid}",
    opt=DECIDES,
)
async def decide(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Decide that it is a conflict, which closes the application to the person, or that it is none."""
    fields = Fields(form)
    answer = fields.choice("conflict", ("yes", "no"))
    reason = reason_of(fields, translated(OF_DECISION))
    call_id = await board.call_of(await tx.session.connection(), application_id)
    async with redrawn(
        tx, fields, lambda read, status: _decide(view, read, application_id, assessor_id, fields, status)
    ):
        await commands.decide_on_conflict(
            tx, application_id, assessor_id, conflict=answer == "yes", reason=reason
        )
    notice = _("Your decision is saved: it is not a conflict of interests.")
    if answer == "yes":
        notice = _("The application is now closed to this person, who gets a mail.")
    return view.go(f"/evaluation/{call_id}/conflicts", notice)


HANDLERS = [show, decide_form, decide]
