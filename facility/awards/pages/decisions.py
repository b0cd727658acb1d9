"""Ranking, proposal and decision of a call."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.pages import exports
from facility.awards.queries import awards as awards_queries
from facility.awards.queries.awards import awards_of_call, carried, money, places
from facility.awards.queries.held_back import held_back
from facility.awards.queries.obstacles import obstacles, own_obstacle
from facility.awards.queries.proposals import proposal, returned
from facility.awards.queries.ranking import Ranking, ranking
from facility.awards.queries.ranking_words import missed_words, threshold_of, tie_break_words
from facility.awards.queries.reasons import Reasons, reasons
from facility.awards.queries.report import Signed
from facility.awards.queries.report import report as evaluation_report
from facility.awards.rules.reasons import JUDGED
from facility.awards.service import deciding
from facility.awards.words import (
    COOLED,
    CORRECTION_MISSING,
    ENDS,
    OFFERS,
    PLACES,
    SENT_BACK,
    STATUSES,
    TAKEN_BACK,
    reason_goes_out,
)
from facility.calls.queries.duties import why_not_run
from facility.contracts.rules import Donor, donor_split
from facility.evaluation.access import RECUSED_IN_CALL
from facility.evaluation.queries.board import CallShown
from facility.evaluation.queries.board import call as call_shown
from facility.evaluation.queries.committee import committee_of
from facility.evaluation.queries.consensus import settling
from facility.evaluation.queries.scores import Comments, comments_on
from facility.evaluation.words import OUTCOMES, REASONS
from facility.refused import refuse
from facility.web import reasons as web_reasons
from facility.web.access import DECIDERS, INTERNAL, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import reason_of
from facility.web.sentences import onward, sentence
from facility.web.workspace import workspace_of

WATCH = allow(*STAFF, unless=[RECUSED_IN_CALL])
PROPOSES = allow(Role.SECRETARIAT, unless=[RECUSED_IN_CALL])
DECIDES = allow(Role.AUTHORISING, unless=[RECUSED_IN_CALL])


@get("/evaluation/{call_id:uuid}/ranking", opt={"allow": WATCH})
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The ranking with the line where the money ends: as it stands now, or as it was decided."""
    shown = await ready(read, call_id)
    acts = view.me.has(*DECIDERS) and not shown.is_decided
    why_not = await why_not_run(read, call_id, view.me.id) if acts else ""
    if acts and shown.call.lacks_committee:
        why_not = why_not or _(
            "The committee of this call is not full, so its ranking can't be proposed yet."
        )
    written = await reasons_in(read, shown)
    return view.page(
        "awards/ranking.html",
        part="awards/_ranking.html",
        workspace=await workspace_of(view, read, call_id, "decision"),
        why_not=why_not,
        without_reasons=lacking_reasons(shown, written) if acts else [],
        returned=await returned(read, call_id),
        **ranking_words(shown),
    )


async def reasons_in(read: AsyncConnection, shown: Ranking) -> dict[UUID, Reasons]:
    """Strengths and weaknesses by application, in a call that gives them: as they are now, or were when it was decided."""
    if not shown.call.after.gives_reasons:
        return {}
    until = shown.proposal.decided_at if shown.proposal else None
    return await reasons(read, [line.application_id for line in shown.lines], until)


def lacking_reasons(shown: Ranking, written: Mapping[UUID, Reasons]) -> list[str]:
    """References of the applications whose strengths and weaknesses are written before the ranking is proposed."""
    if not shown.call.after.gives_reasons:
        return []
    return [
        line.reference
        for line in shown.lines
        if line.outcome in JUDGED and line.application_id not in written
    ]


async def ready(read: AsyncConnection, call_id: UUID, version: int | None = None) -> Ranking:
    """A ranking that may be shown (Refused: "not_opened", "evaluation_open"), or this version of it."""
    shown = await ranking(read, call_id, version)
    if shown.call.sealed:
        refuse("not_opened")
    if not shown.call.shows_ranking(shown.ready):
        refuse("evaluation_open")
    return shown


