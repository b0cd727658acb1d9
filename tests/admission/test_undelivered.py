"""Nobody is silent who was not asked: consultations and clarifications whose mail the server refused."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from facility import clock
from facility.admission.models.clarification import Clarification
from facility.admission.models.consultation import Consultation
from facility.admission.rules.clarification import ClarificationKind
from facility.admission.service.clarifications import (
    ask_for_clarification,
    lapse_clarifications_due,
    remind_of_clarifications,
)
from facility.admission.service.consultations import (
    CONSULTATION,
    answer_consultation,
    end_consultations_due,
    remind_consultees,
    start_consultations,
)
from facility.applications.queries.application import shown
from facility.db import Base, Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.inquiries.kinds import GRACE
from facility.inquiries.service import ask_again
from facility.operations.service.parked import send_again
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.periods import end_of_period
from facility.settings import Settings
from tests.admission.review import OPENED, alone, offices, opened
from tests.applications.conftest import NOW, Stage
from tests.browser import Browsers, gives_reason, states, work
from tests.posting import Post
from tests.smtp import SmtpServer

OFFICE = "office1@example.org"
NEW = "desk@example.org"
LONG_AFTER = timedelta(days=30)


@pytest.fixture
def post(db: Database, settings: Settings, smtp: SmtpServer) -> Post:
    return Post(db, settings, smtp)


async def row[Row: Base](db: Database, model: type[Row], key: UUID) -> Row:
    async with db.transaction(now=NOW) as tx:
        return await tx.get(model, key)


async def consulted(
    db: Database, stage: Stage, post: Post, application_id: UUID, at: datetime = OPENED
) -> UUID:
    """Sara asks the first office, and the mail goes."""
    (office,) = await offices(db, 1, at)
    async with db.transaction(now=at, actor=stage.sara) as tx:
        (made,) = await start_consultations(tx, application_id, [office])
    await post.goes(at)
    return made.id


async def ask_evidence(
    db: Database, stage: Stage, post: Post, application_id: UUID, at: datetime = OPENED
) -> UUID:
    """Sara asks the lead for evidence, and the mail goes."""
    async with db.transaction(now=at, actor=stage.sara) as tx:
        made = await ask_for_clarification(
            tx, application_id, kind=ClarificationKind.EVIDENCE, question="The mandate is missing."
        )
    await post.goes(at)
    return made.id


async def links(db: Database, subject_id: UUID) -> list[str]:
    """Paths of the links about this, the oldest first."""
    async with db.transaction(now=NOW) as tx:
        query = text("SELECT id FROM link WHERE subject_id = :id ORDER BY created_at")
        ids = (await tx.session.execute(query, {"id": subject_id})).scalars().all()
        return [path_of(await tx.get(Link, link_id)) for link_id in ids]


async def kinds(db: Database, application_id: UUID, word: str) -> list[str]:
    """Kinds of events with this word in their name, oldest first."""
    async with db.reader() as connection:
        lines = await history(connection, application_id)
    names = [type(line.event).__name__ for line in reversed(lines)]
    return [name for name in names if word in name]


async def sound(db: Database) -> None:
    assert {name: lines for name, lines in (await reconcile(db)).items() if lines} == {}


async def test_a_consultee_whose_mail_was_refused_does_not_consent(
    db: Database, stage: Stage, confirmed: UUID, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    smtp.refuse(OFFICE)
    key = await consulted(db, stage, post, confirmed)
    later = OPENED + LONG_AFTER
    assert (await end_consultations_due(db, later), await remind_consultees(db, later)) == (0, 0)
    assert (await row(db, Consultation, key)).state == "open"
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    assert "consultees-who-did-not-get-our-mail" in work(await sara.get("/"))
    assert "Office 1" in (await sara.get("/waiting/consultees-who-did-not-get-our-mail")).text
    here = f"/applications/{confirmed}/consultations"
    page = (await sara.get(here)).text
    consultee = (await row(db, Consultation, key)).consultee_id
    assert "mail-undelivered" in states(page)
    assert OFFICE in page
    assert f'href="/consultees/{consultee}"' in page
    assert "Mail not delivered" in (await sara.get("/consultations")).text
    assert "Send again" not in (await carl.get(here)).text
    form = {"name": "Office 1", "kind": "delegation", "email": NEW, "active": "yes"}
    assert (await sara.send_form(f"/consultees/{consultee}", form)).status_code == 303
    now = clock.now()
    await post.goes(now)
    assert [mail.subject.split()[:3] for mail in smtp.to(NEW)] == [["You", "are", "consulted"]]
    asked_anew = await row(db, Consultation, key)
    assert (asked_anew.state, asked_anew.ends_at) == ("open", end_of_period(asked_anew.asked_at, 5))
    assert asked_anew.asked_at >= now - timedelta(minutes=1)
    first, second = await links(db, key)
    nobody = await browse()
    assert ((await nobody.get(first)).status_code, (await nobody.get(second)).status_code) == (409, 200)
    refused = await nobody.send_form(first, {"answer": "no_objection", "name": "Eva"})
    assert (refused.status_code, gives_reason(refused, "link_revoked")) == (409, True)
    assert "consultees-who-did-not-get-our-mail" not in work(await sara.get("/"))
    again = await sara.send_form(f"{here}/{key}/again")
    assert (again.status_code, gives_reason(again, "mail_got_through")) == (409, True)
    assert await end_consultations_due(db, asked_anew.ends_at) == 0
    assert await end_consultations_due(db, asked_anew.ends_at + GRACE) == 1
    assert await kinds(db, confirmed, "Consultation") == [
        "ConsultationStarted",
        "ConsultationAskedAgain",
        "ConsultationEndedTacitly",
    ]
    await sound(db)


async def test_the_officer_sends_it_again_where_the_address_is_right(
    db: Database, stage: Stage, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    key = await alone(db, stage, NOW)
    smtp.refuse(OFFICE)
    consultation = await consulted(db, stage, post, key, NOW)
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    again = f"/applications/{key}/consultations/{consultation}/again"
    assert (await carl.send_form(again)).status_code == 403
    smtp.accept(OFFICE)
    assert (await sara.send_form(again)).status_code == 303
    await post.goes(clock.now())
    assert len(smtp.to(OFFICE)) == 1
    made = await row(db, Consultation, consultation)
    assert made.ends_at == end_of_period(made.asked_at, 5)
    assert await end_consultations_due(db, made.ends_at + GRACE) == 1


async def test_where_the_outbox_sends_it_again_the_period_begins_then(
    db: Database, stage: Stage, confirmed: UUID, post: Post, smtp: SmtpServer
) -> None:
    await opened(db, stage, confirmed)
    smtp.refuse(OFFICE)
    key = await consulted(db, stage, post, confirmed)
    smtp.accept(OFFICE)
    later = OPENED + LONG_AFTER
    async with db.transaction(now=later, actor=stage.sara) as tx:
        parked = text("SELECT id FROM mail WHERE state = 'parked'")
        await send_again(tx, (await tx.session.execute(parked)).scalar_one())
    assert await end_consultations_due(db, later) == 0
    await post.goes(later)
    assert await end_consultations_due(db, later + timedelta(minutes=1)) == 1
    made = await row(db, Consultation, key)
    assert (made.state, made.asked_at, made.ends_at) == ("open", later, end_of_period(later, 5))
    await post.goes(later + timedelta(minutes=1))
    assert (len(smtp.to(OFFICE)), len(await links(db, key))) == (1, 1)
    assert await end_consultations_due(db, made.ends_at) == 0
    assert await end_consultations_due(db, made.ends_at + GRACE) == 1
    await sound(db)


async def test_an_answer_counts_while_the_mail_that_asks_seems_undelivered(
    db: Database, stage: Stage, confirmed: UUID, post: Post, smtp: SmtpServer
) -> None:
    await opened(db, stage, confirmed)
    smtp.refuse(OFFICE)
    key = await consulted(db, stage, post, confirmed)
    async with db.transaction(now=OPENED + LONG_AFTER) as tx:
        await answer_consultation(tx, key, objects=True, reason="R3 does this.", name="Eva")
    assert (await row(db, Consultation, key)).state == "objection"
    assert await kinds(db, confirmed, "Consultation") == ["ConsultationStarted", "ConsultationAnswered"]


async def test_an_answer_that_waits_while_the_address_is_corrected_comes_by_a_link_that_has_ended(
    db: Database, stage: Stage, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    application = await alone(db, stage, NOW)
    smtp.refuse(OFFICE)
    key = await consulted(db, stage, post, application, clock.now())
    (path,) = await links(db, key)
    nobody = await browse()
    async with db.transaction(now=clock.now(), actor=stage.sara) as tx:
        await ask_again(tx, CONSULTATION, application, key)
        await tx.flush()
        sending = asyncio.create_task(nobody.send_form(path, {"answer": "no_objection", "name": "Eva"}))
        async with db.reader() as connection:  # it found the link, and waits for the application
            query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not (await connection.execute(query)).scalar():
                assert not sending.done()
    answer = await sending
    assert (answer.status_code, gives_reason(answer, "link_revoked")) == (409, True)
    assert (await row(db, Consultation, key)).state == "open"


async def test_after_an_outage_longer_than_the_period_it_begins_when_the_mail_is_written(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    (office,) = await offices(db, 1)
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        (made,) = await start_consultations(tx, confirmed, [office])
    later = OPENED + LONG_AFTER
    await deliver_all(db, lambda: later)
    assert await end_consultations_due(db, later) == 0
    kept = await row(db, Consultation, made.id)
    assert (kept.state, kept.ends_at) == ("open", end_of_period(later, 5))
    assert len(await links(db, made.id)) == 1


async def test_the_step_may_come_before_the_reaction_after_an_outage(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    await opened(db, stage, confirmed)
    (office,) = await offices(db, 1)
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        (made,) = await start_consultations(tx, confirmed, [office])
    later = OPENED + LONG_AFTER
    assert await end_consultations_due(db, later) == 1
    assert await end_consultations_due(db, later) == 0
    await deliver_all(db, lambda: later)
    kept = await row(db, Consultation, made.id)
    assert (kept.state, kept.ends_at) == ("open", end_of_period(later, 5))
    assert len(await links(db, made.id)) == 1
    assert await end_consultations_due(db, kept.ends_at + GRACE) == 1


async def test_a_lead_whose_mail_was_refused_has_not_let_the_period_pass(
    db: Database, stage: Stage, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    application = await alone(db, stage, NOW)
    async with db.reader() as connection:
        old = (await shown(connection, application)).parts.lead.contact_email
    smtp.refuse(old)
    key = await ask_evidence(db, stage, post, application, NOW)
    later = NOW + LONG_AFTER
    assert (await lapse_clarifications_due(db, later), await remind_of_clarifications(db, later)) == (0, 0)
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    assert "leads-who-did-not-get-our-question" in work(await sara.get("/"))
    here = f"/applications/{application}/clarifications"
    page = (await sara.get(here)).text
    assert "mail-undelivered" in states(page)
    assert f'value="{old}"' in page
    assert "Send again" not in (await carl.get(here)).text
    assert (await carl.send_form(f"{here}/again", {"email": NEW})).status_code == 403
    wrong = await sara.send_form(f"{here}/again", {"email": "no address"})
    assert (wrong.status_code, 'value="no address"' in wrong.text) == (422, True)
    assert (await sara.send_form(f"{here}/again", {"email": NEW})).status_code == 303
    now = clock.now()
    await post.goes(now)
    assert [mail.subject.split()[:2] for mail in smtp.to(NEW)] == [["A", "question"]]
    made = await row(db, Clarification, key)
    assert (made.state, made.ends_at) == ("open", end_of_period(made.asked_at, 5))
    first, second = await links(db, key)
    nobody = await browse()
    assert ((await nobody.get(first)).status_code, (await nobody.get(second)).status_code) == (409, 200)
    async with db.reader() as connection:
        lead = await connection.execute(text("SELECT contact_email FROM party WHERE is_lead"))
        assert lead.scalars().all() == [NEW]
    again = await sara.send_form(f"{here}/again", {"email": NEW})
    assert (again.status_code, gives_reason(again, "mail_got_through")) == (409, True)
    assert "leads-who-did-not-get-our-question" not in work(await sara.get("/"))
    assert await lapse_clarifications_due(db, made.ends_at + GRACE) == 1
    assert await kinds(db, application, "Clarification") == [
        "ClarificationAsked",
        "ClarificationAskedAgain",
        "ClarificationLapsed",
    ]
    await sound(db)


async def test_after_an_outage_longer_than_the_period_no_clarification_has_lapsed(
    db: Database, stage: Stage
) -> None:
    application = await alone(db, stage, NOW)
    async with db.transaction(now=NOW, actor=stage.sara) as tx:
        made = await ask_for_clarification(
            tx, application, kind=ClarificationKind.EVIDENCE, question="The mandate is missing."
        )
    later = NOW + LONG_AFTER
    assert await lapse_clarifications_due(db, later) == 1
    await deliver_all(db, lambda: later)
    kept = await row(db, Clarification, made.id)
    assert (kept.state, kept.ends_at) == ("open", end_of_period(later, 5))
    assert len(await links(db, made.id)) == 1
    assert await lapse_clarifications_due(db, kept.ends_at + GRACE) == 1
