"""An expert who leaves the pool is not asked any more: open invitations end, the next is asked, and bookings stand."""

from uuid import UUID

import pytest

from facility import clock
from facility.deployments.events.requests import InvitationEnded
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.service.answering import accept
from facility.deployments.words import OUTCOMES
from facility.events.relay import deliver_all
from facility.experts.models.profile import Expert
from facility.experts.service.pool import change_expert
from facility.experts.service.profile_link import profile_link
from facility.outbox.links import path_of
from facility.refused import Refused
from facility.web.i18n import translated
from tests.browser import Browsers, records, states
from tests.deployments.conftest import AHEAD, DUE, HOUR, INVITED, Sending, expert, sound


@pytest.fixture
async def deployment(sending: Sending) -> UUID:
    """X1 is asked, X2 waits; both are free for long."""
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    return await sending.soon()


async def test_the_open_invitation_of_an_expert_who_leaves_ends(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    key = sending.experts["X1"]
    path = await sending.link(deployment, "X1")
    profile = path_of(await sending.play.act(None, lambda tx: profile_link(tx, key), clock.now()))
    browser = await browse()
    assert (await browser.send_form(f"{profile}/leave")).status_code == 303
    assert "left" in states(await browser.get(path))  # before the reaction
    late = await browser.send_form(path, {"answer": "accept"})
    assert (late.status_code, "left" in states(late)) == (409, True)
    await deliver_all(sending.db, clock.now)
    assert await sending.outcomes(deployment) == {"X1": "left", "X2": "open"}
    assert "left" in states(await browser.get(path))
    await sound(sending)


async def test_so_it_does_where_the_secretariat_takes_the_expert_out(
    sending: Sending, browse: Browsers
) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    gone = expert("X0", active=False)
    await sending.play.act("ada", lambda tx: change_expert(tx, sending.experts["X0"], gone), INVITED + HOUR)
    assert await sending.outcomes(key) == {"X0": "left", "X1": "open"}
    page = await (await browse(sending.play.people["ada"])).get(f"/deployments/{key}")
    word = translated(OUTCOMES[InvitationStatus.LEFT][0])
    assert records(page, InvitationEnded, seat=1, how=word)
    invitation = (await sending.invitations(key))["X0"]
    with pytest.raises(Refused, match="invitation_ended"):
        await sending.play.act(None, lambda tx: accept(tx, invitation.id), DUE)
    await sound(sending)


async def test_a_booking_stands(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    await sending.accept(key, "X0")
    gone = expert("X0", active=False)
    await sending.play.act(
        "ada", lambda tx: change_expert(tx, sending.experts["X0"], gone), INVITED + 2 * HOUR
    )
    assert await sending.outcomes(key) == {"X0": "accepted"}
    assert not (await sending.play.row(Expert, sending.experts["X0"])).active
    await sound(sending)
