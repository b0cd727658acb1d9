"""Pictures of calls say what their tables say, to those who may read it."""

import re
from decimal import Decimal
from html import unescape

import pytest

from facility.applications.service.withdrawal import withdraw
from facility.events.relay import follow
from facility.monitoring.queries.lists import calls
from facility.web.access import Role
from facility.web.pictures import Overview, overview_of
from tests.browser import Browsers, marked
from tests.evaluation.test_recusal import Play
from tests.judging import CLOSES, Judging
from tests.statements import count_statements


async def figures(play: Judging, viewer: str, call: str = "TAF-2021-01") -> Overview:
    async with play.db.reader() as connection:
        return await overview_of(connection, play.calls[call], play.people[viewer])


def numbers(overview: Overview) -> dict[str, int]:
    return {str(label): number for label, number in overview.levels}


def amounts(overview: Overview) -> list[Decimal]:
    return [*(amount for _, amount in overview.shares), overview.left]


def eur(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


async def test_a_call_is_drawn_from_receipt_to_award(play: Judging) -> None:
    assert (numbers(await figures(play, "carl")), amounts(await figures(play, "carl"))) == (
        {"Received": 0},
        eur("0.00", "80000.00", "0.00"),
    )
    for name, requested in (("A", "35427.70"), ("B", "47250.00"), ("C", "10000.00")):
        await play.apply(name, requested)
    assert numbers(await figures(play, "carl")) == {
        "Received": 3
    }  # what is sealed is counted in the list too
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.score("elena", "C", "11", "60")
    assert numbers(await figures(play, "carl")) == {"Received": 3, "Admissible": 3}
    await play.decide()
    assert numbers(await figures(play, "carl")) == {"Received": 3, "Admissible": 3, "Ranked": 2, "Awarded": 1}
    assert amounts(await figures(play, "carl")) == eur("35427.70", "0.00", "44572.30")
    await play.withdraw_award("A", "It was not held.")
    assert numbers(await figures(play, "carl")) == {"Received": 3, "Admissible": 3, "Ranked": 2, "Awarded": 2}


async def test_the_same_number_came_in_as_the_commission_reads(play: Judging) -> None:
    for name in "ABC":
        await play.apply(name, "30000.00")
    await play.act("omar", lambda tx: withdraw(tx, play.applications["C"]), CLOSES)
    await play.close()
    for name in "AB":
        await play.score("elena", name, "16", "64")
    await play.decide()
    await play.withdraw_award("B", "It was not held.")
    await follow(play.db)
    async with play.db.reader() as connection:
        ((line,), _) = await calls(connection)
    drawn = numbers(await figures(play, "carl"))
    assert (drawn["Received"], drawn["Awarded"]) == (line.received, line.awarded) == (2, 2)


async def test_calls_that_promise_more_than_the_envelope_holds_say_so(
    play: Judging, browse: Browsers
) -> None:
    await play.call("TAF-2021-02", amount="30000.00")
    assert (await figures(play, "ada")).left == Decimal("-30000.00")
    ada = await browse(play.people["ada"])
    page = unescape((await ada.get(f"/staff/calls/{play.calls['TAF-2021-01']}")).text)
    assert "30 000.00" in marked(page, "promised-beyond-envelope")
    bars = re.findall(r'class="c(\d)" x="([\d.]+)%" width="([\d.]+)%"', page)
    assert bars == [("2", "0.0", "100.0")]


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR])
async def test_who_is_recused_in_a_call_sees_what_came_in_and_no_more(
    play: Judging, browse: Browsers, role: Role
) -> None:
    made = Play(play.db)
    for name in ("teller", "institutions", "envelopes", "calls"):
        setattr(made, name, getattr(play, name))
    await made.apply("SHIPS", "10000.00")
    await made.close()
    await made.score("elena", "SHIPS", "16", "64")
    await made.declare("erik", "SHIPS", conflict=True)
    await made.decide()
    await made.become("erik", Role.ASSESSOR, role)
    assert numbers(await figures(made, "erik")) == {"Received": 1}
    erik = await browse(made.people["erik"])
    page = (await erik.get(f"/staff/calls/{made.calls['TAF-2021-01']}")).text
    assert ("Received" in page, "Awarded" in page) == (True, False)


