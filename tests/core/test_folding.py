"""Names compared across scripts, accents and ways of typing."""

import pytest

from facility.folding import fold, search_key, search_words


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Министарство унутрашњих послова", "Ministarstvo unutrašnjih poslova"),  # Serbian, Bosnian
        ("Управа за спречување перење пари", "Uprava za sprečuvanje perenje pari"),  # Macedonian
        ("Управа царина Црне Горе", "Uprava carina Crne Gore"),  # Montenegrin
        ("Ђорђе Ћосић, Џеп Љубљана Његош", "đorđe ćosić džep ljubljana njegoš"),
        ("Ѓорче Ќосев Ѕвезда", "Gorče Kosev Dzvezda"),
        ("Policia e Shtetit Shqiptar; Shkodër, Çela", "policia e shtetit shqiptar shkoder cela"),
        ("İSTANBUL EMNİYET MÜDÜRLÜĞÜ ışık", "istanbul emniyet mudurlugu isik"),
        ("Kosovo* Police", "kosovo police"),
        ("Supreme State Prosecutor’s Office", "supreme state prosecutor's  OFFICE"),
        ("S.I.P.A.", "SIPA"),
        ("Vienna Ångström", "vienna a\u030angstro\u0308m"),
        ("Border Police", "Bor\u200cder\u200e Po\u00adlice\u200b"),
    ],
)
def test_names_that_are_the_same_fold_to_the_same(name: str, other: str) -> None:
    assert fold(name) == fold(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Police", "Policy"), ("Border Police", "Borderpolice"), ("Суд", "Sut"), ("CERT 1", "CERT 2")],
)
def test_other_names_stay_others(name: str, other: str) -> None:
    assert fold(name) != fold(other)


def test_folding_leaves_words_of_plain_letters_and_is_done_once() -> None:
    for name in ("  *", "Јавно тужилаштво – Београд", "%_\\", "ﬁnance ½"):
        folded = fold(name)
        assert (fold(folded), folded.strip()) == (folded, folded)
        assert not set(folded) & set("%_\\*–")


def test_a_key_holds_each_word_once_and_the_initials_of_each_name() -> None:
    key = search_key(
        "State Investigation and Protection Agency", "Državna agencija za istrage i zaštitu", "SIPA"
    )
    assert key == " state investigation and protection agency drzavna agencija za istrage i zastitu sipa daiz"


@pytest.mark.parametrize(
    ("typed", "name"), [("Djordje", "Ђорђе"), ("Gjorgji", "Ѓорѓи"), ("obshtina", "обштина")]
)
def test_hooks_may_be_typed_as_two_letters(typed: str, name: str) -> None:
    assert search_words(typed) == search_words(name)
