"""The worked budget of the dossier (9) as people type it, and what it hangs on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Party
from facility.applications.rules.activities import ActivityKind, Plan
from facility.applications.service.plan import add_activity
from facility.contracts.service.money import enter_unit_costs
from facility.contracts.service.reference import UNIT_COSTS
from facility.db import Database, Tx
from facility.story.drafts import Part, bring_in
from tests.applications.conftest import Stage, Times

WORKSHOP, TRIP = "workshop", "trip"
ROWS = (
    ("Fees of two experts", "fee", "AL", WORKSHOP, "2", "5", "days", "350"),
    ("Per diem of the experts", "per_diem", "AL", WORKSHOP, "2", "4", "nights", "160"),
    ("Flights of the experts", "travel", "AL", WORKSHOP, "2", "", "", "420"),
    ("Bus", "travel", "XK", WORKSHOP, "16", "1", "", "60,00"),
    ("Per diem of the participants", "per_diem", "XK", WORKSHOP, "16", "3", "nights", "160"),
    ("Venue and interpretation", "venue", "AL", WORKSHOP, "3", "", "days", "1 900.00"),
    ("Visibility", "visibility", "AL", WORKSHOP, "1", "", "", "400"),
    ("Flights to Rome", "travel", "ME", TRIP, "9", "", "", "380"),
    ("Per diem in Rome", "per_diem", "ME", TRIP, "9", "4", "nights", "230,00 €"),
    ("Host fee", "host_fee", "ME", TRIP, "3", "", "days", "350"),
)
"""What, category, beneficiary, activity, how many, times, unit, EUR each: 33 110.00 and 7 % of it are 35 427.70."""


class Ground(msgspec.Struct, frozen=True):
    """A draft with three parties, by beneficiary, and two activities."""

    application: UUID
    parties: dict[str, UUID]
    activities: dict[str, UUID]

    def form(self, rows: Sequence[Sequence[str]] = ROWS, **more: str) -> dict[str, str]:
        """The form of the budget with these rows."""
        fields = {"version": "1", "indirect_percent": "7", "do": "save"}
        for number, (what, category, party, activity, *figures) in enumerate(rows):
            fields |= {
                f"lines-{number}-{name}": value
                for name, value in {
                    "description": what,
                    "category": category,
                    "party": str(self.parties.get(party, party)),
                    "activity": str(self.activities.get(activity, activity)),
                    "rate": "",
                    "reason": "",
                    **dict(zip(("quantity", "units", "unit", "unit_cost"), figures, strict=True)),
                }.items()
            }
        return {**fields, **more}


async def lay(db: Database, stage: Stage, times: Times, draft: UUID) -> Ground:
    """Rates, a third party and two activities for a draft of two."""
    async with db.transaction(now=times.before) as tx:
        await enter_unit_costs(tx, UNIT_COSTS)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        # The amount is of no account: amounts follow from the lines.
        await bring_in(
            tx,
            draft,
            Part(stage.prosecutor, "Goes to Rome", UNIT_COSTS[0].amount, "Milena", "milena@example.org"),
        )
        parties = await _parties(tx, draft)
        workshop = await add_activity(tx, draft, plan({parties["AL"]: 8, parties["XK"]: 16}))
        trip = await add_activity(
            tx,
            draft,
            plan(
                {parties["ME"]: 9, parties["XK"]: 1},
                kind=ActivityKind.STUDY_TRIP,
                title="Study trip",
                place="Rome",
                country="IT",
            ),
        )
    return Ground(draft, parties, {WORKSHOP: workshop.id, TRIP: trip.id})


def plan(people: Mapping[UUID, int], **changes: Any) -> Plan:
    """A workshop in Tirana."""
    usual = Plan(
        kind=ActivityKind.WORKSHOP,
        title="Tracing workshop",
        place="Tirana",
        country="AL",
        days=3,
        month=date(2027, 3, 1),
        purpose="To trace firearms together",
        people=dict(people),
    )
    return msgspec.structs.replace(usual, **changes)


async def _parties(tx: Tx, draft: UUID) -> dict[str, UUID]:
    rows = await tx.session.execute(
        select(Party.beneficiary_code, Party.id).where(Party.application_id == draft)
    )
    return {row.beneficiary_code: row.id for row in rows}
