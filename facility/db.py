"""The database: one engine per event loop, one place that opens and commits a transaction.

Everything that changes state runs inside `Database.transaction()` and gets a `Tx`. Nothing else commits
(house rule). Pages that only read use `Database.reader()`: single statements, no BEGIN and COMMIT around them.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnExpressionArgument,
    DateTime,
    Index,
    MetaData,
    Numeric,
    Text,
    TextClause,
    and_,
    event,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, validates

from facility.folding import search_key
from facility.pool import PoolInTurn
from facility.refused import refuse

log = logging.getLogger(__name__)

# "C" order everywhere: the embedded build has no ICU, and the same list must sort the same way on any server.
SORTED_BY_CODE_POINT = "C"
CHANNEL = "facility_events"
_WAIT = 20.0
"""Seconds that somebody waits for a connection or for the turn to write, before the service is busy."""
_PAUSE = 0.005  # seconds from one notice to the worker to the next: under traffic one speaks for many commits


class Base(DeclarativeBase):
    """The tables of the facility. Relationships are not used: a page can't hide a query behind an attribute."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(16, 2),
        int: BigInteger,
        str: Text,
        # None is no value, and not the value null of JSON.
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB,
        list[str]: JSONB,
    }


Key = Annotated[UUID, mapped_column(primary_key=True)]
"""The primary key of most tables: a random UUID made in Python by `new_id()`."""


def search_index(table: str) -> Index:
    """The index by which rows of the table are found by words (`search_key_of`)."""
    return Index(
        f"ix_{table}_search",
        "search_key",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )


def search_key_of(*columns: str) -> Callable[[Any, str, str], str]:
    """Keeps the `search_key` of a model as these columns are: `_find_by = search_key_of("reference", "title")`. So that it is found
    by their words (`web.finding`), it has a `search_index`, too."""

    def find_by(row: Any, name: str, value: str) -> str:
        texts = [value if column == name else getattr(row, column) for column in columns]
        row.search_key = search_key(*filter(None, texts), initials=False)
        return value

    return validates(*columns)(find_by)


def as_sql(condition: ColumnExpressionArgument[bool]) -> str:
    """The condition for a statement that is written as text, where the table bears its own name."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return f"({and_(condition).compile(dialect=dialect, compile_kwargs={'literal_binds': True})})"


def new_id() -> UUID:
    """A fresh random key. Random, so that an address in a page says nothing about other objects."""
    return uuid4()


class Left(Exception):  # noqa: N818 - a way out, not an error
    """Leaves a transaction's block. Where it `keeps`, what was written is committed before it goes on."""

    keeps = False


class _Session(Session):
    """A session whose rollback also undoes what its Tx keeps beside it: recorded events, work planned for the flush. There is
    no way to roll back rows and keep these."""

    def rollback(self) -> None:
        super().rollback()
        self.info["tx"].forget()


