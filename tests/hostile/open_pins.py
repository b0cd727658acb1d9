"""A sensitive request for experts, whose experts have PINs."""

from datetime import timedelta
from uuid import UUID

import msgspec

from facility.deployments.rules.answers import MOST_PIN_TRIES
from facility.deployments.service.answering import pin_fits
from facility.deployments.service.requesting import confirm_shortlist, request_expertise
from facility.experts.service.pin import choose_pin
from facility.experts.service.pool import register_expert
from facility.story.after_award import EXPERT, REQUEST
from tests.hostile.open_calls import ADA, Opened


async def leave_pins(ends: Opened, application_id: UUID) -> None:
    """A sensitive request: at one expert's link the PIN was wrong too often, the other can answer."""
    first = ends.monday(11)
    for number in (1, 2):
        expert = msgspec.structs.replace(
            EXPERT,
            code=f"V{number}",
            name=f"Discreet Expert {number}",
            email=f"discreet{number}@example.org",
            themes={"X.JIT": 5, "X.WITNESS": 5},
            available=[(first, first + timedelta(days=4))],
        )
        made = await ends.act(ends.noon(-60), "ada", register_expert, expert)
        await ends.act(ends.noon(-60), None, choose_pin, made.id, "482915")
    draft = msgspec.structs.replace(
        REQUEST,
        application_id=application_id,
        starts_on=first,
        ends_on=first + timedelta(days=2),
        seats=2,
        themes={"X.WITNESS": 3},
        sensitive=True,
    )
    request = await ends.act(ends.now, "ada", request_expertise, draft)
    await ends.act(ends.now, "ada", confirm_shortlist, request.id)
    locked = await ends.value_of(
        "SELECT id FROM invitation WHERE deployment_id = :it AND seat = 1", it=request.id
    )
    for _try in range(MOST_PIN_TRIES):
        await ends.act(ends.now, None, pin_fits, locked, "000001")
    ends.at(ADA, f"/deployments/{request.id}", f"/experts/{made.id}")
