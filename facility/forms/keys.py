"""The keys of a form's sections and fields, which are the names of what a browser sends."""

import re
from collections.abc import Collection, Iterable, Iterator

from facility.forms.sections import Section
from facility.refused import Reason

BESIDE = ("seen", "began", "void", "then", "merging", "by", "sitting", "resumed", "resumed_at")
"""What the pages that ask for answers send beside them: a field of such a name would be taken for it."""
SIDES = ("mine", "theirs", "choice")
"""With a hyphen and a field's key behind them: two versions of an answer, and which of them counts."""

_SHAPE = re.compile(r"[a-z0-9][a-z0-9_]*")
"""No hyphen, which SIDES and a room's own sections are told by, and no dot, which parts a section's key and a field's."""


def key_mistakes(sections: Iterable[Section], reserved: Collection[str]) -> Iterator[Reason]:
    """Every key that can't be one, at "form.<section>" or "form.<section>.<field>". reserved: keys that no section may have."""
    for section in sections:
        at = f"form.{section.key}"
        yield from _mistakes(section.key, reserved, at)
        for field in section.fields:
            yield from _mistakes(field.key, BESIDE, f"{at}.{field.key}")


def _mistakes(key: str, reserved: Collection[str], at: str) -> Iterator[Reason]:
    if key in reserved:
        yield Reason("key_reserved", at, {"key": key})
    elif not _SHAPE.fullmatch(key):
        yield Reason("key_malformed", at, {"key": key})
