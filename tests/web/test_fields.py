"""Fields: what is taken, what is refused, and that every wrong field is named at once with its text kept."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.message import Message
from facility.money import format_eur
from facility.refused import Reason, Refused
from facility.web.amounts import LETTER_AMONG_DIGITS, NO_AMOUNT, TWO_READINGS
from facility.web.fields import Fields, shown, shown_instant
from facility.web.forms import Form, Upload
from facility.web.i18n import translated
from facility.web.sentences import SENTENCES
from facility.web.stops import Stop
from tests.browser import says

NO_NAME = "Enter your name."


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def fields(**values: str | list[str]) -> Fields:
    return Fields(Form({name: [v] if isinstance(v, str) else v for name, v in values.items()}, {}))


def wrong(read: Callable[[Fields], Any], **values: str | list[str]) -> dict[str, list[str]]:
    form = fields(**values)
    read(form)
    with pytest.raises(Refused) as refused:
        form.check()
    assert refused.value.kind == "invalid"
    return form.errors


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("35 427.70", "35427.70"),
        ("35427.7", "35427.70"),
        ("35427,70", "35427.70"),
        ("35.427,70", "35427.70"),
        ("35,427.70", "35427.70"),
        ("35\u202f427,7", "35427.70"),
        ("1 234 567", "1234567.00"),
        (" 0 ", "0.00"),
        ("999999999.99", "999999999.99"),
        ("1.234.567", "1234567.00"),
        ("1,234,567", "1234567.00"),
        ("35'427.70", "35427.70"),
        ("35’427,70", "35427.70"),
        ("EUR 5", "5.00"),
        ("€35.427,70", "35427.70"),
        ("35 427,70 €", "35427.70"),
        ("35427.70 eur", "35427.70"),
        ("350 евра", "350.00"),
        ("١٢", "12.00"),
        ("٣٥٬٤٢٧٫٧٠", "35427.70"),
        ("３５４２７．７０", "35427.70"),
        ("३५४२७", "35427.00"),
        ("\u200e350,50\u200e", "350.50"),
        ("350,-", "350.00"),
        ("EUR 1.000,–", "1000.00"),
        ("1 000.—", "1000.00"),
    ],
)
def test_amounts(typed: str, amount: str) -> None:
    form = fields(amount=typed)
    assert str(form.eur("amount")) == amount
    form.check()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "1.234",
        "1,234",
        "1.005",
        "NaN",
        "Infinity",
        "-1",
        "+1",
        "1e9",
        "1_000",
        "12 34",
        "1 2345",
        "1.2.3",
        "1,2,3",
        "0x10",
        "1٢",
        "١٢3",
        "1000000000",
        "9" * 400,
        "EUR",
        "USD 5",
        "$5",
        "350 RSD",
        "1 000 дин",
        "−5",
        "(5)",
        "5-",
        "5,50-",
        "5,--5",
        ",-",
        "1.234,5,-",
        "1ООО",
        "З50",
        "l00",
        "а҃",
        "½",
        "Ⅻ",
        "1'23",
        "1'234,56,7",
        "5.",
        ".5",
        "1 234,567.00",
        "1,23.45",
    ],
)
def test_amounts_that_are_none_or_could_be_two(typed: str) -> None:
    assert len(wrong(lambda f: f.eur("amount"), amount=typed)["amount"]) == 1


@pytest.mark.parametrize(
    ("typed", "question", "meant"),
    [
        ("1.234", TWO_READINGS, {"thousands": "1\u00a0234", "fraction": "1.23"}),
        ("1,234", TWO_READINGS, {"thousands": "1\u00a0234", "fraction": "1.23"}),
        ("١٫٢٣٤", TWO_READINGS, {"thousands": "1\u00a0234", "fraction": "1.23"}),
        ("1ООО", LETTER_AMONG_DIGITS, {"meant": "1000"}),
        ("З50,5", LETTER_AMONG_DIGITS, {"meant": "350,5"}),
        ("twelve", NO_AMOUNT, {}),
    ],
)
def test_what_could_be_two_things_is_asked(typed: str, question: Message, meant: dict[str, str]) -> None:
    [error] = wrong(lambda f: f.eur("amount"), amount=typed)["amount"]
    assert says(error, question, **meant)


def test_amounts_have_bounds() -> None:
    errors = wrong(lambda f: f.eur("amount", least=Decimal(5000), most=Decimal(60000)), amount="4999.99")
    [error] = errors["amount"]
    assert [bound in error for bound in ("EUR 5\u00a0000.00", "60\u00a0000.00")] == [True, True]


@given(st.decimals(min_value=0, max_value=999_999_999, places=2))
def test_an_amount_as_it_is_shown_is_read_again(amount: Decimal) -> None:
    assert fields(amount=format_eur(amount)).eur("amount") == amount


@given(st.text(max_size=30))
def test_no_text_breaks_an_amount_or_a_day(typed: str) -> None:
    form = fields(amount=typed, day=typed, at_day=typed, at_time=typed, score=typed, whole=typed, mail=typed)
    form.eur("amount"), form.day("day"), form.instant("at"), form.integer("whole", 0, 9), form.email("mail")
    form.decimal("score", Decimal(0), Decimal(20))
    assert set(form.errors) <= {"amount", "day", "at", "at_day", "at_time", "score", "whole", "mail"}


def test_text_is_stripped_composed_and_has_plain_line_ends() -> None:
    form = fields(name=" C\u030celik ", more="a\r\nb\rc")
    assert form.text("name", missing=NO_NAME) == "\u010celik"
    assert form.text("more", missing=None, multiline=True) == "a\nb\nc"
    form.check()


def test_an_empty_text_says_what_to_enter_unless_it_may_be_empty() -> None:
    errors = wrong(lambda form: [form.text(name, missing=NO_NAME) for name in ("name", "none")], name=" ")
    assert errors == {"name": [NO_NAME], "none": [NO_NAME]}
    form = fields(name=" ", seen="")
    assert [form.text("name", missing=None), form.hidden("seen"), form.hidden("none")] == ["", "", ""]
    form.check()


def test_text_that_is_too_long_or_not_text() -> None:
    def read(form: Fields) -> None:
        form.text("long", missing=NO_NAME, most=3)
        form.text("lines", missing=NO_NAME)
        form.text("bell", missing=NO_NAME, multiline=True)
        form.text("twice", missing=NO_NAME)

    errors = wrong(read, long="abcd", lines="a\nb", bell="a\x07", twice=["a", "b"])
    names = ["long", "lines", "bell", "twice"]
    assert [(name, len(sentences)) for name, sentences in errors.items()] == [(name, 1) for name in names]
    assert re.findall(r"\d", errors["long"][0]) == ["3", "4"]
    assert errors["lines"] == errors["bell"]
    assert len({sentence for sentences in errors.values() for sentence in sentences}) == 3


@pytest.mark.parametrize("typed", ["A.B@Example.ORG", "o'neil+x@mup.gov.rs"])
def test_mail_addresses_in_lower_case(typed: str) -> None:
    assert fields(email=typed).email("email") == typed.lower()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "a@b",
        "a b@c.org",
        "a@b.org, c@d.org",
        "<a@b.org>",
        "a@@b.org",
        "a@b..org",
        "a@b.org\nBcc:x@y.org",
        "a\u202eb@c.org",
        "a\u200fb@c.org",
    ],
)
def test_what_is_no_mail_address(typed: str) -> None:
    assert list(wrong(lambda f: f.email("email"), email=typed)) == ["email"]


def test_choices() -> None:
    form = fields(
        one="b", kind="blue", some=["a", "b", "a"], ok="yes", id="00000000-0000-0000-0000-00000000000a"
    )
    assert form.choice("one", ["a", "b"]) == "b"
    assert form.one_of("kind", Colour) is Colour.BLUE
    assert form.many("some", ["a", "b"]) == ["a", "b"]
    assert (form.yes("ok"), form.yes("no")) == (True, False)
    assert form.key("id") == UUID(int=10)
    form.check()


def test_choices_that_are_not_on_the_list() -> None:
    def read(form: Fields) -> None:
        form.choice("one", ["a"])
        form.one_of("kind", Colour)
        form.many("some", ["a"])
        form.many("none", ["a"])
        form.key("id")
        form.keys("ids")

    errors = wrong(read, one="b", kind="green", some=["a", "z"], id="x", ids=["x"])
    assert list(errors) == ["one", "kind", "some", "none", "id", "ids"]


@pytest.mark.parametrize(("whole", "score"), [("12", "19,5"), ("١٢", "١٩٫٥"), ("１２", "１９．５")])
def test_numbers(whole: str, score: str) -> None:
    form = fields(whole=whole, score=score)
    assert (form.integer("whole", 0, 20), form.decimal("score", Decimal(0), Decimal(20))) == (
        12,
        Decimal("19.5"),
    )
    form.check()


@pytest.mark.parametrize("typed", ["", "x", "21", "-1", "1.5", "99999999999999", "1e1", "²"])
def test_what_is_no_whole_number_in_bounds(typed: str) -> None:
    assert list(wrong(lambda f: f.integer("n", 0, 20), n=typed)) == ["n"]


@pytest.mark.parametrize("typed", ["", "x", "20.01", "-1", "1.555", "NaN", "1e1", "1,2,3"])
def test_what_is_no_score(typed: str) -> None:
    assert list(wrong(lambda f: f.decimal("n", Decimal(0), Decimal(20)), n=typed)) == ["n"]


def test_days() -> None:
    assert fields(day="2024-02-29").day("day") == date(2024, 2, 29)
    for typed in (
        "2023-02-29",
        "29.02.2024",
        "2024-2-9",
        "0000-01-01",
        "1999-12-31",
        "2024-W01-1",
        "99999-01-01",
    ):
        assert list(wrong(lambda f: f.day("day"), day=typed)) == ["day"]
    early = wrong(lambda f: f.day("day", first=date(2024, 3, 1), last=date(2024, 5, 31)), day="2024-02-29")
    [error] = early["day"]
    assert [bound in error for bound in ("1 March 2024", "31 May 2024")] == [True, True]


def test_instants_are_brussels_time() -> None:
    form = fields(at_day="2021-07-30", at_time="12:00", late_day="2021-01-30", late_time="23:59:59")
    assert form.instant("at") == datetime(2021, 7, 30, 10, tzinfo=UTC)
    assert form.instant("late") == datetime(2021, 1, 30, 22, 59, 59, tzinfo=UTC)
    form.check()
    assert shown_instant("at", datetime(2021, 7, 30, 10, tzinfo=UTC)) == {
        "at_day": "2021-07-30",
        "at_time": "12:00",
    }


@pytest.mark.parametrize(
    ("day", "time", "names"),
    [
        ("2026-03-29", "02:30", ["at"]),  # skipped
        ("2026-10-25", "02:30", ["at"]),  # twice
        ("2026-10-25", "25:00", ["at_time"]),
        ("", "", ["at_day", "at_time"]),
        ("2026-13-01", "12:00", ["at_day"]),
    ],
)
def test_instants_that_do_not_exist_or_exist_twice(day: str, time: str, names: list[str]) -> None:
    assert list(wrong(lambda f: f.instant("at"), at_day=day, at_time=time)) == names


def test_the_hours_beside_a_clock_change_are_good() -> None:
    form = fields(a_day="2026-03-29", a_time="03:00", b_day="2026-10-25", b_time="03:00")
    assert form.instant("a") == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert form.instant("b") == datetime(2026, 10, 25, 2, tzinfo=UTC)
    form.check()


def test_rows_of_a_group_note_their_errors_in_the_form() -> None:
    form = fields(**{"p-0-name": "A", "p-0-amount": "1", "p-7-name": "", "p-7-amount": "x", "p-x-name": "?"})
    rows = form.rows("p")
    assert [row.text("name", missing=NO_NAME) for row in rows] == ["A", ""]
    assert [row.eur("amount") for row in rows] == [Decimal("1.00"), Decimal("0.00")]
    assert list(form.errors) == ["p-7-name", "p-7-amount"]
    with pytest.raises(Stop):  # p-x-name belongs to no row
        form.check()


def test_too_many_rows() -> None:
    with pytest.raises(Stop) as stop:
        fields(**{f"p-{n}-name": "A" for n in range(101)}).rows("p")
    assert stop.value.status == 413


def test_files() -> None:
    form = Fields(Form({}, {"good": [Upload("a.pdf", b"x")], "empty": [Upload("a.pdf", b"")]}))
    assert form.file("good") == Upload("a.pdf", b"x")
    form.file("empty"), form.file("none")
    assert list(form.errors) == ["empty", "none"]


def test_keys_that_nobody_asked_for_are_refused() -> None:
    form = fields(name="A", admin="yes")
    form.text("name", missing=NO_NAME)
    with pytest.raises(Stop) as stop:
        form.check()
    assert stop.value.status == 400
    form.ignore("admin")
    form.check()


def test_a_rules_reasons_stand_at_their_fields_and_what_was_typed_is_kept() -> None:
    form = fields(email="A@example.org")
    form.email("email")
    form.refused(Refused([Reason("address_taken", "email"), Reason("too_often")], "invalid"))
    assert form.values == {"email": "A@example.org"}
    assert form.errors == {
        "email": [translated(SENTENCES["address_taken"])],
        "": [translated(SENTENCES["too_often"])],
    }
    with pytest.raises(Refused):
        form.refused(Refused([Reason("link_used")], "conflict"))


def test_values_as_forms_show_them() -> None:
    values = [None, True, False, Decimal("1.50"), date(2026, 1, 2), "x"]
    assert [shown(value) for value in values] == ["", "yes", "", "1.50", "2026-01-02", "x"]
