"""Rules that spread awards: computed with the line, shown, and set aside with a reason; none is the default."""

import io
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from facility.awards.models.decision import CoolDownOverride, RankingEntry
from facility.awards.queries.cool_down import cooling
from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.awards.rules.money_line import Request, draw_line
from facility.awards.rules.reserve import held_back
from facility.awards.service.cool_down import set_cool_down_aside
from facility.awards.service.ending import withdraw_award
from facility.awards.service.letters import RESERVE, write_letters
from facility.awards.words import COOLED
from facility.calls.models.call import Call
from facility.calls.rules.cool_down import CoolDown
from facility.db import Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.letters.models import Letter
from facility.letters.service import letter_on_paper
from facility.refused import Refused
from facility.settings import Settings
from facility.web.render import environment
from tests.browser import Browsers, errors, says
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES, rolling

RANKED = [Request("A", Decimal(10)), Request("B", Decimal(10)), Request("C", Decimal(10))]


def test_what_cools_down_takes_no_part_in_the_line() -> None:
    cooled = Cooling(beneficiaries=dict.fromkeys("ABC", "AL"), same_lead=frozenset("A"), most=1)
    line = draw_line(RANKED, Decimal(100), False, cooled)
    assert (line.awards, line.reserve) == (("B",), ())
    assert line.cooled == {"A": "same_lead", "C": "per_beneficiary"}
    aside = msgspec.structs.replace(cooled, overridden=frozenset("AC"))
    assert draw_line(RANKED, Decimal(100), False, aside).awards == ("A", "C")
    full = msgspec.structs.replace(cooled, same_lead=frozenset(), taken={"AL": 1})
    assert draw_line(RANKED, Decimal(100), False, full).awards == ()


def test_no_rule_changes_nothing() -> None:
    for free in (0, 10, 25, 30):
        line = draw_line(RANKED, Decimal(free), False, NO_COOLING)
        assert (line, line.cooled) == (draw_line(RANKED, Decimal(free), False), {})


async def with_rules(play: Judging, reference: str, rules: dict[str, int]) -> None:
    """Put cool-down rules into a call, as its draft would have had them."""
    async with play.db.transaction(now=CLOSES) as tx:
        call = await tx.get(Call, play.calls[reference])
        call.cool_down = {"same_lead_calls": None, "per_beneficiary_most": None} | rules


