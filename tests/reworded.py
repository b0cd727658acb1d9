"""The facility in other words than its own: a test that a change of wording would break fails at once.

Every sentence, in pages, mails, letters and refusals, reads otherwise than in the source; labels, buttons, headings and states, which
tests go by, read as they are. Tests that are about the wording itself bear the mark `as_worded`.
"""

import functools
import re

import pytest
from babel.support import NullTranslations

from facility.web import i18n

LABEL_WORDS = 6
"""What is no sentence and has no more words is a label."""

_AS_IT_IS = re.compile(r"(\{[^}]*\}|%\([^)]*\)[sd]|%%|<[^>]*>|&\w+;|https?://\S+)")
"""What a message holds beside words: names of values, markup, addresses."""
_OTHERWISE = str.maketrans("aeiou", "áéíóú")


@functools.cache
def other_words(message: str) -> str:
    """The message in other words, if it is a sentence."""
    if not message.rstrip().endswith((".", "?", "!")) and len(message.split()) <= LABEL_WORDS:
        return message
    pieces = _AS_IT_IS.split(message)
    return "".join(piece if at % 2 else piece.translate(_OTHERWISE) for at, piece in enumerate(pieces))


class _OtherWords(NullTranslations):
    def ugettext(self, message: str) -> str:
        return other_words(message)

    def ungettext(self, singular: str, plural: str, count: int) -> str:
        return other_words(singular if count == 1 else plural)


_OTHER, _OWN = _OtherWords(), NullTranslations()
_spoken: NullTranslations = _OTHER


def install() -> None:
    """Let every test of this process read other words, but those with the mark."""
    i18n._catalogue = lambda _language: _spoken  # type: ignore[assignment]


def speak_for(test: pytest.Item) -> None:
    """In the words that this test reads."""
    global _spoken
    _spoken = _OWN if test.get_closest_marker("as_worded") else _OTHER
