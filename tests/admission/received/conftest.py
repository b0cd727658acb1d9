"""Three applications that came in, sealed and opened, as staff see them in the list."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import record_consultation
from facility.applications.service.parties import add_party, change_party
from facility.applications.service.submission import submit
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.experts.service import seed_themes
from facility.forms.checks import Answers
from tests.applications.conftest import CLOSES, NOW, Stage, open_call, party_id

HERE = "/applications/received"
AFTER = CLOSES + timedelta(hours=1)


def answered(theme: str) -> Mapping[str, Answers]:
    """Every answer, with one theme."""
    return {
        "ask": {"summary": "A workshop", "plan": "Three days"},
        "casework": {"casework_origin": "Unanswered requests"},
        "themes": {"themes": [theme]},
    }


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
        made = await start_application(
            tx, call_id=stage.call, lead_institution_id=stage.police, title=title, track="joint"
        )
        lead = await party_id(tx, made.id, lead=True)
        await change_party(tx, lead, role="Leads", amount=Decimal(amount))
        await add_party(
            tx,
            made.id,
            institution_id=partner,
            role="Hosts",
            amount=Decimal("0.00"),
            contact_name="V",
            contact_email="v@example.org",
        )
        await save_answers(tx, made.id, answered(theme))
        await confirm_party(
            tx, await party_id(tx, made.id), signatory_name="Vesa Gashi", signatory_function="Director"
        )
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
