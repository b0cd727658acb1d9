"""Clarifications: evidence and clerical errors by a link, in a period, and what was submitted stays as it is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from sqlalchemy import select, text

from facility import clock
from facility.admission.models.clarification import Clarification
from facility.admission.queries.clarification import clarified
from facility.admission.rules.clarification import ClarificationKind, ClericalField
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.clarifications import (
    CLARIFICATION,
    answer_clarification,
    ask_for_clarification,
    lapse_clarifications_due,
    refuse_paper,
    remind_of_clarifications,
    settle_clarification,
)
from facility.applications.models.application import Application, ClassifiedRefusal, Document, Party
from facility.applications.rules.submission import fingerprint_of
from facility.db import Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.files.intake import Paper
from facility.inquiries.kinds import GRACE
from facility.inquiries.service import cancel
from facility.letters.models import Letter
from facility.refused import Refused
from tests.admission.review import OPENED, alone, link_to, mails, opened
from tests.applications.conftest import NOW, Stage, party_id
from tests.browser import Browser, Browsers, gives_reason, stored
from tests.documents import pdf

ENDS = datetime(2021, 8, 6, 22, tzinfo=UTC)
EVIDENCE = {"kind": ClarificationKind.EVIDENCE, "question": "The mandate is missing."}


async def ask(
    db: Database, stage: Stage, application_id: UUID, at: datetime = OPENED, **more: object
) -> UUID:
    async with db.transaction(now=at, actor=stage.sara) as tx:
        made = await ask_for_clarification(tx, application_id, **(EVIDENCE | more))  # type: ignore[arg-type]
    await deliver_all(db, lambda: at)
    return made.id


async def row_of(db: Database, key: UUID) -> Clarification:
    async with db.transaction(now=NOW) as tx:
        return await tx.get(Clarification, key)


async def test_only_what_is_asked_for_is_taken_and_in_time(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    with pytest.raises(Refused) as refused:
        await ask(db, stage, confirmed)
    assert refused.value.codes == ("not_opened",)
    await opened(db, stage, confirmed)
    with pytest.raises(Refused) as refused:
        await ask(db, stage, confirmed, kind=ClarificationKind.CLERICAL, question=" ", days=41)
    assert refused.value.codes == ("clarification_question_missing", "field_missing", "period_wrong")
    key = await ask(db, stage, confirmed)
    assert (await row_of(db, key)).ends_at == ENDS
    assert ("clarify", "omar@example.org") in await mails(db)
    for at, name, code in (
        (OPENED, "", ("answer_missing_here", "name_missing")),
        (ENDS, "Omar", ("clarification_over",)),
    ):
        with pytest.raises(Refused) as refused:
            async with db.transaction(now=at) as tx:
                await answer_clarification(tx, key, name=name)
        assert refused.value.codes == code
    paper = Paper("mandate.pdf", "pdf", 9, "a" * 64, "clean", 0)
    async with db.transaction(now=ENDS - timedelta(microseconds=1)) as tx:
        await answer_clarification(tx, key, name="Omar, head", papers=[paper])
    assert (await row_of(db, key)).state == "answered"
    assert await lapse_clarifications_due(db, ENDS + GRACE) == 0


async def test_silence_lapses_as_of_when_it_was_due(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    key = await ask(db, stage, confirmed)
    at = datetime(2021, 8, 5, 6, tzinfo=UTC)
    assert await remind_of_clarifications(db, at - timedelta(seconds=1)) == 0
    assert await remind_of_clarifications(db, at) == 1
    await deliver_all(db, lambda: at)
    assert await remind_of_clarifications(db, at) == 0
    later = ENDS + timedelta(days=3)
    assert await lapse_clarifications_due(db, later) == 1
    await deliver_all(db, lambda: later)
    async with db.reader() as connection:
        lapse = (await history(connection, confirmed))[0]
    assert (type(lapse.event).__name__, lapse.due_at, lapse.recorded_at) == (
        "ClarificationLapsed",
        ENDS,
        later,
    )
    assert (await row_of(db, key)).state == "lapsed"
    assert [to for template, to in await mails(db) if template in ("clarify_again", "clarified")] == [
        "omar@example.org",
        "sara@example.org",
    ]


async def test_nothing_of_it_changes_what_was_submitted(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    async with db.transaction(now=NOW) as tx:
        before = await tx.get(Application, confirmed)
        kept = (before.title, before.fingerprint, before.version)
    for field, value in (
        (ClericalField.TITLE, "Firearms, traced"),
        (ClericalField.CONTACT_EMAIL, "desk@example.org"),
        (ClericalField.CONTACT_NAME, "Desk"),
        (ClericalField.SIGNATORY_NAME, "Omar H. Hoxha"),
    ):
        key = await ask(db, stage, confirmed, kind=ClarificationKind.CLERICAL, field=field)
        async with db.transaction(now=OPENED) as tx:
            await answer_clarification(tx, key, value=value, name="Omar")
        async with db.transaction(now=OPENED, actor=stage.sara) as tx:
            await settle_clarification(tx, confirmed, key, accepted=True)
            with pytest.raises(Refused) as refused:
                await settle_clarification(tx, confirmed, key, accepted=False)
        assert refused.value.codes == ("clarification_settled",)
    async with db.transaction(now=NOW) as tx:
        after = await tx.get(Application, confirmed)
        await tx.session.refresh(after, ["submission"])
        lead = await tx.get(Party, await party_id(tx, confirmed, lead=True))
        assert (after.title, after.fingerprint, after.version) == kept
        assert fingerprint_of(after.submission or {}) == after.fingerprint
        assert (lead.contact_email, lead.contact_name) == ("desk@example.org", "Desk")
        assert (await tx.session.scalars(select(Document))).all() == []
    assert not any((await reconcile(db)).values())


async def test_assessors_see_accepted_answers_about_evidence_only(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    for accepted in (True, False):
        key = await ask(db, stage, confirmed)
        async with db.transaction(now=OPENED) as tx:
            await answer_clarification(tx, key, text=f"Accepted: {accepted}", name="Omar")
        async with db.transaction(now=OPENED, actor=stage.sara) as tx:
            await settle_clarification(tx, confirmed, key, accepted=accepted)
    async with db.reader() as connection:
        assert [clarification.answer for clarification in await clarified(connection, confirmed)] == [
            "Accepted: True"
        ]


async def test_one_that_is_called_off_cannot_be_answered(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    key = await ask(db, stage, confirmed)
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        with pytest.raises(Refused) as refused:
            await cancel(tx, CLARIFICATION, stage.call, key)
        assert refused.value.codes == ("not_found",)
        await cancel(tx, CLARIFICATION, confirmed, key)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=OPENED) as tx:
            await answer_clarification(tx, key, text="Here", name="Omar")
    assert refused.value.codes == ("clarification_over",)


async def send(browser: Browser, path: str, name: str, content: bytes) -> int:
    answer = await browser.send_form(
        path, {"text": "Here it is.", "name": "Omar"}, files={"document": (name, content)}
    )
    return answer.status_code


async def test_the_link_shows_takes_documents_and_refuses_marked_ones(
    db: Database, stage: Stage, browse: Browsers
) -> None:
    now = clock.now()
    key = await alone(db, stage, NOW)
    clarification_id = await ask(db, stage, key, now)
    path, nobody, sara = await link_to(db, clarification_id), await browse(), await browse(stage.sara)
    async with db.reader() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM event"))
    for _ in range(3):
        assert "The mandate is missing." in (await nobody.get(path)).text
    async with db.reader() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM event")) == before
    assert (await nobody.send_form(path, {"text": "", "name": ""})).status_code == 422
    assert await send(nobody, path, "secret.pdf", pdf("RESTREINT UE/EU RESTRICTED")) == 422
    async with db.transaction(now=NOW) as tx:
        (refusal,) = (await tx.session.scalars(select(ClassifiedRefusal))).all()
        assert (refusal.application_id, refusal.reason) == (key, "marked")
    assert (await row_of(db, clarification_id)).state == "open"
    assert await send(nobody, path, "mandate.pdf", pdf("The mandate")) == 303
    assert "your answer is saved" in (await nobody.get(path)).text
    assert await send(nobody, path, "more.pdf", pdf("More")) == 409
    late = await nobody.send_form(path, {"text": "A colleague's answer", "name": "Besa"})
    assert (late.status_code, "A colleague&#39;s answer</textarea>" in late.text) == (409, True)  # to copy
    here = f"/applications/{key}/clarifications"
    page = (await sara.get(here)).text
    assert "Here it is." in page
    paper = await sara.get(f"{here}/{clarification_id}/papers/1")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    assert (await sara.get(f"{here}/{clarification_id}/papers/2")).status_code == 404
    assert (await sara.send_form(f"{here}/{clarification_id}/settle", {"accepted": "yes"})).status_code == 303
    assert (await nobody.get("/link/clarification/never-was")).status_code == 404


@pytest.mark.parametrize("words", ["RESTREINT UE/EU RESTRICTED", "The mandate"])
async def test_a_link_that_is_over_takes_nothing_and_alarms_nobody(
    db: Database, stage: Stage, browse: Browsers, app: Litestar, words: str
) -> None:
    now = clock.now()
    key = await alone(db, stage, NOW)
    clarification_id = await ask(db, stage, key, now)
    path, nobody = await link_to(db, clarification_id), await browse()
    async with db.transaction(now=now, actor=stage.sara) as tx:
        await cancel(tx, CLARIFICATION, key, clarification_id)
    before = stored(app)
    assert await send(nobody, path, "late.pdf", pdf(words, "by a link that is over")) == 409
    assert stored(app) == before
    async with db.transaction(now=NOW) as tx:
        assert (await tx.session.scalars(select(ClassifiedRefusal))).all() == []
        with pytest.raises(Refused) as refused:
            await refuse_paper(tx, clarification_id, sha256="0" * 64, reason="marked")
    assert refused.value.codes == ("clarification_over",)


async def test_an_answer_that_is_not_whole_has_nothing_stored(
    db: Database, stage: Stage, browse: Browsers, app: Litestar
) -> None:
    key = await alone(db, stage, NOW)
    path, nobody = await link_to(db, await ask(db, stage, key, clock.now())), await browse()
    before = stored(app)
    answer = await nobody.send_form(
        path,
        {"text": "Here it is.", "name": ""},
        files={"document": ("a.pdf", pdf("An answer without a name"))},
    )
    assert answer.status_code == 422
    assert stored(app) == before


async def test_the_secretariat_asks_on_its_page(db: Database, stage: Stage, browse: Browsers) -> None:
    key = await alone(db, stage, NOW)
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    here = f"/applications/{key}/clarifications"
    wrong = await sara.send_form(here, {"kind": "clerical", "question": "Who?", "days": "5"})
    assert wrong.status_code == 422
    assert gives_reason(wrong, "field_missing")
    form = {"kind": "clerical", "field": "contact_email", "question": "Who?", "days": "5"}
    assert (await sara.send_form(here, form)).status_code == 303
    await deliver_all(db, clock.now)
    async with db.reader() as connection:
        clarification_id: UUID = (await connection.execute(text("SELECT id FROM clarification"))).scalar_one()
    path, nobody = await link_to(db, clarification_id), await browse()
    assert (await nobody.send_form(path, {"value": "no address", "name": "Omar"})).status_code == 422
    assert (await nobody.send_form(path, {"value": "desk@example.org", "name": "Omar"})).status_code == 303
    seen = (await carl.get(here)).text
    assert "desk@example.org" in seen
    assert "Ask the lead" not in seen
    assert (await carl.send_form(here, form)).status_code == 403


async def test_the_letter_on_inadmissibility_is_frozen_and_sent_as_pdf(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        await check_admissibility(tx, confirmed, admissible=False, reason="The mandate is missing.")
    for _ in range(2):
        await deliver_all(db, lambda: OPENED)
    async with db.transaction(now=NOW) as tx:
        (letter,) = (await tx.session.scalars(select(Letter).where(Letter.kind != "receipt"))).all()
        attached = (
            await tx.session.execute(
                text("SELECT attachments FROM mail WHERE template = 'admission/inadmissible'")
            )
        ).scalar_one()
    assert (letter.kind, letter.data["reason"]) == ("inadmissible", "The mandate is missing.")
    assert attached == [["letter", str(letter.id)]]
    omar, vesa = await browse(stage.omar), await browse(stage.vesa)
    sent = await omar.get(f"/applications/{confirmed}/decision.pdf")
    assert (sent.status_code, sent.content[:5]) == (200, b"%PDF-")
    assert (await vesa.get(f"/applications/{confirmed}/decision.pdf")).status_code == 404
