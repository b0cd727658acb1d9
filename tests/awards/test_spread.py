"""Every combination of the rules that say who gets an award, against the second computation: in the first ranking, and
in serving the reserve."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.awards.rules.cool_down import Cooling
from facility.awards.rules.money_line import Request, draw_line
from facility.awards.rules.reserve import ReserveList, serve_envelope
from facility.awards.service.cool_down import set_cool_down_aside
from facility.awards.service.ending import withdraw_award
from facility.calls.rules.cool_down import CoolDown
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from tests.judging import DECIDED
from tests.oracle.spread import Asked, Offered, Spread
from tests.rolling import CUT_OFFS, Rolling

LEADS = {"police": "AL", "coast": "AL", "border": "BA", "crime": "RS"}
CAST = {"AL": "AL", "BA": "BA", "RS": "RS"}
"""Leads that have an institution of their own in the cast."""
LATER = CUT_OFFS[2] + timedelta(days=9)
CENTS = (10_00, 20_00, 20_00, 30_00, 30_01)
type Rules = tuple[bool, int | None, int | None, int]
"""Skipping, last calls that a lead waits for, awards for each beneficiary, batches."""
RULES: list[Rules] = [
    (skip, lead_calls, most, batches)
    for skip, lead_calls, most, batches in product((False, True), (None, 1, 2), (None, 1, 2), (1, 3))
]


def drawn(
    chance: random.Random, name: str, rules: Rules, leads: dict[str, str], most_asked: int = 7
) -> Offered:
    """A call by these rules, with applications in each of its batches."""
    skip, lead_calls, most, batches = rules
    totals = chance.sample(range(44, 81), 36)
    made = []
    for number in range(batches):
        names = [f"{name}{number}{i}" for i in range(chance.randint(1, most_asked))]
        made.append([_asked(chance, reference, totals.pop(), leads) for reference in names])
    return Offered(name, chance.choice((40_00, 60_00, 90_00)), skip, lead_calls, most, made)


def _asked(chance: random.Random, name: str, total: int, leads: dict[str, str]) -> Asked:
    lead = chance.choice(sorted(leads))
    return Asked(name, lead, leads[lead], chance.choice(CENTS), total, aside=chance.random() < 0.1)


def step(chance: random.Random, spread: Spread) -> None:
    """An award ends, a place is given up or the envelope grows."""
    open_names = sorted(name for name, status in spread.status.items() if status in ("awarded", "reserve"))
    kind = chance.choice(("close", "close", "withdraw", "grow"))
    if kind == "grow" or not open_names:
        spread.grow(chance.choice((5_00, 20_00, 40_00)))
    elif kind == "withdraw" or spread.status[name := chance.choice(open_names)] == "reserve":
        spread.withdraw(chance.choice(open_names))
    else:
        spread.close(name, chance.choice((0, 5_00, 20_00)))


class Watched(Spread):
    """The second computation, asking the product's rules the same questions as it goes."""

    def cooling(self, call: Offered) -> Cooling:
        everyone = self.of(call)
        taken = [application.beneficiary for application in self.awarded(call)]
        lately = self.lately(call)
        return Cooling(
            beneficiaries={application.name: application.beneficiary for application in everyone},
            same_lead=frozenset(application.name for application in everyone if application.lead in lately),
            taken={code: taken.count(code) for code in taken},
            most=call.most,
            overridden=frozenset(application.name for application in everyone if application.aside),
        )

    def decide(self, call: Offered, number: int) -> None:
        ranked = self.ranked(call, number)
        line = draw_line(_requests(ranked), _eur(self.free(call)), call.skip, self.cooling(call))
        super().decide(call, number)
        by = {"awarded": list(line.awards), "cooled_down": list(line.cooled), "rest": list(line.reserve)}
        names = [application.name for application in ranked]
        assert by["awarded"] == [name for name in names if self.status[name] == "awarded"]
        assert by["cooled_down"] == [name for name in names if self.status[name] == "cooled_down"]
        assert by["rest"] == [name for name in names if self.status[name] in ("reserve", "admissible")]

    def serve(self, name: str | None) -> None:
        lists = [self.as_list(call, waiting) for call, waiting in self.lists(name)]
        served = serve_envelope(lists, _eur(self.envelope - sum(self.committed.values())))
        before = set(self.committed)
        super().serve(name)
        assert served == [key for key in self.committed if key not in before]

    def as_list(self, call: Offered, waiting: list[Asked]) -> ReserveList:
        here = sum(self.committed.get(application.name, 0) for application in self.of(call))
        cooling = self.cooling(call)
        return ReserveList(
            call_id=uuid5(UUID(int=0), call.name),
            pot=uuid5(UUID(int=0), call.name),
            left=_eur(call.cents - here),
            skip_unaffordable=call.skip,
            requests=tuple(_requests(waiting)),
            cooling=Cooling(cooling.beneficiaries, frozenset(), cooling.taken, call.most, cooling.overridden),
        )


def _requests(applications: list[Asked]) -> list[Request]:
    return [Request(application.name, _eur(application.cents)) for application in applications]


