"""Finds a classification marking in a piece of text, however it is spaced, broken, accented or disguised.

Three forms of the text are compared: the *clean* text (NFKC, invisible characters gone, lines kept), its *folded*
letters (no accents, no case, Cyrillic and Greek look-alikes as Latin letters, nothing between the letters), and, for
every phrase found in the folded letters, the place in the clean text, where its surroundings decide (`position`).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from facility.files import markings
from facility.files.markings import Tier
from facility.files.position import Passage, Place, Where, judged, labelled, stands_alone, without_lists


class Marking(msgspec.Struct, frozen=True):
    """A marking that was found: the level as printed (spaces collapsed), and where in the document."""

    level: str
    where: Where


# Capitals that look the same; the folded text has the Latin one. Lower case goes the way of its capital.
_LOOK_ALIKES = dict(
    zip("АВЕКМНОРСТУХЈІЅԚԜӀҺԀΑΒΕΖΗΙΚΜΝΟΡΤΥΧℓ", "ABEKMHOPCTYXJISQWIHDABEZHIKMNOPTYXL", strict=True)
)
_DRESSED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])"
)
_DIGITS = dict(zip("01345", "OIEAS", strict=True))
_DISGUISED = re.compile(
    r"(?<!\w)(?=[^\W_]*[A-ZА-Я][^\W_]*[A-ZА-Я])[A-ZА-Я01345]*[A-ZА-Я][01345][A-ZА-Я01345]*(?!\w)"
)
_OVERRIDDEN = re.compile("\u202e([^\u202c\n]*)")
_HYPHENS = "\u2010\u2011\u2012\u2212\ufe63\uff0d"


class _Cleaner(dict[int, str | None]):
    """A table for str.translate, filled as characters turn up: invisible ones go, breaks become line ends."""

    def __missing__(self, code: int) -> str | None:
        self[code] = replacement = _clean_character(chr(code))
        return replacement


def _clean_character(character: str) -> str | None:
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me") or character in "\u115f\u1160\u3164\u17b4\u17b5":
        return None
    if category in ("Zl", "Zp") or (category == "Cc" and character != "\t"):
        return "\n"
    if category in ("Zs", "Co", "Cs"):
        return " "
    if dressed := _DRESSED.fullmatch(unicodedata.name(character, "")):
        return dressed.group(1)
    return "-" if character in _HYPHENS else character


class _Folder(dict[int, str]):
    """A table for str.translate: the folded letter or letters of each character, nothing for what is no letter."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    bare = [part for part in unicodedata.normalize("NFD", character) if part.isalnum()]
    return "".join(_LOOK_ALIKES.get(part, part) for part in "".join(bare).upper()).lower()


_CLEAN = _Cleaner()
_FOLD = _Folder()
_LATIN = str.maketrans(_LOOK_ALIKES)


def clean(text: str) -> str:
    """The text as a reader sees it: compatibility forms and invisible characters resolved, lines kept, and what is
    written backwards turned round."""
    turned = _OVERRIDDEN.sub(lambda run: run.group(1)[::-1], text) if "\u202e" in text else text
    composed = unicodedata.normalize("NFKC", turned.replace("\r\n", "\n"))
    joined = re.sub("\u00ad[ \t]*\n[ \t]*(?=\\w)", "", composed)
    return _DISGUISED.sub(_undisguised, joined.translate(_CLEAN))


def _undisguised(word: re.Match[str]) -> str:
    """SECR3T: digits that stand for letters, in words of capitals only."""
    return "".join(_DIGITS.get(letter, letter) for letter in word.group())


def fold(text: str) -> str:
    """The text's letters and digits alone, without case, accents and look-alikes."""
    return text.translate(_FOLD)


class _Phrase(NamedTuple):
    folded: str
    breaks: frozenset[int]  # how many letters stand before each gap between words
    rank: int
    tier: Tier


def _phrase(printed: str, rank: int, tier: Tier) -> _Phrase:
    words = [word for word in (fold(part) for part in re.split(r"[\s/.-]+", printed)) if word]
    ends = [sum(map(len, words[: count + 1])) for count in range(len(words))]
    return _Phrase("".join(words), frozenset(ends[:-1]), rank, tier)


