"""A draft with two partners, and what its tests look up."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.applications.models.application import Party
from facility.applications.service.confirmations import confirm_party
from facility.db import Database
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.story.drafts import Part, bring_in
from tests.applications.asking import asking_draft
from tests.applications.conftest import NOW, Stage, Times
from tests.mails import IN_ORDER


@pytest.fixture
async def trio(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft of Omar's whose call asks every party for a part of its own, with XK and ME as partners; all amounts set."""
    application = await asking_draft(db, stage, times)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await bring_in(
            tx,
            application,
            Part(stage.prosecutor, "Sends prosecutors", Decimal("5000.00"), "Milena", "milena@example.org"),
        )
    return application


async def parties(db: Database, application_id: UUID) -> list[Party]:
    """Those on board, the lead first."""
    async with db.transaction(now=NOW) as tx:
        query = select(Party).where(Party.application_id == application_id, Party.left_at.is_(None))
        return list((await tx.session.scalars(query.order_by(Party.position))).all())


async def states(db: Database, application_id: UUID) -> list[str]:
    """How far the partners' confirmations are."""
    return [party.confirmation for party in (await parties(db, application_id))[1:]]


async def confirm_all(db: Database, application_id: UUID, at: datetime = NOW) -> list[UUID]:
    """Every partner confirms; their ids."""
    ids = [party.id for party in (await parties(db, application_id))[1:]]
    for party_id_ in ids:
        async with db.transaction(now=at) as tx:
            await confirm_party(tx, party_id_, signatory_name="Vesa Gashi", signatory_function="Director")
    return ids


async def refused(
    db: Database, command: object, *args: object, at: datetime = NOW, **named: Any
) -> tuple[str, ...]:
    """The codes with which a command is refused."""
    with pytest.raises(Refused) as caught:
        async with db.transaction(now=at) as tx:
            await command(tx, *args, **named)  # type: ignore[operator]
    return caught.value.codes


async def mails(db: Database) -> Sequence[Mail]:
    """All, the oldest first."""
    async with db.transaction(now=NOW) as tx:
        return (await tx.session.scalars(select(Mail).order_by(*IN_ORDER))).all()
