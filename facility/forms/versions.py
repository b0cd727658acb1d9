"""What was changed in a text, and what becomes of answers that two people changed at once."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import StrEnum

import msgspec

from facility.forms.checks import Answer, Answers
from facility.forms.sections import Section
from facility.forms.types import Field

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


def differing(before: Answers, other: Answers) -> list[str]:
    """The fields in which the answers differ; an empty answer equals a missing one."""
    return [name for name in {**before, **other} if (before.get(name) or "") != (other.get(name) or "")]


def base_of(theirs: Answers, replaced: Iterable[Answers]) -> dict[str, Answer]:
    """What the answers were before the saves that replaced these ones, the newest save first."""
    base = dict(theirs)
    for before in replaced:
        base.update(before)
    return base


class Difference(msgspec.Struct, frozen=True):
    """A field that reads one way and another, side by side; pieces: for texts, what is gone and what is new."""

    field: Field
    old: Answer
    new: Answer
    pieces: tuple[Piece, ...]
    whose: Whose


def changes(section: Section, old: Answers, new: Answers, base: Answers | None = None) -> list[Difference]:
    """Every field in which `new`, my answers, differ from `old`. base: the answers that both began from; None where
    that is not known, so that each difference counts as changed by both."""
    names = differing(old, new)
    return [
        _difference(field, old.get(field.key, ""), new.get(field.key, ""), base)
        for field in section.fields
        if field.key in names
    ]


def _difference(field: Field, old: Answer, new: Answer, base: Answers | None) -> Difference:
    pieces = compared(old, new) if field.is_text and isinstance(old, str) and isinstance(new, str) else ()
    return Difference(
        field, old, new, pieces, _whose(new, old, None if base is None else base.get(field.key, ""))
    )


def _whose(mine: Answer, theirs: Answer, base: Answer | None) -> Whose:
    if base is not None and (mine or "") == (base or ""):
        return Whose.THEIRS
    return Whose.MINE if base is not None and (theirs or "") == (base or "") else Whose.BOTH
