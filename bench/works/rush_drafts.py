"""What is handed in at the rush: a call that closes soon, and a draft with five partners and three documents."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from bench.stage import Stage
from facility import clock
from facility.applications.models.application import Party
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import attach_document
from facility.applications.service.parties import add_party, change_party
from facility.calls.forms.grid import preset
from facility.calls.rules.call import CallDraft
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Tx
from facility.demo.texts import answered

LEAD = "omar"
PARTNERS = ("arta", "milena", "jelena", "amra", "zoran")


async def rush_call(stage: Stage, closes_at: datetime, reference: str = "TAF-RUSH") -> UUID:
    """Drafted by Ada, published by Vera, open at once."""
    envelope = await stage.one("SELECT id FROM envelope ORDER BY amount DESC, id LIMIT 1")
    draft = CallDraft(
        reference=reference,
        title="Joint initiatives",
        text="What we look for.",
        opens_at=clock.now() - timedelta(seconds=1),
        closes_at=closes_at,
        envelope_id=envelope,
        amount=Decimal("100000.00"),
        award_min=Decimal("5000.00"),
        award_max=Decimal("60000.00"),
        min_beneficiaries=2,
        grid=preset("prag_2018"),
    )
    ada, vera = await stage.person("ada"), await stage.person("vera")
    async with stage.db.transaction(now=clock.now(), actor=ada) as tx:
        call = await draft_call(tx, draft)
    async with stage.db.transaction(now=clock.now(), actor=vera) as tx:
        await publish_call(tx, call.id)
    return call.id


async def complete_draft(stage: Stage, call_id: UUID) -> UUID:
    """A draft of Omar's against which nothing stands: five partners that have confirmed, three documents."""
    omar = await stage.person(LEAD)
    async with stage.db.transaction(now=clock.now(), actor=omar) as tx:
        made = await start_application(
            tx,
            call_id=call_id,
            lead_institution_id=await _institution(tx, LEAD),
            title="Six agencies, one route",
            track="joint",
        )
        words = "Investigators of six agencies work on one question together, and stay in contact. " * 20
        await save_answers(tx, made.id, answered(("X.JIT",), words, words * 3, words))
        lead = (await tx.session.scalars(select(Party.id).where(Party.application_id == made.id))).one()
        await change_party(tx, lead, role="Leads and hosts.", amount=Decimal("10000.00"))
        parties = [await _partner(tx, made.id, name) for name in PARTNERS]
    for number in range(3):  # each at an instant of its own: by these they are told in order
        async with stage.db.transaction(now=clock.now(), actor=omar) as tx:
            await attach_document(
                tx, made.id, name=f"annex {number}.pdf", kind="pdf", size=1000, sha256=f"{number:064x}"
            )
    # At a whole second, as people's confirmations are told; the bare way writes no fractions.
    at = clock.now().replace(microsecond=0)
    for party_id in parties:
        async with stage.db.transaction(now=at) as tx:
            await confirm_party(tx, party_id, signatory_name="Who may sign", signatory_function="Director")
    return made.id


async def _partner(tx: Tx, application_id: UUID, name: str) -> UUID:
    party = await add_party(
        tx,
        application_id,
        institution_id=await _institution(tx, name),
        role="Sends four investigators.",
        amount=Decimal("4000.00"),
        contact_name=name.capitalize(),
        contact_email=f"{name}@facility.example",
    )
    return party.id


async def _institution(tx: Tx, name: str) -> UUID:
    found: UUID = (
        await tx.session.execute(
            text("SELECT institution_id FROM person WHERE email = :email"),
            {"email": f"{name}@facility.example"},
        )
    ).scalar_one()
    return found
