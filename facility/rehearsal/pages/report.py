"""A rehearsal's result laid out for people: what the page shows, computed from the scenario and its result alone."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from facility.awards.rules.money_line import Request, draw_line
from facility.rehearsal.rules.scenario import Application, Scenario
from facility.rehearsal.words import reason_word

type Json = dict[str, Any]


class ApplicationLine(msgspec.Struct, frozen=True):
    """One application; `requested` in EUR, `total` with two decimals, `scores` in the grid's order."""

    reference: str
    title: str
    requested: Decimal
    status: str
    reasons: list[str]
    scores: list[str]
    total: str | None
    rank: int | None


class RankingLine(msgspec.Struct, frozen=True):
    """One application in rank order; `awarded` and `left` (EUR) at the decision."""

    application: ApplicationLine
    awarded: bool
    left: Decimal | None


class InvitationLine(msgspec.Struct, frozen=True):
    """One invitation, in the order in which they ended."""

    expert: str
    invited_at: datetime
    outcome: str
    at: datetime


class DeploymentLine(msgspec.Struct, frozen=True):
    """One request for expertise; `refused` in words, or what became of it. `invitations` is None where nobody is invited."""

    reference: str
    application: str
    refused: str | None
    shortlist: list[tuple[str, int]]
    excluded: list[tuple[str, str]]
    invitations: list[InvitationLine] | None
    accepted: list[str]
    unfilled: int


class Report(msgspec.Struct, frozen=True):
    """The whole page. `cut`: how many of the ranking are awarded before the line, None where all or none of them are;
    `donors`: their names, `commitments`: reference, EUR, and each donor's part in their order."""

    applications: list[ApplicationLine]
    sections: list[tuple[str, int]]
    ranking: list[RankingLine]
    cut: int | None
    envelope: Decimal
    committed: Decimal
    available: Decimal
    reserve: list[str]
    donors: list[str]
    commitments: list[tuple[str, Decimal, list[Decimal]]]
    deployments: list[DeploymentLine]
    counted: list[str]
    not_counted: list[tuple[str, str]]
    by_year: list[tuple[str, int]]
    total: int


def report_of(scenario: Scenario, result: Json) -> Report:
    sections = {section.key: section.title for section in scenario.call.grid.sections}
    applications = {
        application.reference: _application(
            application, result["applications"][application.reference], sections
        )
        for application in scenario.applications
    }
    ranking, cut = _ranking(scenario, [applications[reference] for reference in result["ranking"]])
    budget, indicator = result["budget"], result["indicator_10_1"]
    names = [donor.name for donor in scenario.contract.donors]
    return Report(
        applications=list(applications.values()),
        sections=[(section.title, section.max) for section in scenario.call.grid.sections],
        ranking=ranking,
        cut=cut,
        envelope=Decimal(budget["envelope"]),
        committed=Decimal(budget["committed"]),
        available=Decimal(budget["available"]),
        reserve=budget["reserve"],
        donors=names,
        commitments=[
            (reference, Decimal(amount), [Decimal(budget["donors"][reference][name]) for name in names])
            for reference, amount in budget["commitments"].items()
        ],
        deployments=[
            _deployment(deployment.reference, deployment.application, result["deployments"])
            for deployment in scenario.deployments
        ],
        counted=indicator["counted"],
        not_counted=[
            (activity, reason_word(code, {})) for activity, code in indicator["not_counted"].items()
        ],
        by_year=list(indicator["by_year"].items()),
        total=indicator["total"],
    )


def _application(application: Application, outcome: Json, sections: dict[str, str]) -> ApplicationLine:
    scores = outcome.get("sections", {})
    return ApplicationLine(
        reference=application.reference,
        title=application.title,
        requested=application.requested,
        status=outcome["status"],
        reasons=[reason_word(code, sections) for code in outcome["reasons"]],
        scores=[scores[key] for key in sections] if scores else [],
        total=outcome.get("total"),
        rank=outcome.get("rank"),
    )


def _ranking(scenario: Scenario, ranked: list[ApplicationLine]) -> tuple[list[RankingLine], int | None]:
    """The ranking as it stood at the decision, and after how many lines the money ended where it ended once for all."""
    call = scenario.call
    requests = [Request(line.reference, line.requested) for line in ranked]
    line = draw_line(requests, call.envelope, call.skip_unaffordable)
    awards, left = set(line.awards), call.envelope
    rows = []
    for application in ranked:
        awarded = application.reference in awards
        left -= application.requested if awarded else 0
        rows.append(RankingLine(application, awarded, left if awarded else None))
    clean = [row.awarded for row in rows] == sorted((row.awarded for row in rows), reverse=True)
    return rows, len(line.awards) if clean and line.reserve else None


def _deployment(reference: str, application: str, deployments: Json) -> DeploymentLine:
    outcome = deployments[reference]
    invitations = outcome.get("invitations")
    return DeploymentLine(
        reference=reference,
        application=application,
        refused=reason_word(outcome["refused"], {}) if "refused" in outcome else None,
        shortlist=[(expert, score) for expert, score in outcome.get("shortlist", [])],
        excluded=[(expert, reason_word(code, {})) for expert, code in outcome.get("excluded", {}).items()],
        invitations=None if invitations is None else msgspec.convert(invitations, list[InvitationLine]),
        accepted=outcome.get("accepted", []),
        unfilled=outcome.get("unfilled", 0),
    )
