"""The history of a request, in which what came by a link bears whose link it was."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import lines_of
from facility.deployments.events import missions
from facility.deployments.events import requests as events
from facility.deployments.queries.release import signatures
from facility.deployments.queries.requests import DeploymentShown
from facility.events.base import Recorded
from facility.events.log import LATEST, history
from facility.web.history import Moment
from facility.web.i18n import _

_BY_EXPERT = (
    events.InvitationAccepted | events.InvitationDeclined | missions.TravelStated | missions.MissionReportSent
)
_BY_SUPERIOR = events.ReleaseGiven | events.ReleaseRefused


async def history_of(connection: AsyncConnection, deployment: DeploymentShown) -> list[Moment]:
    """What came by an expert's link bears the code, a superior's answer the name that it was signed with. Who typed a wrong PIN nobody
    knows, but whose link they had."""
    log = await history(connection, deployment.id)
    codes = {invitation.id: invitation.code for invitation in deployment.invitations}
    signed = await signatures(connection, deployment.id) if deployment.release_days else {}
    lines = await lines_of(connection, log)
    shown = [
        _by_link(recorded, line, codes, signed) for recorded, line in zip(log[:LATEST], lines, strict=False)
    ]
    return [*shown, *lines[LATEST:]]


def _by_link(
    recorded: Recorded, line: Moment, codes: Mapping[UUID, str], signed: Mapping[UUID, str]
) -> Moment:
    event, who = recorded.event, line.who
    if recorded.actor_id is not None:
        return line
    if isinstance(event, _BY_EXPERT) or (
        isinstance(event, events.InvitationEnded) and event.how in ("cancelled", "disowned")
    ):
        who = codes.get(event.invitation_id, who)
    elif isinstance(event, _BY_SUPERIOR):
        who = signed.get(event.release_id, who)
    elif isinstance(event, events.PinRefused) and event.invitation_id in codes:
        who = _("somebody with the link of {code}", code=codes[event.invitation_id])
    return Moment(line.text, line.at, who)
