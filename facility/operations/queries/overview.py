"""How far everything has come: the log, the read models, what waits, and what rehearsals have left behind."""

from datetime import datetime
from importlib.metadata import version

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.events.projector import Stop, positions, stops


class Backlog(msgspec.Struct, frozen=True):
    """What stands in the queues now. `log` is the position of the last numbered event, `last_at` when it was recorded."""

    log: int
    last_at: datetime | None
    unnumbered: int
    waiting: int
    failing: int
    parked: int
    mails_waiting: int
    mails_parked: int
    failed_steps: int
    waits_since: datetime | None


class Overview(msgspec.Struct, frozen=True):
    """The whole page. `models`: read model and the position that it has reached; `stopped`: those that can't go on, by name;
    `scratch`: databases of rehearsals."""

    backlog: Backlog
    models: list[tuple[str, int]]
    stopped: dict[str, Stop]
    scratch: list[str]
    version: str


_BACKLOG = text(
    """
    SELECT coalesce((SELECT max(position) FROM event), 0) AS log,
           (SELECT recorded_at FROM event ORDER BY seq DESC LIMIT 1) AS last_at,
           (SELECT count(*) FROM event WHERE position IS NULL) AS unnumbered,
           queue.waiting, queue.failing, queue.waits_since,
           (SELECT count(*) FROM delivery WHERE state = 'parked') AS parked,
           (SELECT count(*) FROM mail WHERE state IN ('waiting', 'sending')) AS mails_waiting,
           (SELECT count(*) FROM mail WHERE state = 'parked') AS mails_parked,
           (SELECT count(*) FROM failed_step WHERE state <> 'done') AS failed_steps
    FROM (
        SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 0) AS failing,
               min(event.recorded_at) AS waits_since
        FROM delivery JOIN event ON event.id = event_id WHERE state IN ('waiting', 'handed_over')
    ) AS queue
    """
)
_SCRATCH = text(r"SELECT datname FROM pg_database WHERE datname LIKE 'rehearsal\_%' ORDER BY datname")


async def overview(connection: AsyncConnection) -> Overview:
    """Everything that the overview shows, in four statements."""
    backlog = Backlog(**(await connection.execute(_BACKLOG)).one()._mapping)
    models = sorted((await positions(connection)).items())
    scratch = [row.datname for row in await connection.execute(_SCRATCH)]
    stopped = {stop.name: stop for stop in await stops(connection)}
    return Overview(backlog, models, stopped, scratch, version("facility"))
