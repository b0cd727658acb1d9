"""What the secretariat does with an application that came in, told by commands; for tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.consultations import start_consultations
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.events.relay import deliver_all
from facility.forms.checks import Answers
from facility.outbox.links import path_of
from facility.outbox.models import Link
from tests.applications.conftest import CLOSES, NOW, Stage, open_call

OPENED = CLOSES + timedelta(minutes=1)  # Friday 30 July 2021, 12:01 in Brussels


async def opened(db: Database, stage: Stage, application_id: UUID) -> UUID:
    """Handed in at the last moment, and the call closed and opened."""
    async with db.transaction(now=CLOSES) as tx:
        await submit(tx, application_id, received_at=CLOSES)
    async with db.transaction(now=OPENED) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    await open_call(db, stage, OPENED)
    return application_id


async def alone(
    db: Database, stage: Stage, at: datetime = NOW, answers: Mapping[str, Answers] | None = None
) -> UUID:
    """An exception for a single beneficiary, handed in, with what the lead says of its consultations."""
    async with db.transaction(now=at, actor=stage.omar) as tx:
        application = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="Alone", track="exception"
        )
        await save_answers(tx, application.id, answers or {})
        await record_consultation(tx, application.id, "We wrote to the Delegation in June.")
        await submit(tx, application.id, received_at=at)
    return application.id


async def offices(db: Database, count: int = 2, at: datetime = NOW) -> list[UUID]:
    """Consultees, named Office 1, Office 2 …"""
    async with db.transaction(now=at) as tx:
        return [
            (
                await add_consultee(
                    tx,
                    ConsulteeData(
                        name=f"Office {n}", kind=ConsulteeKind.DELEGATION, email=f"office{n}@example.org"
                    ),
                )
            ).id
            for n in range(1, count + 1)
        ]


async def consult(
    db: Database,
    stage: Stage,
    application_id: UUID,
    consultees: list[UUID],
    at: datetime = OPENED,
    days: int = 5,
) -> list[UUID]:
    """Sara asks them; their letters are queued. The consultations, in the same order."""
    async with db.transaction(now=at, actor=stage.sara) as tx:
        made = await start_consultations(tx, application_id, consultees, days=days)
    await deliver_all(db, lambda: at)
    return [consultation.id for consultation in made]


async def link_to(db: Database, subject_id: UUID) -> str:
    """The path of the link about this."""
    async with db.transaction(now=NOW) as tx:
        row = (
            await tx.session.execute(text("SELECT id FROM link WHERE subject_id = :id"), {"id": subject_id})
        ).one()
        return path_of(await tx.get(Link, row.id))


async def mails(db: Database) -> list[tuple[str, str]]:
    """Template and address of every mail, in order."""
    async with db.reader() as connection:
        rows = await connection.execute(
            text("SELECT template, to_address FROM mail ORDER BY created_at, template, to_address")
        )
        return [(row.template.partition("/")[2], row.to_address) for row in rows]
