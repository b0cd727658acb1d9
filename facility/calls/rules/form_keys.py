"""The keys of a form's sections and fields, which are the names of what a browser sends."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from facility.refused import Reason

BESIDE = ("seen", "began", "void", "then", "merging", "by", "sitting", "resumed", "resumed_at")
"""What the pages that ask for answers send beside them: a field of such a name would be taken for it."""
OF_PAGES = ("check", "consultation")
"""Parts of every application's task list that are no section of its call: a section of such a key would be taken for it."""
SIDES = ("mine", "theirs", "choice")
"""With a hyphen and a field's key behind them: two versions of an answer, and which of them counts."""

_SHAPE = re.compile(r"[a-z0-9][a-z0-9_]*")
"""No hyphen, which SIDES and the parts that every form has are told by, and no dot, which parts a section's key and a field's."""


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


class _Section(_Keyed, Protocol):
    @property
    def fields(self) -> tuple[_Keyed, ...]: ...


def key_mistakes(sections: Iterable[_Section]) -> Iterator[Reason]:
    """Every key that can't be one, at "form.<section>" or "form.<section>.<field>"."""
    for section in sections:
        at = f"form.{section.key}"
        if section.key in OF_PAGES:
            yield Reason("key_reserved", at, {"key": section.key})
        elif not _SHAPE.fullmatch(section.key):
            yield Reason("key_malformed", at, {"key": section.key})
        for field in section.fields:
            if field.key in BESIDE:
                yield Reason("key_reserved", f"{at}.{field.key}", {"key": field.key})
            elif not _SHAPE.fullmatch(field.key):
                yield Reason("key_malformed", f"{at}.{field.key}", {"key": field.key})
