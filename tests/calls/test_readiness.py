"""Whoever publishes a call sees what is ready, what is missing, and what has changed since their last look."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import httpx
import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.models.look import CallLook
from facility.calls.pages.readiness import PARTS
from facility.calls.rules.call import CallDraft
from facility.calls.rules.strict import LOOKS_AT
from facility.calls.service.checklist import change_checklist
from facility.calls.service.draft import change_draft
from facility.calls.words.changes import DRAFT
from facility.db import Database
from tests.browser import Browsers, states
from tests.calls.conftest import store
from tests.cast import Cast

PART = re.compile(r'<li><a href="[^"]*/(\w+)(?:#[\w-]+)?">([^<]+)</a> <span class="status status--(\w+)">')


def parts(page: httpx.Response) -> dict[str, tuple[str, str]]:
    """Where each part of the draft is changed, and the kind of its state."""
    return {label: (place, kind) for place, label, kind in PART.findall(page.text)}


async def test_the_parts_of_a_draft_say_whether_they_are_ready(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    vera = await browse(cast.vera)
    good = await store(db, cast, draft, publish=False)
    page = await vera.get(f"/staff/calls/{good}/publish")
    assert parts(page) == {
        "Title and text": ("edit", "ok"),
        "Dates": ("edit", "ok"),
        "Money": ("edit", "ok"),
        "Who may apply": ("edit", "ok"),
        "What it asks for": ("form", "ok"),
        "How it is judged": ("edit", "ok"),
        "What is checked before assessment": ("checklist", "ok"),
    }
    assert "Publish the call" in page.text
    wrong = await store(
        db,
        cast,
        draft,
        publish=False,
        reference="TAF-2026-02",
        opens_at=clock.now() - timedelta(days=2),
        min_beneficiaries=1,
        award_max=Decimal("60000.01"),
    )
    page = await vera.get(f"/staff/calls/{wrong}/publish")
    kinds = {label: kind for label, (_place, kind) in parts(page).items()}
    assert [kinds[label] for label in ("Dates", "Money", "Who may apply", "How it is judged")] == [
        "bad",
        "wait",
        "bad",
        "bad",
    ]
    assert ("not-ready" in states(page), "Publish the call" in page.text) == (True, False)


def test_every_field_that_a_reason_names_is_part_of_the_list() -> None:
    fields = {name for part in PARTS for name in part.fields}
    named = {field for fields_of_reason in LOOKS_AT.values() for field in fields_of_reason}
    assert named <= fields


def test_every_field_of_a_draft_has_a_name_for_people() -> None:
    assert {*CallDraft.__struct_fields__, "checklist"} == set(DRAFT)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> "Later":
    """Moves the clock."""
    return Later(monkeypatch, clock.now())


class Later:
    """The clock, which stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
        self.now = now
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def __call__(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


async def test_what_changed_since_the_last_look(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers, later: Later
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    stored = msgspec.structs.replace(draft, opens_at=draft.opens_at + timedelta(days=2))
    vera, path = await browse(cast.vera), f"/staff/calls/{call_id}/publish"
    assert states(await vera.get(path)) == []
    later(minutes=5)
    changed = msgspec.structs.replace(stored, title="Better", amount=Decimal("90000.00"))
    async with db.transaction(now=clock.now(), actor=cast.ada) as tx:
        await change_draft(tx, call_id, changed)
    for _again in range(2):
        page = await vera.get(path)
        assert "changed-since" in states(page)
        assert [
            f"{label}: Ada Berisha" in page.text for label in ("Title", "Amount of the call", "Text")
        ] == [
            True,
            True,
            False,
        ]
    later(minutes=60)
    page = await vera.get(path)
    assert "changed-since" in states(page), "a change during the first visit"
    later(minutes=60)
    assert states(await vera.get(path)) == ["unchanged-since"]
    async with db.transaction(now=clock.now(), actor=cast.ada) as tx:
        await change_checklist(tx, call_id, ["in_time"], [])
    page = await vera.get(path)
    assert "What is checked before assessment: Ada Berisha" in page.text
    assert "Amount of the call: Ada Berisha" not in page.text


async def test_looks_are_forgotten_with_the_publication(
    db: Database, cast: Cast, draft: CallDraft, browse: Browsers
) -> None:
    call_id = await store(db, cast, draft, publish=False)
    vera, ada = await browse(cast.vera), await browse(cast.ada)
    for browser in (vera, ada):
        assert (await browser.get(f"/staff/calls/{call_id}/publish")).status_code == 200
    async with db.reader() as connection:
        assert len((await connection.execute(select(CallLook.person_id))).all()) == 2
    seen = {"seen": draft.opens_at.isoformat()}
    assert (await vera.send_form(f"/staff/calls/{call_id}/publish", seen)).status_code == 303
    async with db.reader() as connection:
        assert (await connection.execute(select(CallLook.person_id))).all() == []
