"""What many tests begin with is built once, by its commands; its rows are kept beside the tables and put back for each."""

import copy
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Concatenate, Protocol, runtime_checkable

import pytest
from sqlalchemy import event, text

from facility.db import Database

# A schema holds the rows of each table that has any, and a function that puts them back into emptied tables, with
# triggers and foreign keys out of the way. What is generated generates itself again.
_KEEP = """
DO $$
DECLARE line record; own text; filled boolean; body text := '';
BEGIN
    CREATE SCHEMA kept;
    FOR line IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'beneficiary' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', line.name) INTO filled;
        CONTINUE WHEN NOT filled;
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO own FROM pg_attribute
            WHERE attrelid = format('public.%I', line.name)::regclass AND attnum > 0
            AND NOT attisdropped AND attgenerated = '';
        EXECUTE format('CREATE TABLE kept.%I AS SELECT %s FROM public.%I', line.name, own, line.name);
        body := body || format(
            'INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept.%I;', line.name, own, own, line.name
        );
    END LOOP;
    FOR line IN SELECT sequencename AS name, last_value FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        body := body || format('PERFORM setval(%L, %s);', 'public.' || line.name, line.last_value);
    END LOOP;
    EXECUTE format(
        'CREATE FUNCTION kept.put_back() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS %L',
        'BEGIN ' || body || ' END'
    );
END $$
"""


# Empties all tables, once the fixtures have made it.
EMPTY = "SELECT empty_all()"


@runtime_checkable
class Goes(Protocol):
    """What tests begin with and go on from."""

    prepared: "Prepared | None"


class Prepared:
    """Builds what a test begins with, or puts it back. The database is empty before."""

    def __init__(self, db: Database) -> None:
        self._db = db
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
            await self._put_back(key)
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
            await self._run(EMPTY)
            await self._put_back(key)
            held, result = self._copy(self._made[key][1])
            vars(start).update(held)
        self._stands = self._commits, start, key
        return result

    async def _keep(self, key: Any, made: Any) -> None:
        """What the tables hold now, and what was made with it."""
        self._made[key] = f"kept_{len(self._made)}", made
        await self._run(_KEEP.replace("kept", self._made[key][0]))

    async def _put_back(self, key: Any) -> None:
        """Its rows, into empty tables."""
        await self._run(f"SELECT {self._made[key][0]}.put_back()")

    def _copy[Made](self, made: Made) -> Made:
        return copy.deepcopy(made, {id(self._db): self._db, id(self): self})

    async def _build(self, build: Callable[..., Awaitable[Any]], *given: Hashable) -> Any:
        async with self._db.reader() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM event")) == 0, (
                "something was built before"
            )
        return await build(self._db, *given)

    async def _run(self, statement: str) -> None:
        async with self._db.engine.begin() as connection:
            await connection.execute(text(statement))


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
