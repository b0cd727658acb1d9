"""A declared conflict is told to the secretariat, and who has declared it gets the application no more."""

import re

from sqlalchemy import select

from facility.db import Database
from facility.evaluation.forms.assigning import ALL_ASSIGNED
from facility.evaluation.service import assessing as evaluation
from facility.outbox.models import Mail
from facility.web.access import Role, Visitor
from facility.web.waiting import work_of
from tests.browser import Browsers, gives_reason, says
from tests.judging import Judging, judging
from tests.prepared import built_once

LACKS = "Calls whose applications lack assessors"


@built_once
async def play(db: Database) -> Judging:
    """Elena has A and declares a conflict on it."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.close()
    key = made.applications["A"]
    await made.act("ada", lambda tx: evaluation.assign(tx, key, made.people["elena"]))
    await made.act(
        "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="My sister.")
    )
    return made


async def test_the_secretariat_learns_it_and_a_task_waits_until_somebody_else_has_it(play: Judging) -> None:
    async with play.db.reader() as connection:
        query = select(Mail.to_address, Mail.context).where(Mail.template == "evaluation/recused")
        rows = (await connection.execute(query)).all()
    assert sorted(row.to_address for row in rows) == ["ada@example.org", "vera@example.org"]
    known = {(row.context["application"], row.context["assessors"], row.context["needed"]) for row in rows}
    assert known == {("A", 0, 1)}
    assert "sister" not in str([row.context for row in rows])
    assert LACKS in await tasks(play)
    await play.act("ada", lambda tx: evaluation.assign(tx, play.applications["A"], play.people["erik"]))
    assert LACKS not in await tasks(play)


async def tasks(play: Judging) -> list[str]:
    ada = Visitor(
        play.people["ada"], "Ada", "AB", frozenset({Role.SECRETARIAT}), None, None, None, play.people["ada"]
    )
    async with play.db.reader() as connection:
        return [task.kind.label for task in (await work_of(connection, ada)).tasks]


async def test_giving_it_to_who_has_declared_the_conflict_is_refused_by_name(
    play: Judging, browse: Browsers
) -> None:
    ada, call = await browse(play.people["ada"]), play.calls["TAF-2021-01"]
    form = {"applications": str(play.applications["A"]), "assessors": str(play.people["elena"])}
    answer = await ada.send_form(f"/evaluation/{call}/assign", form)
    assert answer.status_code == 422
    assert gives_reason(answer, "assessor_recused")


async def test_giving_it_once_more_says_that_they_have_it(play: Judging, browse: Browsers) -> None:
    ada, call = await browse(play.people["ada"]), play.calls["TAF-2021-01"]
    form = {"applications": str(play.applications["A"]), "assessors": str(play.people["erik"])}
    for count, had_it in ((["1"], False), ([], True)):
        answer = await ada.send_form(f"/evaluation/{call}/assign", form)
        assert answer.status_code == 303
        (text,) = re.findall(r'role="status"><p>([^<]+)', (await ada.get(f"/evaluation/{call}")).text)
        assert (re.findall(r"\d+", text), says(text, ALL_ASSIGNED)) == (count, had_it)
