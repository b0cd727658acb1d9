"""What a rehearsal came to, read from the tables that the commands left behind (scenarios/README, "What the result holds")."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.models import Activity
from facility.activities.queries.counting import counting_of
from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus, scenario_status
from facility.awards.models.award import Award
from facility.awards.models.decision import RankingEntry, ReserveEntry
from facility.contracts.models import Donor, Envelope, LedgerEntry
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment
from facility.experts.models.profile import Expert
from facility.money import display
from facility.rehearsal.service.stage import Stage

type Json = dict[str, Any]


async def result_of(stage: Stage) -> Json:
    """The whole result. Raises RuntimeError when a reaction has failed: then it is not what would happen."""
    async with stage.db.reader() as connection:
        left = (
            await connection.execute(text("SELECT reaction, error FROM delivery WHERE state <> 'done'"))
        ).all()
        if left:
            raise RuntimeError(
                f"reactions failed: {', '.join(f'{row.reaction} ({row.error})' for row in left)}"
            )
        ranked = await _ranking(connection)
        return {
            "applications": await _applications(connection, stage, ranked),
            "ranking": [row.reference for row in sorted(ranked.values(), key=_rank) if row.rank is not None],
            "budget": await _budget(connection),
            "deployments": await _deployments(connection, stage),
            "indicator_10_1": await _indicator(connection, stage),
        }


def _rank(entry: Any) -> int:
    return entry.rank or 0


async def _ranking(connection: AsyncConnection) -> dict[str, Any]:
    """The ranking entries by reference, as they stood at the decision."""
    rows = await connection.execute(
        select(RankingEntry.__table__, Application.reference).join(
            Application, Application.id == RankingEntry.application_id
        )
    )
    return {row.reference: row for row in rows}


async def _applications(connection: AsyncConnection, stage: Stage, ranked: dict[str, Any]) -> Json:
    rows = await connection.execute(select(Application.reference, Application.status, Application.track))
    return {row.reference: _application(stage, row, ranked.get(row.reference)) for row in rows}


def _application(stage: Stage, row: Any, entry: Any) -> Json:
    status = scenario_status(ApplicationStatus(row.status), row.track)
    outcome: Json = {"status": status, "reasons": _reasons(stage, row.reference, status, entry)}
    if entry is not None and entry.counted:
        counted = {key: display(Fraction(score)) for key, score in entry.counted.items()}
        outcome["sections"] = {
            section.key: counted[section.key] for section in stage.scenario.call.grid.sections
        }
        outcome["total"] = counted["total"]
        if entry.rank is not None:
            outcome["rank"] = entry.rank
    return outcome


def _reasons(stage: Stage, reference: str, status: str, entry: Any) -> list[str]:
    match status:
        case "not_submitted":
            return sorted(stage.reasons[reference])
        case "ineligible":
            return ["too_few_beneficiaries"]
        case "not_assessed":
            return ["too_few_assessments"]
        case "below_threshold":
            return sorted(entry.missed)
        case _:
            return []


async def _budget(connection: AsyncConnection) -> Json:
    envelope = (await connection.execute(select(Envelope.amount, Envelope.committed))).one()
    awards = await connection.execute(
        select(Award.id, Award.committed, Application.reference)
        .join(Application, Application.id == Award.application_id)
        .where(Award.kept)
    )
    committed = {row.id: row for row in awards}
    donors: dict[str, dict[str, str]] = {}
    booked = await _booked(connection)
    names = (await connection.execute(select(Donor.id, Donor.name).order_by(Donor.position))).all()
    for award_id, row in committed.items():
        donors[row.reference] = {name: f"{booked[award_id, donor_id]:.2f}" for donor_id, name in names}
    reserve = await connection.execute(
        select(Application.reference)
        .join(ReserveEntry, ReserveEntry.application_id == Application.id)
        .where(ReserveEntry.state == "waiting")
        .order_by(ReserveEntry.place)
    )
    return {
        "envelope": f"{envelope.amount:.2f}",
        "committed": f"{envelope.committed:.2f}",
        "available": f"{envelope.amount - envelope.committed:.2f}",
        "reserve": [row.reference for row in reserve],
        "commitments": {row.reference: f"{row.committed:.2f}" for row in committed.values()},
        "donors": donors,
    }


async def _booked(connection: AsyncConnection) -> dict[tuple[Any, Any], Decimal]:
    """What the ledger holds by award and donor."""
    sums: dict[tuple[Any, Any], Decimal] = defaultdict(Decimal)
    for row in await connection.execute(
        select(LedgerEntry.award_id, LedgerEntry.donor_id, LedgerEntry.amount)
    ):
        sums[row.award_id, row.donor_id] += row.amount
    return sums


async def _deployments(connection: AsyncConnection, stage: Stage) -> Json:
    rows = (
        await connection.execute(
            select(Deployment.id, Deployment.reference, Deployment.shortlist, Deployment.left_out)
        )
    ).all()
    opened = {row.reference: row for row in rows}
    invitations = await _invitations(connection)
    outcomes: Json = {}
    for deployment in stage.scenario.deployments:
        if deployment.reference in stage.refused_deployments:
            outcomes[deployment.reference] = {"refused": stage.refused_deployments[deployment.reference]}
            continue
        row = opened[deployment.reference]
        outcomes[deployment.reference] = {
            "shortlist": [[match["code"], match["score"]] for match in row.shortlist["ranked"]],
            "excluded": row.left_out,
        }
        if deployment.replies is not None:
            outcomes[deployment.reference] |= _invited(invitations[row.id], deployment.seats)
    return outcomes


async def _invitations(connection: AsyncConnection) -> dict[Any, list[Any]]:
    """Invitations by deployment, in the order in which they ended."""
    rows = await connection.execute(
        select(
            Invitation.deployment_id,
            Invitation.invited_at,
            Invitation.outcome,
            Invitation.ended_at,
            Expert.code,
        ).join(Expert, Expert.id == Invitation.expert_id)
    )
    by_deployment: dict[Any, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.ended_at, row.invited_at, row.code)):
        by_deployment[row.deployment_id].append(row)
    return by_deployment


def _invited(invitations: list[Any], seats: int) -> Json:
    accepted = [row.code for row in invitations if row.outcome == "accepted"]
    return {
        "invitations": [
            {
                "expert": row.code,
                "invited_at": row.invited_at.isoformat(),
                "outcome": row.outcome,
                "at": row.ended_at.isoformat(),
            }
            for row in invitations
        ],
        "accepted": accepted,
        "unfilled": seats - len(accepted),
    }


async def _indicator(connection: AsyncConnection, stage: Stage) -> Json:
    """What counts; an activity that could not even be planned had no award to pay for it."""
    planned = {
        row.reference: row
        for row in await connection.execute(select(Activity.id, Activity.reference, Activity.ends_on))
    }
    verdicts = await counting_of(connection)
    reasons = {
        activity.reference: verdicts[planned[activity.reference].id]
        if activity.reference in planned
        else "not_funded"
        for activity in stage.scenario.activities
    }
    counted = sorted(reference for reference, reason in reasons.items() if reason is None)
    by_year: dict[str, int] = defaultdict(int)
    for reference in counted:
        by_year[f"{planned[reference].ends_on.year}"] += 1
    return {
        "counted": counted,
        "not_counted": {reference: reason for reference, reason in reasons.items() if reason is not None},
        "by_year": dict(sorted(by_year.items())),
        "total": len(counted),
    }
