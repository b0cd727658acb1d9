"""An exception for a single beneficiary up to its activity: approved, awarded by two people, planned."""

from datetime import timedelta
from uuid import UUID

from facility import clock
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.consultations import answer_consultation, start_consultations
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.admission.service.exceptions import decide_exception
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.db import Tx
from facility.story.drafts import write_draft
from facility.story.teller import Teller
from tests.journeys.cast import Company
from tests.journeys.machinery import until
from tests.journeys.stage import ANSWERS, Stage, part
from tests.journeys.test_4_awards import letter_to
from tests.journeys.test_6_activities import plan_on
from tests.journeys.test_24_judged import begin

CALL = "TAF-2026-43"
REFERENCE = f"{CALL}/X1"
TITLE = "Alone at the border"


def approved(stage: Stage) -> UUID:
    """Handed in by Omar while the call was open; Vera consulted, Paul approved."""
    now = clock.now().replace(microsecond=0)
    call_id = stage.call(
        CALL, "Exceptions", opens_at=now - timedelta(days=10), closes_at=now - timedelta(hours=1)
    )

    async def hand_in(tx: Tx) -> UUID:
        own = await part(tx, "omar", "Hosts the workshop.", "20000.00")
        draft = await write_draft(
            tx, call_id, TITLE, own, [], answers=ANSWERS, reference=REFERENCE, track="exception"
        )
        await record_consultation(tx, draft.id, "We wrote to the Delegation in June.")
        await submit(tx, draft.id, received_at=tx.now)
        return draft.id

    async def consult(tx: Tx, application_id: UUID) -> UUID:
        office = ConsulteeData(
            name="Office for exceptions", kind=ConsulteeKind.DELEGATION, email="office@example.org"
        )
        (consultation,) = await start_consultations(
            tx, application_id, [(await add_consultee(tx, office)).id], days=5
        )
        return consultation.id

    application_id = stage.tell(
        lambda teller: teller.act(now - timedelta(hours=2), "omar", hand_in), "omar", "vera", "paul"
    )
    until(
        f"{CALL} closes",
        lambda: stage.service.value_of("SELECT state FROM call WHERE id = :id", id=call_id) == "closed",
    )
    stage.open(call_id)

    async def approve(teller: Teller) -> None:
        at = clock.now()
        consultation = await teller.act(at, "vera", consult, application_id)
        await teller.act(at, None, answer_consultation, consultation, objects=False, name="Eva")
        await teller.act(at, "paul", decide_exception, application_id, approved=True, reason="Urgent.")

    stage.tell(approve)
    return application_id


def test_an_exception_is_awarded_and_its_activity_planned(company: Company, stage: Stage) -> None:
    application_id = approved(stage)
    ada, paul, omar = (company[key] for key in ("ada", "paul", "omar"))
    begin(ada, "approved-exceptions-without-an-award", CALL, f"{REFERENCE} {TITLE}")
    ada.sees_state("outside-ranking-and-indicator")
    ada.press("Propose the award", status=422)
    ada.fill("Why it should get the award", "The team works with all neighbours.")
    ada.press("Propose the award")
    ada.sees_state("authorising-officer-decides")
    ada.sees("Take the proposal back")
    begin(paul, "awards-on-exceptions-that-a-colleague-proposes", CALL, f"{REFERENCE} {TITLE}")
    paul.press("Make the award")
    paul.sees_notice()
    paul.sees("20 000.00")
    assert paul.post_form(f"/applications/{application_id}/exceptional-award/agree")[0] in (403, 404, 409)

    assert "Urgent." in letter_to(omar, REFERENCE, "exception_approved")
    assert "20 000.00" in letter_to(omar, REFERENCE, "exceptional_award").replace("\u00a0", " ")
    omar.goto(f"/applications/{application_id}/result")
    omar.sees("20 000.00")
    omar.goto("/activities")
    omar.follow("Plan an activity", within=omar.row(REFERENCE))
    plan_on(omar, "Workshop at one border", (clock.now().date() + timedelta(days=30)).isoformat())
