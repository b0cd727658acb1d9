"""The rule of what counts as a marking where it stands, in one place.

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
   statistics; none of them ticked, and none of them twice of which one has a label or is at a page's top or bottom;
6. a sentence speaks of such documents in general ("documents marked X must", "310 classified X", "X or above", "up to
   X", "not X") or of a person's clearance, and neither "this" nor "attached" stands before it, but for a negation; what
   follows in the same enumeration ("such as X, Y or Z") goes with it;
7. its words belong to another expression ("SECRET ballot", "dell'INTERNO").

5 and 6 hold in running text only: never in a header, a name or a property; 6 neither after a label nor on a line of its
own.
Where rules could be read either way, the document is refused: that costs its sender a mail to the secretariat.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from facility.files import markings
from facility.files.markings import Tier
from facility.files.wording import (
    in_general,
    of_a_person,
    of_another_expression,
    of_clearances,
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

    `page`: it is a page, or a whole text, so that its first and last lines are where markings stand. `told`: where
    people are told that it was, if otherwise than where it stands in the part that holds it. `shown`: texts that have been
    searched and hold these words too; only what is found here more often than there counts.
    """

    where: Where
    text: str
    page: bool = False
    told: Where | None = None
    shown: tuple[str, ...] = ()


_SUFFIX = 8
_PARTING = str.maketrans("_.+", "   ")


def named(name: str) -> Passage:
    """The name of a file inside another; underscores and dots part words there, and a short suffix is none of them."""
    stem, dot, suffix = name.rpartition(".")
    words = stem if dot and len(suffix) <= _SUFFIX else name
    return Passage("name", words.translate(_PARTING), told="attachment")


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


def judged(text: str, passage: Passage, start: int, end: int, rank: int, tier: Tier) -> Place:
    """What these letters are where they stand (rules 1 to 4, 6 and 7)."""
    printed = text[start:end]
    before, after = _line_around(text, start, end)
    bare = not _has_letters(before + after)
    if _labelled(text, start, after):
        return Place(start, end, rank, counts=True, repeated=True)
    capitals = printed == printed.upper()
    title = not capitals and _title_goes_on(after)
    if passage.where in PROMINENT and (bare or (not title and _alone(before, after, tier, passage.where))):
        return Place(start, end, rank, counts=True, sure=True)
    if passage.where not in PROMINENT and of_a_person(_plain(text[max(0, start - _LONGEST_LABEL) : start])):
        return Place(start, end, rank, counts=False, excused=True, general=True)
    prominent = passage.page and not printed.islower() and (bare or _fills_part(before, after, tier))
    if prominent and _at_edge(text, start, end):
        return Place(start, end, rank, counts=True, repeated=True)
    if bare:
        cell = passage.where == "text" and not passage.page  # "ÖZEL" heads columns, too
        counts = tier < Tier.COMMON or (capitals and not (cell and tier is Tier.ALONE))
        return Place(start, end, rank, counts=counts)
    apart = _set_apart(before, after)
    parts_name = passage.where == "name" and _parts_name(printed, before, after)
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
        or (tier is Tier.CAPITALS and (capitals or passage.where == "name"))
        or (capitals and apart)
    )
    return Place(start, end, rank, counts=anywhere)


def stands_alone(text: str, passage: Passage, start: int, end: int, *, edge: bool = False) -> bool:
    """Whether an abbreviation has its line (`edge`: at a page's top or bottom), or in a prominent place its segment, to
    itself, or a label before it."""
    before, after = _line_around(text, start, end)
    bare = not _has_letters(before + after)
    if _labelled(text, start, after) or (
        bare and (not edge or (passage.page and _at_edge(text, start, end)))
    ):
        return True
    return passage.where in PROMINENT and _alone(before, after, Tier.ALONE, passage.where)


def labelled(text: str, passage: Passage, start: int, end: int) -> bool:
    """Whether a label stands right before, or it is all that a header or footer says."""
    before, after = _line_around(text, start, end)
    if passage.where == "header or footer" and not re.search(r"\w", before + after):
        return True
    return _labelled(text, start, after)


