"""A draft whose call asks every party for a part of its own, and what its pages hide in their forms."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from facility import clock
from facility.applications.models.application import Party
from facility.applications.service.confirmations import invite_party
from facility.db import Database
from facility.drafting.models import UnsavedText
from facility.events.relay import drain
from facility.outbox.links import path_of
from facility.outbox.models import Link
from tests.applications.asking import asking_draft
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browser

QUIET = {"x-autosave": "1"}
SECRET = "Zwiebelfisch-Einheit"


@pytest.fixture
async def asking(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft of Omar's whose call asks every party for a part of its own, with Vesa's institution as a partner."""
    return await asking_draft(db, stage, times)


async def partner(db: Database, application_id: UUID) -> Party:
    """The one partner."""
    async with db.transaction(now=clock.now()) as tx:
        return await tx.get(Party, await party_id(tx, application_id))


async def invite(db: Database, stage: Stage, application_id: UUID, after: timedelta = timedelta()) -> str:
    """Omar asks the partner, so long from now; its newest link."""
    at = clock.now() + after
    async with db.transaction(now=at, actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, application_id))
    await drain(db, lambda: at)
    async with db.transaction(now=clock.now()) as tx:
        query = select(Link).where(Link.purpose == "partner", Link.revoked_at.is_(None))
        return path_of((await tx.session.scalars(query)).one())


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert match
    return match[1]


async def filled(browser: Browser, path: str, answers: dict[str, str]) -> httpx.Response:
    """The answer to a form that was opened and filled in."""
    return await browser.send_form(path, {"seen": hidden(await browser.get(path), "seen"), **answers})


async def link_copies(db: Database) -> list[str]:
    """What stands in the copies that are kept for holders of links."""
    async with db.transaction(now=clock.now()) as tx:
        return sorted(
            typed["part"][0]
            for typed in await tx.session.scalars(
                select(UnsavedText.typed).where(UnsavedText.person_id.is_(None))
            )
        )