@built_once
async def play(db: Database) -> Judging:
    """A first call, in which Albania's police led an award; a second one with an application of theirs."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.close()
    await made.score("elena", "A", "16", "64")
    await made.decide()
    await made.call("TAF-2021-02", amount="60000.00")
    for name in ("B", "C"):
        await made.apply(name, "10000.00", call="TAF-2021-02")
    await made.close("TAF-2021-02")
    await made.score("elena", "B", "16", "60")
    await made.score("elena", "C", "16", "50")
    return made


async def propose_and_decide(play: Judging) -> None:
    await play.decide("TAF-2021-02")


async def kinds(db: Database, key: UUID) -> list[str]:
    async with db.reader() as connection:
        return [type(recorded.event).__name__ for recorded in await history(connection, key)]


async def test_a_lead_with_an_award_of_late_is_passed_over(db: Database, play: Judging) -> None:
    await with_rules(play, "TAF-2021-02", {"same_lead_calls": 1})
    await propose_and_decide(play)
    assert await play.statuses() == {"A": "awarded", "B": "cooled_down", "C": "cooled_down"}
    async with db.transaction(now=CLOSES) as tx:
        entries = select(RankingEntry.cooled_down).where(RankingEntry.call_id == play.calls["TAF-2021-02"])
        assert (await tx.session.scalars(entries)).all() == ["same_lead", "same_lead"]
        letters = select(Letter).where(
            Letter.application_id == play.applications["B"], Letter.kind != "receipt"
        )
        letter = (await tx.session.scalars(letters)).one()
    assert (letter.kind, letter.data["cooled_down"], letter.data["rank"]) == ("not_funded", "same_lead", 1)
    findings = await reconcile(db)
    # `with_rules` put the rules in after the publication, which is what this one check is there to notice.
    assert [name for name, wrong in findings.items() if wrong] == ["calls: frozen rules and their versions"]


async def test_an_award_that_was_given_back_is_none(play: Judging) -> None:
    await with_rules(play, "TAF-2021-02", {"same_lead_calls": 1})
    await play.act("vera", lambda tx: withdraw_award(tx, play.applications["A"], "given up"))
    await propose_and_decide(play)
    assert (await play.statuses())["B"] == "awarded"


async def test_a_beneficiary_gets_so_many_awards_of_a_call(db: Database, play: Judging) -> None:
    await with_rules(play, "TAF-2021-02", {"per_beneficiary_most": 1})
    await propose_and_decide(play)
    assert await play.statuses() == {"A": "awarded", "B": "awarded", "C": "cooled_down"}


async def test_a_rule_is_set_aside_with_a_reason(db: Database, play: Judging, browse: Browsers) -> None:
    await with_rules(play, "TAF-2021-02", {"same_lead_calls": 2})
    call_id, key = play.calls["TAF-2021-02"], play.applications["B"]
    here = f"/evaluation/{call_id}/cool-down/{key}"
    vera, carl = await browse(play.people["vera"]), await browse(play.people["carl"])
    assert "Set the rule aside" in (await vera.get(f"/evaluation/{call_id}/ranking")).text
    page = (await carl.get(f"/evaluation/{call_id}/ranking")).text
    assert "Passed over, to spread awards" in page
    assert "Set the rule aside" not in page
    assert (await carl.get(here)).status_code == 403
    assert (await vera.get(here)).status_code == 200
    wrong = await vera.send_form(here, {"reason": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    assert (await vera.send_form(here, {"reason": "The only one on this route"})).status_code == 303
    assert (await vera.get(here)).status_code == 404
    page = (await carl.get(f"/evaluation/{call_id}/ranking")).text
    assert "Rule set aside: The only one on this route" in page
    csv = (await carl.get(f"/evaluation/{call_id}/ranking.csv")).text
    assert "Rule set aside: The only one on this route" in csv
    assert says(csv, COOLED["same_lead"])
    await propose_and_decide(play)
    assert await play.statuses() == {"A": "awarded", "B": "awarded", "C": "cooled_down"}
    async with db.transaction(now=CLOSES) as tx:
        row = (await tx.session.scalars(select(CoolDownOverride))).one()
    assert (row.reason, row.overridden_by) == ("The only one on this route", play.people["vera"])
    assert "CoolDownSetAside" in await kinds(db, key)
    assert (await carl.get(f"/evaluation/{call_id}/report.pdf")).status_code == 200


async def test_it_is_not_set_aside_once_decided_or_twice(play: Judging) -> None:
    await with_rules(play, "TAF-2021-02", {"same_lead_calls": 1})
    call_id, key = play.calls["TAF-2021-02"], play.applications["B"]
    await play.act("paul", lambda tx: set_cool_down_aside(tx, call_id, key, "told"))
    codes: list[str] = []
    for decided in (False, True):
        if decided:
            await propose_and_decide(play)
        with pytest.raises(Refused) as refused:
            await play.act("paul", lambda tx: set_cool_down_aside(tx, call_id, key, "told"))
        codes += refused.value.codes
    assert codes == ["already_set_aside", "already_decided"]


async def test_no_rule_looks_at_nothing(db: Database, play: Judging) -> None:
    async with db.transaction(now=CLOSES) as tx:
        assert await cooling(tx.session, play.calls["TAF-2021-02"]) is NO_COOLING
    await propose_and_decide(play)
    assert await play.statuses() == {"A": "awarded", "B": "awarded", "C": "awarded"}


async def two_for_each(db: Database, asks_of_c: str) -> Judging:
    """Decided by a line that skips: at most two awards for each beneficiary, EUR 80 000 for A (50 000), B (45 000) and C."""
    play = await judging(db)
    two = CoolDown(per_beneficiary_most=2)
    await play.call("TAF-2021-02", amount="80000.00", skip_unaffordable=True, cool_down=two)
    for name, asks in (("A", "50000.00"), ("B", "45000.00"), ("C", asks_of_c)):
        await play.apply(name, asks, call="TAF-2021-02")
    await play.close("TAF-2021-02")
    for name, relevance in (("A", "70"), ("B", "60"), ("C", "50")):
        await play.score("elena", name, "16", relevance)
    await play.decide("TAF-2021-02")
    return play


async def test_what_the_money_does_not_reach_for_takes_nobodys_share(db: Database) -> None:
    """A reserve list that skips: B is out of reach and uses up no share of its beneficiary's awards, so C is served."""
    play = await two_for_each(db, "40000.00")
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    await play.end("A", "40000.00")
    assert await play.statuses() == {"A": "closed", "B": "reserve", "C": "awarded"}