def without_lists(text: str, places: Sequence[Place]) -> list[Place]:
    """Those that are markings and not members of a list of levels (rule 5)."""
    kept: list[Place] = []
    group: list[Place] = []
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        within = group and place.start < group[-1].end  # "SECRET" in "TOP SECRET"
        if within and (group[-1].counts or group[-1].excused or not place.counts):
            continue
        if group and not within and not _LIST_GAP.fullmatch(text, group[-1].end, place.start):
            kept += _of_group(text, group)
            group = []
        group.append(place)
    kept += _of_group(text, group)
    items = {place for place in kept if not place.sure and _is_item(text, place)}
    phrases = Counter(" ".join(text[place.start : place.end].casefold().split()) for place in items)
    if len(phrases) >= _LIST_RANKS and max(phrases.values()) == 1:
        kept = [place for place in kept if place not in items]
    return [
        place for place in kept if place.sure or place.repeated or not _in_table_of_people(text, place.start)
    ]


def _in_table_of_people(text: str, start: int) -> bool:
    """Whether the cells above, or the lines as short as cells, begin with one that tells of clearances."""
    for line in reversed(text[max(0, start - _TABLE) : start].split("\n")[:-1]):
        if len(line) > _CELL:
            return False
        if of_clearances(line):
            return True
    return False


_TABLE, _CELL = 2000, 50


def _is_item(text: str, place: Place) -> bool:
    """Whether it begins a line that goes on ("(a) SECRET UE/EU SECRET: information …"), or is what a line says of
    another thing ("Albania: SEKRET"), and is no label's value."""
    before, after = _line_around(text, place.start, place.end)
    if _labelled(text, place.start, after):
        return False
    begins = _ENUMERATOR.fullmatch(before) is not None and _GOES_ON.match(after) is not None
    return begins or (_THING.fullmatch(before) is not None and not _has_letters(after))


_ENUMERATOR = re.compile(r"[\W\d_]*(?:[^\W_]{1,3}[.)][\W_]*)?")
_GOES_ON = re.compile(r"[\s\"”»)]*[:;=–—-]\s*[^\W\d_]|[^\S\n]*\|?[^\S\n]*[\d]")
_THING = re.compile(r"[^:=\n]{2,40}[:=–—\t|]\s*[\"„“«]?")


def _of_group(text: str, group: list[Place]) -> list[Place]:
    counted = _without_enumerated(text, group)
    if len({place.rank for place in group}) < _LIST_RANKS:
        return group if _fills_its_line(text, group) else counted
    ticked = [place for place in group if _TICKED.search(text[max(0, place.start - 4) : place.start])]
    if ticked:
        return ticked
    often = Counter(text[place.start : place.end].casefold() for place in group)
    return [
        place
        for place in counted
        if place.sure or (place.repeated and often[text[place.start : place.end].casefold()] > 1)
    ]


def _without_enumerated(text: str, group: list[Place]) -> list[Place]:
    """Those that count, less those that a sentence in general goes on to on the same line."""
    counted, general, end = [], False, 0
    for place in group:
        general = place.general or (general and "\n" not in text[end : place.start])
        end = place.end
        if place.counts and (place.sure or not general):
            counted.append(place)
    return counted


def _fills_its_line(text: str, group: list[Place]) -> bool:
    """Whether a line holds nothing but levels in capitals: one repeated, or one in several languages."""
    if len(group) < 2:
        return False
    before, after = _line_around(text, group[0].start, group[-1].end)
    rest = [before, *(text[one.end : two.start] for one, two in pairwise(group)), after]
    printed = "".join(text[place.start : place.end] for place in group)
    return printed == printed.upper() and not _has_letters("".join(rest))


_LIST_RANKS = 3
_LIST_GAP = re.compile(
    r"(?:[\W\d_]|\b(?:[^\W\d_]{1,4})\b){0,60}"
)  # separators, and words like "and", "ili", "ose"
_TICKED = re.compile(r"[☒☑✓✔✗✘■●◉]|\[\s?[xX]\s?\]|\(\s?[xX]\s?\)")


