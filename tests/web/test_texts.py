"""Signs in a text that nobody sees: what is dropped, what stays, and what is refused."""

import pytest

from tests.web.test_fields import NO_NAME, fields, wrong


def test_what_nobody_sees_is_dropped_from_a_text() -> None:
    form = fields(
        name="\ufeffCus\u200btoms co\u00adop\u2060eration", more="a\u2028b\u2029c", none="\u200b \ufeff"
    )
    assert form.text("name", missing=NO_NAME) == "Customs cooperation"
    assert form.text("more", missing=None, multiline=True) == "a\nb\nc"
    assert (form.given("none"), form.text("none", missing=None)) == (False, "")
    form.check()
    nothing = wrong(lambda form: form.text("name", missing=NO_NAME), name="\u200d\u202e\u200b")
    assert nothing == {"name": [NO_NAME]}


@pytest.mark.parametrize("typed", ["دانش\u200cآموز", "\u200eשלום\u200f!", "👩\u200d⚖️"])
def test_signs_that_a_script_needs_stay(typed: str) -> None:
    form = fields(name=typed)
    assert form.text("name", missing=NO_NAME) == typed
    form.check()


@pytest.mark.parametrize("multiline", [False, True])
@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_signs_that_change_the_order_of_letters_are_refused_with_the_place(
    sign: str, multiline: bool
) -> None:
    typed = f"{'a' * 30} Support for {sign}gnp.exe"
    form = fields(name=typed)
    form.text("name", missing=NO_NAME, multiline=multiline)
    [error] = form.errors["name"]
    assert "Support for gnp.exe" in error
    assert (sign in error, form.values["name"]) == (False, typed)


@pytest.mark.parametrize("typed", ["\u202e" * 50 + "gnp.exe", f"a{' ' * 50}\u202e{' ' * 50}b"])
def test_wherever_they_stand(typed: str) -> None:
    form = fields(name=typed)
    form.text("name", missing=NO_NAME)
    assert len(form.errors["name"]) == 1