async def test_who_waits_only_because_of_the_limit_reads_so(
    db: Database, browse: Browsers, settings: Settings
) -> None:
    """A and C take the awards of their beneficiary. A gives money back: it would be enough for B, whose page and letter name the limit."""
    play = await two_for_each(db, "30000.00")
    call_id, limit = play.calls["TAF-2021-02"], COOLED["per_beneficiary"]
    carl = await browse(play.people["carl"])
    assert not says(await carl.get(f"/awards/calls/{call_id}"), limit)
    await play.end("A", "0.00")
    assert await play.statuses() == {"A": "closed", "B": "reserve", "C": "awarded"}
    assert says(await carl.get(f"/awards/calls/{call_id}"), limit)
    async with db.transaction(now=CLOSES) as tx:
        key = play.applications["B"]
        await write_letters(tx, call_id, RESERVE, [key])
        letters = await tx.session.scalars(
            select(Letter).where(Letter.application_id == key, Letter.kind == "reserve")
        )
        lacks_money = {}
        for letter in letters:
            paper = await letter_on_paper(await tx.session.connection(), environment(settings), letter.id)
            pages = PdfReader(io.BytesIO(paper.content)).pages
            words = " ".join(" ".join(page.extract_text().split()) for page in pages)
            lacks_money[letter.data["held_back"]] = "45 000.00" in words  # for which there is not enough
    assert lacks_money == {False: True, True: False}


def test_only_enough_money_makes_it_the_limit() -> None:
    full = Cooling(beneficiaries={"A": "AL", "B": "RS"}, taken={"AL": 1, "RS": 0}, most=1)
    waiting = [Request("A", Decimal(10)), Request("B", Decimal(10))]
    assert [held_back(waiting, Decimal(free), full) for free in (9, 10)] == [frozenset(), {"A"}]
    assert held_back(waiting, Decimal(10)) == frozenset()


async def test_the_batches_of_a_series_share_what_a_beneficiary_may_get(db: Database) -> None:
    """Two reserve lists of one series are served at once: together they hold to the limit."""
    play = await rolling(db, spread=CoolDown(per_beneficiary_most=2))
    await play.apply("A", "50000.00", call=SERIES)
    await play.apply("B", "40000.00", call=SERIES)
    await play.judge(1, {"A": "70", "B": "60"})
    await play.settle(1)
    await play.judge(2, {})
    await play.settle(2)
    await play.apply("E", "40000.00", call=SERIES, received_at=CUT_OFFS[2])
    await play.judge(3, {"E": "60"})
    await play.settle(3)
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "E": "reserve"}
    await play.end("A", "0.00", at=CUT_OFFS[2] + timedelta(days=2))
    assert await play.statuses() == {"A": "closed", "B": "awarded", "E": "reserve"}