def _eur(cents: int) -> Decimal:
    return Decimal(cents) / 100


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), other=st.sampled_from(RULES))
@pytest.mark.parametrize("rules", RULES, ids=str)
def test_rules_agree_with_second_computation(rules: Rules, seed: int, other: Rules) -> None:
    chance = random.Random(seed)
    calls = [drawn(chance, "E", other, LEADS), drawn(chance, "F", rules, LEADS)]
    spread = Watched(chance.choice((50_00, 80_00, 200_00)), calls)
    for call in calls:
        for number in range(len(call.batches)):
            spread.decide(call, number)
            for _ in range(chance.randint(0, 2)):
                step(chance, spread)
    for _ in range(4):
        step(chance, spread)


class Played(Rolling):
    """The same calls by the very commands, on a database."""

    async def begin(self, spread: Spread) -> None:
        """The calls are published and everything comes in."""
        await self.cast()
        await self.envelope(amount=str(_eur(spread.envelope)))
        for call in spread.calls:
            await self.offer(call)
            for number, batch in enumerate(call.batches):
                for application in batch:
                    at = CUT_OFFS[number] - timedelta(hours=1)
                    cost = str(_eur(application.cents))
                    await self.apply(
                        application.name, cost, call=call.name, received_at=at, lead=application.lead
                    )

    async def offer(self, call: Offered) -> None:
        """The call, by its rules."""
        amount, rules = str(_eur(call.cents)), CoolDown(call.lead_calls, call.most)
        if len(call.batches) == 1:
            await self.call(call.name, amount=amount, skip_unaffordable=call.skip, cool_down=rules)
        else:
            cut_offs = CUT_OFFS[: len(call.batches)]
            await self.series(amount, skip=call.skip, cut_offs=cut_offs, spread=rules, reference=call.name)

    async def decide_batch(self, call: Offered, number: int, new: list[Asked]) -> None:
        """The batch closes; what is new in it is assessed; rules are set aside; it is decided."""
        scores = {application.name: str(application.total) for application in new}
        aside = [application.name for application in call.batches[number] if application.aside]
        if len(call.batches) == 1:
            await self.close(call.name)
            for name, relevance in scores.items():
                await self.score("elena", name, "16", relevance)
            await self.set_aside(call.name, aside)
            await self.decide(call.name)
        else:
            await self.judge(number + 1, scores, call.name)
            await self.set_aside(f"{call.name}/B{number + 1}", aside)
            await self.settle(number + 1, call.name)

    async def reached(self) -> dict[str, str]:
        """The statuses; what is not checked yet counts as admissible."""
        return {
            name: "admissible" if status == "submitted" else status
            for name, status in (await self.statuses()).items()
        }

    async def set_aside(self, reference: str, names: list[str]) -> None:
        """Paul sets the rules aside for these."""
        for name in names:
            await self.act("paul", self._aside(reference, name))

    def _aside(self, reference: str, name: str) -> Callable[[Tx], Awaitable[None]]:
        call_id, key = self.calls[reference], self.applications[name]
        return lambda tx: set_cool_down_aside(tx, call_id, key, "The only one on this route")


def turns(calls: list[Offered]) -> list[tuple[Offered, int]]:
    """Which call decides which batch, in the order in which the commands do it."""
    due = [
        (CUT_OFFS[number] + timedelta(days=1) if len(call.batches) > 1 else DECIDED, place, number)
        for place, call in enumerate(calls)
        for number in range(len(call.batches))
    ]
    return [(calls[place], number) for _, place, number in sorted(due)]


@pytest.mark.parametrize(("skip", "most", "batches"), list(product((False, True), (1, 2), (1, 3))))
async def test_commands_agree_with_second_computation(
    db: Database, skip: bool, most: int, batches: int
) -> None:
    chance = random.Random(f"{skip} {most} {batches}")
    before = drawn(chance, "E", (not skip, None, most, 1), CAST, 2)
    spread = Spread(
        90_00, [before, drawn(chance, "F", (skip, 1, most, batches), CAST, 6 if batches == 1 else 2)]
    )
    play = Played(db)
    await play.begin(spread)
    for call, number in turns(spread.calls):
        new = [application for application in call.batches[number] if application.name not in spread.carried]
        await play.decide_batch(call, number, new)
        spread.decide(call, number)
        assert await play.reached() == spread.status
    for _ in range(4):
        await end_one(chance, play, spread)
        assert await play.reached() == spread.status
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


async def end_one(chance: random.Random, play: Played, spread: Spread) -> None:
    """An award is closed or withdrawn, or a place on a reserve list is given up."""
    names = sorted(name for name, status in spread.status.items() if status in ("awarded", "reserve"))
    if not names:
        return
    name = chance.choice(names)
    if spread.status[name] == "awarded" and chance.random() < 0.6:
        cost = chance.choice((0, 5_00, 10_00))
        await play.end(name, str(_eur(cost)), at=LATER)
        spread.close(name, cost)
    else:
        key = play.applications[name]
        await play.act("vera", lambda tx: withdraw_award(tx, key, "Given up"), LATER)
        spread.withdraw(name)
