"""What the outbox holds, as its readers get it."""

from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.db import Database
from facility.events.relay import deliver_all
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail


async def letters(db: Database) -> list[tuple[str, str]]:
    """Template and address of every mail, after all reactions, in the order of the alphabet."""
    await deliver_all(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.execute(select(Mail.template, Mail.to_address))
        return sorted((row.template, row.to_address) for row in rows)


async def link_to(db: Database, address: str) -> str:
    """The path of the link in the latest mail to this address."""
    await deliver_all(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        query = (
            select(Link)
            .join(Mail, Mail.link_id == Link.id)
            .where(Mail.to_address == address)
            .order_by(Mail.created_at.desc())
        )
        link = (await tx.session.execute(query.limit(1))).scalar_one()
        return path_of(link)


async def request_of(db: Database, path: str) -> UUID:
    """The id of the link at this path."""
    async with db.transaction(now=clock.now()) as tx:
        links = (await tx.session.execute(select(Link))).scalars()
        return next(link.id for link in links if path_of(link) == path)
