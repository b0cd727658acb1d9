"""The rule of what counts as a marking where it stands, in one place; what a list is (5) in `lists`.

Sources. Decision (EU, Euratom) 2015/444, Annex III, and Council Decision 2013/488/EU, Annex III, ask for the level "at
the top and bottom centre of each page", in capitals, on annexes, removable media and file names too; NATO's C-M(2002)49,
Enclosure E, and the laws that `markings` names for each administration say the same, with a label before the level on
a cover page ("Степен тајности", "Shkalla e klasifikimit", "Gizlilik derecesi", "Classifica"). So a word that is also
everyday language is a marking when one of these holds:

1. a label stands right before it, also on the line or in the cell before, and no sentence goes on behind it;
2. it fills its segment of a name, a property, a header or a footer, in any case;
3. it stands alone on its line, in capitals, or, where hardly anybody writes it otherwise, in any case; at the top or
   bottom of a page also with a capital only;
4. it stands in capitals amid words that are not, or between separators ("IZVJEŠTAJ (TAJNO)", "//SECRET//").

It is none, however unmistakable its words, when

5. it is one of a list: three or more levels of different rank one after the other with nothing else between them
   (a table of equivalents, a choice, a lesson on the law), or each beginning a line that goes on, as in definitions and
   statistics; none of them ticked, and none of them twice of which one has a label or is at a page's top or bottom; or
   its box in a choice is empty;
6. a sentence speaks of such documents in general ("documents marked X must", "310 classified X", "X or above", "up to
   X", "not X") or of a person's clearance, and neither "this" nor "attached" stands before it, but for a negation; what
   follows in the same enumeration ("such as X, Y or Z") goes with it;
7. its words belong to another expression ("SECRET ballot", "dell'INTERNO"), or a question mark follows.

5 and 6 hold in running text only: never in a header, a name or a property; 6 neither after a label nor on a line of its
own, unless a sentence's end stands behind it.
Where rules could be read either way, the document is refused: that costs its sender a mail to the secretariat.
"""

import functools
import re
import unicodedata
from typing import Literal, NamedTuple

from facility.files import markings
from facility.files.markings import Tier
from facility.files.wording import (
    in_general,
    of_a_person,
    of_another_expression,
    says_of_itself,
)

Where = Literal[
    "name",
    "properties",
    "image metadata",
    "header or footer",
    "text",
    "hidden text",
    "footnote",
    "comments",
    "annotation",
    "sheet name",
    "hidden sheet",
    "hidden cells",
    "formula",
    "attachment",
]

PROMINENT: frozenset[Where] = frozenset(
    {"name", "properties", "image metadata", "header or footer", "sheet name"}
)
"""Places where a word alone is a marking even when it is written small."""


class Passage(NamedTuple):
    """A piece of a document's text, its lines as a reader sees them.

    `page`: it is a page, or a whole text, so that its first and last lines are where markings stand. `reported`: where
    people are told that it was, if otherwise than where it stands in the part that holds it. `shown`: texts that have been
    searched and hold these words too; only what is found here more often than there counts.
    """

    where: Where
    text: str
    page: bool = False
    reported: Where | None = None
    shown: tuple[str, ...] = ()


_SUFFIX = 8
_DOUBLED = re.compile(r"(?:\.(?:pdf|docx?|xlsx?|od[ts]|rtf|txt|csv|zip|png|jpe?g))+$", re.IGNORECASE)
_LONGEST_DOUBLED = 40
_PARTING = str.maketrans("_.+", "   ")


def named(name: str) -> Passage:
    """The name of a file inside another; underscores and dots part words there, and a short suffix is none of them."""
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= _SUFFIX:
        name = stem[:-_LONGEST_DOUBLED] + _DOUBLED.sub("", stem[-_LONGEST_DOUBLED:])
    return Passage("name", name.translate(_PARTING), reported="attachment")


class Place(NamedTuple):
    """A phrase's letters in the clean text: its first letter, one past its last, its rank, whether it is a marking
    there, whether a list of levels around it can't excuse it, or not where it is `repeated` there, and whether the words
    around it excuse it (`general`: and what is enumerated after it, too)."""

    start: int
    end: int
    rank: int
    counts: bool
    sure: bool = False
    repeated: bool = False
    excused: bool = False
    general: bool = False


class Near(NamedTuple):
    """A phrase with as much of the text around it as may say what it is. What is judged depends on this alone, so that
    the work for one phrase has a bound however long its line is, and is done once where the same words come again.

    `edge`: it stands at the top or bottom of its page.
    """

    text: str
    start: int
    end: int
    where: Where
    page: bool
    edge: bool


