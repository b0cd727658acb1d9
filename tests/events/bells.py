"""Kinds of event for the tests of the log, and a reaction and a read model that follow them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, Integer, Table, Uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Base, Tx
from facility.events.base import Event, Recorded
from facility.events.projector import Projection
from facility.events.reactions import reacts_to
from facility.operations.words import SUBJECTS
from facility.web.i18n import N_

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        """Move on by so much (days, hours, seconds …)."""
        self.at += timedelta(**delta)


class BellRung(Event, frozen=True, kw_only=True):
    """For the tests: something that a reaction and a read model follow."""

    subject: ClassVar[str] = "bell"
    sentence: ClassVar[str] = "The bell rang {times} times"

    bell_id: UUID
    times: int


class BellPolished(Event, frozen=True, kw_only=True):
    """For the tests: something that nobody follows."""

    subject: ClassVar[str] = "bell"
    sentence: ClassVar[str] = "The bell was polished"

    bell_id: UUID


SUBJECTS[BellRung.subject] = N_("Bell")  # the log's page names whatever events are about


class Ears:
    """What the reaction heard, and whether it is to fail."""

    heard: ClassVar[list[int]] = []
    deaf: ClassVar[bool] = False


@reacts_to(BellRung)
async def hear(tx: Tx, event: BellRung) -> None:
    """Hear the bell, unless deaf."""
    if Ears.deaf:
        raise ValueError("what somebody wrote")
    Ears.heard.append(event.times)


# A table of the tests' own, made by the test that needs it; it is not part of the product's schema.
rung = Table("test_bell", Base.metadata, Column("bell_id", Uuid, primary_key=True), Column("times", Integer))
Base.metadata.remove(rung)


async def _apply(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """How often each bell rang, as the last event says."""
    for recorded in events:
        assert isinstance(recorded.event, BellRung)
        statement = insert(rung).values(bell_id=recorded.event.bell_id, times=recorded.event.times)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["bell_id"], set_={"times": statement.excluded.times}
            )
        )


# Not registered: no other test's database has its table.
bells = Projection("test.bells", (rung,), (BellRung,), _apply)
