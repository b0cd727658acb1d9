"""What tests of calls look up: rows, mails, events, and what `facility reconcile` says."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft
from facility.calls.service.reading import draft_of
from facility.db import Database, Tx
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.judging import CLOSES, OPENS, Judging

CALL = "TAF-2021-01"
MID = OPENS + timedelta(days=20)
LATER = CLOSES + timedelta(days=7)


def rule(page: str, name: str) -> str | None:
    """What a call's page says of this rule, up to the next tag; None where it says nothing: `data-rule`."""
    match = re.search(rf'data-rule="{name}">([^<]*)', page)
    return match[1] if match else None


def figures(page: str, name: str) -> list[int]:
    """The whole numbers in what a call's page says of this rule."""
    return [int(figure) for figure in re.findall(r"\d+", rule(page, name) or "")]


async def current_draft(play: Judging, call: str = CALL) -> CallDraft:
    """What the call says and asks now."""
    return draft_of(await play.row(Call, play.calls[call]))


async def changed(play: Judging, **fields: object) -> CallDraft:
    """The call with these fields changed."""
    return msgspec.structs.replace(await current_draft(play), **fields)


async def events(db: Database, subject_id: UUID) -> list[str]:
    """Kinds of the subject's events, oldest first."""
    async with db.reader() as connection:
        return [type(recorded.event).__name__ for recorded in reversed(await history(connection, subject_id))]


async def mails(db: Database, *templates: str) -> list[tuple[str, str]]:
    """Template and address of the mails made with these templates, in the order of the alphabet."""
    async with db.reader() as connection:
        rows = await connection.execute(
            select(Mail.template, Mail.to_address).where(Mail.template.in_(templates))
        )
        return sorted((row.template, row.to_address) for row in rows)


async def refused(
    play: Judging, actor: str, command: Callable[[Tx], Awaitable[object]], at: datetime = MID
) -> list[tuple[str, str | None]]:
    """Codes and fields of the reasons why the command is refused."""
    with pytest.raises(Refused) as refusal:
        await play.act(actor, command, at)
    return [(reason.code, reason.field) for reason in refusal.value.reasons]


async def reconciled(db: Database) -> list[str]:
    """Everything that any check finds wrong."""
    return [line for lines in (await reconcile(db)).values() for line in lines]
