"""Assessors for a whole call: proposed, changed by hand, confirmed at once."""

import re
from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text, update

from facility.accounts.models import Person
from facility.applications.models.application import Application
from facility.applications.service.withdrawal import withdraw
from facility.db import Tx
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.pages.assignment import FREE, KNOWS
from facility.evaluation.rules.assignment import Bar
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.words import BARS
from facility.events.models import EventRow
from facility.events.reconcile import reconcile
from facility.experts.models.profile import Expert, ExpertTheme, Theme
from facility.web.i18n import filled
from tests.browser import Browser, Browsers, errors, gives_reason, marked, says, states
from tests.evaluation.assigning import NAMES, address, declare, give, mails, play, settle, stored
from tests.judging import CLOSES, Judging
from tests.statements import count_statements

__all__ = ["play"]

BOTH = text("INSERT INTO person_role (person_id, role) VALUES (:id, 'secretariat')")
ASSESSORS = ("elena", "emma", "enzo", "erik", "eva")


async def proposal(play: Judging, ada: Browser, each: int = 2, most: int = 4) -> dict[str, str]:
    """The form as the page offers it."""
    page = await ada.get(f"{address(play)}?each={each}&most={most}")
    assert page.status_code == 200
    match = re.search(r'name="seen" value="([^"]*)"', page.text)
    return {"each": str(each), "most": str(most), "seen": match[1] if match else ""}


def pairs_of(play: Judging, form: dict[str, str]) -> list[tuple[str, str]]:
    """The pairs of a proposal, by name."""
    names = {key: name for name, key in {**play.people, **play.applications}.items()}
    pairs = [pair.split(":") for pair in form["seen"].split()]
    return [(names[UUID(application)], names[UUID(assessor)]) for application, assessor in pairs]


