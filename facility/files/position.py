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
   (a table of equivalents, a choice, a lesson on the law), none of them ticked, and none of them twice of which one
   has a label or is at a page's top or bottom;
6. a sentence speaks of such documents in general ("documents marked X must", "X or above", "up to X", "not X"), and
   neither "this" nor "attached" stands before it;
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
    people are told that it was, if otherwise than where it stands in the part that holds it.
    """

    where: Where
    text: str
    page: bool = False
    told: Where | None = None


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
    around it excuse it."""

    start: int
    end: int
    rank: int
    counts: bool
    sure: bool = False
    repeated: bool = False
    excused: bool = False


def judged(text: str, passage: Passage, start: int, end: int, rank: int, tier: Tier) -> Place:
    """What these letters are where they stand (rules 1 to 4, 6 and 7)."""
    printed = text[start:end]
    before, after = _line_around(text, start, end)
    bare = not _has_letters(before + after)
    if _labelled(text, start, after):
        return Place(start, end, rank, counts=True, repeated=True)
    if passage.where in PROMINENT and (bare or _alone(before, after, tier, passage.where)):
        return Place(start, end, rank, counts=True, sure=True)
    if passage.page and bare and not printed.islower() and _at_edge(text, start, end):
        return Place(start, end, rank, counts=True, repeated=True)
    capitals = printed == printed.upper()
    if bare:
        cell = passage.where == "text" and not passage.page  # "LIMITE" and "ÖZEL" head columns, too
        counts = tier < Tier.COMMON or (capitals and not (cell and tier is Tier.ALONE))
        return Place(start, end, rank, counts=counts)
    if tier is Tier.ALONE:
        return Place(start, end, rank, counts=False)
    if _in_general(before, after) or _OTHER_WORDS_BEFORE.search(before) or _OTHER_WORDS_AFTER.match(after):
        return Place(start, end, rank, counts=False, excused=True)
    anywhere = (
        tier is Tier.ANYWHERE
        or (passage.where == "name" and _parts_name(printed, before, after))
        or _SAYS_OF_ITSELF.search(before) is not None
        or (tier is Tier.CAPITALS and (capitals or passage.where == "name"))
        or (capitals and _set_apart(before, after))
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
    return kept + _of_group(text, group)


def _of_group(text: str, group: list[Place]) -> list[Place]:
    counted = [place for place in group if place.counts]
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


_OTHER_WORDS_BEFORE = re.compile(
    r"(?:['’]|(?i:\b(?:trade|business|banking|professional|commercial|open|client|shared|the term|the word"
    r"|not|nije|nicht|non|pas|nuk është|değil|није|не е|no))[\s_-])[\s\"“„«']*\Z"
)
_OTHER_WORDS_AFTER = re.compile(
    r"[\s\-]+(?i:ballots?|vot(?:e|es|ing|o)|services?|agents?|police|polic(?:y|ies)|procedures?|tenders?|access|areas?"
    r"|santa|surveillance|shares?|keys?|glas\w+|глас\w+|oylama|oy|sorguları?|abstimmung|wahl\w*|scrutin|dienst\w*"
    r"|tržišt\w+|oglas\w+|оглас\w+|revizij\w+|ревизиј\w+|kontrol\w*|контрол\w*)\b"
)

_ABOUT = (
    r"(?:documents?|information|materials?|data|files|papers|items|networks|systems|anything|everything|those|dokument\w*"
    r"|podac\w*|podatk\w*|informacij\w*|документ\w*|подац\w*|подат\w*|информаци\w*|informacion\w*|belge\w*|bilgi\w*"
    r"|unterlagen|dokumente|informationen|verschlusssachen|documenti|informazioni|informations)"
)
_MARKED = (
    r"(?:marked|classified|graded|bearing|labelled|označen\w*|klasifi[ck]\w*|означен\w*|класифи\w*|stepena?|степена?"
    r"|shënuar\w*|eingestuft\w*|gekennzeichnet\w*|classificat\w*|classifi\w*|portant)"
)
_SAYS_OF_ITSELF = re.compile(
    rf"(?i:\b(?:this|ovaj|овај|овој|ky|kjo|bu|dieses?|questo|ce(?:tte)?)\s+(?:\w+\s+){{0,2}}(?:is|je|је|е|është|ist|è|est)?\s*"
    rf"(?:to be\s+)?{_MARKED}(?:\s+(?:as|at|si|kao|као|als|come|comme|oznakom|ознаком|stepenom|степеном)){{0,2}})[\s:\"“„«'(]*\Z"
)
_GENERAL_BEFORE = re.compile(
    rf"(?i:\b{_ABOUT}(?:\s+(?:that|which|is|are|to|be|have|been|koj\w*|su|so|со|се|која|које|që|janë|të|als|die|sind))*"
    rf"\s+{_MARKED}(?:\s+(?:as|at|the|level|marking|up|to|with|kao|oznakom|si|als|come|comme|sa|са|ознаком|stepenom)){{0,4}}"
    r"|\b(?:levels?|equivalents?|corresponds? to|equivalent to|up to(?: and including)?|such as|e\.g\.|i\.e\.|term|word"
    r"|expression|clearance(?: for| to| at)?|at least|level of|do stepena|do nivoa|deri në|bis(?: zu)?|fino a"
    r"|jusqu['’]à|niveau|nivoa|нивоа|до степена))[\s:\"“„«'(]*\Z"
)
_GENERAL_AFTER = re.compile(
    r"[\s\"”“»')]*(?i:or (?:above|higher|below|lower|equivalent)|and (?:above|higher|below)|ili (?:viš\w+|već\w+)|или (?:виш\w+"
    r"|повис\w+)|ose më (?:lart|i lartë)|oder höher|o superior\w|ou (?:supérieur|plus)|ve üzeri|(?:level|levels|clearances?"
    r"|documents|networks|systems|registr(?:y|ies)|markings) (?:\w+ )?(?:must|shall|should|may|are|is|can|needs?|of|for|in))\b"
)
_THIS = re.compile(
    r"(?i:\b(?:this|attached|enclosed|present|ovaj|ovog|ovo|prilo\w+|овај|овој|ово|прило\w+|ky|kjo|bashkëngjit\w*|bu|ekli"
    r"|dies\w+|beigefügt\w*|questo|presente|allegat\w|ce|cette|ci-joint\w*)\b)"
)


def _in_general(before: str, after: str) -> bool:
    """Whether the sentence speaks of documents of that level in general (rule 6)."""
    if not (_GENERAL_BEFORE.search(before) or _GENERAL_AFTER.match(after)):
        return False
    sentence = re.split(r"[.!?]\s", before)[-1]
    return _THIS.search(sentence) is None