@functools.lru_cache(maxsize=4096)
def judged(near: Near, rank: int, tier: Tier) -> Place:
    """What these letters are where they stand (rules 1 to 4, 6 and 7); start and end as in `near`."""
    text, start, end, where, page, edge = near
    printed = text[start:end]
    before, after = line_around(text, start, end)
    bare = not has_letters(before + after)
    if has_label(text, start, after):
        return Place(start, end, rank, counts=True, repeated=True)
    capitals = printed == printed.upper()
    title = not capitals and _title_goes_on(after)
    if where in PROMINENT and (bare or (not title and _alone(before, after, tier, where))):
        return Place(start, end, rank, counts=True, sure=True)
    if _unticked(text, start, before, after):
        return Place(start, end, rank, counts=False, excused=True)
    if where not in PROMINENT and of_a_person(_plain(text[max(0, start - _LONGEST_LABEL) : start]), before):
        return Place(start, end, rank, counts=False, excused=True, general=True)
    if bare and _ENDS_SENTENCE.match(after) and in_general(*_sentence_around(text, start, end)):
        return Place(start, end, rank, counts=False, excused=True, general=True)
    if edge and page and not printed.islower() and (bare or _fills_part(before, after, tier)):
        return Place(start, end, rank, counts=True, repeated=True)
    if bare:
        cell = where == "text" and not page  # "ÖZEL" heads columns, too
        counts = tier < Tier.COMMON or (capitals and not (cell and tier is Tier.ALONE))
        return Place(start, end, rank, counts=counts)
    apart = _set_apart(before, after)
    parts_name = where == "name" and _parts_name(printed, before, after)
    if tier is Tier.ALONE:
        return Place(start, end, rank, counts=False)
    before, after = _sentence_around(text, start, end)
    if in_general(before, after):
        return Place(start, end, rank, counts=False, excused=True, general=True)
    if of_another_expression(before, after):
        return Place(start, end, rank, counts=False, excused=True)
    anywhere = (
        tier is Tier.ANYWHERE
        or parts_name
        or says_of_itself(before)
        or (tier is Tier.CAPITALS and (capitals or where == "name"))
        or (capitals and apart)
    )
    return Place(start, end, rank, counts=anywhere)


_ENDS_SENTENCE = re.compile(
    r"[\"”“»')]?[.,;](?:\s|\Z)"
)  # "may not go by mail if\nNATO SECRET." as a PDF wraps it


def _unticked(text: str, start: int, before: str, after: str) -> bool:
    """Whether its box is empty in a choice of several; the boxes of a line stand before its words or behind them."""
    behind = _BOX_AT_END.search(after) is not None
    if not (_EMPTY_BOX_AFTER.match(after) if behind else _EMPTY_BOX_BEFORE.search(before)):
        return False
    return len(_BOX.findall(text, max(0, start - _SENTENCE), start + _SENTENCE)) > 1


_EMPTY, _FULL = r"(?:[☐□◻⬜]|\[[\s_]?\]|\([\s_]?\))", r"(?:[☒☑✓✔✗✘■]|\[\s?[xX]\s?\]|\(\s?[xX]\s?\))"
_BOX = re.compile(rf"{_EMPTY}|{_FULL}")
_BOX_AT_END = re.compile(rf"(?:{_EMPTY}|{_FULL})\s*\Z")
_EMPTY_BOX_BEFORE = re.compile(rf"{_EMPTY}[ \t]{{0,3}}\Z")
_EMPTY_BOX_AFTER = re.compile(rf"[ \t:]{{0,3}}{_EMPTY}")


@functools.lru_cache(maxsize=4096)
def stands_alone(near: Near, *, at_edge: bool) -> bool:
    """Whether an abbreviation has its line (`at_edge`: at a page's top or bottom), or in a prominent place its segment,
    to itself, or a label before it."""
    before, after = line_around(near.text, near.start, near.end)
    bare = not has_letters(before + after)
    if has_label(near.text, near.start, after) or (bare and (not at_edge or (near.page and near.edge))):
        return True
    return near.where in PROMINENT and _alone(before, after, Tier.ALONE, near.where)


@functools.lru_cache(maxsize=4096)
def labelled(near: Near) -> bool:
    """Whether a label stands right before, or it is all that a header or footer says."""
    before, after = line_around(near.text, near.start, near.end)
    if near.where == "header or footer" and not re.search(r"\w", before + after):
        return True
    return has_label(near.text, near.start, after)


LINE = 500
"""Characters of a line before and behind a phrase that are looked at: a paragraph is a line."""


def line_around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind on the same line, as far as is looked at."""
    first = text.rfind("\n", max(0, start - LINE), start) + 1 or max(0, start - LINE)
    last = text.find("\n", end, end + LINE)
    return text[first:start], text[end : end + LINE if last < 0 else last]


def _sentence_around(text: str, start: int, end: int) -> tuple[str, str]:
    """The same across ends of lines, as PDFs wrap them, but not across an empty line or an end of a sentence."""
    before, after = text[max(0, start - _SENTENCE) : start], text[end : end + _SENTENCE]
    return (
        re.split(r"\n\s*\n|[.!?:]\s*\n", before)[-1].replace("\n", " "),
        re.split(r"\n\s*\n", after)[0].replace("\n", " "),
    )


_SENTENCE = 200


def _parts_name(printed: str, before: str, after: str) -> bool:
    """Whether a file's name begins with this word in capitals ("SECRET_REPORT") or ends in it ("izvjestaj_tajno")."""
    if not has_letters(before):
        return printed.isupper()
    return not has_letters(after) and printed.upper() not in markings.AFTER_NOUNS


