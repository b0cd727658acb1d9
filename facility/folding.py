"""One way to compare names: without case, accents and punctuation, and the same in Latin and Cyrillic.

A table of our own: Unicode takes accents off letters, but has no word for scripts, and the libraries that transliterate
(anyascii, Unidecode) follow English sounds, so that "ц" becomes "ts" and no Serbian finds "Carina" any more.
"""

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ø": "o",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "*": "",
        "'": "",
        "’": "",
        "ʼ": "",
        "`": "",
        # Serbian, Macedonian, Montenegrin and Bosnian as their own Latin letters are folded; then what Bulgarian adds.
        **dict(zip("абвгдезијклмнопрстуфхц", "abvgdezijklmnoprstufhc", strict=True)),
        "ђ": "d",
        "ж": "z",
        "љ": "lj",
        "њ": "nj",
        "ћ": "c",
        "ч": "c",
        "џ": "dz",
        "ш": "s",
        "ѕ": "dz",
        "щ": "st",
        "ъ": "a",
        "ь": "",
        "ю": "ju",
        "я": "ja",
        "ы": "i",
        "э": "e",
    }
)
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_APART = re.compile(r"[\W_]+")

# How letters with a hook are typed where the keyboard has none: "Djordje", "Gjorgji", "obshtina".
_TYPED = tuple((pair, pair[0]) for pair in ("dj", "gj", "kj", "sh", "zh", "ch"))
_SMALL = frozenset(
    [
        "a",
        "and",
        "of",
        "the",
        "for",
        "in",
        "on",
        "to",
        "i",
        "u",
        "za",
        "na",
        "o",
        "e",
        "te",
        "dhe",
        "per",
        "ne",
        "i",
        "ve",
        "icin",
    ]
)


def fold(text: str) -> str:
    """Words in small Latin letters without accents, one space between them: what names are sorted and compared by."""
    # Accents first: "ѓ" and "ќ" become letters of the table, as "ş" and "ğ" do.
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not (unicodedata.combining(letter) or _unseen(letter)))
    return _APART.sub(" ", _DOTTED.sub(r"\1", bare.translate(_LETTERS))).strip()


def _unseen(letter: str) -> bool:
    """Joiners, direction marks and the like: a name that has one looks like the name that has none."""
    return unicodedata.category(letter) == "Cf"


def search_words(text: str) -> list[str]:
    """The different words of a text as searches compare them, in their order."""
    folded = fold(text)
    for typed, letter in _TYPED:
        folded = folded.replace(typed, letter)
    return list(dict.fromkeys(folded.split()))


def search_key(*texts: str, initials: bool = True) -> str:
    """All that something is found by: the words of its names and the initials of each, a space before every one."""
    words: dict[str, None] = {}
    for text in texts:
        words |= dict.fromkeys(search_words(text))
    if initials:
        words |= dict.fromkeys(filter(None, map(_initials, texts)))
    return "".join(f" {word}" for word in words)


def _initials(text: str) -> str:
    words = [word for word in fold(text).split() if word not in _SMALL]
    return "".join(word[0] for word in words) if len(words) > 1 else ""
