"""Saving: every form of a draft has the same two buttons, and leads on to the next part."""

import re
from uuid import UUID

import httpx
import msgspec
import pytest

from facility import clock
from facility.calls.rules.forms import FormSection, SectionKind
from facility.db import Database
from tests.applications.asking import FORM, asking_draft
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browser, Browsers

ACTIVITIES = FormSection(key="activities", title="Activities", kind=SectionKind.ACTIVITIES)
PAIR = ["Save and continue", "Save draft"]


@pytest.fixture
async def application(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft to a call that asks for activities last."""
    form = msgspec.structs.replace(FORM, sections=(*FORM.sections, ACTIVITIES))
    return await asking_draft(db, stage, times, form=form)


def buttons(page: httpx.Response) -> list[str]:
    """The buttons at the end of the form, in order."""
    form = page.text.split('id="answers"')[1].split("</form>")[0].rsplit('<div class="actions">', 1)[1]
    return re.findall(r"<button[^>]*>([^<]*)</button>", form)


async def test_every_form_of_a_draft_has_the_same_pair_of_buttons(
    db: Database, application: UUID, omar: Browser
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        lead, partner = [await party_id(tx, application, lead=is_lead) for is_lead in (True, False)]
    for path in (
        "answers/ask",
        "part/own",
        "partners/add",
        f"parties/{lead}",
        f"parties/{partner}",
        f"parties/{partner}/part/own",
        "activities/add",
    ):
        page = await omar.get(f"/applications/{application}/{path}")
        assert (path, page.status_code, buttons(page)) == (path, 200, PAIR)


async def test_saving_and_the_lists_lead_through_the_parts_in_their_order(
    application: UUID, omar: Browser
) -> None:
    here = f"/applications/{application}"
    figures = {"seen": "0", "trips": "no", "then": "next"}
    onward = await omar.send_form(f"{here}/answers/figures", figures)
    assert onward.headers["location"] == f"{here}/part/own"
    own = {"seen": "0", "part": "We lead", "then": "next"}
    assert (await omar.send_form(f"{here}/part/own", own)).headers["location"] == f"{here}/partners"
    for path, following in (("partners", "documents"), ("documents", "activities")):
        page = (await omar.get(f"{here}/{path}")).text
        assert f'href="{here}/{following}">Continue: {following.title()}</a>' in page
    last = (await omar.get(f"{here}/activities")).text
    assert ("Continue:" in last, f'<a href="{here}">Back to the task list</a>' in last) == (False, True)


async def test_a_partner_goes_through_its_own_part(stage: Stage, application: UUID, browse: Browsers) -> None:
    vesa, here = await browse(stage.vesa), f"/applications/{application}"
    role = {"seen": "0", "role": "Hosts and feeds", "then": "next"}
    assert (await vesa.send_form(f"{here}/part/own-role", role)).headers["location"] == f"{here}/part/own"
    own = {"seen": "0", "part": "We host", "then": "stay"}
    assert (await vesa.send_form(f"{here}/part/own", own)).headers["location"] == f"{here}/part/own"
    more = {"seen": "1", "part": "We host it", "then": "next"}
    assert (await vesa.send_form(f"{here}/part/own", more)).headers["location"] == here


async def test_forms_of_the_release_before_go_back_to_their_list(
    stage: Stage, application: UUID, omar: Browser, browse: Browsers
) -> None:
    here = f"/applications/{application}"
    listed = {"seen": "0", "trips": "no", "then": "list"}
    assert (await omar.send_form(f"{here}/answers/figures", listed)).headers["location"] == here
    own = {"seen": "0", "part": "We host"}
    vesa = await browse(stage.vesa)
    assert (await vesa.send_form(f"{here}/part/own", own)).headers["location"] == here
