"""Editing what a draft asks for: sections, questions, checks; and what stops its publication."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from msgspec.structs import replace

from facility.calls.forms.grid import preset
from facility.calls.models.call import Call
from facility.calls.rules.edits import with_field, with_section
from facility.calls.rules.forms import FormDefinition, SectionKind
from facility.calls.service.corrigenda import add_to_form
from facility.calls.service.draft import draft_call
from facility.calls.service.form import change_form
from facility.calls.service.publication import publish_call
from facility.calls.service.reading import draft_of, form_of
from facility.calls.words.calls import CHANGED_MEANWHILE, TYPES
from facility.db import Database
from facility.forms.checks import Between, Length, OneOf, Required
from facility.forms.types import AskedIf, Field, FieldType
from facility.refused import Reason, Refused
from facility.story.calls import CALL, enter_money
from tests.browser import NOW, Browser, Browsers, error_at, errors, gives_reason, says
from tests.cast import Cast


@pytest.fixture
async def drafted(db: Database, cast: Cast) -> UUID:
    """A draft of Ada's."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        envelope_id = await enter_money(tx)
        draft = replace(
            CALL,
            reference="TAF-2026-01",
            opens_at=NOW,
            closes_at=NOW + timedelta(days=30),
            envelope_id=envelope_id,
            grid=preset("prag_2018"),
        )
        return (await draft_call(tx, draft)).id


async def form(db: Database, call_id: UUID) -> FormDefinition:
    """What it asks for now."""
    async with db.transaction(now=NOW) as tx:
        return form_of(await tx.get(Call, call_id))


async def seen(db: Database, call_id: UUID) -> str:
    """The draft's instant, as a page carries it."""
    async with db.transaction(now=NOW) as tx:
        return (await tx.get(Call, call_id)).drafted_at.isoformat()


class Editor:
    """Ada's browser on a draft's form."""

    def __init__(self, db: Database, browser: Browser, call_id: UUID) -> None:
        self.db, self.browser, self.call_id = db, browser, call_id
        self.path = f"/staff/calls/{call_id}/form"

    async def send(self, below: str, fields: dict[str, str | list[str]], status: int = 303) -> str:
        """Post a form there; where it leads, or the page."""
        answer = await self.browser.send_form(
            f"{self.path}{below}", {"seen": await seen(self.db, self.call_id), **fields}
        )
        assert answer.status_code == status
        return str(answer.headers.get("location", answer.text))


@pytest.fixture
async def editor(db: Database, cast: Cast, browse: Browsers, drafted: UUID) -> Editor:
    return Editor(db, await browse(cast.ada), drafted)


async def test_a_section_with_a_question_is_made_and_asked(
    db: Database, editor: Editor, drafted: UUID
) -> None:
    await editor.send("", {"do": "add", "title": "Sustainability", "kind": "questions"})
    made = await editor.send(
        "/sustainability/fields", {"do": "add", "label": "Who pays afterwards?", "type": "one_of"}
    )
    assert made.endswith("/form/sustainability/fields/who_pays_afterwards")
    await editor.send(
        "/sustainability/fields/who_pays_afterwards",
        {
            "label": "Who pays afterwards?",
            "hint": "One answer",
            "options": "We do\r\nAnother donor\r\nNobody",
            "required": "yes",
            "values": ["yes"],
            "material": "yes",
        },
        422,
    )
    await editor.send(
        "/sustainability/fields/who_pays_afterwards",
        {
            "label": "Who pays afterwards?",
            "options": "We do\r\nAnother donor\r\nNobody",
            "required": "yes",
            "material": "yes",
        },
    )
    section = (await form(db, drafted)).section("sustainability")
    assert section is not None
    field = section.fields[0]
    assert [option.label for option in field.options] == ["We do", "Another donor", "Nobody"]
    assert field.checks == (Required(),)
    preview = await editor.browser.get(f"/staff/calls/{drafted}/form-preview")
    assert "Who pays afterwards?" in preview.text
    assert "Another donor" in preview.text


async def test_checks_are_chosen_and_read_back(db: Database, editor: Editor, drafted: UUID) -> None:
    await editor.send("", {"do": "start:standard"})
    page = await editor.browser.get(f"{editor.path}/part/fields/participants")
    assert 'value="500"' in page.text
    await editor.send(
        "/part/fields/participants", {"label": "How many", "least": "2", "most": "40", "required": "yes"}
    )
    section = (await form(db, drafted)).section("part")
    assert section is not None
    assert [type(check) for check in section.field("participants").checks] == [Required, Between]
    wrong = await editor.send("/part/fields/participants", {"label": "", "least": "9", "most": "4"}, 422)
    assert errors(wrong) == ["label", "most"]
    await editor.send(
        "/visibility/fields/waiver_reason",
        {"label": "Why not", "least": "20", "most": "500", "asked_if": "visible:no"},
    )
    visibility = (await form(db, drafted)).section("visibility")
    assert visibility is not None
    waiver = visibility.field("waiver_reason")
    assert (waiver.asked_if, waiver.checks) == (AskedIf("visible", ("no",)), (Length(20, 500),))
    await editor.send("/rights/fields/oversight", {"label": "Oversight?", "values": "yes", "required": "yes"})
    rights = (await form(db, drafted)).section("rights")
    assert rights is not None
    assert OneOf(("yes",)) in rights.field("oversight").checks


