"""The checklist of a call: chosen while it is a draft, then frozen."""

from uuid import UUID

import pytest

from facility.calls.models.call import Call
from facility.calls.queries.checklist import checklist_in
from facility.calls.rules.call import CallDraft
from facility.calls.rules.checklist import MOST_OWN, STANDARD, ChecklistItem, checklist_of
from facility.db import Database
from facility.refused import Refused
from tests.browser import NOW, Browsers
from tests.calls.conftest import store
from tests.cast import Cast


def test_standard_items_keep_their_order_and_own_ones_are_numbered() -> None:
    made = checklist_of(["overlap", "in_time", "nonsense"], ["The unit exists by law.", " ", "It is new."])
    assert made == (
        ChecklistItem("in_time"),
        ChecklistItem("overlap"),
        ChecklistItem("own-1", "The unit exists by law."),
        ChecklistItem("own-2", "It is new."),
    )


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        checklist_of([], ["x" * 301] * (MOST_OWN + 1))
    assert refused.value.codes == ("checklist_too_long", "checklist_text_too_long")
    with pytest.raises(Refused) as refused:
        checklist_of([], [""])
    assert refused.value.codes == ("checklist_empty",)
    assert len(STANDARD) == len(set(STANDARD))


async def stored(db: Database, call_id: UUID) -> list[str]:
    async with db.transaction(now=NOW) as tx:
        return [item.text or item.key for item in checklist_in(await tx.get(Call, call_id))]


async def test_the_checklist_is_chosen_while_the_call_is_a_draft(
    db: Database,
    cast: Cast,
    draft: CallDraft,
    browse: Browsers,
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    ada, carl = await browse(cast.ada), await browse(cast.carl)
    here = f"/staff/calls/{call_id}/checklist"
    assert await stored(db, call_id) == list(STANDARD)
    assert (await ada.send_form(here, {})).status_code == 422
    wrong = await ada.send_form(here, {"chosen": "in_time", "own": "x" * 301})
    assert wrong.status_code == 422
    sent = await ada.send_form(here, {"chosen": ["in_time", "overlap"], "own": "The unit exists by law.\n"})
    assert sent.status_code == 303
    assert await stored(db, call_id) == ["in_time", "overlap", "The unit exists by law."]
    seen = (await carl.get(here)).text
    assert "The unit exists by law." in seen
    assert ['name="own"' in page for page in (seen, (await ada.get(here)).text)] == [False, True]
    assert (await carl.send_form(here, {"chosen": "in_time"})).status_code == 403


async def test_a_published_checklist_is_frozen(
    db: Database,
    cast: Cast,
    draft: CallDraft,
    browse: Browsers,
) -> None:
    call_id = await store(db, cast, draft)
    ada = await browse(cast.ada)
    assert (
        await ada.send_form(f"/staff/calls/{call_id}/checklist", {"chosen": "in_time"})
    ).status_code == 409
    assert await stored(db, call_id) == list(STANDARD)
