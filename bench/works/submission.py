"""Handing in an application that is ready: through HTTP, with session, CSRF token, form, access and every rule."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text

from bench.copies import copy_application
from bench.load import Lines, post
from bench.processes import Process
from bench.rounds import alternate, median, rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.rush_drafts import complete_draft, rush_call
from facility import clock
from facility.applications.queries import application
from facility.applications.queries.application import ApplicationShown
from facility.applications.rules.submission import DECLARATIONS
from facility.web.csrf import FIELD


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against a handler that reads the form and writes the same rows, event and deliveries in one transaction."""
    ready = await _complete(stage)
    halves = 2 * (size.rounds + 1)
    copies = iter(await copy_application(stage, ready.id, halves * size.submissions))
    lead = await lead_of(stage, ready.id)
    cookie = await stage.sign_in(lead)
    form = _form(stage, ready)
    product, bare = await stage.servers()
    ours, other = [Handed(server, size, copies, cookie, form) for server in (product, bare)]
    await alternate(ours.hand_in, other.hand_in, 1)  # warm
    ours.cpu.clear()
    other.cpu.clear()
    measured = await alternate(ours.hand_in, other.hand_in, size.rounds)
    await _both_the_same(stage, ours.done[-1], other.done[-1])
    return {
        "submissions_per_second": median(measured.ours),
        "bare_submissions_per_second": median(measured.bare),
        "server_ms": median(ours.cpu),
        "bare_server_ms": median(other.cpu),
        "connections": size.connections,
        "rounds": size.rounds,
        "ratio": measured.ratio,
        "ratio_of_processor_time": rounded(median(other.cpu) / median(ours.cpu)),
    }


class Handed:
    """One server, to which applications are handed in."""

    def __init__(self, process: Process, size: Size, copies: Iterator[UUID], cookie: str, form: str) -> None:
        self.process = process
        self.size = size
        self.copies = copies
        self.cookie = cookie
        self.form = form
        self.done: list[UUID] = []
        self.cpu: list[float] = []

    async def hand_in(self) -> float:
        """Its half of a round: submissions a second. Notes the processor time of one, in ms."""
        mine = [next(self.copies) for _ in range(self.size.submissions)]
        requests = [post(f"/applications/{key}/submit", self.form, self.cookie) for key in mine]
        async with Lines.open(self.process.port, self.size.connections) as lines:
            before = self.process.cpu()
            rate = await lines.ask_each(iter(requests), 303)
        self.cpu.append((self.process.cpu() - before) / len(mine) * 1000)
        self.done += mine
        return rate


def _form(stage: Stage, ready: ApplicationShown) -> str:
    return urlencode(
        {
            FIELD: stage.csrf_token,
            "signatory_name": "Omar Hoxha",
            "signatory_function": "Head of department",
            "version": ready.version,
            **dict.fromkeys(DECLARATIONS, "yes"),
        }
    )


async def _complete(stage: Stage) -> ApplicationShown:
    """A draft with five partners and three documents, for which every answer is a text."""
    call_id = await rush_call(stage, clock.now() + timedelta(days=1), "TAF-BENCH")
    key = await complete_draft(stage, call_id)
    async with stage.db.reader() as connection:
        return await application.shown(connection, key)


async def ready_draft(stage: Stage) -> ApplicationShown:
    """A draft of the story with a partner, against whose submission nothing stands."""
    async with stage.db.reader() as connection:
        drafts = await connection.execute(
            text("SELECT id FROM application WHERE status = 'draft' ORDER BY id")
        )
        shown = [await application.shown(connection, key) for key in drafts.scalars()]
    return next(draft for draft in shown if draft.parts.partners and not draft.reasons_now(clock.now()))


async def lead_of(stage: Stage, application_id: UUID) -> str:
    async with stage.db.reader() as connection:
        query = text(
            "SELECT split_part(email, '@', 1) FROM person"
            " JOIN application ON person.institution_id = lead_institution_id WHERE application.id = :id"
        )
        lead: str = (await connection.execute(query, {"id": application_id})).scalars().first() or ""
    return lead


_WRITTEN = """
    SELECT status, reasons::text, (submission - 'received_at' - 'reference')::text, submitted_by, event.kind, event.version, event.actor_id,
        ARRAY(SELECT key FROM jsonb_object_keys(event.data) AS key) AS keys,
        ARRAY(SELECT reaction || state || attempts FROM delivery WHERE event_id = event.id ORDER BY reaction) AS deliveries
    FROM application CROSS JOIN LATERAL (
        SELECT event.* FROM event WHERE subject_id = application.id ORDER BY event.version DESC LIMIT 1) AS event
    WHERE application.id = ANY($1)
"""


async def _both_the_same(stage: Stage, *keys: UUID) -> None:
    """Both ways have written the same: raises AssertionError otherwise."""
    connection = await stage.connect()
    try:
        ours, other = await connection.fetch(_WRITTEN, list(keys))
    finally:
        await connection.close()
    assert dict(ours) == dict(other), f"{dict(ours)}\n{dict(other)}"