def has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


class Edges:
    """The top and the bottom of a page: at most one other line with letters or digits stands above, or below."""

    def __init__(self, text: str) -> None:
        self._top = _second_line(text)
        self._bottom = len(text) - 1 - _second_line(text[::-1])

    def hold(self, start: int, end: int) -> bool:
        """Whether a phrase stands at one of them."""
        return start <= self._top or end > self._bottom


def _second_line(text: str) -> int:
    """Where the first letter or digit of the second line stands that has any; the text's end if there is none."""
    first = _LETTER_OR_DIGIT.search(text)
    line_end = text.find("\n", first.end()) if first else -1
    second = _LETTER_OR_DIGIT.search(text, line_end) if line_end >= 0 else None
    return second.start() if second else len(text)


_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


_SEGMENT = re.compile(r"[|•·–—:;()\[\]{}/*=,]|\s-\s|\t| {2,}")


_TITLE_GOES_ON = re.compile(r"\s*[!?]|,\s+[^\W\d_]")


def _title_goes_on(after: str) -> bool:
    """Whether the title of a book or a film does: "Top Secret!", "Strogo poverljivo, Los Anđeles"; a list of keywords
    in small letters is none."""
    next_word = _TITLE_GOES_ON.match(after)
    return next_word is not None and not next_word.group()[-1].islower()


_PARTS = re.compile(r"[|•·*–—]|\s-\s|\t| {2,}")


def _fills_part(before: str, after: str, tier: Tier) -> bool:
    """Whether a line at a page's edge has a part for the words, in small letters as well ("Ref. 7 – Secret UE – 1/3")."""
    return tier < Tier.STANDING and not has_letters(_PARTS.split(before)[-1] + _PARTS.split(after)[0])


def _alone(before: str, after: str, tier: Tier, where: Where) -> bool:
    """Whether the word fills its segment of a name, a header or a property; a file name may also end in it
    ("nacrt_povjerljivo.docx")."""
    left = _SEGMENT.split(before)[-1]
    right = _SEGMENT.split(after)[0]
    if where == "name" and tier < Tier.COMMON and not has_letters(after):
        return True
    return not has_letters(left) and not has_letters(right)


_LABEL_BEFORE = re.compile(rf"(?i:(?<!\w)(?:{'|'.join(markings.LABELS)}))[\s:=\-–—*_\"'„“”«(\[/|.…]*\Z")
_LONGEST_LABEL = 60
_SENTENCE_GOES_ON = re.compile(r"[ \t]*[^\W\d_]")


def has_label(text: str, start: int, after: str) -> bool:
    """Whether "Classification:" or its like stands right before, and no sentence goes on in small letters."""
    goes_on = _SENTENCE_GOES_ON.match(after)
    if goes_on and goes_on.group()[-1].islower():
        return False
    label = _plain(text[max(0, start - _LONGEST_LABEL) : start])
    return _LABEL_BEFORE.search(label) is not None


def _plain(text: str) -> str:
    """Letters without their accents, for labels: "Shkalla e fshehtesise", "GIZLILIK DERECESI"."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.replace("ј", "j").replace("ı", "i"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.replace("j", "ј") if re.search("[а-я]", bare.lower()) else bare


_APART_LEFT = re.compile(r"(?:\A|[|•·–—:;.()\[\]{}*\"„“”«»#=]|\s-|\s/|//|\t| {2,})\s*\Z")
_APART_RIGHT = re.compile(r"\s*(?:\Z|[|•·–—:;.()\[\]{}*\"„“”«»!#=])|\s+-\s|\s+/|//|\t| {2,}")
_BESIDE = 60
_LAST_WORD = re.compile(r"([^\W\d_]+)[\W\d_]*\Z")
_NEXT_WORD = re.compile(r"[\W\d_]*([^\W\d_]+)")


def _set_apart(before: str, after: str) -> bool:
    """Whether a word in capitals stands out: on each side a separator, or a neighbour that isn't in capitals. In
    "LAW ON SECRET VOTING" it doesn't."""
    before, after = before[-_BESIDE:], after[:_BESIDE]
    left, right = _LAST_WORD.search(before), _NEXT_WORD.match(after)
    left_free = _APART_LEFT.search(before) or not (left and left.group(1).isupper())
    right_free = _APART_RIGHT.match(after) or not (right and right.group(1).isupper())
    return bool(left_free and right_free)
