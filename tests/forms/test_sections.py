"""A section of data is read, drawn and shown by the types of its fields."""

import re

import pytest

from facility.forms.reading import read, read_draft
from facility.forms.rows import read_rows, row_labels
from facility.forms.sections import Section
from facility.forms.types import KINDS, AskedIf, FieldType, T, ask, options
from facility.settings import Settings
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.render import environment

ANSWERS = options((("yes", "Yes"), ("no", "No")))
SECTION = Section(
    key="visit",
    title="Visit",
    fields=(
        ask("comes", "Do you come?", T.ONE_OF, options=ANSWERS),
        ask("why", "Why not?", T.LONG_TEXT, most=5, asked_if=AskedIf("comes", ("no",))),
        ask("days", "Days", T.WHOLE, least=1, most=3, unit="days"),
        ask("mail", "Mail address", T.MAIL, needed=False),
    ),
)


def fields(**typed: str) -> Fields:
    return Fields(Form({name: [value] for name, value in typed.items()}, {}))


def test_for_good_every_wrong_field_is_wrong_at_once() -> None:
    typed = fields(comes="no", days="4", mail="nobody")
    answers = read(typed, SECTION)
    assert list(typed.errors) == ["why", "days", "mail"]
    assert (answers["comes"], answers["days"]) == ("no", "1")


def test_a_text_says_what_to_enter_where_its_form_knows_and_else_asks_for_an_answer() -> None:
    name = ask("name", "Name", T.SHORT_TEXT, missing="Enter your name.")
    typed = fields(name=" ")
    read(typed, Section(key="who", title="Who", fields=(name, ask("aim", "Aim", T.LONG_TEXT))))
    assert typed.errors["name"] == ["Enter your name."]
    assert [len(sentence) > 0 for sentence in typed.errors["aim"]] == [True]


def test_what_is_not_asked_need_not_be_answered() -> None:
    typed = fields(comes="yes", days="2")
    assert read(typed, SECTION) == {"comes": "yes", "why": "", "days": "2", "mail": ""}
    assert not typed.errors


def test_a_draft_may_be_empty_but_takes_no_more_than_fits() -> None:
    typed = fields(why="too long", days="400")
    assert read_draft(typed, SECTION, needed=("comes",))["days"] == "400"
    assert list(typed.errors) == ["comes", "why"]


def test_a_row_that_says_the_same_again_is_wrong() -> None:
    row = Section(
        key="themes", title="Themes", fields=(ask("code", "Theme", T.SHORT_TEXT), ask("n", "N", T.WHOLE))
    )
    names = ("themes-0-code", "themes-0-n", "themes-1-code", "themes-1-n", "themes-2-code", "themes-2-n")
    typed = fields(**dict(zip(names, ("a", "1", "a", "2", "", ""), strict=True)))
    rows = read_rows(typed, row, "Twice.")
    assert [answers for _fields, answers in rows] == [{"code": "a", "n": "1"}, {"code": "a", "n": "2"}]
    assert typed.errors == {"themes-1-code": ["Twice."]}
    assert typed.are_right() is False  # and empty rows are known, too
    assert row_labels(row, [0, 1])["themes-1-n"] == "N, row 2"


@pytest.mark.parametrize("type_", list(FieldType))
def test_every_type_is_drawn_with_what_was_typed_and_shown(settings: Settings, type_: FieldType) -> None:
    chosen = KINDS[type_].needs_options or KINDS[type_].several
    field = ask("name", "Name", type_, "Hint", options=ANSWERS if chosen else ())
    value: str | list[str] = ["yes"] if field.kind.several else "yes" if field.choices else "7"
    pages = environment(settings)

    def made(source: str, **context: object) -> str:
        page = pages.from_string('{% import "_macros/questions.html" as questions %}' + source)
        return page.render(**context)

    drawn = made("{{ questions.question(form, field) }}", form=Fields.showing({"name": value}), field=field)
    assert 'id="f-name"' in drawn
    assert 'id="f-name-hint"' in drawn
    shown = made("{{ questions.answer(field, value) }}", field=field, value=value)
    assert re.search("Yes|7", shown)
