"""What tells a list of levels from the marking of a document: rule 5 of `position`."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from facility.files.position import Place, has_label, has_letters, line_around
from facility.files.wording import of_people_or_counts


def without_lists(text: str, places: Sequence[Place]) -> list[Place]:
    """Those that are markings and not members of a list of levels (rule 5)."""
    kept: list[Place] = []
    group: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
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
    return kept


def in_table_of_none(text: str, start: int) -> bool:
    """Whether the cells above, or the lines as short as cells, begin with one that tells of clearances or numbers."""
    for line in reversed(text[max(0, start - _TABLE) : start].split("\n")[:-1]):
        if len(line) > _CELL:
            return False
        if of_people_or_counts(line):
            return True
    return False


_TABLE, _CELL = 2000, 50


def _is_item(text: str, place: Place) -> bool:
    """Whether it begins a line that goes on ("(a) SECRET UE/EU SECRET: information …"), or is what a line says of
    another thing ("Albania: SEKRET"), and is no label's value."""
    before, after = line_around(text, place.start, place.end)
    if has_label(text, place.start, after):
        return False
    begins = _ENUMERATOR.fullmatch(before) is not None and _GOES_ON.match(after) is not None
    return begins or (_THING.fullmatch(before) is not None and not has_letters(after))


_ENUMERATOR = re.compile(r"[\W\d_]*(?:[^\W_]{1,3}[.)][\W_]*)?")
_GOES_ON = re.compile(r"[\s\"”»)]*[:;=–—-]\s*[^\W\d_]|[^\S\n]*\|?[^\S\n]*[\d]")
_THING = re.compile(r"[^:=\n]{2,40}[:=–—\t|]\s*[\"„“«]?")


def _of_group(text: str, group: list[Place]) -> list[Place]:
    counted = _without_enumerated(text, group)
    if not _is_list(text, group):
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


def _is_list(text: str, group: list[Place]) -> bool:
    """Three ranks; or two, each in several forms, as in a table of equivalents, or with an "or" or "to" between them."""
    ranks = {place.rank for place in group}
    if len(ranks) != _LIST_RANKS - 1:
        return len(ranks) >= _LIST_RANKS
    forms = {(place.rank, text[place.start : place.end].casefold()) for place in group}
    if all(sum(form_rank == rank for form_rank, _ in forms) >= _EQUIVALENTS for rank in ranks):
        return True
    return any(
        _OR.fullmatch(text, first.end, second.start)
        for first, second in pairwise(group)
        if first.rank != second.rank
    )


def _without_enumerated(text: str, group: list[Place]) -> list[Place]:
    """Those that count, less those that a sentence in general goes on to, at a line's end after a comma or a word only."""
    counted, general, end = [], False, 0
    for place in group:
        general = place.general or (general and _ENUMERATED.fullmatch(text, end, place.start) is not None)
        end = place.end
        if place.counts and (place.sure or not general):
            counted.append(place)
    return counted


def _fills_its_line(text: str, group: list[Place]) -> bool:
    """Whether a line holds nothing but levels in capitals: one repeated, or one in several languages."""
    if len(group) < 2 or any(place.excused for place in group):
        return False
    before, after = line_around(text, group[0].start, group[-1].end)
    rest = [before, *(text[first.end : second.start] for first, second in pairwise(group)), after]
    printed = "".join(text[place.start : place.end] for place in group)
    return printed == printed.upper() and not has_letters("".join(rest))


_LIST_RANKS, _EQUIVALENTS = 3, 2
_OR = re.compile(
    r"[\s\"”“„»«,]*\b(?i:or|ili|или|ose|apo|oder|ou|o|veya|to|bis|do|до|deri në|fino a|à)\b[\s\"“”„«»]*"
)
_LIST_GAP = re.compile(
    r"(?:[\W\d_]|\b(?:[^\W\d_]{1,4})\b){0,60}"
)  # separators, and words like "and", "ili", "ose"
_ENUMERATED = re.compile(r"[^\n]*(?:(?<=[,\w])[^\S\n]*\n[^\n]*|\n[^\S\n]*[^\W\d_][^\n]*)?")
_TICKED = re.compile(r"[☒☑✓✔✗✘■●◉]|\[\s?[xX]\s?\]|\(\s?[xX]\s?\)")
