"""Whatever becomes of a call, each act that Work offers somebody is theirs to do, and nothing that waits for them is left out."""

import random
import re
from uuid import UUID, uuid4

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.rules.modes import Mode
from facility.db import Database
from facility.refused import Refused
from facility.web.access import Visitor
from facility.web.waiting import KINDS, Kind, Task, all_of, work_of
from tests.browser import Browsers
from tests.house.acts import ACTS
from tests.house.offered import ASSESSES, EXTRAS, PEOPLE, STATES, STEPS, Applied, Course, Life
from tests.judging import judging
from tests.prepared import Aside, Prepared


def applied(chance: random.Random) -> Applied:
    """An application, mostly a submitted and admissible one."""
    return Applied(
        state=chance.choice([*STATES, *["submitted"] * 6]),
        admissible=chance.random() < 0.8,
        assessors=tuple(chance.sample(ASSESSES, chance.randint(0, 2))),
        conflicts=frozenset(chance.sample(ASSESSES, chance.randint(0, 1))),
    )


def life_of(step: str, chance: random.Random) -> Life:
    """A call that comes so far."""
    return Life(
        mode=chance.choice([*Mode]),
        far=STEPS.index(step),
        applied=tuple(applied(chance) for _number in range(chance.randint(1, 3))),
        hands=tuple(chance.randrange(60) for _number in range(12)),
        extras=frozenset(extra for extra in EXTRAS if chance.random() < 0.6),
    )


ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _UndoneError(Exception):
    """Takes back what was only tried."""


@pytest.mark.parametrize("step", STEPS)
@settings(max_examples=2, phases=[Phase.generate])
@given(seed=st.integers(0, 10**9))
async def test_each_act_that_work_offers_is_accepted_and_no_duty_is_left_out(
    db: Database,
    aside: Aside,
    prepared: Prepared,
    browse: Browsers,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    seed: int,
) -> None:
    # What is drawn directly is all the more alike the fewer examples there are.
    life = life_of(step, random.Random(f"{step} {seed}"))
    await aside.put_back()
    course = Course(await prepared(judging), life)
    await course.tell()
    monkeypatch.setattr(clock, "now", lambda: course.now)
    for name in PEOPLE:
        visitor = _visitor(course, name)
        tasks = await _complete(db, visitor)
        browser = await browse(visitor.id) if tasks else None
        for task in {task.kind.key: task for task in tasks}.values():
            assert browser is not None
            page = await browser.get(task.href, follow_redirects=True)
            assert (name, task.sentence, page.status_code) == (name, task.sentence, 200)
        for task in tasks:
            if not task.kind.others:
                assert (name, task.sentence, await _try(course, name, task)) == (name, task.sentence, ())


def _visitor(course: Course, name: str) -> Visitor:
    person = course.play.people[name]
    institution = {"omar": "AL", "arta": "XK"}.get(name)
    house = course.play.institutions[institution] if institution else None
    return Visitor(person, name, name[0], frozenset(PEOPLE[name]), house, None, None, uuid4())


async def _complete(db: Database, visitor: Visitor) -> list[Task]:
    """The rows that are shown; whatever is registered for this person stands among them, or in the count of its kind."""
    mine = [kind for kind in KINDS.values() if visitor.has(*kind.roles)]
    async with db.reader() as connection:
        work = await work_of(connection, visitor)
        assert work.counts == await _counted(connection, visitor, mine)
        for key, count in work.counts.items():
            _kind, everything = await all_of(connection, visitor, key)
            tasks = [task for task in work.tasks if task.kind.key == key]
            assert (key, len(everything), [task for task in tasks if task not in everything]) == (
                key,
                count,
                [],
            )
            assert (key, len(tasks) == count or key in work.beyond) == (key, True)
    return work.tasks


async def _counted(connection: AsyncConnection, visitor: Visitor, kinds: list[Kind]) -> dict[str, int]:
    """How much of each kind there is, by the queries that the rooms registered."""
    queries = " UNION ALL ".join(
        f"SELECT '{kind.key}' AS kind, count(*) AS number FROM ({kind.rows}) AS of_it" for kind in kinds
    )
    about = {"person_id": visitor.id, "institution_id": visitor.institution_id, "now": clock.now()}
    given = {name: value for name, value in about.items() if f":{name}" in queries}
    rows = await connection.execute(text(queries), given)
    return {row.kind: row.number for row in rows if row.number}


async def _try(course: Course, name: str, task: Task) -> tuple[str, ...]:
    """Do it, and take it back: the codes with which it was refused."""
    key = UUID(ID.findall(task.href)[0])
    try:
        async with course.play.db.transaction(now=course.now, actor=course.play.people[name]) as tx:
            await ACTS[task.kind.key](tx, key)
            await tx.flush()
            raise _UndoneError
    except _UndoneError:
        return ()
    except Refused as refused:
        return refused.codes