def ranking_words(shown: Ranking) -> dict[str, Any]:
    """What the table of a ranking is drawn from."""
    threshold: Callable[[str], str | None] = lambda key: threshold_of(shown.call.grid, key)  # noqa: E731
    return {
        "ranking": shown,
        "call": shown.call,
        "grid": shown.call.grid,
        "ties": tie_break_words(shown.call.grid),
        "threshold": threshold,
        "missed": {line.application_id: missed_words(shown.call.grid, line) for line in shown.lines},
        "outcomes": OUTCOMES,
        "statuses": STATUSES,
        "reasons": REASONS,
        "cooled": COOLED,
    }


@get("/evaluation/{call_id:uuid}/ranking.csv", opt={"allow": WATCH})
async def ranking_csv(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    shown = await ready(read, call_id)
    content = exports.ranking_csv(shown)
    return view.download(content, f"{shown.call.reference}-ranking.csv", "text/csv")


@get("/evaluation/{call_id:uuid}/figures.csv", opt={"allow": WATCH})
async def figures_csv(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The awards with what each donor pays, as CSV."""
    shown = await ready(read, call_id)
    awards, shares = await awards_of_call(read, call_id), await awards_queries.shares(read, call_id)
    content = exports.figures_csv(awards, shares)
    return view.download(content, f"{shown.call.reference}-figures.csv", "text/csv")


async def _signatures(read: AsyncConnection, shown: Ranking, view: View) -> list[Signed]:
    """Of the committee, where the call has one and its ranking is proposed."""
    if not (shown.call.committee and shown.proposal):
        return []
    number = shown.version.version if shown.version else None
    return (await evaluation_report(read, shown.call.id, view.me.id, number)).members


@get("/evaluation/{call_id:uuid}/report.pdf", opt={"allow": WATCH})
async def report(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Ranking, reserve list and figures as PDF/UA."""
    return await _report(view, read, await ready(read, call_id))


@get("/evaluation/{call_id:uuid}/versions/{number:int}/report.pdf", opt={"allow": WATCH})
async def version_report(view: View, read: Read, call_id: FromPath[UUID], number: FromPath[int]) -> Page:
    """The same of a version of the ranking; awards and reserve list as they are now."""
    return await _report(view, read, await ready(read, call_id, number))


async def _report(view: View, read: AsyncConnection, shown: Ranking) -> Page:
    call_id = shown.call.id
    content = await exports.report_pdf(
        view.renderer.environment,
        shown,
        await money(read, call_id),
        await awards_of_call(read, call_id),
        await awards_queries.shares(read, call_id),
        await places(read, call_id),
        await _signatures(read, shown, view),
        await reasons_in(read, shown),
        await settling(read, shown.call.id, shown.call.grid, view.me.id),
        await committee_of(read, call_id) if shown.call.committee else None,
    )
    number = f"-v{shown.version.version}" if shown.version else ""
    return view.download(content, f"{shown.call.reference}{number}-evaluation-report.pdf", "application/pdf")


@post("/evaluation/{call_id:uuid}/propose", opt={"allow": PROPOSES})
async def propose(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Send the ranking to the authorising officer."""
    Fields(form).check()
    decision = await deciding.propose(tx, call_id)
    notice = _("The ranking is proposed. The authorising officers get a mail.")
    if decision.proposed_at != tx.now:
        notice = _("You have already proposed this ranking. An authorising officer must decide it.")
    return view.go(f"/evaluation/{call_id}/ranking", notice)


@post("/evaluation/{call_id:uuid}/take-back", opt={"allow": PROPOSES})
async def take_back(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Take the proposal back; assessors may send again."""
    Fields(form).check()
    await deciding.take_back(tx, call_id)
    return view.go(f"/evaluation/{call_id}", translated(TAKEN_BACK))


@get("/evaluation/{call_id:uuid}/decision", opt={"allow": WATCH})
async def decision(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What will happen when the call is decided: awards, reserve, money by donor, letters."""
    return await _decision(view, read, call_id, Fields.showing())


async def _decision(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    shown = await ready(read, call_id)
    if shown.proposal is None:
        refuse("not_proposed")
    proposal = shown.proposal
    acts = view.me.has(*DECIDERS) and proposal.decided is None
    why_not = await why_not_run(read, call_id, view.me.id) if acts else ""
    is_open = proposal.decided is None
    decides = view.me.has(Role.AUTHORISING) and view.me.id != proposal.proposed_by and not why_not
    return view.page(
        "awards/decision.html",
        status=status,
        form=form,
        most=web_reasons.MOST,
        workspace=await workspace_of(view, read, call_id, "decision"),
        **ranking_words(shown),
        proposal=proposal,
        written=await reasons_in(read, shown),
        comments=await _comments(view, read, shown),
        money=await money(read, call_id),
        by_donor=_by_donor(shown, await awards_queries.donors(read, call_id)),
        changed=is_open and not shown.drawn.has_outcome_of(proposal.proposed),
        **(await what_stops(view, read, shown.call, decides=decides) if is_open else {}),
        decides=decides,
        why_not=why_not,
        letters=sum(line.outcome != "withdrawn" for line in shown.lines),
    )


async def what_stops(view: View, read: AsyncConnection, call: CallShown, *, decides: bool) -> dict[str, Any]:
    """What keeps a proposal from being decided: by anybody, and by a visitor who else `decides`."""
    signed = await evaluation_report(read, call.id, view.me.id) if call.committee else None
    own = await own_obstacle(read, call, view.me.id) if decides else None
    return {
        "obstacles": [sentence(reason) for reason in await obstacles(read, call, signed)],
        "own_obstacle": sentence(own) if own else "",
        "way_on": onward([own]) if own else None,
    }


async def _comments(view: View, read: AsyncConnection, shown: Ranking) -> dict[UUID, list[Comments]]:
    """What the assessors wrote, for whoever acts on the decision of a call that gives reasons, and for auditors."""
    if not shown.call.after.gives_reasons or not view.me.has(*INTERNAL):
        return {}
    ids = [line.application_id for line in shown.lines]
    return await comments_on(read, shown.call.id, ids, named=shown.call.after.names_assessors)


def _by_donor(shown: Ranking, donors: list[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """What the awards cost each donor, in EUR: each award is split on its own, to the cent."""
    known = [Donor(name, amount) for name, amount in donors]
    sums = dict.fromkeys((name for name, _amount in donors), Decimal("0.00"))
    for line in shown.ranked:
        if line.line == "award":
            for name, amount in donor_split(line.requested, known).items():
                sums[name] += amount
    return list(sums.items())


@post("/evaluation/{call_id:uuid}/decision", opt={"allow": DECIDES})
async def decide(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Decide the call as it was shown."""
    fields = Fields(form)
    seen = fields.hidden("seen")
    fields.check()
    await deciding.decide(tx, call_id, seen=seen)
    return view.go(f"/awards/calls/{call_id}", _("The call is decided. The letters are on their way."))


@post("/evaluation/{call_id:uuid}/send-back", opt={"allow": DECIDES})
async def send_back(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Send the proposal back with what is to be corrected; assessors may send again."""
    fields = Fields(form)
    reason = reason_of(fields, translated(CORRECTION_MISSING))
    async with redrawn(tx, fields, lambda read, status: _decision(view, read, call_id, fields, status)):
        await deciding.send_back(tx, call_id, reason)
    return view.go(
        f"/evaluation/{call_id}/ranking",
        reason_goes_out(translated(SENT_BACK)),
    )


@get("/awards/calls/{call_id:uuid}", opt={"allow": WATCH})
async def call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What came of a decided call: awards by donor, the reserve list, the money. Before that: how far it is."""
    shown = await call_shown(read, call_id)
    made = await proposal(read, call_id)
    if made is None or made.decided_at is None:
        return view.go(f"/evaluation/{call_id}")
    shares = await awards_queries.shares(read, call_id)
    on_the_list = await places(read, call_id)
    waits = any(place.state == "waiting" for place in on_the_list)
    return view.page(
        "awards/call.html",
        workspace=await workspace_of(view, read, call_id, "awards"),
        call=shown,
        proposal=made,
        money=await money(read, call_id),
        awards=await awards_of_call(read, call_id),
        shares=shares,
        donors=list(next(iter(shares.values()), {})),
        places=on_the_list,
        carried=await carried(read, call_id),
        place_words=PLACES,
        held_back=await held_back(read, call_id) if waits else frozenset(),
        cooled=COOLED,
        offers=OFFERS,
        ends=ENDS,
    )


HANDLERS = [
    show,
    ranking_csv,
    figures_csv,
    report,
    version_report,
    propose,
    take_back,
    send_back,
    decision,
    decide,
    call,
]
