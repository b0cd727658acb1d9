"""Finds a classification marking in a piece of text, however it is spaced, broken, accented or disguised.

Three forms of the text are compared: the *clean* text (NFKC, invisible characters gone, lines kept), its *folded*
letters (no accents, no case, Cyrillic and Greek look-alikes as Latin letters, nothing between the letters), and, for
every phrase found in the folded letters, the place in the clean text, where its surroundings decide.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from typing import Literal, NamedTuple

import msgspec

from facility.files import markings

Where = Literal["name", "metadata", "header", "text", "footnote", "comment", "annotation", "attachment"]

PROMINENT: frozenset[Where] = frozenset({"name", "metadata", "header"})
"""Places where a word alone is a marking even when it is written small."""


class Marking(msgspec.Struct, frozen=True):
    """A marking that was found: the level as printed (spaces collapsed), and where in the document."""

    level: str
    where: Where


class Passage(NamedTuple):
    """A piece of a document's text, its lines as a reader sees them."""

    where: Where
    text: str


class Tier(IntEnum):
    ANYWHERE = 0
    CAPITALS = 1
    STANDING = 2
    COMMON = 3


class _Place(NamedTuple):
    """A phrase's letters in the clean text: its first letter, one past its last, and the gaps between letters."""

    start: int
    end: int
    within: list[str]  # gaps inside words
    between: list[str]  # gaps between words


# Capitals that look the same; the folded text has the Latin one. Lower case goes the way of its capital.
_LOOK_ALIKES = dict(
    zip("АВЕКМНОРСТУХЈІЅԚԜӀҺԀΑΒΕΖΗΙΚΜΝΟΡΤΥΧℓ", "ABEKMHOPCTYXJISQWIHDABEZHIKMNOPTYXL", strict=True)
)
_SMALL_CAPITAL = "LATIN LETTER SMALL CAPITAL "
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
    return "-" if character in _HYPHENS else character


class _Folder(dict[int, str]):
    """A table for str.translate: the folded letter or letters of each character, nothing for what is no letter."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith(_SMALL_CAPITAL):
        character = name.removeprefix(_SMALL_CAPITAL)[:1]
    bare = [part for part in unicodedata.normalize("NFD", character) if part.isalnum()]
    return "".join(_LOOK_ALIKES.get(part, part) for part in "".join(bare).upper()).lower()


_CLEAN = _Cleaner()
_FOLD = _Folder()
_LATIN = str.maketrans(_LOOK_ALIKES)


def clean(text: str) -> str:
    """The text as a reader sees it: compatibility forms and invisible characters resolved, lines kept."""
    composed = unicodedata.normalize("NFKC", text.replace("\r\n", "\n"))
    joined = re.sub("\u00ad[ \t]*\n\\s*", "", composed)
    return joined.translate(_CLEAN)


def fold(text: str) -> str:
    """The text's letters and digits alone, without case, accents and look-alikes."""
    return text.translate(_FOLD)


class _Phrase(NamedTuple):
    folded: str
    breaks: frozenset[int]  # how many letters stand before each gap between words
    tier: Tier


def _phrase(printed: str, tier: Tier) -> _Phrase:
    words = [word for word in (fold(part) for part in re.split(r"[\s/.-]+", printed)) if word]
    ends = [sum(map(len, words[: count + 1])) for count in range(len(words))]
    return _Phrase("".join(words), frozenset(ends[:-1]), tier)


_PHRASES = tuple(
    sorted(
        (
            _phrase(printed, tier)
            for tier, group in (
                (Tier.ANYWHERE, markings.ANYWHERE),
                (Tier.CAPITALS, markings.CAPITALS),
                (Tier.STANDING, markings.STANDING),
                (Tier.COMMON, markings.COMMON),
            )
            for printed in group
        ),
        key=lambda phrase: -len(phrase.folded),
    )
)
_SHORT_FORMS = tuple(re.compile(pattern) for pattern in markings.SHORT_FORMS)


def find(passage: Passage) -> Marking | None:
    """The first marking of the passage (the longest, where several begin at one place), or None."""
    text = clean(passage.text)
    found = [(place.start, -place.end) for place in _phrases_in(text, passage.where)]
    latin = text.translate(_LATIN)
    found += [(hit.start(), -hit.end()) for form in _SHORT_FORMS for hit in form.finditer(latin)]
    if not found:
        return None
    start, end = min(found)
    return Marking(" ".join(text[start:-end].split())[:80], passage.where)


def _phrases_in(text: str, where: Where) -> Iterator[_Place]:
    letters = fold(text)
    candidates = [phrase for phrase in _PHRASES if phrase.folded in letters]
    if not candidates:
        return
    positions = [index for index, character in enumerate(text) for _ in _FOLD[ord(character)]]
    for phrase in candidates:
        at = letters.find(phrase.folded)
        while at >= 0:
            place = _place(text, positions, phrase, at)
            if place and _gaps_hold(place, phrase.tier) and _counts(text, place, phrase.tier, where):
                yield place
            at = letters.find(phrase.folded, at + 1)


