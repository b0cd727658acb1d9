"""A scenario made from a draft's rules and from applications of the past: what last year's ranking would have been.

What can't be carried over from another grid is said, and never made up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from facility.calls.rules.call import LOT, TOTAL, CallDraft
from facility.calls.rules.call import Grid as CallGrid
from facility.rehearsal.rules.scenario import Application, Call, Contract, Donor, Grid, Scenario, Section
from facility.web.i18n import _, listed

CENT = Decimal("0.01")


class Source(msgspec.Struct, frozen=True):
    """Applications to play with: the grid they were scored by, and the deadline they were handed in for."""

    title: str
    grid: Grid
    closes_at: datetime
    applications: tuple[Application, ...]


class Mapped(msgspec.Struct, frozen=True):
    """The scenario, None where no section fits; and what could not be carried over, in sentences."""

    scenario: Scenario | None
    notes: list[str]


def scenario_from(draft: CallDraft, source: Source) -> Mapped:
    """The draft's rules, and the source's applications with their scores, section by section with the same key."""
    most = {section.key: section.max for section in source.grid.sections}
    kept = tuple(section for section in draft.grid.sections if section.key in most)
    notes = _notes(draft, source, most)
    if not kept:
        return Mapped(None, notes)
    keys = {section.key for section in kept}
    whole = len(kept) == len(draft.grid.sections)
    grid = Grid(
        sections=tuple(Section(section.key, section.title, section.max) for section in kept),
        thresholds={
            key: value
            for key, value in draft.grid.thresholds.items()
            if key in keys or (key == TOTAL and whole)
        },
        min_assessments=draft.grid.min_assessments,
        tie_break=tuple(
            key for key in draft.grid.tie_break if key in keys or key not in (*draft.grid.keys, LOT)
        ),
    )
    scenario = Scenario(
        scenario=source.title,
        contract=Contract("REHEARSAL", (Donor("Donor", max(draft.amount, Decimal(1))),)),
        call=_call(draft, grid),
        applications=tuple(
            _moved(application, draft, source, grid, most) for application in source.applications
        ),
    )
    return Mapped(scenario, notes)


def _call(draft: CallDraft, grid: Grid) -> Call:
    return Call(
        reference=draft.reference,
        mode="deadline",
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
        decided_at=draft.closes_at + timedelta(days=1),
        envelope=draft.amount,
        award_min=draft.award_min,
        award_max=draft.award_max,
        min_beneficiaries=draft.min_beneficiaries,
        grid=grid,
        extended_to=draft.extended_to,
        skip_unaffordable=draft.skip_unaffordable,
    )


def _moved(
    application: Application, draft: CallDraft, source: Source, grid: Grid, most: dict[str, int]
) -> Application:
    """The application as if it had been handed in for the draft's deadline, as long before it as then."""
    received = draft.closes_at - (source.closes_at - application.received_at)
    return msgspec.structs.replace(
        application,
        received_at=max(received, draft.opens_at),
        assessments={
            name: {s.key: _scaled(scores[s.key], most[s.key], s.max) for s in grid.sections}
            for name, scores in application.assessments.items()
        },
    )


def _scaled(score: Decimal, most: int, new: int) -> Decimal:
    return score if most == new else (score * new / most).quantize(CENT, ROUND_HALF_UP)


def _notes(draft: CallDraft, source: Source, most: dict[str, int]) -> list[str]:
    new = [section.title for section in draft.grid.sections if section.key not in most]
    old = [s.title for s in source.grid.sections if s.key not in draft.grid.keys]
    scaled = [s.title for s in draft.grid.sections if s.key in most and most[s.key] != s.max]
    notes = []
    if new:
        notes.append(
            _(
                "These sections were not scored in the earlier call. They are left out with their thresholds and the"
                " total threshold: {titles}.",
                titles=listed(new),
            )
        )
    if old:
        notes.append(
            _("These sections of the earlier call are not in the draft: {titles}.", titles=listed(old))
        )
    if scaled:
        notes.append(
            _(
                "These sections had other maximum points in the earlier call. Their scores are converted in proportion: {titles}.",
                titles=listed(scaled),
            )
        )
    return notes + _not_played(draft, source.applications)


def _not_played(draft: CallDraft, applications: Sequence[Application]) -> list[str]:
    notes = []
    if draft.mode != "deadline":
        notes.append(_("All applications are ranked together, as for one deadline, without batches."))
    if draft.cool_down.same_lead_calls or draft.cool_down.per_beneficiary_most:
        notes.append(_("The rules that spread awards are not applied."))
    if draft.committee.voting:
        notes.append(_("No committee is appointed."))
    if not draft.grid.is_plain:
        notes.append(
            _(
                "Sections are scored as a whole, and means count. Sub-criteria, medians, agreed scores, steps of scores, required"
                " comments, limits between totals, “not applicable” and a draw by lot are not applied."
            )
        )
    if not applications:
        notes.append(_("There were no applications."))
    return notes


def scenario_grid(grid: CallGrid) -> Grid:
    """A call's grid as a scenario tells it."""
    return Grid(
        sections=tuple(Section(s.key, s.title, s.max) for s in grid.sections),
        thresholds=grid.thresholds,
        min_assessments=grid.min_assessments,
        tie_break=tuple(key for key in grid.tie_break if key != LOT),
    )
