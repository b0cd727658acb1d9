"""Who runs a call does not assess in it, and the other way round; nobody gives an application to themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text

from facility.accounts.service.people import change_roles
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application
from facility.awards.service.deciding import propose, take_back
from facility.calls.models.call import Call
from facility.calls.models.duty import CallDuty
from facility.calls.service.closing import close_call
from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.reading import draft_of
from facility.db import Database, Tx
from facility.evaluation.service import assessing as evaluation
from facility.refused import Refused
from facility.web.access import Role
from tests.browser import Browsers, gives_reason, work
from tests.judging import CLOSES, OPENS, Judging, judging
from tests.prepared import built_once
from tests.rolling import SERIES, rolling

BOTH = [Role.SECRETARIAT, Role.ASSESSOR]
DURING = OPENS + timedelta(days=1)


async def make_both(play: Judging, *names: str) -> None:
    """Vera, Emma … are in the secretariat and assess."""
    for name in names:
        await play.act("root", lambda tx, name=name: change_roles(tx, play.people[name], BOTH))  # type: ignore[misc]


@built_once
async def play(db: Database) -> Judging:
    """Drafted by Ada and published by Vera, closed; Emma is in the secretariat, too. Nobody has opened it."""
    made = await judging(db)
    await make_both(made, "ada", "vera", "emma", "enzo")
    await made.apply("X", "10000.00")
    await made.apply("Y", "10000.00")
    return made


async def refusal(
    play: Judging, who: str | None, command: Callable[[Tx], Awaitable[object]]
) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await play.act(who, command, CLOSES)
    return refused.value.codes


def assign(play: Judging, assessor: str, name: str = "X") -> Callable[[Tx], Awaitable[object]]:
    return lambda tx: evaluation.assign(tx, play.applications[name], play.people[assessor])


async def corrected(play: Judging, author: str, publisher: str) -> None:
    """A corrigendum to the call."""

    async def write(tx: Tx) -> None:
        call = await tx.get(Call, play.calls["TAF-2021-01"])
        draft = msgspec.structs.replace(draft_of(call), text="Said better.")
        await draft_corrigendum(tx, call.id, draft, "A word was wrong.")

    await play.act(author, write, DURING)
    await play.act(publisher, lambda tx: publish_corrigendum(tx, play.calls["TAF-2021-01"]), DURING)


async def test_whoever_has_run_the_call_is_not_given_its_applications(play: Judging) -> None:
    await corrected(play, "emma", "enzo")
    await play.close()
    refusals = {name: await refusal(play, "ada", assign(play, name)) for name in ("vera", "emma", "enzo")}
    assert refusals == {"vera": ("published_here",), "emma": ("drafted_here",), "enzo": ("published_here",)}
    assert await refusal(play, "vera", assign(play, "ada")) == ("drafted_here",)
    assert await refusal(play, "ada", assign(play, "ada")) == ("own_assignment",)
    await play.act("ada", assign(play, "elena"), CLOSES)


async def test_each_act_in_a_call_is_one_of_those_who_run_it(play: Judging) -> None:
    call_id, x, y = play.calls["TAF-2021-01"], play.applications["X"], play.applications["Y"]
    await play.close()
    await make_both(play, "erik", "eva")
    await play.act("emma", lambda tx: check_admissibility(tx, x, admissible=True, reason="Again."), CLOSES)
    await play.act("enzo", assign(play, "elena"), CLOSES)
    await play.act("ada", assign(play, "elena", "Y"), CLOSES)
    await play.act("erik", lambda tx: evaluation.set_aside(tx, x, "None."), CLOSES)
    await play.act("erik", lambda tx: evaluation.set_aside(tx, y, "None."), CLOSES)
    await play.act("eva", lambda tx: propose(tx, call_id), CLOSES)
    await play.act("eva", lambda tx: take_back(tx, call_id), CLOSES)
    await play.act("erik", lambda tx: evaluation.bring_back(tx, x), CLOSES)
    refusals = {
        name: await refusal(play, "ada", assign(play, name)) for name in ("emma", "enzo", "erik", "eva")
    }
    assert refusals == {
        "emma": ("checked_here",),
        "enzo": ("assigned_here",),
        "erik": ("checked_here",),
        "eva": ("proposed_here",),
    }


async def test_whoever_assesses_in_a_call_does_nothing_else_in_it(play: Judging) -> None:
    await play.close()
    call_id, x = play.calls["TAF-2021-01"], play.applications["X"]
    await play.act("ada", assign(play, "emma"), CLOSES)
    commands: dict[str, Callable[[Tx], Awaitable[object]]] = {
        "check": lambda tx: check_admissibility(tx, x, admissible=False, reason="No."),
        "assign": assign(play, "elena", "Y"),
        "set aside": lambda tx: evaluation.set_aside(tx, x, "No."),
        "propose": lambda tx: propose(tx, call_id),
        "open": lambda tx: start_opening(tx, call_id),
        "confirm": lambda tx: confirm_opening(tx, call_id),
    }
    refusals = {name: await refusal(play, "emma", command) for name, command in commands.items()}
    assert refusals == dict.fromkeys(commands, ("assesses_here",))
    await play.declare("elena", "Y")
    await play.act("vera", commands["check"], CLOSES)


async def test_a_call_next_to_it_is_another_one(play: Judging) -> None:
    await play.close()
    await play.call("OTHER")
    await play.apply("Z", "10.00", call="OTHER")
    await play.close("OTHER")
    await play.act("ada", assign(play, "emma"), CLOSES)
    await play.act("emma", assign(play, "elena", "Z"), CLOSES)
    assert await refusal(play, "ada", assign(play, "emma", "Z")) == ("assigned_here",)


async def test_the_batches_of_a_series_are_one_call(db: Database) -> None:
    play = await rolling(db)
    await make_both(play, "emma", "enzo")
    first, second = (await play.batches())[:2]
    await play.apply("ONE", "10000.00", call=SERIES, received_at=CLOSES - timedelta(days=1))
    await play.apply("TWO", "10000.00", call=SERIES, received_at=CLOSES + timedelta(days=1))
    await play.judge(1, {})
    await play.act("ada", lambda tx: _admit(tx, first.id), CLOSES)
    await play.act("ada", assign(play, "emma", "ONE"), CLOSES)
    later = second.closes_at
    await play.act(None, lambda tx: _close(tx, second.id, later), later)
    with pytest.raises(Refused) as refused:
        await play.act("emma", lambda tx: start_opening(tx, second.id), later)
    assert refused.value.codes == ("assesses_here",)
    await play.act("enzo", lambda tx: start_opening(tx, second.id), later)
    assert await refusal(play, "ada", assign(play, "enzo", "ONE")) == ("opened_here",)
    async with play.db.reader() as connection:
        rows = (await connection.execute(select(CallDuty.call_id).distinct())).scalars().all()
    assert rows == [play.calls[SERIES]]


async def _admit(tx: Tx, call_id: UUID) -> None:
    query = select(Application.id).where(Application.call_id == call_id, Application.status == "submitted")
    for key in (await tx.session.scalars(query)).all():
        await check_admissibility(tx, key, admissible=True)


async def _close(tx: Tx, call_id: UUID, at: Any) -> None:
    await close_call(tx, call_id, due_at=at)


async def test_of_two_acts_at_the_same_moment_one_is_refused(play: Judging) -> None:
    """Somebody is given one application while they check another, in either order of what comes first."""
    await play.close()
    await make_both(play, "erik", "eva")
    y = play.applications["Y"]
    for name in ("emma", "enzo", "erik", "eva"):
        outcomes = await asyncio.gather(
            _refusal(play, "ada", assign(play, name)),
            _refusal(play, name, lambda tx: check_admissibility(tx, y, admissible=True, reason="Twice.")),
        )
        assert sorted(outcomes) in (["", "assesses_here"], ["", "checked_here"])
        async with play.db.reader() as connection:
            query = text("SELECT count(*) FROM assignment WHERE assessor_id = :id")
            given = (await connection.execute(query, {"id": play.people[name]})).scalar_one()
        assert given == (1 if "assesses_here" in outcomes else 0)


async def _refusal(play: Judging, who: str, command: Callable[[Tx], Awaitable[object]]) -> str:
    try:
        async with play.db.transaction(now=CLOSES, actor=play.people[who]) as tx:
            await command(tx)
    except Refused as refused:
        return refused.codes[0]
    return ""


async def test_two_who_give_each_other_something_at_the_same_moment(play: Judging) -> None:
    await play.close()
    outcomes = await asyncio.gather(
        _refusal(play, "emma", assign(play, "enzo")), _refusal(play, "enzo", assign(play, "emma", "Y"))
    )
    assert sorted(outcomes) in (["", "assesses_here"], ["", "assigned_here"])


async def test_the_board_offers_only_who_may_and_says_why_not_the_others(
    play: Judging, browse: Browsers
) -> None:
    await play.close()
    board = f"/evaluation/{play.calls['TAF-2021-01']}"
    ada = await browse(play.people["ada"])
    page = (await ada.get(board)).text
    offered = {name for name, key in play.people.items() if f'value="{key}"' in page}
    assert offered == {"elena", "erik", "emma", "enzo", "eva"}
    assert gives_reason(page, "published_here")
    assert gives_reason(page, "own_assignment")
    given = {"applications": [str(play.applications["X"])], "assessors": [str(play.people["vera"])]}
    refused = await ada.send_form(f"{board}/assign", given)
    assert refused.status_code == 422
    assert gives_reason(refused, "published_here")
    own = await ada.send_form(f"{board}/assign", {**given, "assessors": [str(play.people["ada"])]})
    assert (own.status_code, gives_reason(own, "own_assignment")) == (422, True)
    await ada.send_form(f"{board}/assign", {**given, "assessors": [str(play.people["emma"])]})
    emma = await browse(play.people["emma"])
    seen = (await emma.get(board)).text
    assert gives_reason(seen, "assesses_here")
    assert "Assign the chosen applications to" not in seen
    page = (await emma.get(f"/applications/{play.applications['Y']}")).text
    assert gives_reason(page, "assesses_here")
    assert "/admissibility" not in page
    form = await emma.get(f"/applications/{play.applications['Y']}/admissibility")
    assert (form.status_code, gives_reason(form, "assesses_here")) == (403, True)


async def test_whoever_assesses_in_a_call_is_not_asked_to_run_it(play: Judging, browse: Browsers) -> None:
    await play.close()
    emma, enzo = await browse(play.people["emma"]), await browse(play.people["enzo"])
    lacking = "calls-whose-applications-lack-assessors"
    assert [lacking in work(await browser.get("/")) for browser in (emma, enzo)] == [True, True]
    await play.act("ada", assign(play, "emma"), CLOSES)
    assert [lacking in work(await browser.get("/")) for browser in (emma, enzo)] == [False, True]


async def test_whoever_assesses_in_a_series_is_not_asked_to_publish_its_corrigendum(
    db: Database, browse: Browsers
) -> None:
    play = await rolling(db)
    await make_both(play, "emma", "enzo")
    await play.apply("ONE", "10000.00", call=SERIES, received_at=CLOSES - timedelta(days=1))
    await play.judge(1, {})
    await play.act("ada", lambda tx: _admit(tx, play.calls[f"{SERIES}/B1"]), CLOSES)
    await play.act("ada", assign(play, "emma", "ONE"), CLOSES)
    series = play.calls[SERIES]

    async def correct(tx: Tx) -> None:
        draft = draft_of(await tx.get(Call, series))
        await draft_corrigendum(tx, series, msgspec.structs.replace(draft, title="Better"), "A slip.")

    await play.act("ada", correct, CLOSES)
    emma, enzo = await browse(play.people["emma"]), await browse(play.people["enzo"])
    waits = "corrigenda-that-a-colleague-wrote-to-check-and-publish"
    assert [waits in work(await browser.get("/")) for browser in (emma, enzo)] == [False, True]
    page = await emma.get(f"/staff/calls/{series}/corrigendum")
    assert gives_reason(page, "assesses_here")
    assert "/corrigendum/publish" not in page.text


async def test_an_assessor_who_had_run_the_call_before_duties_were_kept_sends_nothing(play: Judging) -> None:
    """As an upgrade leaves it: whoever has run a call assesses in it no more."""
    await play.close()
    await play.declare("emma", "X")

    async def upgrade(tx: Tx) -> None:
        await tx.session.execute(text("UPDATE call_duty SET duty = 'checked' WHERE duty = 'assesses'"))

    await play.act(None, upgrade)
    x = play.applications["X"]
    assert await refusal(play, "emma", lambda tx: evaluation.send_assessment(tx, x, {}, {})) == ("runs_here",)
