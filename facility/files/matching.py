"""Finds a classification marking in a piece of text, however it is spaced, broken, accented or disguised.

Three forms of the text are compared: the *clean* text (NFKC, invisible characters gone, lines kept), its *folded*
letters (no accents, no case, Cyrillic and Greek look-alikes as Latin letters, nothing between the letters), and, for
every phrase found in the folded letters, the place in the clean text, where its surroundings decide (`position`).
"""

import functools
import re
import unicodedata
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from facility.files import markings
from facility.files.kinds import MAX_DOCUMENT
from facility.files.lists import in_table_of_none, without_lists
from facility.files.markings import Tier
from facility.files.passages import Budget
from facility.files.position import LINE, Edges, Near, Passage, Place, Where, judged, labelled, stands_alone


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
_DISGUISED = re.compile(r"(?<!\w)[A-ZА-Я01345]{4,}(?!\w)")
_OVERRIDDEN = re.compile("\u202e([^\u202c\n]*)")
_SOFT_AT_END = re.compile("(?<!\u00ad)\u00ad++(?=[ \t]*+\n)")
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
    text = text.replace("\r\n", "\n")
    if not text.isascii():
        turned = _OVERRIDDEN.sub(lambda run: run.group(1)[::-1], text) if "\u202e" in text else text
        text = _SOFT_AT_END.sub("-", turned) if "\u00ad" in turned else turned
        text = "\n".join(
            line if line.isascii() else unicodedata.normalize("NFKC", line) for line in text.split("\n")
        )
    return _DISGUISED.sub(_undisguised, _translated(text, _CLEAN))


def _translated(text: str, table: "_Cleaner | _Folder") -> str:
    """Line by line: Python translates pure ASCII ten times as fast."""
    if text.isascii():
        return text.translate(table)
    end = "\n".translate(table)
    return end.join(line.translate(table) for line in text.split("\n"))


_FEW_LETTERS = 3


def _undisguised(word: re.Match[str]) -> str:
    """SECR3T: digits that stand for letters, in words of capitals only."""
    printed = word.group()
    if printed.isalpha() or sum(map(str.isalpha, printed)) < _FEW_LETTERS:
        return printed
    return "".join(_DIGITS.get(letter, letter) for letter in printed)


def fold(text: str) -> str:
    """The text's letters and digits alone, without case, accents and look-alikes."""
    return _translated(text, _FOLD)


class _Phrase(NamedTuple):
    folded: str
    breaks: frozenset[int]  # how many letters stand before each gap between words
    rank: int
    tier: Tier


def _phrase(printed: str, rank: int, tier: Tier) -> _Phrase:
    words = [word for word in (fold(part) for part in re.split(r"[\s/.-]+", printed)) if word]
    ends = [sum(map(len, words[: count + 1])) for count in range(len(words))]
    return _Phrase("".join(words), frozenset(ends[:-1]), rank, tier)


_PHRASES: dict[str, list[_Phrase]] = {}
"""By the longest of their words: a text without it needs no closer look."""
for _level in markings.LEVELS:
    for _printed in _level.phrases:
        _made = _phrase(_printed, _level.rank, _level.tier)
        _longest = max((fold(word) for word in re.split(r"[\s/.-]+", _printed)), key=len)
        _PHRASES.setdefault(_longest, []).append(_made)


class _Form(NamedTuple):
    letters: str
    pattern: re.Pattern[str]
    edge: bool  # whether it must stand alone at the edge of a page


def _alone(forms: tuple[tuple[str, str], ...], *, edge: bool) -> list[_Form]:
    return [_Form(letters, re.compile(rf"(?<![\w-]){form}(?![\w-])"), edge) for letters, form in forms]


_SHORT_FORMS = [(rank, letters, re.compile(form)) for rank, letters, form in markings.SHORT_FORMS]
_FORMS = (*_alone(markings.ALONE_FORMS, edge=False), *_alone(markings.EDGE_FORMS, edge=True))


def find(passage: Passage, budget: Budget | None = None) -> Marking | None:
    """The first marking of the passage (the longest, where several begin at one place), or None.

    Raises UnreadableDocument (bomb) where the budget does not reach: for as much as a whole document may take, where
    none is given."""
    search = _Search(passage, budget or Budget(MAX_DOCUMENT))
    places = without_lists(search.text, [*_phrases_in(search), *_short_forms_in(search)])
    candidates = [(place.start, -place.end, place.sure or place.repeated) for place in places]
    candidates += [(start, -end, True) for start, end in _abbreviations_in(search)]
    for start, end, sure in sorted(candidates):
        if (sure or not in_table_of_none(search.text, start)) and not search.is_shown(start, -end):
            return Marking(" ".join(search.text[start:-end].split())[:80], passage.reported or passage.where)
    return None


