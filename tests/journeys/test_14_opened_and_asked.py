"""After the deadline: two open the call together, a clerical error is put right by a link, silence counts as consent."""

import io
from datetime import timedelta
from uuid import UUID

from pypdf import PdfReader

from facility import clock
from facility.admission.events import ConsultationStarted
from facility.admission.reactions.consultations import ask_the_consultee
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.consultations import start_consultations
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.db import Tx
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage, Wish

TITLE = "Stolen vehicles across the border"


def test_nobody_reads_before_two_have_opened(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    ada, vera = company["ada"], company["vera"]
    call_id, application = stage.closed("TAF-2026-72", "Sealed", [Wish(TITLE)], opened=False)
    root = company["root"]
    for somebody in (ada, root):
        page = somebody.page.request.get(f"/applications/{application}").text()
        assert TITLE not in page
    ada.goto(f"/openings/{call_id}")
    ada.sees("TAF-2026-72/001")
    ada.sees_not(TITLE)
    ada.press("Begin the opening")
    ada.sees_state("begun-by-you")
    assert ada.post_form(f"/openings/{call_id}/confirm")[0] in (403, 422)

    vera.goto(f"/openings/{call_id}")
    vera.press("Confirm and open")
    vera.sees_state("opened")
    with vera.download() as got:
        vera.page.get_by_role("link", name="Minutes (PDF)").click()
    ((_name, content),) = got
    minutes = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    fingerprint = service.value_of("SELECT fingerprint FROM application WHERE id = :id", id=application)
    assert fingerprint in minutes.replace("\n", "")
    ada.goto(f"/applications/{application}")
    ada.sees(TITLE)


def test_a_clerical_error_is_put_right_by_a_link(
    company: Company, stage: Stage, visit: Opens, service: Service
) -> None:
    ada = company["ada"]
    _call, application = stage.closed("TAF-2026-73", "Asked back", [Wish(TITLE)])
    before = service.value_of("SELECT fingerprint FROM application WHERE id = :id", id=application)
    ada.goto(f"/applications/{application}/clarifications")
    ada.press("Ask", status=422)
    ada.tick("A clerical error")
    ada.page.get_by_label("What needs correction").select_option(index=1)
    ada.fill("Your question", "Is this spelt as it should be?")
    ada.fill("Time to answer", "5")
    ada.press("Ask")
    ada.sees("Is this spelt as it should be?")

    omar = visit(company["omar"].email, phone=True)
    omar.open_mail("TAF-2026-73/001", link="clarification")
    omar.sees_state("stays-as-submitted")
    omar.press("Send the answer", status=422)
    omar.fill("What is right", "Omar Hoxha")
    omar.fill("Your name and function", "Omar Hoxha, head of unit")
    omar.press("Send the answer")
    omar.heading("Thank you, your answer is saved")

    ada.goto(f"/applications/{application}/clarifications")
    ada.press("Accept")
    ada.sees("Accepted")
    after = service.value_of("SELECT fingerprint FROM application WHERE id = :id", id=application)
    assert after == before


def test_silence_counts_as_consent(company: Company, stage: Stage, visit: Opens, service: Service) -> None:
    ada = company["ada"]
    ago = timedelta(days=40)
    _call, application = stage.closed("TAF-2026-74", "Asked around", [Wish(TITLE)], ago=ago)
    delegation = visit("delegation@consulted.example", phone=True)

    async def ask(tx: Tx) -> UUID:
        data = ConsulteeData(
            name="A delegation", kind=ConsulteeKind.DELEGATION, email="delegation@consulted.example"
        )
        consultee = await add_consultee(tx, data)
        (made,) = await start_consultations(tx, application, [consultee.id], days=5)
        # Before the period, which is over by now, ends in silence: a consultee who has no link by then gets no mail.
        await ask_the_consultee(
            tx,
            ConsultationStarted(
                application_id=application,
                consultation_id=made.id,
                consultee_id=consultee.id,
                days=5,
                ends_at=made.ends_at,
            ),
        )
        return made.id

    consultation = service.act(address("ada"), ask, clock.now() - ago + timedelta(hours=1))
    state = "SELECT state FROM consultation WHERE id = :id"
    until("silence counts", lambda: service.value_of(state, id=consultation) == "tacit")
    delegation.open_mail()
    delegation.sees_state("silence-counted")
    ada.goto(f"/applications/{application}/consultations")
    ada.sees("A delegation", "Consent by silence")
