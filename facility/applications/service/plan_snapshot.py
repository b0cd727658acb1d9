"""What a submission keeps of activities and budget."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from facility.applications.queries.budget import BudgetLineShown
from facility.applications.queries.content import Parts
from facility.applications.rules.activities import Planned
from facility.applications.rules.budget import rates_day
from facility.calls.rules.forms import FormDefinition, SectionKind


def plan_content(
    form: FormDefinition, parts: Parts, published_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """Activities and budget, where the call asks for them; institutions by their place among the parties.

    published_at: of the call, whose unit costs of that day count unless its form names another.
    """
    content: dict[str, Any] = {}
    place = {party.id: number for number, party in enumerate(parts.on_board)}
    if form.has(SectionKind.ACTIVITIES):
        content["activities"] = [_activity(activity, place) for activity in parts.plan.activities]
    if section := form.of(SectionKind.BUDGET):
        totals = parts.plan.totals(list(place))
        titles = {activity.id: activity.title for activity in parts.plan.activities}
        content["budget"] = {
            "unit_costs_of": rates_day(section, published_at, now).isoformat(),
            "lines": [_line(line, place, titles) for line in parts.plan.lines if line.party in place],
            "direct": f"{totals.whole.direct:.2f}",
            "indirect_percent": f"{parts.plan.percent:.2f}",
            "indirect": f"{totals.whole.indirect:.2f}",
            "total": f"{totals.whole.total:.2f}",
        }
    return content


def _activity(activity: Planned, place: dict[UUID, int]) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.to_builtins(activity)
    del content["id"]
    people = [(place[party], count) for party, count in activity.people.items() if party in place]
    return {
        **content,
        "month": f"{activity.month:%Y-%m}",
        "people": [{"party": number, "people": count} for number, count in sorted(people)],
    }


def _line(line: BudgetLineShown, place: dict[UUID, int], titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "party": place[line.party],
        "activity": titles.get(line.activity) if line.activity else None,
        "category": line.category.value,
        "description": line.description,
        "quantity": f"{line.quantity:.2f}",
        "units": f"{line.units:.2f}",
        "unit": line.unit,
        "unit_cost": f"{line.unit_cost:.2f}",
        "ceiling": None if line.ceiling is None else f"{line.ceiling:.2f}",
        "rate_valid_from": line.rate_from.isoformat() if line.rate_from else None,
        "rate_source": line.rate_source,
        "reason": line.reason,
        "amount": f"{line.amount:.2f}",
    }
