"""What partners were asked and have not answered, where the application ends."""

from collections.abc import Collection
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, update

from facility.applications.events import PartnersNoLongerAsked
from facility.applications.models.application import Party
from facility.applications.models.confirmation import ChangeRequest
from facility.applications.rules.change_requests import ChangeOutcome
from facility.applications.service.confirmations import PURPOSE, UNANSWERED
from facility.applications.service.ending import ends_with_the_application
from facility.db import Tx
from facility.events.log import record
from facility.outbox.models import Link

_LIVE = (Link.purpose == PURPOSE, Link.used_at.is_(None), Link.revoked_at.is_(None))


@ends_with_the_application(
    "partner's link",
    held=f"""SELECT (SELECT application_id FROM party WHERE party.id = subject_id) FROM link
        WHERE purpose = '{PURPOSE}' AND used_at IS NULL AND revoked_at IS NULL""",  # noqa: S608 - our own text
)
async def end_partners_links(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Links stop working; whoever was asked and has not answered hears that nothing needs to be done."""
    parties = select(Party.id).where(Party.application_id.in_(application_ids))
    ended = await tx.session.scalars(
        update(Link)
        .where(*_LIVE, Link.subject_id.in_(parties))
        .values(revoked_at=tx.now)
        .returning(Link.subject_id)
    )
    waiting = await tx.session.execute(
        select(Party.application_id, Party.id)
        .where(Party.id.in_(ended.all()), Party.confirmation.in_(UNANSWERED), Party.on_board)
        .order_by(Party.application_id, Party.id)
    )
    for application_id, rows in groupby(waiting.all(), key=lambda row: row.application_id):
        event = PartnersNoLongerAsked(application_id=application_id, party_ids=[row.id for row in rows])
        await record(tx, event)


@ends_with_the_application(
    "request for a change", held="SELECT application_id FROM change_request WHERE outcome IS NULL"
)
async def drop_requests(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Nobody waits for the lead's answers."""
    await tx.session.execute(
        update(ChangeRequest)
        .where(ChangeRequest.application_id.in_(application_ids), ChangeRequest.outcome.is_(None))
        .values(outcome=ChangeOutcome.DROPPED, answered_by=tx.actor, answered_at=tx.now)
    )
