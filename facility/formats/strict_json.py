"""JSON read strictly: one meaning per text, nothing that the database could not keep."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from facility.formats.mistakes import Mistake, Path, WrongFile, mistake
from facility.web.i18n import N_, filled, translated
from facility.web.i18n import gettext as _

DEPTH = 32
"""The formats nest six deep; what goes far beyond is of none."""
LARGEST = 2**31 - 1
"""The largest whole number that is kept."""
NOT_UTF8 = N_("is not UTF-8: byte {position} is broken")
NOT_JSON = N_("is not JSON: {what} (line {line}, column {column})")
TOO_DEEP = N_("is nested too deeply")
TOO_LARGE = N_("is too large a number (at most {most})")
HALF_A_CHARACTER = N_("holds half a character (a lone surrogate)")


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys stood in it more than once."""

    repeated: tuple[str, ...] = ()


class _Constant(str):
    """NaN or Infinity, which Python reads and JSON doesn't have."""

    __slots__ = ()


def read(raw: bytes) -> tuple[Any, list[Mistake]]:
    """The value of a JSON text in UTF-8, and what is wrong inside it although it could be read.

    Whole numbers are int, also when written 2.0; any other number is a Decimal. WrongFile when it can't be
    read, or nests too deeply to be looked at further.
    """
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_Constant,
        )
    except UnicodeDecodeError as error:
        raise WrongFile([mistake((), filled(NOT_UTF8, position=error.start))]) from None
    except json.JSONDecodeError as error:
        where = {"what": error.msg, "line": error.lineno, "column": error.colno}
        raise WrongFile([mistake((), filled(NOT_JSON, **where))]) from None
    except RecursionError:
        raise WrongFile([mistake((), translated(TOO_DEEP))]) from None
    return value, list(_mistakes(value))


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    parsed = _Object(pairs)
    if len(parsed) < len(pairs):
        times = Counter(key for key, _ in pairs)
        parsed.repeated = tuple(key for key in parsed if times[key] > 1)
    return parsed


def _number(text: str) -> int | Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("Infinity")
    # 1e999999999 is a whole number that would fill the memory: it stays a Decimal, and is too large below
    whole = number.adjusted() < 19 and number == number.to_integral_value()
    return int(number) if whole else number


def _mistakes(root: Any) -> Iterator[Mistake]:
    # a stack and not recursion: the text decides how deep this goes
    stack: list[tuple[Path, Any]] = [((), root)]
    while stack:
        path, value = stack.pop()
        if len(path) > DEPTH:
            raise WrongFile([mistake(path[:DEPTH], translated(TOO_DEEP))])
        yield from (mistake(path, problem) for problem in _problems(value))
        if isinstance(value, _Object):
            yield from (mistake((*path, key), _("is there more than once")) for key in value.repeated)
            yield from (
                mistake((*path, key), _("its name {problem}", problem=p))
                for key in value
                for p in _text_problems(key)
            )
            stack.extend(((*path, key), value[key]) for key in reversed(value))
        elif isinstance(value, list):
            stack.extend(((*path, i), value[i]) for i in reversed(range(len(value))))


def _problems(value: object) -> Iterator[str]:
    if isinstance(value, _Constant):
        yield _("{value} is no number of JSON", value=value)
    elif isinstance(value, str):
        yield from _text_problems(value)
    elif isinstance(value, int | Decimal) and not -LARGEST <= value <= LARGEST:
        yield filled(TOO_LARGE, most=LARGEST)


def _text_problems(text: str) -> Iterator[str]:
    if "\0" in text:
        yield _("holds a NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield translated(HALF_A_CHARACTER)
