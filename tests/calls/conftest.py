"""A draft of a call that is open now: pages look at the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from facility import clock
from facility.calls.forms.grid import preset
from facility.calls.rules.call import CallDraft
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database
from facility.story.calls import CALL, enter_money
from tests.cast import Cast

DRAFT = msgspec.structs.replace(
    CALL,
    reference="TAF-2026-01",
    text="First paragraph.\n\nSecond <b>paragraph</b>.",
    opens_at=datetime(2026, 1, 1, 11, tzinfo=UTC),
    closes_at=datetime(2027, 7, 30, 10, tzinfo=UTC),
    envelope_id=UUID(int=0),
    extended_to=("TR",),
    extension_decision="Decision 7/2026",
    grid=preset("prag_2018"),
)


@pytest.fixture
async def draft(db: Database, cast: Cast) -> CallDraft:
    """A draft that is good and not stored, on an envelope; open now, for as long as these tests matter."""
    now = clock.now()
    async with db.transaction(now=now, actor=cast.ada) as tx:
        envelope_id = await enter_money(tx)
    return msgspec.structs.replace(
        DRAFT,
        envelope_id=envelope_id,
        opens_at=now.replace(second=0, microsecond=0) - timedelta(days=1),
        closes_at=now.replace(second=0, microsecond=0) + timedelta(days=30, hours=1),
    )


async def store(db: Database, cast: Cast, draft: CallDraft, *, publish: bool = True, **changes: Any) -> UUID:
    """Ada drafts, Vera publishes, both when the call opens; what stays a draft opens in two days, unless it says when."""
    at = changes.get("opens_at", draft.opens_at)
    if not publish:
        changes = {"opens_at": at + timedelta(days=2)} | changes
    draft = msgspec.structs.replace(draft, **changes)
    async with db.transaction(now=at, actor=cast.ada) as tx:
        call = await draft_call(tx, draft)
    if publish:
        async with db.transaction(now=draft.opens_at, actor=cast.vera) as tx:
            await publish_call(tx, call.id)
    return call.id
