"""What many tests begin with is built once, by its commands; its rows are kept beside the tables and put back for each."""

import contextlib
import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Any, Concatenate, Protocol, runtime_checkable

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from facility.db import Database

# A table of the schema holds the rows of each table that has any, and a function puts them back into emptied tables. What is generated
# generates itself again. A schema for each would be simpler; but whenever a schema is made, PostgreSQL forgets the plans of all statements.
_KEEP = """
DO $$
DECLARE line record; own text; filled boolean; body text := '';
BEGIN
    FOR line IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'beneficiary' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', line.name) INTO filled;
        CONTINUE WHEN NOT filled;
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO own FROM pg_attribute
            WHERE attrelid = format('public.%I', line.name)::regclass AND attnum > 0
            AND NOT attisdropped AND attgenerated = '';
        EXECUTE format('CREATE TABLE kept.%I AS SELECT %s FROM public.%I', '{name}_' || line.name, own, line.name);
        body := body || format(
            'INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept.%I;',
            line.name, own, own, '{name}_' || line.name
        );
    END LOOP;
    FOR line IN SELECT sequencename AS name, last_value FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        body := body || format('PERFORM setval(%L, %s);', 'public.' || line.name, line.last_value);
    END LOOP;
    EXECUTE format('CREATE FUNCTION kept.{name}() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || body || ' END');
END $$
"""
_EMPTYING = """
DO $$
DECLARE body text;
BEGIN
    SELECT string_agg(format('DELETE FROM %I;', tablename), ' ') INTO body
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'beneficiary';
    SELECT body || string_agg(format('PERFORM setval(%L, 1, false);', sequencename), ' ') INTO body
        FROM pg_sequences WHERE schemaname = 'public';
    EXECUTE format('CREATE FUNCTION kept.nothing() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || body || ' END');
END $$
"""


class Aside:
    """The database beside its commands: emptied, kept and put back, by a connection of its own. Triggers and foreign keys stay out of its
    way. They do so all the time: a connection that changes sides plans all its statements anew, and a function keeps its plans."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator["Aside"]:
        """Of the database at this address, for a while."""
        engine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": {"session_replication_role": "replica"}},
        )
        async with engine.connect() as connection:
            yield cls(connection)
        await engine.dispose()

    async def begin(self) -> None:
        """Where rows will be kept, and how tables are emptied: it takes a millisecond, where a database for each test takes a second.
        Beneficiaries stay in."""
        await self._run("CREATE SCHEMA kept")
        await self._run(_EMPTYING)

    async def keep(self, name: str) -> None:
        """What the tables hold now."""
        await self._run(_KEEP.format(name=name))

    async def put_back(self, name: str = "nothing") -> None:
        """What was kept under this name, into empty tables; or empty them."""
        await self._run(f"SELECT kept.{name}()")

    async def _run(self, statement: str) -> None:
        await self._connection.execute(text(statement))


@runtime_checkable
class Goes(Protocol):
    """What tests begin with and go on from."""

    prepared: "Prepared | None"


class Prepared:
    """Builds what a test begins with, or puts it back. The database is empty before."""

    def __init__(self, db: Database, aside: Aside) -> None:
        self._db = db
        self._aside = aside
        self._made: dict[Any, tuple[str, Any]] = {}
        self._commits = 0
        self._stands: tuple[int, Any, Any] = 0, None, None
        event.listen(db.engine.sync_engine, "commit", self._see_commit)

    def _see_commit(self, _connection: object) -> None:
        self._commits += 1

    async def __call__[Made](self, build: Callable[..., Awaitable[Made]], *given: Hashable) -> Made:
        """What `build(db, *given)` has made, as it was then; the test may change it."""
        key = (build, *given)
        if key not in self._made:
            await self._keep(key, await self._build(build, *given))
        else:
            await self._aside.put_back(self._made[key][0])
        made: Made = self._copy(self._made[key][1])
        if isinstance(made, Goes):
            made.prepared = self
        self._stands = self._commits, made, key
        return made

    async def go_on[Made](self, start: Any, build: Callable[..., Awaitable[Made]], *given: Hashable) -> Made:
        """What `build(start, *given)` gives. Where nothing was written since `start` was put back, that is kept and put back, too:
        its rows, what `start` holds afterwards, and the result."""
        commits, put_back, before = self._stands
        if commits != self._commits or put_back is not start:
            return await build(start, *given)
        key = (before, build, *given)
        if key not in self._made:
            result = await build(start, *given)
            await self._keep(key, self._copy((vars(start), result)))
        else:
            await self._aside.put_back()
            await self._aside.put_back(self._made[key][0])
            held, result = self._copy(self._made[key][1])
            vars(start).update(held)
        self._stands = self._commits, start, key
        return result

    async def _keep(self, key: Any, made: Any) -> None:
        """What the tables hold now, and what was made with it."""
        self._made[key] = f"made_{len(self._made)}", made
        await self._aside.keep(self._made[key][0])

    def _copy[Made](self, made: Made) -> Made:
        return copy.deepcopy(made, {id(self._db): self._db, id(self): self})

    async def _build(self, build: Callable[..., Awaitable[Any]], *given: Hashable) -> Any:
        async with self._db.reader() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM event")) == 0, (
                "something was built before"
            )
        return await build(self._db, *given)


def built_once(build: Callable[[Database], Awaitable[Any]]) -> Any:
    """A fixture of what this makes in an empty database."""

    async def put_back(db: Database, prepared: Prepared) -> Any:
        return await prepared(build)

    put_back.__doc__ = build.__doc__
    return pytest.fixture(name=build.__name__)(put_back)


def kept[Start: Goes, **P, Made](
    build: Callable[Concatenate[Start, P], Awaitable[Made]],
) -> Callable[Concatenate[Start, P], Awaitable[Made]]:
    """A way to go on that many tests have in common: done once, put back for the others. It writes by the test's database alone."""

    async def go_on(start: Start, /, *given: P.args, **named: P.kwargs) -> Made:
        if start.prepared is None or named:
            return await build(start, *given, **named)
        return await start.prepared.go_on(start, build, *given)

    go_on.__doc__ = build.__doc__
    return go_on
