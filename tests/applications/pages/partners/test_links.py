"""What a partner does by its link besides: answer, ask about the call; and who gets a new one."""

import re
from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.applications.models.application import Application
from facility.calls.models.call import Call
from facility.calls.models.question import Question
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from tests.applications.conftest import Stage, party_id
from tests.applications.pages.partners.conftest import hidden, invite
from tests.browser import Browsers, errors, states
from tests.mails import IN_ORDER


async def test_a_partner_answers_by_link(db: Database, stage: Stage, draft: UUID, browse: Browsers) -> None:
    path = await invite(db, stage, draft)
    async with db.transaction(now=clock.now()) as tx:
        mail = (await tx.session.scalars(select(Mail))).one()
    assert (mail.to_address, mail.subject) == (
        "vesa@example.org",
        "Please confirm the joint application TAF-2021-01/001",
    )
    anybody = await browse()
    page = await anybody.get(path)
    assert (page.status_code, "We confirm" in page.text) == (200, True)
    seen = hidden(page, "seen")
    assert re.fullmatch("[0-9a-f]{64}", seen)
    wrong = await anybody.send_form(path, {"answer": "confirm", "signatory_name": "", "seen": seen})
    assert (wrong.status_code, errors(wrong)) == (422, ["signatory_name", "signatory_function"])
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    older = await anybody.send_form(path, {**signed, "seen": "0" * 64})
    assert (older.status_code, "changed-meanwhile" in states(older)) == (409, True)
    done = await anybody.send_form(path, {**signed, "seen": seen})
    assert (done.status_code, done.headers["location"]) == (303, path)
    kind = await anybody.get(path)
    assert "Thank you, this is confirmed" in kind.text
    again = await anybody.send_form(path, {"answer": "decline", "reason": "No", "seen": seen})
    assert (again.status_code, "Thank you, this is confirmed" in again.text) == (409, True)
    assert (await anybody.get("/link/partner/never-was")).status_code == 404


async def test_who_holds_a_link_asks_about_the_call(
    db: Database, stage: Stage, asking: UUID, browse: Browsers
) -> None:
    anybody, path = await browse(), await invite(db, stage, asking)
    assert f'href="{path}/question"' in (await anybody.get(path)).text
    assert "no-questions" in states(await anybody.get(f"{path}/question"))
    assert (await anybody.send_form(f"{path}/question", {"question": "May we?"})).status_code == 409
    async with db.transaction(now=clock.now()) as tx:
        call = await tx.lock(Call, (await tx.get(Application, asking)).call_id)
        call.questions_until = call.answers_until = call.closes_at
    assert "vesa@example.org" in (await anybody.get(f"{path}/question")).text
    empty = await anybody.send_form(f"{path}/question", {"question": " "})
    assert (empty.status_code, "f-question-error" in empty.text) == (422, True)
    sent = await anybody.send_form(f"{path}/question", {"question": "May we?"})
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    async with db.transaction(now=clock.now()) as tx:
        kept = (await tx.session.scalars(select(Question))).one()
    assert (kept.text, kept.asked_by, kept.contact_email, kept.institution_id) == (
        "May we?",
        None,
        "vesa@example.org",
        stage.partner,
    )
    assert (await anybody.get("/link/partner/no-such/question")).status_code == 404


async def test_a_corrected_address_gets_a_new_link(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        partner = await party_id(tx, draft)
    sent = await omar.send_form(f"/applications/{draft}/parties/{partner}/ask")
    assert sent.status_code == 303
    await drain(db, clock.now)
    changed = await omar.send_form(
        f"/applications/{draft}/parties/{partner}",
        {
            "seen": "0",
            "role": "Hosts the workshop",
            "amount": "10000.50",
            "contact_name": "Vesa Gashi",
            "contact_email": "right@example.org",
        },
    )
    assert changed.status_code == 303
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mails = (
            await tx.session.execute(
                select(Mail, Link).join(Link, Link.id == Mail.link_id).order_by(*IN_ORDER)
            )
        ).all()
    assert [mail.to_address for mail, _ in mails] == ["vesa@example.org", "right@example.org"]
    assert [link.revoked_at is None for _, link in mails] == [False, True]
    old = await (await browse()).get(path_of(mails[0][1]))
    assert "replaced" in states(old)