def _line_around(text: str, start: int, end: int) -> tuple[str, str]:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return text[first:start], text[end : len(text) if last < 0 else last]


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
    if not _has_letters(before):
        return printed.isupper()
    return not _has_letters(after) and printed.upper() not in markings.AFTER_NOUNS


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


_EDGE_LINES = 2


def _at_edge(text: str, start: int, end: int) -> bool:
    """Whether at most one other line with letters or digits stands above it, or below it."""
    above = sum(1 for line in text[:start].splitlines() if any(map(str.isalnum, line)))
    if above < _EDGE_LINES:
        return True
    return sum(1 for line in text[end:].splitlines() if any(map(str.isalnum, line))) < _EDGE_LINES


_SEGMENT = re.compile(r"[|•·–—:;()\[\]{}/*=,]|\s-\s|\t| {2,}")


_TITLE_GOES_ON = re.compile(r"\s*[!?]|,\s+[^\W\d_]")


def _title_goes_on(after: str) -> bool:
    """Whether the title of a book or a film does: "Top Secret!", "Strogo poverljivo, Los Anđeles"; a list of keywords
    in small letters is none."""
    found = _TITLE_GOES_ON.match(after)
    return found is not None and not found.group()[-1].islower()


_PARTS = re.compile(r"[|•·*–—]|\s-\s|\t| {2,}")


def _fills_part(before: str, after: str, tier: Tier) -> bool:
    """Whether a line at a page's edge has a part for the words, in small letters as well ("Ref. 7 – Secret UE – 1/3")."""
    return tier < Tier.STANDING and not _has_letters(_PARTS.split(before)[-1] + _PARTS.split(after)[0])


def _alone(before: str, after: str, tier: Tier, where: Where) -> bool:
    """Whether the word fills its segment of a name, a header or a property; a file name may also end in it
    ("nacrt_povjerljivo.docx")."""
    left = _SEGMENT.split(before)[-1]
    right = _SEGMENT.split(after)[0]
    if where == "name" and tier < Tier.COMMON and not _has_letters(after):
        return True
    return not _has_letters(left) and not _has_letters(right)


_LABEL_BEFORE = re.compile(rf"(?i:(?<!\w)(?:{'|'.join(markings.LABELS)}))[\s:=\-–—*_\"'„“”«(\[/|.…]*\Z")
_LONGEST_LABEL = 60
_SENTENCE_GOES_ON = re.compile(r"[ \t]*[^\W\d_]")


def _labelled(text: str, start: int, after: str) -> bool:
    """Whether "Classification:" or its like stands right before, and no sentence goes on in small letters."""
    goes_on = _SENTENCE_GOES_ON.match(after)
    if goes_on and goes_on.group()[-1].islower():
        return False
    label = _plain(text[max(0, start - _LONGEST_LABEL) : start])
    return _LABEL_BEFORE.search(label) is not None


def _plain(text: str) -> str:
    """Letters without their accents, for labels: "Shkalla e fshehtesise", "GIZLILIK DERECESI"."""
    decomposed = unicodedata.normalize("NFD", text.replace("ј", "j").replace("ı", "i"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.replace("j", "ј") if re.search("[а-я]", bare.lower()) else bare


_APART_LEFT = re.compile(r"(?:\A|[|•·–—:;.()\[\]{}*\"„“”«»#=]|\s-|\s/|//|\t| {2,})\s*\Z")
_APART_RIGHT = re.compile(r"\s*(?:\Z|[|•·–—:;.()\[\]{}*\"„“”«»!#=])|\s+-\s|\s+/|//|\t| {2,}")
_LAST_WORD = re.compile(r"([^\W\d_]+)[\W\d_]*\Z")
_NEXT_WORD = re.compile(r"[\W\d_]*([^\W\d_]+)")


def _set_apart(before: str, after: str) -> bool:
    """Whether a word in capitals stands out: on each side a separator, or a neighbour that isn't in capitals. In
    "LAW ON SECRET VOTING" it doesn't."""
    left, right = _LAST_WORD.search(before), _NEXT_WORD.match(after)
    left_free = _APART_LEFT.search(before) or not (left and left.group(1).isupper())
    right_free = _APART_RIGHT.match(after) or not (right and right.group(1).isupper())
    return bool(left_free and right_free)