class Tx:
    """One transaction in the hands of a command.

    `now` is the instant that counts for it (for a request: when the whole of it was there), `actor` the person
    who acts (None: the facility itself, or somebody who came by a link), `correlation` ties together what one
    request or scheduled step set off, `causation` is the event that a reaction answers.
    """

    def __init__(
        self,
        session: AsyncSession,
        *,
        now: datetime,
        actor: UUID | None = None,
        correlation: UUID | None = None,
        causation: UUID | None = None,
    ) -> None:
        self.session = session
        session.info["tx"] = self
        self.now = now
        self.actor = actor
        self.correlation = correlation or new_id()
        self.causation = causation
        self.forget()

    def forget(self) -> None:
        """Nothing is recorded, nothing planned. For the session's rollback; commands `undo`."""
        self.recorded = 0
        self.deliveries = 0
        self.unwritten: list[Any] = []  # events that wait for the next flush (events/log.py)
        self._at_flush: dict[Callable[[Tx], Awaitable[None]], None] = {}

    async def get[Row: Base](self, model: type[Row], key: Any) -> Row:
        """The row with this primary key, unlocked. Raises Refused (missing)."""
        row = await self.session.get(model, key)
        if row is None:
            refuse("not_found", kind="missing", what=model.__tablename__)
        return row

    async def lock[Row: Base](self, model: type[Row], key: Any) -> Row:
        """The row with this primary key as it is now, locked until the transaction ends. Raises Refused (missing).

        FOR NO KEY UPDATE: rows that refer to it can still be inserted meanwhile.


        `populate_existing`: without it a row that the session has seen keeps its old values, and money or
        seats would be decided on stale figures.
        """
        row = await self.session.get(model, key, with_for_update={"key_share": True}, populate_existing=True)
        if row is None:
            refuse("not_found", kind="missing", what=model.__tablename__)
        return row

    def add(self, *rows: Base) -> None:
        """Rows to insert with the next flush."""
        self.session.add_all(rows)

    def at_flush(self, write: Callable[["Tx"], Awaitable[None]]) -> None:
        """Call `write(tx)` with the next flush, at the latest before the commit; once, however often this is asked."""
        self._at_flush[write] = None

    async def flush(self) -> None:
        """Send pending changes now, so that constraints speak and later statements see them."""
        writes, self._at_flush = self._at_flush, {}
        for write in writes:
            await write(self)
        await self.session.flush()

    async def undo(self) -> None:
        """Take back all that the command had begun: rows, locks, recorded events, their deliveries, and what was planned for
        the flush. Before a refusal is answered with a page of what is true now, or with a trace that stays."""
        await self.session.rollback()


def _advisory(function: str) -> TextClause:
    return text(f"SELECT {function}(hashtext(:what), hashtext(:key))")


