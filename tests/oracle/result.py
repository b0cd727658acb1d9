"""A second computation of a scenario's whole result: slow, obvious, and written from scenarios/README alone.

It knows nothing of the product: no rule is imported, amounts are whole cents, means are fractions, and what
happens is one list of things to come, of which the first is taken again and again. Tests compare the product
with it on random scenarios.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.figures import BALKANS, cents, euro, split, two_decimals
from tests.oracle.world import World


def expected_result(scenario: dict[str, Any]) -> dict[str, Any]:
    """What `facility rehearse` must print for a valid scenario, instants as UTC texts."""
    world = World(scenario)
    world.run()
    return result_of(world)


def result_of(world: World) -> dict[str, Any]:
    """All that is printed, of a world that has come to its end."""
    return {
        "applications": {reference: of_application(world, reference) for reference in world.applications},
        "ranking": world.ranking,
        "budget": _budget(world),
        "deployments": {
            deployment["reference"]: _deployment(world, deployment)
            for deployment in world.scenario.get("deployments", [])
        },
        "indicator_10_1": _indicator(world),
    }


def of_application(world: World, reference: str) -> dict[str, Any]:
    """What became of an application."""
    outcome: dict[str, Any] = {"status": world.status[reference], "reasons": world.reasons[reference]}
    if reference in world.scores:
        scores = {key: two_decimals(score or Fraction(0)) for key, score in world.scores[reference].items()}
        outcome["total"] = scores.pop("total")
        outcome["sections"] = scores
    if reference in world.ranking:
        outcome["rank"] = world.ranking.index(reference) + 1
    return outcome


def _budget(world: World) -> dict[str, Any]:
    envelope, committed = cents(world.call["envelope"]), sum(world.committed.values())
    donors = {}
    for reference, amount in world.committed.items():
        parts = split(amount, world.scenario["contract"]["donors"])
        donors[reference] = {name: euro(part) for name, part in parts.items()}
    return {
        "envelope": euro(envelope),
        "committed": euro(committed),
        "available": euro(envelope - committed),
        "reserve": world.reserve,
        "commitments": {reference: euro(amount) for reference, amount in world.committed.items()},
        "donors": donors,
    }


def _deployment(world: World, deployment: dict[str, Any]) -> dict[str, Any]:
    outcome = dict(world.sent[deployment["reference"]])
    if "refused" in outcome or "replies" not in deployment:
        return outcome
    mine = [invitation for invitation in world.invitations if invitation["deployment"] is deployment]
    mine.sort(key=lambda invitation: (invitation["at"], invitation["invited_at"], invitation["expert"]))
    outcome["invitations"] = [
        {
            "expert": invitation["expert"],
            "invited_at": invitation["invited_at"].isoformat(),
            "outcome": invitation["outcome"],
            "at": invitation["at"].isoformat(),
        }
        for invitation in mine
    ]
    outcome["accepted"] = [invitation["expert"] for invitation in mine if invitation["outcome"] == "accepted"]
    outcome["unfilled"] = deployment["seats"] - len(outcome["accepted"])
    return outcome


def _indicator(world: World) -> dict[str, Any]:
    counted: list[str] = []
    not_counted: dict[str, str] = {}
    by_year: dict[str, int] = {}
    for activity in world.scenario.get("activities", []):
        reason = _why_not_counted(world, activity)
        if reason:
            not_counted[activity["reference"]] = reason
        else:
            counted.append(activity["reference"])
            by_year[activity["end"][:4]] = by_year.get(activity["end"][:4], 0) + 1
    return {
        "counted": sorted(counted),
        "not_counted": not_counted,
        "by_year": by_year,
        "total": len(counted),
    }


def _why_not_counted(world: World, activity: dict[str, Any]) -> str | None:
    reference = activity["application"]
    year, month, day = map(int, activity["start"].split("-"))
    begins = datetime(year, month, day, tzinfo=ZoneInfo("Europe/Brussels")).astimezone(UTC)
    stood = reference in world.award_from and world.award_from[reference] <= begins
    if reference in world.award_until:
        stood = stood and world.award_until[reference] > begins
    present = [code for code in BALKANS if activity["attended"].get(code, 0) >= 1]
    if not stood or world.status[reference] not in ("awarded", "closed"):
        return "not_funded"
    if not activity["completed"]:
        return "not_completed"
    if any(needed not in activity["evidence"] for needed in ("agenda", "attendance_list", "report")):
        return "missing_evidence"
    if activity.get("verified_by") in (None, activity["reported_by"]):
        return "not_verified"
    if len(present) < 2:
        return "too_few_beneficiaries_attended"
    return None
