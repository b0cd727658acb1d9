"""Drafts in which something is left to do, and text that nobody has saved yet."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from litestar import Litestar
from sqlalchemy import text

from facility.applications.service.changing_submitted import begin_changes
from facility.applications.service.documents import record_consultation, refuse_document
from facility.applications.service.withdrawal import withdraw
from facility.demo import budgets
from facility.demo.present import FIREARMS
from facility.outbox.links import token_of
from facility.story.drafts import Part, write_draft
from tests.hostile.open_calls import ADA, ELENA, FIRST, OMAR, RICH, Opened, wish
from tests.hostile.typing_on import type_in


async def leave_drafts(ends: Opened) -> None:
    """Omar's: with a marked document, with partners to ask, alone, being changed, and withdrawn."""
    call_id = await ends.published("open ends", -20, 20, form=RICH)
    at, shares = ends.noon(-5), budgets.plain(FIREARMS.amounts)
    marked = await ends.apply(call_id, wish("A marked document"), at, confirm=0, budget=shares)
    await ends.act(at, "omar", refuse_document, marked, sha256="5b" * 32)
    ends.at(OMAR, f"/applications/{marked}/documents")
    await _to_ask(ends, call_id)
    alone = await ends.apply(call_id, wish("Alone", partners=()), at)
    await ends.act(at, "omar", record_consultation, alone, "The Delegation was asked, and agreed.")
    ends.typed = await _edited(ends, marked, alone)
    for title, what in (("Handed in", None), ("Being changed", begin_changes), ("Withdrawn", withdraw)):
        handed_in = await ends.apply(call_id, wish(title), at, budget=shares)
        await ends.submit(handed_in, wish(title), ends.noon(-3))
        if what:
            await ends.act(ends.noon(-2), "omar", what, handed_in)
        ends.at(OMAR, f"/applications/{handed_in}")


async def _edited(ends: Opened, draft: UUID, alone: UUID) -> list[str]:
    """Every page of a draft that keeps what is typed."""
    party = await ends.value_of("SELECT id FROM party WHERE application_id = :id AND NOT is_lead", id=draft)
    planned = await ends.value_of("SELECT id FROM planned_activity WHERE application_id = :id", id=draft)
    places = ["answers/ask", "part/part", "partners/add", f"parties/{party}", f"parties/{party}/part/part"]
    places += ["activities/add", f"activities/{planned}", "budget"]
    return [*(f"/applications/{draft}/{place}" for place in places), f"/applications/{alone}/consultation"]


async def _to_ask(ends: Opened, call_id: UUID) -> None:
    lead = Part(ends.places["albanian_police"], "Hosts the workshop.", Decimal(0))
    partners = [
        Part(
            ends.places[name],
            "Sends investigators.",
            Decimal(0),
            contact_name="Petra Partner",
            contact_email=f"{name}@facility.example",
        )
        for name in ("kosovo_police", "sipa")
    ]
    made = await ends.act(ends.noon(-4), "omar", write_draft, call_id, "Two to ask", lead, partners)
    ends.at(OMAR, f"/applications/{made.id}/partners")


async def type_on(app: Litestar, ends: Opened, sessions: Mapping[str, str]) -> None:
    """By Omar in drafts, by Elena in an assessment, by Ada in strengths and weaknesses, and by whoever opens a partner's link."""
    db, scored = ends.db, f"/assessments/{ends.judged[0]}"
    explained = f"/evaluation/applications/{ends.explained}/reasons"
    linked = await _partners_link(ends)
    await type_in(app, db, sessions[OMAR], ends.typed)
    await type_in(app, db, sessions[ELENA], [scored, ends.agreeing])
    await type_in(app, db, sessions[ADA], [explained])
    await type_in(app, db, None, [linked])
    ends.at(OMAR, *ends.typed)
    ends.at(ADA, explained)
    ends.at(ELENA, scored, f"{scored}/check")
    ends.at("", linked)


async def _partners_link(ends: Opened) -> str:
    """The part of a partner of the first draft, by its link."""
    query = """
        SELECT link.id, nonce FROM link JOIN party ON party.id = subject_id JOIN application ON application.id = application_id
        WHERE purpose = 'partner' AND used_at IS NULL AND revoked_at IS NULL AND status = 'draft' AND reference LIKE :it
        ORDER BY reference LIMIT 1
    """
    async with ends.db.reader() as connection:
        row = (await connection.execute(text(query), {"it": f"TAF-{ends.now.year}-{FIRST}/%"})).one()
    return f"/link/partner/{token_of(row.id, row.nonce)}/part/part"
