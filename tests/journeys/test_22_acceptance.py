"""Two leads are to accept their awards: one refuses, one does not answer; both times the reserve list is served."""

from datetime import timedelta

from facility import clock
from facility.awards.pages.acceptance import NOT_ACCEPTED
from facility.calls.rules.after_decision import AfterDecision
from tests.journeys.cast import Company
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_24_judged import begin

CALL = "TAF-2026-42"
AGO = timedelta(days=20)


def decided(stage: Stage) -> list[str]:
    """EUR 60 000, decided 20 days ago: two awards of 20 000, then the reserve list. The pages of what was decided."""
    wishes = [
        Wish("Refused", amounts=("12000.00", "8000.00")),
        Wish("Silent", lead="milena", partners=("omar",), amounts=("12000.00", "8000.00")),
        Wish("First on the list", amounts=("15000.00", "10000.00")),
        Wish("Second on the list", lead="milena", partners=("omar",), amounts=("15000.00", "9000.00")),
    ]
    rules = AfterDecision(accept_days=14, reserve_days=90)
    call_id, *keys = stage.closed(CALL, "Who answers", wishes, ago=AGO, after_decision=rules)
    at = clock.now() - AGO
    for key, points in zip(keys, ("70", "66", "62", "58"), strict=True):
        stage.admit(key, at)
        for assessor in ("elena", "erik"):
            stage.score(key, assessor, "16", points, at)
    stage.tell(lambda teller: teller.decide(call_id, at), "vera", "paul")
    return [f"/applications/{key}/result" for key in keys]


def test_a_refused_and_a_silent_acceptance_serve_the_reserve(company: Company, stage: Stage) -> None:
    refused, silent, first, second = decided(stage)
    ada, paul, omar, milena = (company[key] for key in ("ada", "paul", "omar", "milena"))
    accept_by = (clock.now() - AGO).astimezone(clock.BRUSSELS).date() + timedelta(days=14)
    assert f"{accept_by:%A} {accept_by.day} {accept_by:%B %Y}" in letter_to(omar, f"{CALL}/001", "award")
    begin(omar, "awards-to-accept", CALL, f"{CALL}/001 Refused")
    omar.sees_state("acceptance-overdue")
    omar.press("Accept the award", status=422)
    omar.unfold("Refuse the award")
    omar.fill("Reason", "Our investigators were posted elsewhere.")
    omar.press("Refuse the award")
    omar.goto(first)
    omar.sees_state("to-be-accepted")
    omar.fill("Who signs the agreement", "Drita Hoxha")
    omar.fill("Function of that person", "Director")
    omar.press("Accept the award")
    omar.sees_notice()
    omar.sees("Signs: Drita Hoxha, Director")

    begin(ada, "awards-that-were-not-accepted-in-time", CALL, f"{CALL}/002 Silent")
    ada.sees("Second on the list")
    ada.press("Propose that it lapses")
    ada.sees_state("authorising-officer-decides")
    ada.sees("Take the proposal back")
    begin(paul, "awards-that-are-proposed-to-lapse", CALL, f"{CALL}/002 Silent")
    paul.sees_message(NOT_ACCEPTED)
    paul.press("Let the award lapse")
    paul.sees("Lapsed: not accepted in time", "Award from the reserve list:", f"{CALL}/004")
    milena.goto(silent)
    milena.sees("Lapsed: not accepted in time")
    milena.sees_not("Accept the award")
    milena.goto(second)
    milena.sees_state("to-be-accepted")
    milena.sees("Accept the award")
    omar.goto(refused)
    omar.sees("Refused by the lead")
