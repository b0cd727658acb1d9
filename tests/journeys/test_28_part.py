"""What is left of the money is offered to the application that it is not enough for; its lead agrees by the link in the mail."""

from uuid import UUID

from playwright.sync_api import expect

from facility.calls.rules.after_decision import AfterDecision
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_24_judged import begin

CALL = "TAF-2026-28"


def judged(stage: Stage) -> list[UUID]:
    """EUR 60 000 for two requests of 40 000: the call, and the applications, the better one first."""
    amounts = ("24000.00", "16000.00")
    wishes = [Wish("All of it", amounts=amounts), Wish("A part", lead="milena", amounts=amounts)]
    rules = AfterDecision(offer_days=14, offer_percent=30)
    call_id, *keys = stage.closed(CALL, "What is left", wishes, after_decision=rules)
    for key, relevance in zip(keys, ("70", "65"), strict=True):
        stage.admit(key)
        for assessor in ("elena", "erik"):
            stage.score(key, assessor, "16", relevance)
    return [call_id, *keys]


def test_the_lead_takes_the_part_that_is_left(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    call_id, _best, second = judged(stage)
    vera, paul = company["vera"], company["paul"]
    begin(vera, "rankings-to-propose", CALL)
    expect(vera.row(f"{CALL}/002")).to_contain_text("EUR 20\u00a0000.00 is offered to it")
    vera.press("Propose this ranking")
    begin(paul, "proposed-rankings-to-decide", CALL)
    paul.press("Decide the call")
    paul.heading("Awards")
    paul.sees("Held for an offer")

    milena = visit(company["milena"].email, phone=True)
    milena.open_mail(f"{CALL}/002", link="partial_offer")
    offered = milena.page.locator("dl.facts div").filter(has_text="Offered")
    for figure in ("EUR 20 000.00", "50 %"):
        expect(offered).to_contain_text(figure)
    milena.sees("12\u00a0000.00", "8\u00a0000.00")
    milena.check("answer", "accept")
    milena.press("Send the answer", status=422)
    milena.fill("Your name and function", "Milena Vuković, prosecutor")
    milena.press("Send the answer")
    accepted = milena.page.locator('[data-state="offer-accepted"]')
    expect(accepted).to_contain_text("Milena Vuković, prosecutor")
    for kind in ("reserve", "award"):
        assert "EUR 20 000.00" in letter_to(milena, f"{CALL}/002", kind).replace("\u00a0", " ")
    status = "SELECT status FROM application WHERE id = :id"
    assert service.value_of(status, id=second) == "awarded"
    committed = "SELECT sum(ledger_entry.amount) FROM ledger_entry JOIN award ON award.id = award_id WHERE call_id = :id"
    assert str(service.value_of(committed, id=call_id)) == "60000.00"