async def test_the_overview_costs_the_same_for_one_application_and_for_three(
    play: Judging, browse: Browsers
) -> None:
    carl, costs = await browse(play.people["carl"]), []
    for names in ("A", "BC"):
        for name in names:
            await play.apply(name, "10.00")
        with count_statements(play.db) as seen:
            await carl.get(f"/staff/calls/{play.calls['TAF-2021-01']}")
        costs.append(len(seen))
    assert costs == [6, 6]


BAR = re.compile(
    r'<th scope="row" class="ref">(\w+)</th><td class="bars"><svg[^>]*aria-label="([^"]+)">(.*?)</svg>'
)
RECT = re.compile(r'class="c\d" x="([\d.]+)%" width="([\d.]+)%"')


async def test_the_ranking_is_drawn_section_by_section_with_threshold_and_money_line(
    play: Judging, browse: Browsers
) -> None:
    for name, requested in (("A", "35427.70"), ("B", "47250.00"), ("C", "10000.00")):
        await play.apply(name, requested)
    await play.close()
    for name, capacity, relevance in (("A", "16", "64"), ("B", "14", "60"), ("C", "11", "60")):
        await play.score("elena", name, capacity, relevance)
    carl = await browse(play.people["carl"])
    page = (await carl.get(f"/evaluation/{play.calls['TAF-2021-01']}/ranking")).text
    picture = page[page.index("Points by section") :]
    drawn = [(name, label, RECT.findall(inside)) for name, label, inside in BAR.findall(picture)]
    assert drawn == [
        ("A", "80.00 of 100 points", [("0.0", "16.0"), ("16.0", "64.0")]),
        ("B", "74.00 of 100 points", [("0.0", "14.0"), ("14.0", "60.0")]),
        ("C", "71.00 of 100 points", [("0.0", "11.0"), ("11.0", "60.0")]),
    ]
    assert picture.count('class="tick" x1="60.0%"') == 3
    assert picture.index(">A</th>") < picture.index("The money ends here") < picture.index(">B</th>")


CELL = re.compile(r'<td class="num ([\w-]*)">(\d+)</td>')


async def test_which_beneficiaries_work_with_which_is_counted_over_awards(
    play: Judging, browse: Browsers
) -> None:
    for name, partners in (("A", ("XK", "ME")), ("B", ("XK",)), ("C", ("RS",))):
        await play.apply(name, "10000.00", partners=partners)
    await play.close()
    for name in "ABC":
        await play.score("elena", name, "16", "64")
    carl = await browse(play.people["carl"])
    assert "Who works with whom" not in (await carl.get("/awards")).text
    await play.decide()
    await play.withdraw_award("C", "It was not held.")
    page = (await carl.get("/awards")).text
    names = re.findall(r'<th scope="row">([^<]+)</th>', page[page.index("Who works with whom") :])
    cells = CELL.findall(page[page.index("Who works with whom") :])
    rows = {name: cells[n * 6 : n * 6 + 6] for n, name in enumerate(names)}
    order = [unescape(name) for name in re.findall(r'<abbr title="([^"]+)">', page)]
    assert list(rows) == order
    assert len(order) == 6
    albania = dict(zip(order, rows["Albania"], strict=True))
    assert (albania["Albania"], albania["Kosovo*"]) == (("own", "2"), ("shade-3", "2"))
    assert (albania["Montenegro"], albania["Serbia"]) == (("shade-2", "1"), ("", "0"))
    assert all(
        rows[row][order.index(column)] == rows[column][order.index(row)] for row in order for column in order
    )
