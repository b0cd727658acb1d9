"""Editing what was submitted on its pages: what lead, partner and late-comer read, and which version counts."""

from datetime import timedelta
from uuid import UUID

import pytest

from facility import clock
from facility.applications.service.changing_submitted import begin_changes, discard_with_the_call
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.calls.rules.forms import FormDefinition
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.demo.budgets import BY_LINES
from tests.applications.budgets import lay
from tests.applications.conftest import Stage, Times, row
from tests.applications.pages.answers import ANSWERED, SIGNED
from tests.applications.pages.budget.reading import budget_version, save
from tests.applications.pages.partners.conftest import hidden
from tests.applications.pages.test_submission import complete, submitted  # noqa: F401 - fixtures
from tests.applications.test_changing import rows
from tests.browser import Browser, Browsers, states


async def test_the_lead_edits_and_submits_again(
    db: Database,
    stage: Stage,
    submitted: UUID,  # noqa: F811
    omar: Browser,
    browse: Browsers,
) -> None:
    here = f"/applications/{submitted}"
    before = await row(db, submitted)
    page = await omar.get(here)
    assert f'action="{here}/edit-again"' in page.text
    begun = await omar.send_form(f"{here}/edit-again", {})
    assert (begun.status_code, begun.headers["location"]) == (303, here)
    page = await omar.get(here)
    assert 'data-state="changing"' in page.text
    assert f'href="{here}/discard-edits"' in page.text
    assert (await omar.send_form(f"{here}/edit-again", {})).status_code == 303, "a second press"
    vesa = await browse(stage.vesa)
    assert 'data-state="changing"' in (await vesa.get(here)).text
    listed = (await omar.get("/applications")).text
    assert "Being changed" in listed
    saved = await omar.send_form(
        f"{here}/answers/ask", {**ANSWERED["ask"], "title": "Explosives", "seen": "1", "void": "yes"}
    )
    assert saved.status_code == 303, saved.text
    receipt = (await omar.get(f"{here}/receipt")).text
    assert str(before.fingerprint) in receipt, "what was submitted stands"
    assert "replaces" not in states(receipt)
    check = await omar.get(f"{here}/check")
    assert 'data-state="changing"' in check.text
    assert f"{here}/declarations" not in check.text, "the partner has not confirmed"
    version = str((await row(db, submitted)).version)
    refused = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert refused.status_code == 409, "the partner has to confirm what was changed"
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "D"}
    seen = hidden(await vesa.get(here), "seen")
    assert (await vesa.send_form(f"{here}/answer", {**signed, "seen": seen})).status_code == 303
    declarations = await omar.get(f"{here}/declarations")
    assert 'data-state="changing"' in declarations.text
    assert ">Submit again</button>" in declarations.text
    done = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/receipt")
    after = await row(db, submitted)
    assert (after.title, after.changing_since) == ("Explosives", None)
    assert after.fingerprint != before.fingerprint
    receipt = (await omar.get(f"{here}/receipt")).text
    assert "replaces" in states(receipt)
    assert all(str(version.fingerprint) in receipt for version in (before, after))


async def test_discarding_asks_first_and_others_have_no_part_in_it(
    db: Database,
    stage: Stage,
    submitted: UUID,  # noqa: F811
    omar: Browser,
    browse: Browsers,
) -> None:
    here = f"/applications/{submitted}"
    before = await rows(db, submitted)
    assert (await omar.get(f"{here}/discard-edits")).status_code == 409
    assert (await omar.send_form(f"{here}/discard-edits", {})).status_code == 409
    vesa = await browse(stage.vesa)
    assert (await vesa.send_form(f"{here}/edit-again", {})).status_code == 404
    await omar.send_form(f"{here}/edit-again", {})
    await omar.send_form(
        f"{here}/answers/ask", {**ANSWERED["ask"], "title": "Explosives", "seen": "1", "void": "yes"}
    )
    assert (await omar.get(f"{here}/discard-edits")).status_code == 200
    assert (await omar.send_form(f"{here}/discard-edits", {})).status_code == 303
    assert await rows(db, submitted) == before
    assert f'action="{here}/edit-again"' in (await omar.get(here)).text


async def test_whoever_submits_the_changes_late_reads_which_version_counts(
    db: Database,
    stage: Stage,
    times: Times,
    submitted: UUID,  # noqa: F811
    omar: Browser,
    browse: Browsers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = f"/applications/{submitted}"
    await omar.send_form(f"{here}/edit-again", {})
    version = str((await row(db, submitted)).version)
    late = times.closes + timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: late)
    omar = await browse(stage.omar)
    refused = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert refused.status_code == 409
    assert 'data-state="changing"' in refused.text
    async with db.transaction(now=late) as tx:
        await close_call(tx, stage.call, due_at=times.closes)
    await discard_with_the_call(db, late)
    page = await omar.get(here)
    assert f'action="{here}/edit-again"' not in page.text
    assert (await omar.send_form(f"{here}/edit-again", {})).status_code == 409


class TestBudget:
    """What a plan and its budget said comes back line by line."""

    @pytest.fixture
    def form(self) -> FormDefinition:
        """A call that asks for activities and a budget by lines."""
        return BY_LINES

    async def test_the_budget_comes_back(
        self, db: Database, stage: Stage, times: Times, draft: UUID, omar: Browser
    ) -> None:
        ground = await lay(db, stage, times, draft)
        here = f"/applications/{draft}"
        assert (await save(db, omar, ground)).status_code == 303
        async with db.transaction(now=times.now, actor=stage.omar) as tx:
            for party in ("XK", "ME"):
                await confirm_party(tx, ground.parties[party], signatory_name="V", signatory_function="D")
            await submit(tx, draft, received_at=times.now)
        before = await rows(db, draft)
        async with db.transaction(now=times.now, actor=stage.omar) as tx:
            await begin_changes(tx, draft)
        changed = await omar.send_form(
            f"{here}/budget",
            ground.form(version=await budget_version(db, draft))
            | {"lines-0-quantity": "3", "void": "yes", "indirect_percent": "5"},
        )
        assert changed.status_code == 303
        gone = await omar.send_form(
            f"{here}/activities/{ground.activities['trip']}/remove",
            {"version": str((await row(db, draft)).version), "void": "yes"},
        )
        assert gone.status_code == 303
        assert await rows(db, draft) != before
        back = await omar.send_form(f"{here}/discard-edits", {})
        assert back.status_code == 303
        assert await rows(db, draft) == before