class _Search:
    """A passage in the forms that are compared."""

    def __init__(self, passage: Passage, budget: Budget) -> None:
        self.passage = passage
        self.budget = budget
        self.text = clean(passage.text)
        budget.take_passage(max(len(self.text), len(passage.text)))
        self.letters = fold(self.text)
        self.latin = self.text if self.text.isascii() else self.text.translate(_LATIN)
        self._counted: dict[str, bool] = {}

    @functools.cached_property
    def _edges(self) -> Edges:
        return Edges(self.text)

    @functools.cached_property
    def _shown(self) -> str:
        return "\n".join(fold(clean(text)) for text in self.passage.shown)

    def near(self, start: int, end: int) -> Near:
        """The phrase between these places, with what stands around it."""
        self.budget.take_phrase()
        first = max(0, start - LINE)
        edge = self.passage.page and self._edges.hold(start, end)
        text = self.text[first : end + LINE]
        return Near(text, start - first, end - first, self.passage.where, self.passage.page, edge)

    def judged(self, start: int, end: int, rank: int, tier: Tier) -> Place:
        """The phrase as it counts where it stands."""
        place = judged(self.near(start, end), rank, tier)
        return place._replace(start=start, end=end)

    def is_shown(self, start: int, end: int) -> bool:
        """Whether the texts that were searched before hold these words as often."""
        if not self.passage.shown:
            return False
        words = fold(self.text[start:end])
        if words not in self._counted:
            self._counted[words] = self.letters.count(words) <= self._shown.count(words)
        return self._counted[words]


def _short_forms_in(search: _Search) -> Iterator[Place]:
    for rank, form, pattern in _SHORT_FORMS:
        if form in search.letters:
            for hit in pattern.finditer(search.latin):
                yield search.judged(*hit.span(), rank, Tier.ANYWHERE)


def _abbreviations_in(search: _Search) -> Iterator[tuple[int, int]]:
    for form in _FORMS:
        if form.letters not in search.letters:
            continue
        for hit in form.pattern.finditer(search.latin):
            if stands_alone(search.near(*hit.span()), at_edge=form.edge):
                yield hit.span()
    latin = search.latin
    for code in markings.LABELLED_FORMS:
        at = latin.find(code)
        while at >= 0:
            end = at + len(code)
            parted = not (latin[at - 1 : at].isalnum() or latin[end : end + 1].isalnum())
            if parted and labelled(search.near(at, end)):
                yield at, end
            at = latin.find(code, end)


def _phrases_in(search: _Search) -> Iterator[Place]:
    text, letters = search.text, search.letters
    candidates = [
        phrase
        for word, phrases in _PHRASES.items()
        if word in letters
        for phrase in phrases
        if phrase.folded in letters
    ]
    if not candidates:
        return
    positions = array("I", (index for index, character in enumerate(text) for _ in _FOLD[ord(character)]))
    for phrase in candidates:
        at = letters.find(phrase.folded)
        while at >= 0:
            if spread := _spread(text, positions, phrase, at):
                yield search.judged(*spread, phrase.rank, phrase.tier)
            at = letters.find(phrase.folded, at + 1)


def _spread(text: str, positions: "array[int]", phrase: _Phrase, at: int) -> tuple[int, int] | None:
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
_SPACED = re.compile(r"[\s\-\u2013\u2014._*]{1,3}")


def _gaps_hold(words: list[list[str]], between: list[str], tier: Tier) -> bool:
    """Whether only what may stand between these letters does: within a word nothing, a hyphen at a line's end, or,
    where the whole word is letter-spaced, a little space at every letter."""
    loose = tier is Tier.ANYWHERE
    if not all(_WORD_GAP.fullmatch(gap) or (loose and _LOOSE_GAP.fullmatch(gap)) for gap in between):
        return False
    allowed = _LOOSE_GAP if loose else _HYPHENATED
    return all(all(map(allowed.fullmatch, word)) or all(map(_SPACED.fullmatch, word)) for word in words)
