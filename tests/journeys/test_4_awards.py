"""Ranking, proposal, decision, letters; an award that ends serves the reserve list at that instant."""

import io

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.cast import Company
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor


def words_of(pdf: bytes) -> str:
    """All that a letter says, in one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def letter_to(person: Visitor, reference: str, kind: str = "") -> str:
    """The letter in the next mail about this application; `kind`: what it must be, as its file is named."""
    attached = person.post.next(person.email, f"Application {reference}").attachments
    ((name, content),) = attached.items()
    assert name.endswith(f"{kind}.pdf"), name
    return words_of(content)


def test_one_proposes_another_decides_and_letters_go_out(
    company: Company, stage: Stage, service: Service
) -> None:
    wishes = [
        Wish("Patrols that meet"),
        Wish("Papers that speak", lead="milena", amounts=("15000.00", "10000.00")),
        Wish("Nobody to judge it", partners=("milena",)),
    ]
    call_id, best, second, unjudged = stage.closed("TAF-2026-40", "Border work", wishes)
    ada, vera, paul = company["ada"], company["vera"], company["paul"]
    for application in (best, second, unjudged):
        stage.admit(application)
    for assessor in ("elena", "erik"):
        stage.score(best, assessor, "16", "70")
        stage.score(second, assessor, "15.5", "65")
    ada.goto(f"/evaluation/{call_id}")
    ada.follow("Set aside TAF-2026-40/003")
    ada.press("Set the application aside", status=422)
    ada.fill("Why it cannot get its assessments", "Too few assessors without a conflict.")
    ada.press("Set the application aside")
    ada.follow("Ranking")
    ada.sees("86.00", "80.50")
    end_of_money = ada.page.locator("#ranking .fundline")
    for amount in ("EUR 10 000.00", "EUR 25 000.00"):
        expect(end_of_money).to_contain_text(amount)
    ada.press("Propose this ranking")
    ada.sees("Proposed by Ada Berisha")
    ada.goto(f"/evaluation/{call_id}/decision")
    ada.sees_state("authorising-officer-decides")
    ada.sees("Take the proposal back")
    assert ada.post_form(f"/evaluation/{call_id}/decision")[0] == 403

    assert f"/evaluation/{call_id}/decision" in paul.post.next(paul.email, "TAF-2026-40").text
    paul.goto(f"/evaluation/{call_id}/decision")
    paul.press("Decide the call")
    paul.heading("Awards")
    paul.sees("Active", "Waiting")
    assert paul.post_form(f"/evaluation/{call_id}/decision")[0] == 409
    committed = "SELECT sum(ledger_entry.amount) FROM ledger_entry JOIN award ON award.id = award_id WHERE call_id = :id"
    assert str(service.value_of(committed, id=call_id)) == "50000.00"

    omar, milena = company["omar"], company["milena"]
    assert "50 000.00" in letter_to(omar, "TAF-2026-40/001", "award").replace("\u00a0", " ")
    assert "25 000.00" in letter_to(milena, "TAF-2026-40/002", "reserve").replace("\u00a0", " ")
    assert "Too few assessors" not in letter_to(omar, "TAF-2026-40/003", "not_funded")
    omar.goto(f"/applications/{best}/result")
    omar.sees("50 000.00")
    close_and_serve(ada, vera, milena, service)


def close_and_serve(ada: Visitor, vera: Visitor, milena: Visitor, service: Service) -> None:
    """One proposes to close the award below its amount, a second person does it, and the reserve is served."""
    ada.goto("/awards")
    ada.follow("TAF-2026-40/001")
    award = ada.page.url
    ada.follow("Propose to close it")
    ada.press("Propose to close it", status=422)
    ada.fill("Final cost", "20 000")
    ada.fill("Reason", "The study trip was cheaper.")
    ada.press("Propose to close it")
    ada.sees_state("closing-proposed")
    assert ada.post_form(f"{award}/confirm-closing", {"final_cost": "20000.00"})[0] == 403
    vera.goto("/awards?closing=yes")
    vera.follow("TAF-2026-40/001")
    vera.press("Close the award")
    vera.sees("Award from the reserve list:", "TAF-2026-40/002")
    assert "25 000.00" in letter_to(milena, "TAF-2026-40/002", "award").replace("\u00a0", " ")
    parked = "SELECT count(*) FROM mail WHERE state <> 'sent'"
    until("all mails are sent", lambda: service.value_of(parked) == 0)


def test_lists_come_as_files(company: Company, stage: Stage) -> None:
    application = stage.awarded("TAF-2026-41", "Files", Wish("On paper"))
    carl = company["carl"]
    carl.goto("/evaluation")
    carl.follow("TAF-2026-41")
    carl.follow("Ranking")
    with carl.download() as files:
        carl.page.get_by_role("link", name="Export the ranking (CSV)").click()
    assert "On paper" in files[0][1].decode("utf-8-sig")
    with carl.download() as files:
        carl.page.get_by_role("link", name="Evaluation report (PDF)").click()
    assert "On paper" in words_of(files[0][1])
    carl.goto(f"/applications/{application}/result")