def _refuse_closed(connection: Any, *_: object) -> None:
    """Don't hand out a connection that the server has closed meanwhile, because it was started again: its socket knows,
    so this costs no round trip. Raises InvalidatePoolError, upon which the pool makes new ones."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


class Database:
    """The engine of one event loop. Sharing one between loops fails, so each loop makes its own.

    `pool_size`: each connection is taught each statement, which takes longer than the statement; a third of them is for whoever
    reads. `statements`: how many of them a connection keeps prepared; the server holds some 20 kB for a plain statement and megabytes
    for that of the start page. `listened`: False where no worker waits for notices.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, statements: int = 100, listened: bool = True
    ) -> None:
        self.url = url
        self._listened = listened
        self.engine: AsyncEngine = create_async_engine(
            url,
            poolclass=PoolInTurn,
            pool_size=pool_size,
            max_overflow=0,  # each beyond the pool's size would be opened, taught its statements, and closed
            pool_timeout=_WAIT,
            # Whoever comes next gets the connection that was in use last: it knows most statements. In turn, each connection
            # would be taught each statement.
            pool_use_lifo=True,
            # More than there are statements (tests of two rooms send 1 266): what is forgotten is compiled anew.
            query_cache_size=2000,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            connect_args={
                "server_settings": {"application_name": "facility", "jit": "off"},
                "prepared_statement_cache_size": statements,
            },
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        # No BEGIN and no ROLLBACK around reads: two round trips less a page.
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writers = asyncio.Semaphore(pool_size - pool_size // 3)
        self._wake: asyncio.Task[None] | None = None
        self._wake_again = False

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that only read. Every statement sees what is committed when it starts."""
        async with self._autocommit.connect() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def sharing(self, what: str, key: str) -> AsyncIterator[None]:
        """Keep others from being `alone` with it until the block ends, without a transaction: what is slow may be done
        meanwhile. Waits while somebody is."""
        async with self._locked("pg_advisory_lock_shared", "pg_advisory_unlock_shared", what, key):
            yield

    @contextlib.asynccontextmanager
    async def alone(self, what: str, key: str) -> AsyncIterator[bool]:
        """Hold it alone until the block ends, without a transaction; False where somebody shares it."""
        async with self._locked("pg_try_advisory_lock", "pg_advisory_unlock", what, key) as held:
            yield held

    @contextlib.asynccontextmanager
    async def _locked(self, lock: str, unlock: str, what: str, key: str) -> AsyncIterator[bool]:
        names = {"what": f"facility.{what}", "key": key}
        async with self._autocommit.connect() as connection:
            held = (await connection.execute(_advisory(lock), names)).scalar() is not False
            try:
                yield held
            finally:
                try:
                    if held:
                        await connection.execute(_advisory(unlock), names)
                except BaseException:  # a lock of the session would go back into the pool with it
                    await connection.invalidate()
                    raise

    @contextlib.asynccontextmanager
    async def _turn_to_write(self) -> AsyncIterator[None]:
        """Writers wait for each other, for locks and for the disk: readers don't wait behind them. Raises PoolTimeout."""
        try:
            await asyncio.wait_for(self._writers.acquire(), _WAIT)
        except TimeoutError as error:
            raise PoolTimeout("too many transactions are open") from error
        try:
            yield
        finally:
            self._writers.release()

    @contextlib.asynccontextmanager
    async def transaction(
        self,
        *,
        now: datetime,
        actor: UUID | None = None,
        correlation: UUID | None = None,
        causation: UUID | None = None,
    ) -> AsyncIterator[Tx]:
        """Open a transaction, commit it when the block ends, roll it back when it raises, then wake the worker. Left says which of the
        two it wants."""
        left: Left | None = None
        async with (
            self._turn_to_write(),
            AsyncSession(
                self.engine, sync_session_class=_Session, expire_on_commit=False, autoflush=True
            ) as session,
        ):
            tx = Tx(session, now=now, actor=actor, correlation=correlation, causation=causation)
            try:
                yield tx
            except Left as leaving:
                if not leaving.keeps:
                    raise
                left = leaving
            await tx.flush()
            await session.commit()
        if tx.recorded and self._listened:
            self.wake()
        if left:
            raise left

    def wake(self) -> None:
        """Tell the worker that the log has grown. Outside the transaction, and many commits in one notice.

        NOTIFY inside a transaction makes commits wait for each other; a notice that gets lost costs nothing,
        since the worker also polls.
        """
        if self._wake is not None and not self._wake.done():
            self._wake_again = True
            return
        self._wake = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        while True:
            self._wake_again = False
            try:
                async with self.reader() as connection:
                    # By the driver itself: this follows every commit.
                    raw = await connection.get_raw_connection()
                    await raw.driver_connection.execute(f"NOTIFY {CHANNEL}")  # type: ignore[union-attr]
            except AWAY as error:
                log.warning("could not wake the worker: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE)
            if not self._wake_again:
                return

    async def dispose(self) -> None:
        """Close every connection."""
        if self._wake is not None:
            await asyncio.gather(self._wake, return_exceptions=True)
        await self.engine.dispose()


AWAY = (
    SQLAlchemyError,
    asyncpg.PostgresError,  # SQLAlchemy hands these on unchanged where there is no connection yet
    asyncpg.InterfaceError,
    OSError,
)
"""What a database that is away looks like; a statement that is wrong may look so too."""
RETRY_STATES = frozenset({"40001", "40P01"})
# No connection, no room, no slot, shutting down or starting, disk: whatever the statement says.
_OUTAGE_STATES = ("08", "53100", "53300", "57P", "58")


def state_of(error: DBAPIError) -> str:
    """The SQLSTATE, empty where there is none."""
    return getattr(error.orig, "sqlstate", None) or ""


def constraint_of(error: DBAPIError) -> str:
    """The constraint that refused, empty where it was none."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None) or ""


def is_outage(error: BaseException) -> bool:
    """True where the database is away, and not the statement wrong."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or state_of(error).startswith(_OUTAGE_STATES)
    return isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, PoolTimeout))


def is_passing(error: BaseException) -> bool:
    """True for a database error that another try may not meet: a deadlock, a serialisation failure, a lost connection."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or state_of(error) in RETRY_STATES


type Command = Callable[[Tx], Awaitable[Any]]
