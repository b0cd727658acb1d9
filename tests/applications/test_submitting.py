"""Applications from handing in to exit: what commands change, record and refuse."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.admission.service.admissibility import check_admissibility, move
from facility.admission.service.consultations import answer_consultation
from facility.admission.service.exceptions import decide_exception
from facility.applications.models.application import AdmissibilityCheck, Application, ClassifiedRefusal
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import DECLARATIONS, Signature, canonical
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import (
    acknowledge_refusals,
    attach_document,
    record_consultation,
    refuse_document,
)
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import boards, leave, parties_on_board, take_up_again, withdraw
from facility.calls.models.call import Call
from facility.calls.service.closing import close_call, mark_decided
from facility.db import Database, new_id
from facility.events.log import history
from facility.refused import Refused
from facility.story.drafts import Part, bring_in
from tests.admission.review import consult, offices
from tests.applications.conftest import CLOSES, NOW, OPENS, Stage, open_call, party_id, row
from tests.applications.reading import SHA, kinds


async def submitted(db: Database, application_id: UUID, at: datetime = CLOSES) -> Application:
    async with db.transaction(now=at) as tx:
        return await submit(tx, application_id, received_at=at)


async def closed(db: Database, stage: Stage, *, decided: bool = False) -> None:
    async with db.transaction(now=CLOSES + timedelta(seconds=1)) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
        opened = (await tx.get(Call, stage.call)).opened_at is not None
    if not opened:
        await open_call(db, stage, CLOSES + timedelta(seconds=1))
    if decided:
        async with db.transaction(now=CLOSES + timedelta(seconds=1)) as tx:
            mark_decided(tx, await tx.lock(Call, stage.call))


async def test_a_marked_document_blocks_until_it_is_acknowledged(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await refuse_document(tx, confirmed, sha256=SHA)
    with pytest.raises(Refused) as refused:
        await submitted(db, confirmed)
    assert refused.value.codes == ("classified_document",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        assert await acknowledge_refusals(tx, confirmed) == 1
        trace = (await tx.session.execute(select(ClassifiedRefusal))).scalar_one()
    assert (trace.sha256, trace.at, trace.person_id) == (SHA, NOW, stage.omar)
    assert (await submitted(db, confirmed)).status == "submitted"


async def test_a_receipt_can_be_recomputed(db: Database, stage: Stage, confirmed: UUID) -> None:
    async with db.transaction(now=CLOSES, actor=stage.omar) as tx:
        await attach_document(tx, confirmed, name="agenda.pdf", kind="pdf", size=6, sha256=SHA)
        await confirm_party(
            tx, await party_id(tx, confirmed), signatory_name="Vesa Gashi", signatory_function="Director"
        )
        await submit(tx, confirmed, received_at=CLOSES)
    async with db.transaction(now=CLOSES) as tx:
        application = await tx.get(Application, confirmed)
        snapshot = await tx.session.scalar(select(Application.submission))
    assert snapshot is not None
    body = canonical(snapshot)
    assert application.fingerprint == hashlib.sha256(body).hexdigest()
    assert body.startswith(b'{"call":"TAF-2021-01","consultation":null,"designation_note":"* This')
    assert b" :" not in body
    assert snapshot["received_at"] == "2021-07-30T10:00:00Z"
    assert snapshot["requested"] == "30000.50"
    assert [p["amount"] for p in snapshot["parties"]] == ["20000.00", "10000.50"]
    assert snapshot["parties"][1]["confirmation"] == {
        "signatory_name": "Vesa Gashi",
        "signatory_function": "Director",
        "confirmed_at": "2021-07-30T10:00:00Z",
        "version": application.version,
    }
    assert snapshot["documents"] == [{"name": "agenda.pdf", "kind": "pdf", "size": 6, "sha256": SHA}]
    event = (await kinds(db, confirmed))[-1]
    assert event == "ApplicationSubmitted"


async def test_every_reason_at_once(db: Database, stage: Stage) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        application = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="", track="joint"
        )
        await bring_in(tx, application.id, Part(stage.turkish, "", Decimal("1.00")))
    late = CLOSES + timedelta(microseconds=1)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=late) as tx:
            await submit(
                tx,
                application.id,
                received_at=late,
                signature=Signature("Omar", "Head", DECLARATIONS),
            )
    assert refused.value.codes == (
        "below_award_min",
        "late",
        "partner_not_confirmed",
        "partner_not_eligible",
        "too_few_beneficiaries",
        *["answer_missing"] * 5,
        "lead_role_missing",
    )
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=OPENS) as tx:
            await submit(tx, application.id, received_at=OPENS, signature=Signature("", " ", ("mandate",)))
    assert refused.value.codes == (
        "signatory_missing",
        "function_missing",
        "declaration_missing",
        "declaration_missing",
        "declaration_missing",
    )


async def test_withdrawn_and_submitted_again_until_the_deadline(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await submitted(db, confirmed, NOW)
    async with db.transaction(now=NOW) as tx:
        await withdraw(tx, confirmed)
    async with db.transaction(now=NOW) as tx:
        await take_up_again(tx, confirmed)
    again = await submitted(db, confirmed)
    assert (again.status, again.received_at) == ("submitted", CLOSES)
    async with db.transaction(now=CLOSES) as tx:
        await withdraw(tx, confirmed)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=CLOSES + timedelta(seconds=1)) as tx:
            await take_up_again(tx, confirmed)
    assert refused.value.codes == ("late",)


async def test_who_leaves_a_submitted_application_is_counted(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await submitted(db, confirmed)
    async with db.transaction(now=CLOSES) as tx:
        partner = await party_id(tx, confirmed)
        assert await boards(tx, stage.call) == {confirmed: ("AL", "XK")}
        await leave(tx, partner, reason="Reorganised")
        assert await parties_on_board(tx, confirmed) == ("AL",)
        with pytest.raises(Refused) as refused:
            await leave(tx, partner)
        assert refused.value.codes == ("left",)
        with pytest.raises(Refused) as refused:
            await leave(tx, await party_id(tx, confirmed, lead=True))
        assert refused.value.codes == ("lead_cannot_leave",)
    async with db.reader() as connection:
        event = (await history(connection, confirmed))[0].event
    assert getattr(event, "on_board", None) == 1
    application = await row(db, confirmed)
    assert (application.status, application.requested) == ("submitted", Decimal("30000.50"))


async def test_admissibility_is_checked_after_closing(db: Database, stage: Stage, confirmed: UUID) -> None:
    await submitted(db, confirmed)
    for reason, code in (("", "not_opened"), ("", "reason_missing")):
        with pytest.raises(Refused) as refused:
            async with db.transaction(now=CLOSES, actor=stage.sara) as tx:
                await check_admissibility(tx, confirmed, admissible=False, reason=reason)
        assert refused.value.codes == (code,)
        await closed(db, stage)
    for admissible, status in ((False, "inadmissible"), (True, "admissible")):
        async with db.transaction(now=CLOSES, actor=stage.sara) as tx:
            await check_admissibility(tx, confirmed, admissible=admissible, reason="Looked at it")
        assert (await row(db, confirmed)).status == status
    async with db.transaction(now=NOW) as tx:
        outcomes = (await tx.session.execute(select(AdmissibilityCheck.admissible))).scalars().all()
    assert sorted(outcomes) == [False, True]


async def test_nothing_moves_once_the_call_is_decided(db: Database, stage: Stage, confirmed: UUID) -> None:
    await submitted(db, confirmed)
    await closed(db, stage, decided=True)
    later = CLOSES + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=later) as tx:
            await check_admissibility(tx, confirmed, admissible=True)
    assert refused.value.codes == ("call_decided",)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=later) as tx:
            await withdraw(tx, confirmed)
    assert refused.value.codes == ("nothing_to_withdraw",)


async def test_higher_rooms_move_the_status_by_the_table(db: Database, stage: Stage, confirmed: UUID) -> None:
    await submitted(db, confirmed)
    async with db.transaction(now=CLOSES) as tx:
        application = await tx.lock(Application, confirmed)
        with pytest.raises(Refused) as refused:
            await move(tx, application, ApplicationStatus.AWARDED)
        assert refused.value.codes == ("wrong_status",)
        await move(tx, application, ApplicationStatus.INELIGIBLE, ["too_few_beneficiaries"])
    assert (await row(db, confirmed)).reasons == ["too_few_beneficiaries"]


async def test_an_exception_needs_a_consultation_and_four_eyes(db: Database, stage: Stage) -> None:
    late = CLOSES + timedelta(days=30)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        application = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="Alone", track="exception"
        )
    with pytest.raises(Refused) as refused:
        await submitted(db, application.id, late)
    assert refused.value.codes == ("consultation_missing",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await record_consultation(tx, application.id, "IISG, 3 June: agreed")
    await submitted(db, application.id, late)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=late, actor=stage.omar) as tx:
            await decide_exception(tx, application.id, approved=True, reason="Urgent")
    assert refused.value.codes == ("same_person",)
    (consultation,) = await consult(db, stage, application.id, await offices(db, 1), late)
    async with db.transaction(now=late) as tx:
        await answer_consultation(tx, consultation, objects=False, name="Eva")
    async with db.transaction(now=late, actor=stage.anna) as tx:
        await decide_exception(tx, application.id, approved=True, reason="Urgent")
    assert (await row(db, application.id)).status == "exception_approved"


async def test_what_is_submitted_is_not_edited(db: Database, confirmed: UUID) -> None:
    await submitted(db, confirmed)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=CLOSES) as tx:
            await save_answers(tx, confirmed, {"ask": {"summary": "Late thought"}})
    assert refused.value.codes == ("not_a_draft",)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=CLOSES) as tx:
            await withdraw(tx, new_id())
    assert refused.value.kind == "missing"