async def test_a_budget_has_its_limit_of_indirect_costs_and_the_day_of_its_rates(
    db: Database, editor: Editor, cast: Cast, browse: Browsers, drafted: UUID
) -> None:
    await editor.send("", {"do": "start:standard"})
    page = (await editor.browser.get(f"{editor.path}/budget")).text
    assert ('name="indirect_most"' in page, 'value="7"' in page) == (True, True)
    given: dict[str, str | list[str]] = {"title": "Budget", "indirect_most": "7,01", "rates_on": "2026-02-30"}
    wrong = await editor.send("/budget", given, 422)
    assert (errors(wrong), 'value="7,01"' in wrong) == (["indirect_most", "rates_on"], True)
    assert {"0", "7"} <= set(re.findall(r"\d+", error_at(wrong, "indirect_most")))
    await editor.send("/budget", {"title": "Budget", "indirect_most": "5,5", "rates_on": "2026-01-15"})
    budget = (await form(db, drafted)).of(SectionKind.BUDGET)
    assert budget is not None
    assert (budget.indirect_most, budget.rates_on) == (Decimal("5.5"), date(2026, 1, 15))
    async with db.transaction(now=NOW, actor=cast.vera) as tx:
        await publish_call(tx, drafted)
    call_page = (await (await browse()).get("/calls/TAF-2026-01")).text
    assert "5.5 %" in call_page
    assert "15 January 2026" in call_page.partition('<h2 id="much">')[2].partition("<h2")[0]
    # Frozen with the rest of the form: a corrigendum adds questions and changes nothing.
    more = replace(budget, indirect_most=Decimal(6))
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW, actor=cast.ada) as tx:
            await add_to_form(tx, drafted, partial(with_section, section=more), reason="More.")
    assert refused.value.codes == ("form_only_added",)


async def test_sections_and_questions_move_and_go(db: Database, editor: Editor, drafted: UUID) -> None:
    await editor.send("", {"do": "down:ask"})
    assert [section.key for section in (await form(db, drafted)).sections][:2] == ["themes", "ask"]
    await editor.send("/ask/fields", {"do": "up:plan"})
    ask = (await form(db, drafted)).section("ask")
    assert ask is not None
    assert [field.key for field in ask.fields] == ["title", "plan", "summary"]
    await editor.send("/ask/fields", {"do": "remove:plan"})
    await editor.send("", {"do": "remove:casework"})
    assert "casework" not in [section.key for section in (await form(db, drafted)).sections]
    kept = await editor.send("", {"do": "remove:partners"}, 409)
    assert gives_reason(kept, "section_needed")


async def test_an_incomplete_form_is_not_published(
    db: Database, editor: Editor, cast: Cast, drafted: UUID, browse: Browsers
) -> None:
    await editor.send("", {"do": "add", "title": "Later", "kind": "questions"})
    page = await editor.browser.get(editor.path)
    assert gives_reason(page, "section_empty")
    check = (await (await browse(cast.vera)).get(f"/staff/calls/{drafted}/publish")).text
    assert gives_reason(check, "form_incomplete")
    assert f'. <a href="/staff/calls/{drafted}/form">' in check
    assert "Publish the call" not in check
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW, actor=cast.vera) as tx:
            await publish_call(tx, drafted)
    assert refused.value.codes == ("form_incomplete",)


async def test_a_colleagues_change_is_not_overwritten(
    db: Database, editor: Editor, cast: Cast, browse: Browsers, drafted: UUID
) -> None:
    before = await seen(db, drafted)
    other = Editor(db, await browse(cast.vera), drafted)
    await other.send("", {"do": "down:ask"})
    answer = await editor.browser.send_form(editor.path, {"do": "down:ask", "seen": before})
    assert answer.status_code == 409
    assert says(answer, CHANGED_MEANWHILE, name="Vera Novak")


async def test_a_question_never_takes_a_name_that_the_page_of_answers_uses(
    db: Database, editor: Editor, cast: Cast, drafted: UUID
) -> None:
    made = await editor.send("/ask/fields", {"do": "add", "label": "Seen?", "type": "yes_no"})
    assert made.endswith("/form/ask/fields/seen_2")
    hostile = [Field(key=key, label="Q", type=FieldType.YES_NO) for key in ("seen", "mine-title")]
    for field, code in zip(hostile, ("key_reserved", "key_malformed"), strict=True):
        with pytest.raises(Refused) as refused:
            async with db.transaction(now=NOW, actor=cast.ada) as tx:
                await change_form(tx, drafted, partial(with_field, section_key="ask", field=field))
        assert refused.value.reasons == (Reason(code, f"form.ask.{field.key}", {"key": field.key}),)
        async with db.transaction(now=NOW, actor=cast.ada) as tx:
            draft = draft_of(await tx.get(Call, drafted))
            given = replace(draft, reference="TAF-2026-02", form=with_field(draft.form, "ask", field))
            with pytest.raises(Refused, match=code):
                await draft_call(tx, given)


@pytest.mark.parametrize("do", ["", "up:", "up:none", "start:none", "fly:ask"])
async def test_wrong_buttons_are_refused(editor: Editor, do: str) -> None:
    answer = await editor.browser.send_form(editor.path, {"do": do, "seen": ""})
    assert answer.status_code in (400, 404)


def test_every_type_of_answer_can_be_chosen() -> None:
    assert set(FieldType) - set(TYPES) == {
        FieldType.ONE_OF_LIST,
        FieldType.WHOLE,
        FieldType.MAIL,
        FieldType.FLAG,
    }
