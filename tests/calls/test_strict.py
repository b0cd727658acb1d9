"""What the draft's page asks beyond the scenario format: two beneficiaries, a reason for unusual rules, dates that come."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.rules.call import CallDraft
from facility.db import Database
from tests.browser import Browsers, errors, states
from tests.calls.conftest import store
from tests.calls.test_draft_pages import form_of
from tests.cast import Cast

ONE_ASSESSOR = {"min_assessments": "1"}
ABOVE_CAP = {"award_max": "60000.01"}


async def test_a_joint_call_takes_two_beneficiaries(cast: Cast, draft: CallDraft, browse: Browsers) -> None:
    ada = await browse(cast.ada)
    page = await ada.send_form("/staff/calls/new", form_of(draft, min_beneficiaries="1"))
    assert (page.status_code, errors(page)) == (422, ["min_beneficiaries"])


@pytest.mark.parametrize("unusual", [ABOVE_CAP, ONE_ASSESSOR])
async def test_unusual_rules_ask_for_a_reason_that_stands_in_the_record(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, unusual: dict[str, str]
) -> None:
    ada, vera = await browse(cast.ada), await browse(cast.vera)
    page = await ada.send_form("/staff/calls/new", form_of(draft, **unusual))
    assert (page.status_code, errors(page)) == (422, ["unusual_reason"])
    reason = "The only assessors of this field work for one institution."
    done = await ada.send_form("/staff/calls/new", form_of(draft, unusual_reason=reason, **unusual))
    assert done.status_code == 303
    assert reason in (await ada.get(done.headers["location"])).text
    check = f"{done.headers['location']}/publish"
    assert reason in (await vera.get(check)).text
    assert (await vera.send_form(check)).status_code == 303
    async with db.reader() as connection:
        content = (await connection.execute(select(CallVersion.content))).scalar_one()
    assert content["unusual_reason"] == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"min_beneficiaries": 1},
        {"award_max": Decimal("60000.01")},
        {"award_max": Decimal("100000.01"), "unusual_reason": "A single tender"},
        {"opens_at": clock.now() - timedelta(days=1)},
    ],
)
async def test_a_draft_by_command_is_not_published_by_the_page(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, changes: dict[str, Any]
) -> None:
    call_id = await store(db, cast, draft, publish=False, **changes)
    vera = await browse(cast.vera)
    check = await vera.get(f"/staff/calls/{call_id}/publish")
    assert "not-ready" in states(check)
    assert f'href="/staff/calls/{call_id}/edit#' in check.text
    assert f'action="/staff/calls/{call_id}/publish"' not in check.text
    assert (await vera.send_form(f"/staff/calls/{call_id}/publish")).status_code == 409
    assert await state_of(db, call_id) == "draft"


async def state_of(db: Database, call_id: UUID) -> str:
    async with db.reader() as connection:
        return (await connection.execute(select(Call.state).where(Call.id == call_id))).scalar_one()


async def test_what_stands_between_fields_is_named_with_single_fields(
    cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    day = draft.opens_at.date().isoformat()
    sent = form_of(
        draft, title="", award_max="100000.01", unusual_reason="x", opens_at_day=day, reference="??"
    )
    page = await ada.send_form("/staff/calls/new", sent)
    assert (page.status_code, errors(page)) == (422, ["reference", "title", "opens_at", "award_max"])
    unread = await ada.send_form(
        "/staff/calls/new", form_of(draft, title="", amount="?", award_max="100000.01")
    )
    assert errors(unread) == ["title", "amount", "unusual_reason"]
