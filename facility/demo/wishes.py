"""What a partner of the demo story wants changed before it confirms."""

from uuid import UUID

from sqlalchemy import select

from facility.applications.models.application import Party
from facility.applications.rules.boarding import Confirmation
from facility.applications.service.change_requests import ask_for_change
from facility.db import Tx


async def ask_for_other_days(tx: Tx, application_id: UUID) -> None:
    """The partner that was asked and has not answered wants another week."""
    waiting = select(Party.id).where(
        Party.application_id == application_id, Party.confirmation == Confirmation.INVITED
    )
    wish = "In the second week of November our prosecutors are before the court. Could the workshop be a week later?"
    await ask_for_change(tx, (await tx.session.scalars(waiting)).one(), wish=wish)