def _place(text: str, positions: list[int], phrase: _Phrase, at: int) -> _Place | None:
    """Where the phrase stands, or None when it is only part of longer words ("lieu secret" is no "EU SECRET")."""
    size = len(phrase.folded)
    start, end = positions[at], positions[at + size - 1] + 1
    if (start and text[start - 1].isalpha()) or (end < len(text) and text[end].isalpha()):
        return None
    within: list[str] = []
    between: list[str] = []
    for count in range(1, size):
        gap = text[positions[at + count - 1] + 1 : positions[at + count]]
        (between if count in phrase.breaks else within).append(gap)
    return _Place(start, end, within, between)


_WORD_GAP = re.compile(r"[\s\-\u2013\u2014_/]{0,12}")
_LOOSE_GAP = re.compile(r"[\s\-._]{0,4}")
_HYPHENATED = re.compile(r"(?:-[ \t]*\n\s{0,8})?")
_SPACED = re.compile(r"[\s\-._]{1,3}")


def _gaps_hold(place: _Place, tier: Tier) -> bool:
    """Whether only what may stand between these letters does: within a word nothing, a hyphen at a line's end, or,
    where the whole marking is letter-spaced, a little space at every letter."""
    loose = tier is Tier.ANYWHERE
    if not all(_WORD_GAP.fullmatch(gap) or (loose and _LOOSE_GAP.fullmatch(gap)) for gap in place.between):
        return False
    allowed = _LOOSE_GAP if loose else _HYPHENATED
    return all(map(allowed.fullmatch, place.within)) or all(map(_SPACED.fullmatch, place.within))


def _counts(text: str, place: _Place, tier: Tier, where: Where) -> bool:
    """Whether the phrase is a marking where it stands (the tiers are explained in `markings`)."""
    if tier is Tier.ANYWHERE:
        return True
    printed = text[place.start : place.end]
    capitals = printed == printed.upper()
    if tier is Tier.CAPITALS and capitals:
        return True
    before, after = _line_around(text, place)
    if _labelled(text, place.start, after):
        return True
    if where in PROMINENT and _alone(before, after, tier, where):
        return True
    if (capitals or tier is not Tier.COMMON) and not _has_letters(before + after):
        return True
    return capitals and _set_apart(before, after)


def _line_around(text: str, place: _Place) -> tuple[str, str]:
    start = text.rfind("\n", 0, place.start) + 1
    end = text.find("\n", place.end)
    return text[start : place.start], text[place.end : len(text) if end < 0 else end]


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


_SEGMENT = re.compile(r"[|•·–—:()\[\]{}/]|\s-\s|\t| {2,}")


def _alone(before: str, after: str, tier: Tier, where: Where) -> bool:
    """Whether the word fills its segment of a name, a header or a metadata value; a file name may also end in it
    ("nacrt_povjerljivo.docx")."""
    left = _SEGMENT.split(before)[-1]
    right = _SEGMENT.split(after)[0]
    if where == "name" and tier is not Tier.COMMON and not _has_letters(after):
        return True
    return not _has_letters(left) and not _has_letters(right)


_LABEL_BEFORE = re.compile(rf"(?i:(?<!\w)(?:{'|'.join(markings.LABELS)}))[\s:=\-–—*_\"'„“”«(\[]*\Z")
_SENTENCE_GOES_ON = re.compile(r"[ \t]*[^\W\d_]")


def _labelled(text: str, start: int, after: str) -> bool:
    """Whether "Classification:" or its like stands right before, and no sentence goes on in small letters."""
    goes_on = _SENTENCE_GOES_ON.match(after)
    if goes_on and goes_on.group()[-1].islower():
        return False
    return _LABEL_BEFORE.search(text, max(0, start - 60), start) is not None


_APART_LEFT = re.compile(r"(?:\A|[|•·–—:;.()\[\]{}*\"„“”«»]|\s-|\s/|//|\t| {2,})\s*\Z")
_APART_RIGHT = re.compile(r"\s*(?:\Z|[|•·–—:;.()\[\]{}*\"„“”«»!])|\s+-\s|\s+/|//|\t| {2,}")
_LAST_WORD = re.compile(r"([^\W\d_]+)[\W\d_]*\Z")
_NEXT_WORD = re.compile(r"[\W\d_]*([^\W\d_]+)")


def _set_apart(before: str, after: str) -> bool:
    """Whether a word in capitals stands out: on each side a separator, or a neighbour that isn't in capitals. In
    "LAW ON SECRET VOTING" it doesn't."""
    left, right = _LAST_WORD.search(before), _NEXT_WORD.match(after)
    left_free = _APART_LEFT.search(before) or not (left and left.group(1).isupper())
    right_free = _APART_RIGHT.match(after) or not (right and right.group(1).isupper())
    return bool(left_free and right_free)
