"""What is found for an application: a question that was not asked is not missing, and what nobody has checked is not met."""

from decimal import Decimal
from uuid import UUID

import pytest

from facility.accounts.service.institutions import add_institution
from facility.admission.queries.checklist import checklist
from facility.applications.queries.application import shown
from facility.applications.rules.judged_items import Finding
from facility.applications.service.answers import save_answers
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import STANDARD
from facility.db import Database
from facility.story.drafts import Part, bring_in
from tests.applications.conftest import Stage, Times


@pytest.fixture
def form() -> FormDefinition:
    """The standard form, which asks for measures only where there is a risk."""
    return STANDARD


async def finding_of(db: Database, application_id: UUID, key: str) -> tuple[Finding, dict[str, str]]:
    async with db.reader() as connection:
        application = await shown(connection, application_id)
        item = (await checklist(connection, application)).findings[key]
    return item.finding, item.figures


@pytest.mark.parametrize(
    ("answers", "finding"),
    [
        ({"rights_risk": "none", "oversight": "yes"}, Finding.MET),
        ({"rights_risk": "low", "oversight": "yes"}, Finding.NOT_MET),
        ({"rights_risk": "low", "oversight": "yes", "rights_measures": "Oversight"}, Finding.MET),
        ({"rights_risk": "none"}, Finding.NOT_MET),
    ],
)
async def test_a_question_that_was_not_asked_is_not_missing(
    db: Database, stage: Stage, times: Times, draft: UUID, answers: dict[str, str], finding: Finding
) -> None:
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await save_answers(tx, draft, {"rights": answers})
    assert (await finding_of(db, draft, "rights"))[0] is finding


async def test_an_institution_that_nobody_has_checked_is_not_met(
    db: Database, stage: Stage, times: Times, draft: UUID
) -> None:
    assert await finding_of(db, draft, "eligible_parties") == (Finding.MET, {"count": "2"})
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        new = await add_institution(
            tx, name="New agency", kind="POLICE", beneficiary_code="ME", approved=False
        )
        await bring_in(tx, draft, Part(new.id, "Takes part", Decimal(0), "New", "new@example.org"))
    assert await finding_of(db, draft, "eligible_parties") == (
        Finding.UNKNOWN,
        {"count": "3", "unchecked": "1"},
    )
