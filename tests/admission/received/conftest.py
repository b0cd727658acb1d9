"""Three applications that came in, sealed and opened, as staff see them in the list."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from facility.applications.service.answers import start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.experts.service.pool import seed_themes
from facility.story.drafts import Part, answered, write_draft
from tests.applications.conftest import CLOSES, NOW, Stage, open_call

HERE = "/applications/received"
AFTER = CLOSES + timedelta(hours=1)


async def handed_in(
    db: Database,
    stage: Stage,
    title: str,
    *,
    partner: UUID,
    amount: str = "20000.00",
    theme: str = "X.JIT",
    at: datetime = NOW,
) -> UUID:
    """A joint application that Omar leads, confirmed and submitted at that instant."""
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await seed_themes(tx)
        lead = Part(stage.police, "Leads", Decimal(amount))
        others = [Part(partner, "Hosts", Decimal("0.00"), "V", "v@example.org")]
        answers = answered((theme,), "A workshop", "Three days", "Unanswered requests")
        made = await write_draft(tx, stage.call, title, lead, others, answers=answers)
        (party,) = made.partners
        await confirm_party(tx, party, signatory_name="Vesa Gashi", signatory_function="Director")
        await submit(tx, made.id, received_at=at)
    return made.id


@pytest.fixture
async def three(db: Database, stage: Stage) -> dict[str, UUID]:
    """Firearms (XK, 30 000), =Cyber (ME, 20 000) and an exception, in the order of their receipt; still sealed."""
    made = {
        "firearms": await handed_in(
            db, stage, "Tracing firearms", partner=stage.partner, amount="30000.00", at=NOW
        ),
        "cyber": await handed_in(
            db,
            stage,
            "=Cyber Đorđe",
            partner=stage.prosecutor,
            theme="OC.CYBER",
            at=NOW + timedelta(days=2),
        ),
    }
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        alone = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title="Alone", track="exception"
        )
        await record_consultation(tx, alone.id, "Agreed")
        await submit(tx, alone.id, received_at=NOW + timedelta(days=3))
    return made | {"alone": alone.id}


@pytest.fixture
async def opened(db: Database, stage: Stage, three: dict[str, UUID]) -> dict[str, UUID]:
    """The same, once two have opened the call."""
    async with db.transaction(now=AFTER) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    await open_call(db, stage, AFTER)
    return three
