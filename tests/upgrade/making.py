"""Writes what a release leaves behind: `python tests/upgrade/making.py FILE`, run in a checkout of that release.

The demo story, and what it lacks: open links of every kind, texts that nobody saved, deliveries that wait or were parked, mails
that are under way or were parked. It imports nothing of the tests: older releases have others.
"""

import asyncio
import gzip
import io
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.engine import make_url

from facility import clock, migrate
from facility.accounts.service.people import ask_to_register, invite
from facility.accounts.service.sessions import ask_to_sign_in
from facility.admission.rules.clarification import ClarificationKind, ClericalField
from facility.admission.service.clarifications import ask_for_clarification
from facility.admission.service.opening import start_opening
from facility.admission.service.views import save_view
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import attach_document
from facility.applications.service.submission import note_late_attempt
from facility.applications.service.withdrawal import withdraw
from facility.calls.service.cancellation import ask_cancellation
from facility.calls.service.questions import publish_answer
from facility.db import Database, Tx
from facility.demo.tell import tell
from facility.deployments.service.answering import accept
from facility.drafting.handlers import opened
from facility.drafting.service import Holder, keep
from facility.embedded.server import EmbeddedPostgres
from facility.events import reactions
from facility.files.store import Store
from facility.mail import PermanentFailure
from facility.outbox import links, sender
from facility.rooms import load_slices
from facility.seed import seed
from facility.web.access import Role

SECRET = "a secret of the tests, long enough to sign with"


