"""A later version of a decided ranking: how far it is, what it changes, proposing and deciding it; and each version as it was decided."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.complaint import DECISION_SUSPENDED_SQL
from facility.awards.models.version import RANKED_AGAIN_SQL, VERSION_OPEN_SQL
from facility.awards.pages.decisions import DECIDES, PROPOSES, WATCH, ranking_words, ready, what_stops
from facility.awards.queries.later_version import making
from facility.awards.queries.proposals import returned_since
from facility.awards.queries.version_changes import changes, unchanged_awards
from facility.awards.queries.versions import versions
from facility.awards.service import later_version
from facility.awards.words import COOLED, CORRECTION_MISSING, SENT_BACK, STATUSES, TAKEN_BACK, reason_goes_out
from facility.calls.queries.duties import ASSESSES, why_not_run
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, OF_COMMITTEE, on_committee
from facility.evaluation.models.outcome import SETTLED_SQL
from facility.evaluation.queries.board import call as call_shown
from facility.evaluation.rules.committee import Function
from facility.web import reasons as web_reasons
from facility.web.access import DECIDERS, Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _, translated
from facility.web.reasons import reason_of
from facility.web.waiting import waits
from facility.web.workspace import tab, workspace_of

tab("again", N_("New version"), "/evaluation/{id}/again", order=52, when=RANKED_AGAIN_SQL)
_OPEN = f"""FROM ranking_version JOIN call ON call.id = ranking_version.call_id
    WHERE {VERSION_OPEN_SQL} AND NOT {ASSESSES}
        AND NOT EXISTS (SELECT FROM application WHERE application.call_id = call.id AND {shut_out(person=":person_id")})"""
_SHOWN = """call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/again' AS href, call.reference AS call"""
_STILL = """EXISTS (SELECT FROM ranking_cause JOIN application ON application.id = ranking_cause.application_id
    WHERE ranking_cause.version_id = ranking_version.id AND application.status = 'admissible'{more})"""
_LACKING = _STILL.format(more=f" AND NOT {SETTLED_SQL}")
_UNSIGNED = f"""({HAS_COMMITTEE_SQL} AND EXISTS (SELECT FROM committee_member WHERE committee_member.call_id = {OF_COMMITTEE}
    AND committee_member.function = 'voting' AND committee_member.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
        AND report_signature.person_id = committee_member.person_id AND report_signature.at >= proposed_at)))"""  # noqa: S608
waits(
    N_("New versions of rankings to propose"),
    N_("Propose the new version of the ranking of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"SELECT {_SHOWN}, begun_at AS since, NULL AS until {_OPEN} AND proposed_at IS NULL AND NOT {_LACKING}",
)
waits(
    N_("New versions of rankings to decide"),
    N_("Decide the new version of the ranking of {thing}"),
    "/evaluation",
    Role.AUTHORISING,
    rows=f"""SELECT {_SHOWN}, proposed_at AS since, NULL AS until {_OPEN}
        AND proposed_by <> :person_id AND NOT {DECISION_SUSPENDED_SQL} AND NOT {_UNSIGNED}""",
)
waits(
    N_("Evaluation reports of new versions to sign"),
    N_("Sign the evaluation report of {thing}"),
    "/assessments",
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/report' AS href,
        call.reference AS call, proposed_at AS since, NULL AS until
    FROM ranking_version JOIN call ON call.id = ranking_version.call_id
    WHERE {VERSION_OPEN_SQL} AND proposed_at IS NOT NULL AND {HAS_COMMITTEE_SQL} AND {on_committee(Function.VOTING)}
        AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
            AND report_signature.person_id = :person_id AND report_signature.at >= proposed_at)""",  # noqa: S608
)


@get("/evaluation/{call_id:uuid}/again", opt={"allow": WATCH})
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What is assessed again and why, what the next version would change, and what can be done about it now. Of a ranking that is not made
    anew, or not any more: the ranking."""
    await call_shown(read, call_id)
    if (await versions(read, call_id)).making is None:
        return view.go(f"/evaluation/{call_id}/ranking")
    return await _show(view, read, call_id, Fields.showing())


async def _show(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    now = await making(read, call_id)
    call = await call_shown(read, call_id)
    acts = view.me.has(*DECIDERS)
    proposed = now.version.proposed_at is not None
    why_not = await why_not_run(read, call_id, view.me.id) if acts else ""
    decides = view.me.has(Role.AUTHORISING) and view.me.id != now.version.proposed_by and not why_not
    return view.page(
        "awards/version.html",
        status=status,
        form=form,
        most=web_reasons.MOST,
        workspace=await workspace_of(view, read, call_id, "again"),
        call=call,
        made=now,
        version=now.version,
        changes=changes(now),
        kept=unchanged_awards(now.bundle),
        **(await what_stops(view, read, call, decides=decides) if proposed else {}),
        returned=None if proposed else await returned_since(read, call_id, now.version.begun_at),
        why_not=why_not,
        statuses=STATUSES,
        cooled=COOLED,
    )


@post("/evaluation/{call_id:uuid}/again/propose", opt={"allow": PROPOSES})
async def propose(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await later_version.propose_version(tx, call_id)
    return view.go(
        f"/evaluation/{call_id}/again", _("The new version is proposed. Assessors can't send any more.")
    )


@post("/evaluation/{call_id:uuid}/again/take-back", opt={"allow": PROPOSES})
async def take_back(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await later_version.take_version_back(tx, call_id)
    return view.go(f"/evaluation/{call_id}/again", translated(TAKEN_BACK))


@post("/evaluation/{call_id:uuid}/again/send-back", opt={"allow": DECIDES})
async def send_back(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Send the proposal back with what is to be corrected."""
    fields = Fields(form)
    reason = reason_of(fields, translated(CORRECTION_MISSING))
    async with redrawn(tx, fields, lambda read, status: _show(view, read, call_id, fields, status)):
        await later_version.send_version_back(tx, call_id, reason)
    return view.go(
        f"/evaluation/{call_id}/again",
        reason_goes_out(translated(SENT_BACK)),
    )


@post("/evaluation/{call_id:uuid}/again/decide", opt={"allow": DECIDES})
async def decide(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Decide the version as it was shown."""
    fields = Fields(form)
    seen = fields.hidden("seen")
    fields.check()
    await later_version.decide_version(tx, call_id, seen=seen)
    return view.go(
        f"/evaluation/{call_id}/ranking", _("The new version is decided. The letters are on their way.")
    )


@post("/evaluation/{call_id:uuid}/again/close", opt={"allow": PROPOSES})
async def close(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """The ranking stays as it is, since nothing is left to rank again."""
    Fields(form).check()
    await later_version.close_version(tx, call_id)
    return view.go(f"/evaluation/{call_id}/ranking", _("The ranking stays as it is."))


@get("/evaluation/{call_id:uuid}/versions/{number:int}", opt={"allow": WATCH})
async def one_version(view: View, read: Read, call_id: FromPath[UUID], number: FromPath[int]) -> Page:
    """A version of the ranking, as it was decided."""
    shown = await ready(read, call_id, number)
    return view.page(
        "awards/ranking.html",
        workspace=await workspace_of(view, read, call_id, "decision"),
        why_not="",
        without_reasons=[],
        returned=None,
        **ranking_words(shown),
    )


HANDLERS = [show, propose, take_back, send_back, decide, close, one_version]
