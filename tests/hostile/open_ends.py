"""The copy of the story that is crawled, brought by commands into what the story leaves out: what waits for somebody, room by room.

Each function leaves something open on whose page a form stands that no other page shows.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.accounts.service import institutions, people
from facility.activities.service.activities import ActivityDraft, plan_activity
from facility.activities.service.evidence import AttendanceRow
from facility.admission.rules.clarification import ClarificationKind
from facility.admission.service.clarifications import ask_for_clarification
from facility.admission.service.consultations import (
    answer_consultation,
    end_consultations_due,
    start_consultations,
)
from facility.admission.service.exceptions import decide_exception
from facility.admission.service.views import save_view
from facility.awards.rules.publication import Why
from facility.awards.service.ending import propose_closing
from facility.awards.service.exceptional import propose_exceptional
from facility.awards.service.publication import withhold
from facility.awards.service.withdrawal import propose_withdrawal
from facility.contracts.service.enlargement import propose_enlargement
from facility.contracts.service.money import open_envelope
from facility.db import Database
from facility.deployments.queries.matching import question
from facility.deployments.service.answering import accept
from facility.deployments.service.matching import answered, store
from facility.deployments.service.requesting import confirm_shortlist, request_expertise
from facility.events.schedule import SCHEDULE, run_due
from facility.files.store import Store
from facility.outbox.links import token_of
from facility.story.after_award import REQUEST
from facility.web.access import Role
from tests.hostile.open_calls import ADA, PAUL, REFUSED, Opened
from tests.hostile.open_cancelled import leave_fees, leave_late
from tests.hostile.open_drafts import leave_drafts, type_on
from tests.hostile.open_missions import leave_missions, leave_releases
from tests.hostile.open_pins import leave_pins
from tests.hostile.open_pool import leave_pool
from tests.hostile.open_redress import leave_offers, leave_parts, leave_redress
from tests.hostile.open_rota import leave_rota
from tests.hostile.open_versions import leave_versions
from tests.hostile.open_wishes import leave_wishes

ROOT = "Rut Hansen"
STEP = "test: ring the bell"


async def leave_open(app: Litestar, url: str, sessions: Mapping[str, str]) -> dict[str, list[str]]:
    """Everything below, in the copy of the story at this address; the pages on which it stands, by who goes on from there."""
    db = Database(url, pool_size=2)
    ends = Opened(db, Store(app.state.settings.documents_dir), clock.now())
    await ends.meet()
    await _envelope(ends)
    await leave_drafts(ends)
    await ends.calls()
    await ends.urgent()
    await leave_redress(ends)
    await leave_parts(ends)
    await leave_versions(ends)
    await ends.refuse(await leave_offers(ends))
    await _admission(ends)
    await _awards(ends)
    await _experts(ends)
    await leave_pool(ends)
    await leave_rota(ends)
    await leave_missions(ends)
    await leave_pins(ends, await ends.funded())
    await leave_late(ends, await ends.funded())
    await leave_fees(ends, await ends.funded())
    await leave_releases(ends)
    await _activity(ends)
    await leave_wishes(ends, await ends.funded())
    await _accounts(ends)
    await _operations(ends)
    await type_on(app, ends, sessions)
    await db.dispose()
    return ends.pages


async def _envelope(ends: Opened) -> None:
    """Money of its own for the calls below; somebody wants it to hold more."""
    contract_id = await ends.value_of("SELECT id FROM contract WHERE reference = 'CA1'")
    made = await ends.act(
        ends.noon(-90),
        "ada",
        open_envelope,
        contract_id=contract_id,
        name="Open ends",
        amount=Decimal(900000),
    )
    ends.envelope_id = made.id
    await ends.act(ends.now, "ada", propose_enlargement, made.id, Decimal(950000), reason="More was paid in.")


async def _admission(ends: Opened) -> None:
    """A list kept under a name; questions that are open, did not get through, or were answered late or with an objection."""
    await ends.act(
        ends.now,
        "ada",
        save_view,
        ends.people["ada"],
        name="Urgent ones",
        asked={"q": "urgent"},
        shared=True,
    )
    first, second = ends.judged[:2]
    for application_id in (first, second):
        clarification = await ends.act(
            ends.now,
            "ada",
            ask_for_clarification,
            application_id,
            kind=ClarificationKind.EVIDENCE,
            question="The mandate is missing.",
        )
    await ends.refuse(clarification.id)
    await _consultations(ends, second)
    await _exceptions(ends)


async def _consultations(ends: Opened, application_id: UUID) -> None:
    async with ends.db.reader() as connection:
        known = list((await connection.execute(text("SELECT id FROM consultee ORDER BY name"))).scalars())
    asked_at = ends.now - timedelta(days=6)
    objects, late, undelivered = [
        (await ends.act(asked_at, "ada", start_consultations, application_id, [key], days=1, more_days=0))[0]
        for key in known[:3]
    ]
    reply: dict[str, Any] = {"name": "Head of section", "objects": True, "reason": "We do the same in May."}
    await ends.act(asked_at + timedelta(hours=1), None, answer_consultation, objects.id, **reply)
    await ends.refuse(undelivered.id)
    await end_consultations_due(ends.db, ends.now - timedelta(hours=2))
    await ends.act(ends.now, None, answer_consultation, late.id, **reply)


async def _exceptions(ends: Opened) -> None:
    """One to decide, one that is approved, and one on which an award is proposed."""
    first, approved, proposed = ends.exceptions
    await _agreed(ends, first, "ada")
    for key in (approved, proposed):
        await _agreed(ends, key, "vera")
        await ends.act(ends.now, "paul", decide_exception, key, approved=True, reason="It can't wait.")
    await ends.act(ends.now, "ada", propose_exceptional, proposed, reason="Its neighbours gain, too.")


async def _agreed(ends: Opened, application_id: UUID, by: str) -> None:
    """Nobody objects to an exception."""
    consultee_id = await ends.value_of("SELECT id FROM consultee")
    (made,) = await ends.act(ends.noon(-5), by, start_consultations, application_id, [consultee_id])
    await ends.act(ends.noon(-4), None, answer_consultation, made.id, objects=False, name="Head of section")


async def _awards(ends: Opened) -> None:
    """One to close, one to withdraw, as somebody proposes; one withheld from the public list; a call to archive."""
    closing, withdrawal = (
        await _award(ends, "TAF-2021-01/B"),
        await _award(ends, f"TAF-{ends.now.year}-05/001"),
    )
    await ends.act(
        ends.now, "vera", propose_closing, closing, final_cost=Decimal(9000), reason="The final report is in."
    )
    await ends.act(
        ends.now, "ada", propose_withdrawal, withdrawal, reason="Its lead has no mandate any more."
    )
    withheld = await _award(ends, "TAF-2021-01/A")
    await ends.act(ends.now, "paul", withhold, withheld, why=Why.OPERATIONS, reason="It is under way.")
    ends.at(PAUL, f"/awards/{withheld}/publication")
    decided = await ends.value_of("SELECT id FROM call WHERE reference = 'TAF-2021-01'")
    ends.at(ADA, f"/staff/calls/{decided}")  # which can be archived


async def _award(ends: Opened, reference: str) -> UUID:
    query = (
        "SELECT award.id FROM award JOIN application ON application.id = application_id WHERE reference = :it"
    )
    key: UUID = await ends.value_of(query, it=reference)
    return key


async def _experts(ends: Opened) -> None:
    """A shortlist to order, and a list that has run out; a yes that can be taken back, and an invitation that did not get through."""
    application_id = await ends.funded()
    starts_on = ends.monday(8)
    draft = msgspec.structs.replace(
        REQUEST,
        application_id=application_id,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=2),
        themes={"X.JIT": 2},
        min_theme_level=2,
    )
    await ends.act(ends.now, "ada", request_expertise, draft)
    async with ends.db.reader() as connection:
        to_match = await question(connection, ends.people["ada"], ends.now, most=2, most_of_state=1)
    await ends.act(ends.now, "ada", store, answered(to_match))
    nobody = await ends.act(
        ends.now,
        "ada",
        request_expertise,
        msgspec.structs.replace(draft, place="Struga", language_level="C2", seats=20),
    )
    await ends.act(ends.now, "ada", confirm_shortlist, nobody.id)
    ends.at(ADA, f"/deployments/{nobody.id}")
    async with ends.db.reader() as connection:
        query = text(
            "SELECT id FROM invitation WHERE outcome = 'open' AND deployment_id <> :nobody ORDER BY seat"
        )
        first, second = (await connection.execute(query, {"nobody": nobody.id})).scalars()
    await ends.act(ends.now, None, accept, first, no_conflict=True)
    await ends.refuse(second)


async def _activity(ends: Opened) -> None:
    """One that took place, with all its evidence, to be reported by Omar."""
    held = ends.monday(-3)
    draft = ActivityDraft(
        application_id=await ends.funded(),
        kind="workshop",
        title="Second tracing workshop",
        place="Skopje",
        starts_on=held,
        ends_on=held + timedelta(days=1),
    )
    made = await ends.act(ends.noon(-40), "omar", plan_activity, draft)
    rows = [AttendanceRow(beneficiary_code=code, expected=8, present=8) for code in ("AL", "XK", "ME")]
    await ends.report(made.id, rows, ends.noon(-4))


async def _accounts(ends: Opened) -> None:
    """A link to register; somebody who has registered, with an institution; a closed account; somebody who may sign."""
    for email in ("first@example.org", "second@example.org", "third@example.org"):
        await ends.act(ends.now, None, people.ask_to_register, email)
    fresh = institutions.NewInstitution("Financial Police", "POLICE", "MK")
    token = await _registering(ends)
    await ends.act(ends.now, None, people.register, token, name="Ivo Ilievski", institution=fresh)
    waits = await ends.value_of("SELECT id FROM institution WHERE name = :name", name=fresh.name)
    ends.at(ADA, f"/institutions/{waits}")
    former = await ends.act(
        ends.now,
        "root",
        people.add_user,
        name="Former Colleague",
        email="former@example.org",
        roles=[Role.AUDITOR],
    )
    await ends.act(ends.now, "root", people.deactivate, former.id)
    ends.at(ROOT, f"/people/{former.id}")
    await ends.act(
        ends.now,
        "ada",
        institutions.name_signatory,
        ends.places["albanian_police"],
        name="Sava Signatory",
        function="Head",
        since=ends.day(-30),
        until=None,
    )


async def _registering(ends: Opened) -> str:
    async with ends.db.reader() as connection:
        query = text("SELECT id, nonce FROM link WHERE purpose = 'register' AND used_at IS NULL LIMIT 1")
        row = (await connection.execute(query)).one()
    return token_of(row.id, row.nonce)


async def _operations(ends: Opened) -> None:
    """A delivery that was given up, and a step that failed."""
    db, token = ends.db, await _registering(ends)
    async with db.transaction(now=ends.now) as tx:
        place = ends.places["albanian_police"]
        await people.register(tx, token, name="Besa Basha", institution=place)
    given_up = (
        "UPDATE delivery SET state = :state, attempts = :attempts, error = :error WHERE state = 'waiting'"
    )
    await ends.change(given_up, **{**REFUSED, "error": "KeyError"})
    undelivered = await ends.value_of("SELECT id FROM mail WHERE state = 'parked'")
    ends.at(ROOT, "/operations/parked", f"/operations/outbox/{undelivered}")

    async def fail(_db: Database, _now: datetime) -> int:
        raise ValueError

    with patch.dict(SCHEDULE, {STEP: fail}, clear=True):
        await run_due(db, ends.now)