_PHRASES = tuple(
    sorted(
        (_phrase(printed, level.rank, level.tier) for level in markings.LEVELS for printed in level.phrases),
        key=lambda phrase: -len(phrase.folded),
    )
)
_SHORT_FORMS = tuple(re.compile(pattern) for pattern in markings.SHORT_FORMS)
_ALONE_FORMS = re.compile(rf"(?<![\w-])(?:{'|'.join(markings.ALONE_FORMS)})(?![\w-])")
_EDGE_FORMS = re.compile(rf"(?<![\w-])(?:{'|'.join(markings.EDGE_FORMS)})(?![\w-])")
_LABELLED_FORMS = re.compile(rf"(?<![\w-])(?:{'|'.join(markings.LABELLED_FORMS)})(?![\w-])")


def find(passage: Passage) -> Marking | None:
    """The first marking of the passage (the longest, where several begin at one place), or None."""
    text = clean(passage.text)
    places = without_lists(text, [*_phrases_in(text, passage)])
    found = [(place.start, -place.end) for place in places]
    found += _abbreviations_in(text, passage)
    if not found:
        return None
    start, end = min(found)
    return Marking(" ".join(text[start:-end].split())[:80], passage.told or passage.where)


def _abbreviations_in(text: str, passage: Passage) -> Iterator[tuple[int, int]]:
    latin = text.translate(_LATIN)
    for form in _SHORT_FORMS:
        yield from ((hit.start(), -hit.end()) for hit in form.finditer(latin))
    for hit in _ALONE_FORMS.finditer(latin):
        if stands_alone(text, passage, *hit.span()):
            yield hit.start(), -hit.end()
    for hit in _EDGE_FORMS.finditer(latin):
        if stands_alone(text, passage, *hit.span(), edge=True):
            yield hit.start(), -hit.end()
    for hit in _LABELLED_FORMS.finditer(latin):
        if labelled(text, passage, *hit.span()):
            yield hit.start(), -hit.end()


def _phrases_in(text: str, passage: Passage) -> Iterator[Place]:
    letters = fold(text)
    candidates = [phrase for phrase in _PHRASES if phrase.folded in letters]
    if not candidates:
        return
    positions = [index for index, character in enumerate(text) for _ in _FOLD[ord(character)]]
    for phrase in candidates:
        at = letters.find(phrase.folded)
        while at >= 0:
            if spread := _spread(text, positions, phrase, at):
                yield judged(text, passage, *spread, phrase.rank, phrase.tier)
            at = letters.find(phrase.folded, at + 1)


def _spread(text: str, positions: list[int], phrase: _Phrase, at: int) -> tuple[int, int] | None:
    """Where the phrase begins and ends, or None when it is only part of longer words ("lieu secret" is no "EU
    SECRET"), or other things stand between its letters than may."""
    size = len(phrase.folded)
    start, end = positions[at], positions[at + size - 1] + 1
    if (start and text[start - 1].isalpha()) or (end < len(text) and text[end].isalpha()):
        return None
    words: list[list[str]] = [[]]
    between: list[str] = []
    for count in range(1, size):
        gap = text[positions[at + count - 1] + 1 : positions[at + count]]
        if count in phrase.breaks:
            between.append(gap)
            words.append([])
        else:
            words[-1].append(gap)
    return (start, end) if _gaps_hold(words, between, phrase.tier) else None


_WORD_GAP = re.compile(r"[\s\-\u2013\u2014_/|]{0,12}")
_LOOSE_GAP = re.compile(r"[\s\-._]{0,4}")
_HYPHENATED = re.compile(r"(?:-[ \t]*\n\s{0,8})?")
_SPACED = re.compile(r"[\s\-._*]{1,3}")


def _gaps_hold(words: list[list[str]], between: list[str], tier: Tier) -> bool:
    """Whether only what may stand between these letters does: within a word nothing, a hyphen at a line's end, or,
    where the whole word is letter-spaced, a little space at every letter."""
    loose = tier is Tier.ANYWHERE
    if not all(_WORD_GAP.fullmatch(gap) or (loose and _LOOSE_GAP.fullmatch(gap)) for gap in between):
        return False
    allowed = _LOOSE_GAP if loose else _HYPHENATED
    return all(all(map(allowed.fullmatch, word)) or all(map(_SPACED.fullmatch, word)) for word in words)
