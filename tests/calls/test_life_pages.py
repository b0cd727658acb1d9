"""Pages of a call's later life: correcting, cancelling, asking and answering, as each visitor sees them."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.forms.corrigendum import shown_corrigendum
from facility.calls.models.call import Call
from facility.calls.models.question import Question
from facility.calls.models.version import CallVersion
from facility.calls.rules.call import CallDraft
from facility.calls.service.reading import draft_of
from facility.calls.words.changes import MEANINGS
from facility.db import Database
from tests.browser import Browsers, says, states
from tests.calls.conftest import store
from tests.calls.reading import rule
from tests.cast import Cast

REASON = "Signatures take longer than we thought."


@pytest.fixture
async def asking(db: Database, cast: Cast, draft: CallDraft) -> UUID:
    """An open call that takes questions."""
    soon = draft.closes_at - timedelta(days=10)
    return await store(db, cast, draft, questions_until=soon, answers_until=soon + timedelta(days=2))


async def current_draft(db: Database, call_id: UUID) -> CallDraft:
    async with db.transaction(now=clock.now()) as tx:
        return draft_of(await tx.get(Call, call_id))


async def test_a_corrigendum_goes_from_one_to_another_and_to_everybody(
    db: Database, cast: Cast, asking: UUID, browse: Browsers
) -> None:
    ada, vera, nobody = await browse(cast.ada), await browse(cast.vera), await browse()
    later = (await current_draft(db, asking)).closes_at + timedelta(days=7)
    here = f"/staff/calls/{asking}/corrigendum"
    sent = shown_corrigendum(msgspec.structs.replace(await current_draft(db, asking), closes_at=later))
    saved = await ada.send_form(f"{here}/edit", {**sent, "reason": REASON})
    assert (saved.status_code, saved.headers["location"]) == (303, here)
    own, other = (await ada.get(here)).text, (await vera.get(here)).text
    assert [f'action="{here}/publish"' in page for page in (own, other)] == [False, True]
    assert says(other, MEANINGS["closes_at"])
    async with db.reader() as connection:
        seen = (
            await connection.execute(select(CallVersion.drafted_at).where(CallVersion.number == 2))
        ).scalar_one()
    done = await vera.send_form(f"{here}/publish", {"seen": seen.isoformat()})
    again = await vera.send_form(f"{here}/publish", {"seen": seen.isoformat()})
    assert (done.status_code, again.status_code) == (303, 409)
    assert (await current_draft(db, asking)).closes_at == later
    page, changes = (
        (await nobody.get("/calls/TAF-2026-01")).text,
        await nobody.get("/calls/TAF-2026-01/changes"),
    )
    assert "corrected" in states(page)
    assert (changes.status_code, REASON in changes.text) == (200, True)


async def test_what_is_wrong_in_a_corrigendum_stands_at_its_field_and_is_kept(
    db: Database, cast: Cast, asking: UUID, browse: Browsers
) -> None:
    ada = await browse(cast.ada)
    sent = shown_corrigendum(await current_draft(db, asking))
    earlier = (await current_draft(db, asking)).closes_at - timedelta(days=1)
    sent |= {"closes_at_day": earlier.date().isoformat(), "amount": "100000.01", "reason": "  "}
    page = await ada.send_form(f"/staff/calls/{asking}/corrigendum/edit", sent)
    assert page.status_code == 422
    assert 'href="#f-reason"' in page.text
    page = await ada.send_form(f"/staff/calls/{asking}/corrigendum/edit", {**sent, "reason": REASON})
    wrong = [name for name in ("closes_at", "amount") if f'href="#f-{name}"' in page.text]
    assert (page.status_code, wrong, 'value="100000.01"' in page.text) == (422, ["closes_at", "amount"], True)


async def test_a_call_is_cancelled_by_two_and_says_so(
    db: Database, cast: Cast, asking: UUID, browse: Browsers
) -> None:
    ada, paul, nobody = await browse(cast.ada), await browse(cast.paul), await browse()
    here = f"/staff/calls/{asking}/cancel"
    assert (await ada.send_form(here, {"reason": ""})).status_code == 422
    assert (await paul.send_form(here, {"reason": REASON})).status_code == 403
    assert (await ada.send_form(here, {"reason": REASON})).status_code == 303
    check = (await paul.get(here)).text
    assert REASON in check
    assert f'action="{here}/confirm"' in check
    seen = check.partition('name="seen" value="')[2].partition('"')[0]
    assert (await ada.send_form(f"{here}/confirm", {"seen": seen})).status_code == 403
    assert (await paul.send_form(f"{here}/confirm", {"seen": seen})).status_code == 303
    page = (await nobody.get("/calls/TAF-2026-01")).text
    assert "cancelled" in states(page)
    assert REASON in page
    assert "Sign in to apply" not in page
    listed = (await nobody.get("/calls?which=over")).text
    assert "Cancelled" in listed


async def test_an_officer_asks_the_secretariat_answers_and_nobody_learns_who_it_was(
    db: Database, cast: Cast, asking: UUID, browse: Browsers
) -> None:
    omar, ada, nobody = await browse(cast.omar), await browse(cast.ada), await browse()
    here = "/calls/TAF-2026-01/questions"
    assert (await nobody.send_form(here, {"question": "May we?"})).status_code == 401
    assert (await ada.send_form(here, {"question": "May we?"})).status_code == 403
    assert (await omar.send_form(here, {"question": " "})).status_code == 422
    assert (await omar.send_form(here, {"question": "May a ministry lead?"})).status_code == 303
    async with db.reader() as connection:
        key = (await connection.execute(select(Question.id))).scalar_one()
    work = await ada.get(f"/staff/questions/{key}")
    assert "Omar Hoxha" in work.text
    assert (await omar.get(f"/staff/questions/{key}")).status_code == 403
    empty = await ada.send_form(
        f"/staff/questions/{key}", {"public_text": "May a ministry lead?", "answer_text": "", "do": "publish"}
    )
    assert (empty.status_code, 'href="#f-answer_text"' in empty.text) == (422, True)
    texts = {"public_text": "May a ministry lead?", "answer_text": "Yes."}
    assert (await ada.send_form(f"/staff/questions/{key}", {**texts, "do": "save"})).status_code == 303
    assert "Yes." not in (await nobody.get(here)).text
    assert (await ada.send_form(f"/staff/questions/{key}", {**texts, "do": "publish"})).status_code == 303
    public = (await nobody.get(here)).text
    assert "Yes." in public
    assert "Omar" not in public
    assert rule(public, "answers-not-binding")


async def test_lists_leave_out_what_is_archived_and_can_be_narrowed(
    db: Database, cast: Cast, asking: UUID, browse: Browsers
) -> None:
    ada, nobody = await browse(cast.ada), await browse()
    for path, listed in (
        ("/calls?beneficiary=TR", True),
        ("/calls?which=coming", False),
        ("/calls?mode=urgent", False),
        ("/calls?which=nonsense&theme=%00", True),
    ):
        page = await nobody.get(path)
        assert (path, "/calls/TAF-2026-01" in page.text) == (path, listed) or page.status_code == 400
    for path, listed in (
        ("/staff/calls?status=open", True),
        ("/staff/calls?status=draft", False),
        ("/staff/calls?words=taf-2026", True),
        ("/staff/calls?words=ТАФ", True),
        ("/staff/calls?words=nothing", False),
        ("/staff/calls?words=%25", False),
        ("/staff/calls?status=archived", False),
    ):
        page = await ada.get(path)
        assert (path, f"/staff/calls/{asking}" in page.text) == (path, listed)
