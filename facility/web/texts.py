"""Text as people type or paste it: what is dropped, what is put in order, and what is refused."""

import re
import unicodedata

from facility.web.i18n import _

_UNFIT = frozenset({"Cc", "Cs"})
"""Control characters, and halves of characters, which a command line may hand on and no database keeps."""
_DROPPED = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff"))
"""Hints where a line may break, and the like, which come along from other programs. Nobody sees them, so nothing is lost, and no name
is another one for having them. Joiners and direction marks (U+200C to U+200F) stay: some scripts aren't written without."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: what follows them is shown in another order than it was typed in. Refused and not dropped, since
the text would then read otherwise than whoever sent it saw it."""
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_AROUND = 20


def plain(typed: str) -> str:
    """The text without what nobody sees at its ends and between its letters; "" where it has nothing to see at all."""
    text = typed.translate(_DROPPED).strip()
    return text if any(unicodedata.category(letter) != "Cf" for letter in text) else ""


def composed(text: str) -> str:
    """The text in Unicode NFC, line ends as \\n."""
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text))


def turned(text: str) -> str:
    """The words around the first sign that changes the order of letters, of a text with something to see; "" where there is none."""
    before, *after = _TURNING.split(" ".join(text.split()))
    return f"{before[-_AROUND:]}{''.join(after)[:_AROUND]}".strip() if after else ""


def unfit(text: str, *, multiline: bool) -> list[str]:
    """What a text can't hold, as sentences."""
    wrong = []
    if any(
        unicodedata.category(letter) in _UNFIT and not (multiline and letter in "\n\t") for letter in text
    ):
        wrong.append(_("Use letters, digits and signs only, no control characters."))
    if words := turned(text):
        wrong.append(
            _(
                "An invisible sign near “{words}” changes the order of the letters. Delete these words and type them again.",
                words=words,
            )
        )
    return wrong