class Made:
    """The story, and commands that nobody carries on."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.db = db
        self.now = now

    async def first(self, sql: str, **given: Any) -> Any:
        """What this statement finds first."""
        async with self.db.reader() as connection:
            return (await connection.execute(text(sql), given)).first()

    async def person(self, name: str) -> UUID:
        person_id: UUID = (await self.first("SELECT id FROM person WHERE name = :name", name=name)).id
        return person_id

    async def act(self, name: str | None, command: Callable[[Tx], Awaitable[Any]]) -> None:
        """One command by this person; what it sets off waits."""
        actor = await self.person(name) if name else None
        async with self.db.transaction(now=self.now, actor=actor) as tx:
            await command(tx)

    async def add(self) -> None:
        """All of it."""
        await self.accounts()
        await self.drafts()
        await self.casework()
        await self.park_a_delivery()
        await self.mails()

    async def accounts(self) -> None:
        await self.act(None, lambda tx: ask_to_sign_in(tx, "omar@facility.example"))
        await self.act(None, lambda tx: ask_to_register(tx, "new@example.org"))
        await self.act("Rut Hansen", lambda tx: _invite(tx, "first@example.org"))
        await self.act("Rut Hansen", lambda tx: _invite(tx, "second@example.org"))

    async def drafts(self) -> None:
        draft = await self.first(
            """SELECT application.id, call_id, party.id AS lead, section, person.id AS officer FROM application JOIN party ON party.application_id = application.id
            AND is_lead JOIN person ON person.institution_id = party.institution_id AND person.name = 'Omar Hoxha'
            JOIN section_answers ON section_answers.application_id = application.id AND section_answers.party_id = party.id
            WHERE application.status = 'draft' ORDER BY section LIMIT 1"""
        )
        typed = {"summary": ["Half a sentence, which nobody has sav"]}
        await self.act(
            "Omar Hoxha", lambda tx: keep(tx, draft.lead, draft.section, Holder(draft.officer), typed)
        )
        await self.act(
            None,
            lambda tx: note_late_attempt(tx, draft.id, at=self.now, reasons=("late",)),
        )
        await self.act(
            "Omar Hoxha",
            lambda tx: attach_document(tx, draft.id, name="plan.pdf", kind="pdf", size=9, sha256="ab" * 32),
        )
        waiting = """SELECT id FROM party WHERE confirmation = 'invited' AND left_at IS NULL
            ORDER BY id IN (SELECT party_id FROM change_request), id"""
        party = (await self.first(waiting)).id
        await self.act(None, lambda tx: keep(tx, party, "own", opened(), typed))
        await self.act(None, lambda tx: ask_for_change(tx, party, wish="Please take the second week of May."))
        other = (await self.first(f"{waiting} OFFSET 1")).id
        await self.act(
            None, lambda tx: confirm_party(tx, other, signatory_name="S. One", signatory_function="Head")
        )

    async def casework(self) -> None:
        submitted = """SELECT application.id, lead.name AS lead FROM application JOIN call ON call.id = call_id
            JOIN person AS lead ON lead.institution_id = application.lead_institution_id
            WHERE application.status = 'submitted' AND application.track = 'joint' AND decided_at IS NULL"""
        opened = (await self.first(f"{submitted} AND application.opened_at IS NOT NULL")).id
        kind, question = ClarificationKind.CLERICAL, "Which of the two names is right?"
        await self.act(
            "Ada Berisha",
            lambda tx: ask_for_clarification(
                tx, opened, kind=kind, question=question, field=ClericalField.TITLE
            ),
        )
        sealed = await self.first(
            f"{submitted} AND application.opened_at IS NULL AND call.state = 'published'"
        )
        await self.act(sealed.lead, lambda tx: withdraw(tx, sealed.id))
        question_id = (
            await self.first("SELECT id FROM question WHERE version = 0 AND set_aside_at IS NULL")
        ).id
        await self.act(
            "Vera Novak",
            lambda tx: publish_answer(
                tx, question_id, public_text="May part of it be elsewhere?", answer_text="Yes."
            ),
        )
        closed = (await self.first("SELECT id FROM call WHERE state = 'closed' AND opened_at IS NULL")).id
        await self.act("Ada Berisha", lambda tx: start_opening(tx, closed))
        call = (await self.first("SELECT id FROM call WHERE state = 'published' AND closes_at > now()")).id
        await self.act("Ada Berisha", lambda tx: ask_cancellation(tx, call, "The money is needed elsewhere."))
        ada = await self.person("Ada Berisha")
        await self.act(
            "Ada Berisha",
            lambda tx: save_view(tx, ada, name="Submitted", asked={"status": "submitted"}, shared=True),
        )
        invited = await self.first("SELECT id FROM invitation WHERE outcome = 'open' ORDER BY id")
        await self.act(None, lambda tx: accept(tx, invited.id))

    async def park_a_delivery(self) -> None:
        """By failing as often as it takes."""
        waiting = await self.first(
            "SELECT id, reaction FROM delivery WHERE state = 'waiting' ORDER BY id LIMIT 1"
        )
        known = reactions._REACTIONS[waiting.reaction]
        reactions._REACTIONS[waiting.reaction] = _cannot
        later = self.now
        while (
            await self.first("SELECT state FROM delivery WHERE id = :id", id=waiting.id)
        ).state == "waiting":
            later += timedelta(hours=1)
            await reactions.deliver(self.db, waiting.id, lambda: later)  # noqa: B023 - called at once
        reactions._REACTIONS[waiting.reaction] = known

    async def mails(self) -> None:
        """One that was refused for good, and one with which a sender went away."""
        postman = sender.Postman(mailer=_Refusing(), base_url="", domain="", templates=_Anything())  # type: ignore[arg-type]
        refused, taken = await sender.hand_over_mails(self.db, self.now, limit=2)
        await sender.send(self.db, postman, refused, lambda: self.now)
        assert await sender._claim(self.db, taken, self.now)


async def _invite(tx: Tx, email: str) -> None:
    await invite(tx, name="A New One", email=email, roles=[Role.ASSESSOR])


async def _cannot(_tx: Tx, _event: object) -> None:
    raise ValueError


class _Refusing:
    async def send(self, _letter: object) -> None:
        raise PermanentFailure


class _Anything:
    def get_template(self, _name: str) -> Any:
        return self

    def render(self, **_context: object) -> str:
        return ""


async def _contents(url: str) -> dict[str, Any]:
    """Every row of every table, as COPY writes them."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    tables = {}
    for table, columns in await connection.fetch(_TABLES):
        rows = io.BytesIO()
        await connection.copy_from_table(table, columns=columns, output=rows)
        tables[table] = {"columns": columns, "rows": rows.getvalue().decode()}
    revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    await connection.close()
    del tables["alembic_version"]
    return {"revision": revision, "tables": tables}


_TABLES = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name ORDER BY table_name
"""


async def _make(url: str, folder: Path) -> bytes:
    load_slices()
    links.configure(SECRET)
    db = Database(url)
    now = clock.now()
    await seed(db, now)
    await tell(db, Store(folder))
    await Made(db, now).add()
    await db.dispose()
    contents = {"at": now, **await _contents(url)}
    return gzip.compress(msgspec.json.encode(contents), mtime=0)


def main(file: Path) -> None:
    """On a database of its own, gone afterwards."""
    outer = Path(tempfile.mkdtemp(prefix="facility-release-"))
    outer.chmod(0o711)
    postgres = EmbeddedPostgres(outer / "var", fsync=False)
    try:
        url = postgres.start()
        migrate.upgrade(url)
        file.write_bytes(asyncio.run(_make(url, outer / "files")))
    finally:
        postgres.destroy()
        shutil.rmtree(outer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
