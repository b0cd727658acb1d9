"""What is handed in at the rush: a call that closes soon, and a draft with five partners and three documents."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from bench.stage import Stage
from facility import clock
from facility.accounts.models import Person
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import attach_document
from facility.calls.forms.grid import preset
from facility.db import Tx
from facility.story.calls import CALL
from facility.story.drafts import Part, Written, answered, write_draft
from facility.story.teller import Teller

LEAD = "omar"
PARTNERS = ("arta", "milena", "jelena", "amra", "zoran")


async def rush_call(stage: Stage, closes_at: datetime, reference: str = "TAF-RUSH") -> UUID:
    """Drafted by Ada, published by Vera, open at once."""
    envelope = await stage.id_of("SELECT id FROM envelope ORDER BY amount DESC, id LIMIT 1")
    draft = msgspec.structs.replace(
        CALL,
        reference=reference,
        opens_at=clock.now() - timedelta(seconds=1),
        closes_at=closes_at,
        envelope_id=envelope,
        grid=preset("prag_2018"),
    )
    return await (await _teller(stage)).publish(draft, clock.now())


async def complete_draft(stage: Stage, call_id: UUID) -> UUID:
    """A draft of Omar's against which nothing stands: five partners that have confirmed, three documents."""
    teller = await _teller(stage)
    draft = await teller.act(clock.now(), LEAD, _write, call_id)
    for number in range(3):  # each at an instant of its own: by these they are told in order
        name, sha256 = f"annex {number}.pdf", f"{number:064x}"
        await teller.act(
            clock.now(), LEAD, attach_document, draft.id, name=name, kind="pdf", size=1000, sha256=sha256
        )
    # At a whole second, as people's confirmations are told; the bare way writes no fractions.
    at = clock.now().replace(microsecond=0)
    signatory = {"signatory_name": "Who may sign", "signatory_function": "Director"}
    for party_id in draft.partners:
        await teller.act(at, None, confirm_party, party_id, **signatory)
    return draft.id


async def _teller(stage: Stage) -> Teller:
    return await Teller(stage.db, delivers=False).meet()


async def _write(tx: Tx, call_id: UUID) -> Written:
    words = "Investigators of six agencies work on one question together, and stay in contact. " * 20
    answers = answered(("X.JIT",), words, words * 3, words)
    lead = Part(await _institution(tx, LEAD), "Leads and hosts.", Decimal("10000.00"))
    partners = [
        Part(
            await _institution(tx, name),
            "Sends four investigators.",
            Decimal("4000.00"),
            contact_name=name.capitalize(),
            contact_email=f"{name}@facility.example",
        )
        for name in PARTNERS
    ]
    return await write_draft(tx, call_id, "Six agencies, one route", lead, partners, answers=answers)


async def _institution(tx: Tx, name: str) -> UUID:
    query = select(Person.institution_id).where(Person.email == f"{name}@facility.example")
    institution_id = (await tx.session.scalars(query)).one()
    assert institution_id is not None
    return institution_id
