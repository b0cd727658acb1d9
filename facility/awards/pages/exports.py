"""The ranking and the figures of a call as CSV and PDF."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import jinja2
import msgspec

from facility.awards.queries.awards import AwardLine, Money, Place
from facility.awards.queries.complaints import ComplaintShown
from facility.awards.queries.ranking import Ranking, RankLine
from facility.awards.queries.ranking_words import Missed, missed_words, short, threshold_of, tie_break_words
from facility.awards.queries.reasons import Reasons
from facility.awards.queries.report import Signed
from facility.awards.rules.complaints import About
from facility.awards.words import ABOUT, COMPLAINTS, COOLED, ENDS, NOT_COUNTED, PLACES
from facility.calls.rules.call import TOTAL, Grid
from facility.evaluation.queries.committee import CommitteeShown
from facility.evaluation.queries.consensus import Settling
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.words import FUNCTIONS, OUTCOMES, REASONS, SETTLED
from facility.pdf import render_pdf
from facility.web.i18n import _, translated
from facility.web.sheets import to_csv


def ranking_csv(shown: Ranking) -> bytes:
    """The ranking, one row an application."""
    grid = shown.call.grid
    head = [
        _("Rank"),
        _("Application"),
        _("Title"),
        _("Beneficiaries"),
        *(section.title for section in grid.sections),
        *(item.title for item in grid.items if item.section.criteria),
        _("Total"),
        _("Requested EUR"),
        _("Left EUR"),
        _("Outcome"),
        _("Reason"),
    ]
    rows = [
        [
            line.rank,
            line.reference,
            line.title,
            " ".join(line.chips),
            *(line.means or [""] * len(grid.sections)),
            *(
                [score for _section, items in line.sub_scores for _title, score in items]
                or [""] * sum(len(section.criteria) for section in grid.sections)
            ),
            line.total,
            line.requested,
            line.left,
            outcome_words(shown, line.line, line.place, line.outcome)
            + (_(", EUR {amount} is offered", amount=line.offered) if line.offered else ""),
            why(grid, line),
        ]
        for line in shown.lines
    ]
    return to_csv(head, rows)


def why(grid: Grid, line: RankLine) -> str:
    """Why an application has its outcome: what it missed, the rule that was applied or set aside, or what somebody wrote."""
    if line.missed:
        return "; ".join(_missed(missed) for missed in missed_words(grid, line))
    if line.cooled:
        return translated(COOLED[line.cooled])
    if line.overridden:
        return _("Rule set aside: {reason}", reason=line.overridden)
    if line.outcome == Outcome.INELIGIBLE:
        return translated(REASONS["too_few_beneficiaries"])
    written = line.outcome in (Outcome.NOT_ASSESSED, Outcome.INADMISSIBLE)
    return line.why or "" if written else ""


def _missed(missed: Missed) -> str:
    if missed.rejects:
        return _("{section}: {limit} or less", section=missed.title, limit=missed.limit)
    title = missed.title if missed.title != TOTAL else _("Total")
    return _("{section} below {least}", section=title, least=missed.limit)


def assessments_csv(document: Mapping[str, Any]) -> bytes:
    """The individual scores of a bundle (`queries.bundle`), one row an assessment."""
    items = msgspec.convert(document["call"]["grid"], Grid).items
    head = [
        _("Application"),
        _("Assessor"),
        *(item.title for item in items),
        _("Counts"),
        _("Why not"),
        _("Digest"),
    ]
    rows = [
        [
            record["application"],
            record["assessor"],
            *(_cell(record["scores"][item.key]) for item in items),
            _("yes") if record["counts"] else _("no"),
            translated(NOT_COUNTED[record["why_not"]]) if record["why_not"] else "",
            record["digest"],
        ]
        for record in document["assessments"]
    ]
    rows += [
        [
            record["application"],
            _("Agreed scores (written by {assessor})", assessor=record["rapporteur"]),
            *(_cell(record["scores"][item.key]) for item in items),
            _("yes"),
            "",
            record["digest"],
        ]
        for record in document.get("consensus", ())
    ]
    return to_csv(head, rows)


def _cell(score: str | None) -> Decimal | str:
    return _("n/a") if score is None else Decimal(score)


def outcome_words(shown: Ranking, line: str | None, place: int | None, outcome: str) -> str:
    """An application's outcome in words, as the ranking has it."""
    if shown.later and line in ("award", "reserve"):
        return _("Above the line") if line == "award" else _("Below the line")
    if line == "award":
        return _("Award")
    if line == "reserve":
        return _("Reserve {place}", place=place)
    if line == "carried":
        return _("Carried over to the next batch")
    if line == "cooled":
        return _("Passed over to spread awards")
    return translated(OUTCOMES[outcome][0])  # type: ignore[index]  # a StrEnum is its value


