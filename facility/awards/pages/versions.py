"""A later version of a decided ranking: how far it is, what it changes, proposing and deciding it; and each version as it was decided."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.pages.decisions import DECIDES, PROPOSES, WATCH, ranking_words, ready, what_stops
from facility.awards.queries.later_version import making
from facility.awards.queries.proposals import returned_since
from facility.awards.queries.version_changes import changes, unchanged_awards
from facility.awards.queries.versions import versions
from facility.awards.service import later_version
from facility.awards.words import COOLED, CORRECTION_MISSING, SENT_BACK, STATUSES, TAKEN_BACK, reason_goes_out
from facility.calls.queries.duties import why_not_run
from facility.evaluation.queries.board import call as call_shown
from facility.web import reasons as web_reasons
from facility.web.access import DECIDERS, Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import reason_of
from facility.web.workspace import workspace_of


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
