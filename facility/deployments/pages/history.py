"""The history of a request, in which what came by a link bears whose link it was."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import lines_of
from facility.deployments.events import missions
from facility.deployments.events import requests as events
from facility.deployments.models.release import ReleaseState
from facility.deployments.queries.release import signatures
from facility.deployments.queries.requests import DeploymentShown
from facility.deployments.words import OUTCOMES, RELEASES
from facility.events.base import Recorded
from facility.events.log import LATEST, history
from facility.web.history import Moment, sentence_of
from facility.web.i18n import _, translated

_BY_EXPERT = (
    events.InvitationAccepted | events.InvitationDeclined | missions.TravelStated | missions.MissionReportSent
)
_BY_SUPERIOR = events.ReleaseGiven | events.ReleaseRefused
_ENDINGS = {status.value: word for status, (word, _kind) in OUTCOMES.items()} | {
    "not released": RELEASES[ReleaseState.REFUSED][0]
}
"""What an invitation that ended otherwise is called, by what its event says."""


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
    text = _ended(event) if isinstance(event, events.InvitationEnded) else line.text
    if recorded.actor_id is not None:
        return Moment(text, line.at, who)
    if isinstance(event, _BY_EXPERT) or (
        isinstance(event, events.InvitationEnded) and event.how in events.YES_TAKEN_BACK
    ):
        who = codes.get(event.invitation_id, who)
    elif isinstance(event, _BY_SUPERIOR):
        who = signed.get(event.release_id, who)
    elif isinstance(event, events.PinRefused) and event.invitation_id in codes:
        who = _("somebody with the link of {code}", code=codes[event.invitation_id])
    return Moment(text, line.at, who)


def _ended(event: events.InvitationEnded) -> str:
    """By the word that stands beside the invitation on the page."""
    return sentence_of(event, how=translated(_ENDINGS[event.how]))
