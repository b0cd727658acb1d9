"""What was changed in a text, and what becomes of answers that two people changed at once."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import StrEnum

import msgspec

from facility.forms.checks import Answer, Answers
from facility.forms.sections import Section
from facility.forms.types import TEXTS, Field

MOST_COMPARED = 4000
"""Words and spaces: what is longer is not compared word by word, since that may take seconds."""
ALIKE = 0.6
"""How much of two texts, spaces included, must be the same for a comparison by words to say more than the two do."""
_PIECES = re.compile(r"\s+|[^\s]+")


class Mark(StrEnum):
    """Whether a piece stands in both texts, in the old one only, or in the new one only."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Piece(msgspec.Struct, frozen=True):
    """Some words of a text."""

    mark: Mark
    text: str


def compared(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one, with what is gone and what is new, by whole words."""
    if old == new:
        return (Piece(Mark.SAME, old),) if old else ()
    was, now = _PIECES.findall(old), _PIECES.findall(new)
    replaced = tuple(piece for piece in (Piece(Mark.GONE, old), Piece(Mark.NEW, new)) if piece.text)
    if len(was) + len(now) > MOST_COMPARED:
        return replaced
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if matcher.ratio() < ALIKE:
        return replaced
    pieces: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Mark.SAME, "".join(was[a:b])))
            continue
        if b > a:
            pieces.append(Piece(Mark.GONE, "".join(was[a:b])))
        if d > c:
            pieces.append(Piece(Mark.NEW, "".join(now[c:d])))
    return tuple(pieces)


class Whose(StrEnum):
    """Who has changed an answer since both began: only I, only the other, or both."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


class Clash(msgspec.Struct, frozen=True):
    """An answer that is one thing in what I typed and another in what was saved meanwhile."""

    key: str
    mine: Answer
    theirs: Answer
    whose: Whose


def differing(before: Answers, other: Answers) -> list[str]:
    """The fields in which they differ; nothing is nothing, whether it stands there or not."""
    return [name for name in {**before, **other} if (before.get(name) or "") != (other.get(name) or "")]


def base_of(theirs: Answers, replaced: Iterable[Answers]) -> dict[str, Answer]:
    """What the answers were before the saves that replaced these ones, the newest save first."""
    base = dict(theirs)
    for before in replaced:
        base.update(before)
    return base


def clashes(mine: Answers, theirs: Answers, base: Answers | None) -> tuple[Clash, ...]:
    """Every answer in which mine and theirs differ, and who has changed it; base: what both began from, None where nobody
    knows, so that each is for both."""
    return tuple(
        Clash(
            key,
            value,
            theirs.get(key, ""),
            _whose(value, theirs.get(key, ""), None if base is None else base.get(key, "")),
        )
        for key, value in mine.items()
        if (value or "") != (theirs.get(key) or "")
    )


def _whose(mine: Answer, theirs: Answer, base: Answer | None) -> Whose:
    if base is not None and (mine or "") == (base or ""):
        return Whose.THEIRS
    return Whose.MINE if base is not None and (theirs or "") == (base or "") else Whose.BOTH


class Difference(msgspec.Struct, frozen=True):
    """A field that reads one way and another, side by side; pieces: for texts, what is gone and what is new."""

    field: Field
    old: Answer
    new: Answer
    pieces: tuple[Piece, ...]
    whose: Whose = Whose.BOTH


def difference(field: Field, old: Answer, new: Answer, whose: Whose = Whose.BOTH) -> Difference:
    """What becomes of an answer."""
    texts = field.type in TEXTS and isinstance(old, str) and isinstance(new, str)
    return Difference(field, old, new, compared(str(old), str(new)) if texts else (), whose)


def changes(section: Section, before: Answers, after: Answers) -> list[Difference]:
    """Every field that the answers after fill in otherwise."""
    names = differing(before, after)
    return [
        difference(field, before.get(field.key, ""), after.get(field.key, ""))
        for field in section.fields
        if field.key in names
    ]