async def test_all_of_it_is_assigned_at_once_and_each_assessor_gets_one_mail(
    play: Judging, browse: Browsers
) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=3)
    chosen = pairs_of(play, form)
    assert Counter(name for name, _ in chosen) == dict.fromkeys(NAMES, 3)
    assert sorted(Counter(who for _, who in chosen).values()) == [1, 2, 2, 2, 2]
    assert await stored(play) == []
    answer = await ada.send_form(address(play), {**form, "due_on": "2099-01-31"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        address(play).removesuffix("/assignment"),
    )
    assert await stored(play) == sorted((name, who, "") for name, who in chosen)
    async with play.db.reader() as connection:
        events = (
            await connection.execute(select(EventRow.subject_id).where(EventRow.kind == "AssessorAssigned"))
        ).all()
        days = set((await connection.scalars(select(Assignment.due_on))).all())
    assert len(events) == 9
    assert [str(day) for day in days] == ["2099-01-31"]
    await settle(play)
    assert await mails(play, "evaluation/assigned") == [f"{name}@example.org" for name in ASSESSORS]
    assert {name: wrong for name, wrong in (await reconcile(play.db)).items() if wrong} == {}
    page = (await ada.get(f"{address(play)}?each=3&most=4")).text
    assert "nothing-to-assign" in states(page)


async def test_what_is_there_counts_and_what_must_not_be_is_left_out(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    for name in NAMES:
        await give(play, name, "elena")
    await declare(play, "elena", "A")
    await give(play, "B", "erik")

    async def employ(tx: Tx) -> None:
        house = play.institutions["AL"]
        await tx.session.execute(
            update(Person).where(Person.id == play.people["eva"]).values(institution_id=house)
        )

    await play.act(None, employ)
    chosen = pairs_of(play, await proposal(play, ada))
    assert not {("A", "elena"), ("B", "elena"), ("C", "elena")} & set(chosen)
    assert "eva" not in {who for _, who in chosen}
    assert Counter(name for name, _ in chosen) == {"A": 2, "C": 1}
    loads = Counter([who for _, who in chosen] + ["erik"])
    assert sorted(loads.values()) == [1, 1, 2]
    page = (await ada.get(f"{address(play)}?each=5&most=9")).text
    assert says(page, BARS[Bar.CONFLICT], names="Elena Rossi")
    assert says(page, BARS[Bar.PARTY], names="Eva Horák")
    assert "2 assessors missing" in page
    assert "My sister" not in page
    assert errors(await ada.get(f"{address(play)}?each=2&most=0")) == ["most"]


async def test_a_limit_that_is_reached_is_the_reason(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=2, most=1)
    assert len(pairs_of(play, form)) == 5
    page = (await ada.get(f"{address(play)}?each=2&most=1")).text
    assert re.findall(r"\d+", marked(page, "places-lacking")) == ["5", "6", "1", "1"]
    assert says(page, BARS[Bar.FULL])
    assert (await ada.send_form(address(play), form)).status_code == 303
    assert len(await stored(play)) == 5


async def test_a_row_is_changed_by_hand_with_a_reason(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=1)
    chosen = dict(pairs_of(play, form))
    key = str(play.applications["A"])
    other = next(who for who in ASSESSORS if who not in chosen.values())
    opened = await ada.send_form(f"{address(play)}/change", {**form, "change": key})
    assert (opened.status_code, f'name="assessors-{key}"' in opened.text) == (200, True)
    changed = {**form, "open": [key], f"assessors-{key}": [str(play.people[other])], f"reason-{key}": ""}
    wrong = await ada.send_form(address(play), changed)
    assert (wrong.status_code, errors(wrong)) == (422, [f"reason-{key}"])
    assert re.search(rf'<option value="{play.people[other]}" selected', wrong.text)
    assert await stored(play) == []
    reason = "Knows the procedure."
    assert (await ada.send_form(address(play), {**changed, f"reason-{key}": reason})).status_code == 303
    assert ("A", other, reason) in await stored(play)
    assert [row for row in await stored(play) if row[0] != "A"] == [
        (name, chosen[name], "") for name in ("B", "C")
    ]
    board = (await ada.get(address(play).removesuffix("/assignment"))).text
    assert ("Chosen instead of the proposal" in board, reason in board) == (True, True)


async def test_nobody_may_be_chosen_and_a_kept_row_needs_no_reason(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=1)
    chosen = dict(pairs_of(play, form))
    a, b = str(play.applications["A"]), str(play.applications["B"])
    changed = {
        **form,
        "open": [a, b],
        f"assessors-{a}": [""],
        f"assessors-{b}": [str(play.people[chosen["B"]])],
        f"reason-{a}": "",
        f"reason-{b}": "",
    }
    assert (await ada.send_form(address(play), changed)).status_code == 303
    assert [row[0] for row in await stored(play)] == ["B", "C"]


async def test_wrong_changes_are_named_at_their_row(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=1, most=1)
    chosen = dict(pairs_of(play, form))
    key = str(play.applications["A"])

    async def send(*chosen: str) -> tuple[int, list[str]]:
        changed = {"open": [key], f"assessors-{key}": list(chosen), f"reason-{key}": "So."}
        answer = await ada.send_form(address(play), {**form, **changed})
        return answer.status_code, errors(answer)

    busy, free = (
        str(play.people[name])
        for name in (chosen["B"], next(who for who in ASSESSORS if who not in chosen.values()))
    )
    row = [f"assessors-{key}"]
    assert await send(busy) == (422, row)  # over the limit
    assert await send(free, free) == (422, row)  # twice
    assert await send(str(play.people[chosen["A"]]), free) == (422, row)  # more than it needs
    assert await send("somebody") == (422, row)
    assert await send(str(play.people["omar"])) == (409, [])  # is no assessor
    assert await send(str(UUID(int=5))) == (422, [])  # is nobody
    assert (await ada.send_form(address(play), {**form, "seen": "nonsense"})).status_code == 422
    assert (await ada.send_form(address(play), {**form, "extra": "x"})).status_code == 400
    strange = f"{UUID(int=5).hex}:{play.people['elena'].hex}"
    assert (await ada.send_form(address(play), {**form, "seen": strange})).status_code == 409
    assert await stored(play) == []


async def test_a_conflict_declared_meanwhile_is_refused_by_name(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    for name in NAMES:
        await give(play, name, "elena")
    form = await proposal(play, ada, each=2)
    (who,) = (who for name, who in pairs_of(play, form) if name == "A")
    person = await play.row(Person, play.people[who])
    await give(play, "A", who)
    before = await stored(play)
    answer = await ada.send_form(address(play), form)
    assert answer.status_code == 409
    assert gives_reason(answer, "assessor_has_it", assessor=person.name, application="A")
    await declare(play, who, "A")
    answer = await ada.send_form(address(play), form)
    assert answer.status_code == 409
    assert gives_reason(answer, "assessor_recused", assessor=person.name, application="A")
    assert await stored(play) == before
    fresh = {**form, "seen": re.search(r'name="seen" value="([^"]*)"', answer.text)[1]}  # type: ignore[index]
    assert ("A", who) not in pairs_of(play, fresh)
    assert (await ada.send_form(address(play), fresh)).status_code == 303


async def test_what_has_changed_otherwise_shows_the_new_proposal(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    form = await proposal(play, ada, each=1)
    key = play.applications["C"]
    await play.act("omar", lambda tx: withdraw(tx, key), CLOSES + timedelta(days=1))
    answer = await ada.send_form(address(play), form)
    assert (answer.status_code, gives_reason(answer, "application_gone")) == (409, True)
    assert await stored(play) == []
    form = await proposal(play, ada, each=1)
    # A pair that was not proposed is no proposal.
    swapped = form["seen"].split()[:1]
    answer = await ada.send_form(address(play), {**form, "seen": " ".join(swapped)})
    assert (answer.status_code, gives_reason(answer, "assignment_changed")) == (409, True)
    assert await stored(play) == []
    assert (await ada.send_form(address(play), form)).status_code == 303
    answer = await ada.send_form(address(play), {**form, "seen": ""})
    assert (answer.status_code, gives_reason(answer, "nothing_to_assign")) == (409, True)


async def test_themes_are_those_of_the_pool(play: Judging, browse: Browsers) -> None:
    """Whoever is in the pool of experts under the same address is preferred for what they know."""
    ada = await browse(play.people["ada"])
    free = sorted(ASSESSORS, key=lambda name: play.people[name])[-1]

    async def enter(tx: Tx) -> None:
        expert = Expert(
            id=UUID(int=77),
            code="E-77",
            name="Known",
            email=f"{free}@example.org",
            country="IT",
            gender=None,
            branch="police",
            deployments_12m=0,
            past_deployments="",
            active=True,
            version=1,
            registered_at=tx.now,
        )
        tx.add(expert)
        await tx.flush()
        theme = Theme(code="ARMS", name="Firearms", active=True)
        tx.add(theme)
        await tx.flush()
        tx.add(ExpertTheme(expert_id=expert.id, theme_code=theme.code, level=3))
        await tx.session.execute(update(Application).values(themes=[theme.code]))

    await play.act(None, enter)
    assert free in {who for _, who in pairs_of(play, await proposal(play, ada, each=1))}
    page = (await ada.get(f"{address(play)}?each=1&most=4")).text
    assert says(page, KNOWS, themes="Firearms", load=filled(FREE, load=1, most=4))


async def test_who_may_see_it(play: Judging, browse: Browsers) -> None:
    paul, carl, elena = [await browse(play.people[name]) for name in ("paul", "carl", "elena")]
    for browser in (paul, carl, elena):
        assert (await browser.get(address(play))).status_code == 403
        assert (await browser.send_form(address(play))).status_code == 403
    await give(play, "A", "elena")
    await declare(play, "elena", "A")
    await play.act(None, lambda tx: tx.session.execute(BOTH, {"id": play.people["elena"]}))
    both = await browse(play.people["elena"])
    page = await both.get(address(play))
    assert (page.status_code, "Erik Dahl" in page.text) == (403, False)


async def test_whoever_has_a_conflict_does_not_see_on_the_board_who_assesses(
    play: Judging, browse: Browsers
) -> None:
    await give(play, "A", "elena")
    await give(play, "A", "erik")
    await declare(play, "elena", "A")
    await play.act(None, lambda tx: tx.session.execute(BOTH, {"id": play.people["elena"]}))
    elena, ada = await browse(play.people["elena"]), await browse(play.people["ada"])
    board = address(play).removesuffix("/assignment")
    heads = [
        re.findall(r'<th scope="col">Erik Dahl</th>', (await browser.get(board)).text)
        for browser in (elena, ada)
    ]
    assert list(map(len, heads)) == [0, 1]


async def test_the_page_costs_the_same_for_one_and_for_three(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    await play.call("TWO")
    await play.apply("X", "10.00", call="TWO")
    await play.close("TWO")
    counts = []
    for call in ("TWO", "TAF-2021-01"):
        with count_statements(play.db) as seen:
            page = await ada.get(f"/evaluation/{play.calls[call]}/assignment")
        assert page.status_code == 200
        counts.append(len(seen))
    assert counts == [11, 11]


async def test_storing_costs_the_same_for_two_and_for_nine(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    await play.call("TWO")
    await play.apply("X", "10.00", call="TWO")
    await play.close("TWO")
    counts = []
    for call in ("TWO", "TAF-2021-01"):
        path = f"/evaluation/{play.calls[call]}/assignment"
        page = (await ada.get(f"{path}?each=1&most=4")).text
        seen_pairs = re.search(r'name="seen" value="([^"]*)"', page)
        assert seen_pairs
        with count_statements(play.db) as seen:
            form = {"each": "1", "most": "4", "seen": seen_pairs[1]}
            assert (await ada.send_form(path, form)).status_code == 303
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_who_works_for_a_party_is_not_given_it_by_hand_either(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    eva, house = play.people["eva"], play.institutions["XK"]

    async def employ(tx: Tx) -> None:
        await tx.session.execute(update(Person).where(Person.id == eva).values(institution_id=house))

    await play.act(None, employ)
    form = {"applications": str(play.applications["A"]), "assessors": str(eva)}
    answer = await ada.send_form(address(play).replace("/assignment", "/assign"), form)
    assert (answer.status_code, gives_reason(answer, "assessor_of_party")) == (422, True)
    assert await stored(play) == []


async def test_the_board_says_who_is_late(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    key, due = play.applications["A"], CLOSES.date() + timedelta(days=3)
    for who in ("elena", "erik"):
        await play.act("ada", lambda tx, who=who: evaluation.assign(tx, key, play.people[who], due_on=due))  # type: ignore[misc]
    board = (await ada.get(address(play).removesuffix("/assignment"))).text
    assert re.search(r"Late: Elena Rossi \(1\), *Erik Dahl \(1\)", board)
