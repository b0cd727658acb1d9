"""Amounts and numbers as people type them, in any digits: understood where they can mean one thing, asked where two.

The only place that reads a typed amount: fields of forms and rows pasted from a spreadsheet both come here.
"""

import re
import unicodedata
from decimal import Decimal

from facility.money import NO_BREAK_SPACE
from facility.web.i18n import N_, filled, translated

_SPACES = frozenset(" \u00a0\u2007\u2009\u202f\u3000")
_APOSTROPHES = frozenset("'’‘ʼ＇")
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u061c\ufeff")
_MARKS = {"٫": ",", "٬": "'", "．": ".", "，": ",", "。": "."}
"""Decimal and thousands signs of other scripts, as ours."""
_LETTERS = str.maketrans(
    {"О": "0", "о": "0", "O": "0", "o": "0", "З": "3", "з": "3", "б": "6", "l": "1", "І": "1"}
)
"""Letters that look like digits, Cyrillic ones among them."""
_CURRENCY = re.compile(r"(?i)^(?:€|eur|euro|euros|евра|евро|еур)?(.*?)(?:€|eur|euro|euros|евра|евро|еур)?$")
_WHOLE = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ '.,])[0-9]{3})(?:\1[0-9]{3})*")
_NO_CENTS = re.compile(r"(?<=[0-9])([.,])[-–—]{1,2}$")
"""As many write a round amount: "350,-"."""
NO_AMOUNT = N_("Enter an amount in EUR with at most two decimals, like 35 427.70.")
LETTER_AMONG_DIGITS = N_("There is a letter among the digits. If you mean {meant}, write it in digits.")
TWO_READINGS = N_(
    "This can be read in two ways. Write {thousands} if you mean thousands, and with a decimal point {fraction} if you mean a fraction."
)
MOST_DIGITS = 12
MOST_TYPED = 100
"""Characters of a number, whatever its digits; a longer text is not looked at."""


class Unclear(Exception):  # noqa: N818 - not a fault: it asks
    """What was typed is no number, or could be two; says so in a sentence for the person who typed it."""


def read_amount(typed: str) -> Decimal:
    """An amount in EUR with two decimals: "35 427.70", "35.427,70", "€ 35'427", "350,-", "٣٥٤٢٧٫٧٠". Raises Unclear."""
    wrong = translated(NO_AMOUNT)
    if len(typed) > MOST_TYPED:
        raise Unclear(wrong)
    text = _NO_CENTS.sub(r"\g<1>00", _without_currency(typed).strip())
    return read_number(text, 2, wrong).quantize(Decimal("0.01"))


def read_number(typed: str, places: int, wrong: str) -> Decimal:
    """A number that is not below zero, with at most so many decimals. Raises Unclear; with `wrong` for what is none."""
    text = _plain(typed) if len(typed) <= MOST_TYPED else ""
    if _letters_for_digits(text):
        meant = text.translate(_LETTERS)
        raise Unclear(filled(LETTER_AMONG_DIGITS, meant=meant))
    whole, decimals = _parted(text, places)
    if whole is None or len(whole) > MOST_DIGITS or len(decimals) > places:
        raise Unclear(wrong)
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def plain_digits(typed: str) -> str:
    """The same text with the digits of any one script as 0 to 9; "" where digits of two scripts are mixed, or it is too long."""
    if len(typed) > MOST_TYPED:
        return ""
    zeros = set()
    made = []
    for letter in typed:
        value = unicodedata.decimal(letter, None) if unicodedata.category(letter) == "Nd" else None
        if value is not None:
            zeros.add(ord(letter) - value)
        made.append(letter if value is None else str(value))
    return "".join(made) if len(zeros) <= 1 else ""


def _plain(typed: str) -> str:
    text = "".join(letter for letter in typed if letter not in _INVISIBLE)
    text = "".join(_MARKS.get(letter, letter) for letter in plain_digits(text))
    text = "".join("'" if letter in _APOSTROPHES else letter for letter in text)
    return "".join(" " if letter in _SPACES else letter for letter in text).strip()


def _without_currency(typed: str) -> str:
    text = "".join(letter for letter in typed if letter not in _INVISIBLE).strip()
    match = _CURRENCY.fullmatch(text)
    return match[1] if match else text


def _letters_for_digits(text: str) -> bool:
    """Digits with letters among them that only look like some: "1ООО"."""
    return (
        any(letter in "0123456789" for letter in text)
        and text != text.translate(_LETTERS)
        and re.fullmatch(r"[0-9 .,']+", text.translate(_LETTERS)) is not None
    )


def _parted(text: str, places: int) -> tuple[str | None, str]:
    """The digits before and after the decimal sign; None where it is no number."""
    if _WHOLE.fullmatch(text):
        return text, ""
    if match := re.fullmatch(r"(.+?)([.,])([0-9]{1,9})", text):
        whole, mark, decimals = match.groups()
        if _WHOLE.fullmatch(whole):
            # One sign with three digits behind it: thousands to some, decimals to others.
            if len(decimals) == 3 and len(whole) <= 3 and whole != "0":
                raise Unclear(_twofold(whole, decimals))
            return whole, decimals
        if (grouped := _GROUPED.fullmatch(whole)) and grouped[1] != mark:
            return re.sub(r"[^0-9]", "", whole), decimals
    if _GROUPED.fullmatch(text):
        return re.sub(r"[^0-9]", "", text), ""
    return None, ""


def _twofold(whole: str, decimals: str) -> str:
    return filled(
        TWO_READINGS,
        thousands=f"{whole}{NO_BREAK_SPACE}{decimals}",
        fraction=f"{whole}.{decimals[:2]}",
    )