def figures_csv(awards: Sequence[AwardLine], shares: Mapping[UUID, Mapping[str, Decimal]]) -> bytes:
    """Awards with what each donor pays, one row an award."""
    donors = list(next(iter(shares.values()), {}))
    head = [
        _("Application"),
        _("Title"),
        _("Award EUR"),
        _("Committed EUR"),
        *(f"{donor} EUR" for donor in donors),
        _("State"),
        _("Awarded at"),
    ]
    rows = [
        [
            line.reference,
            line.title,
            line.amount,
            line.committed,
            *(shares[line.id][donor] for donor in donors),
            translated(ENDS[line.end_kind][0]) if line.end_kind else _("Active"),
            line.made_at.isoformat(),
        ]
        for line in awards
    ]
    return to_csv(head, rows)


def complaints_csv(complaints: Sequence[ComplaintShown]) -> bytes:
    """Complaints, one row each. What was written in them may name people, and stays on their pages."""
    head = [
        _("Complaint"),
        _("Application"),
        _("Title"),
        _("Lead"),
        _("About"),
        _("Registered at"),
        _("Answer by"),
        _("State"),
        _("Decided at"),
        _("Opened again"),
    ]
    rows = [
        [
            line.reference,
            line.application,
            line.title,
            line.lead,
            translated(ABOUT[About(line.about)]),
            line.registered_at.isoformat(),
            line.decide_by.isoformat(),
            translated(COMPLAINTS[line.outcome or "open"][0]),
            line.decided_at.isoformat() if line.decided_at else "",
            _("yes") if line.reopened else _("no"),
        ]
        for line in complaints
    ]
    return to_csv(head, rows)


async def report_pdf(
    templates: jinja2.Environment,
    shown: Ranking,
    money: Money,
    awards: Sequence[AwardLine],
    shares: Mapping[UUID, Mapping[str, Decimal]],
    places: Sequence[Place],
    signatures: Sequence[Signed],
    reasons: Mapping[UUID, Reasons],
    settling: Settling,
    committee: CommitteeShown | None,
) -> bytes:
    """The evaluation report: ranking, what was settled, reserve list, figures, reasons, and the committee with its signatures, as
    PDF/UA."""
    html = templates.get_template("awards/report.html").render(
        ranking=shown,
        grid=shown.call.grid,
        money=money,
        awards=awards,
        shares=shares,
        donors=list(next(iter(shares.values()), {})),
        places=places,
        signatures=signatures,
        reasons=reasons,
        settling=settling,
        settled=SETTLED,
        committee=committee,
        functions=FUNCTIONS,
        why=why,
        place_words=PLACES,
        ends=ENDS,
        cooled=COOLED,
        outcomes=OUTCOMES,
        threshold=threshold_of,
        short=short,
        ties=tie_break_words(shown.call.grid),
    )
    title = _("Evaluation report {call}", call=shown.call.reference)
    return await asyncio.to_thread(render_pdf, html, title=title)
