"""Whether a file keeps to its format, a JSON Schema, with formats and patterns truly checked."""

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from facility.formats.instants import day, instant
from facility.formats.mistakes import Mistake, Path, mistake
from facility.web.i18n import N_, translated
from facility.web.i18n import gettext as _

TYPES = {
    "object": N_("an object"),
    "array": N_("a list"),
    "string": N_("a text"),
    "integer": N_("a whole number"),
    "boolean": N_("true or false"),
    "null": N_("null"),
}


class Format:
    """A format by its schema: a JSON text."""

    def __init__(self, schema: bytes) -> None:
        written = json.loads(schema)
        # With what it refers to in its place: a quarter of the time went into looking that up, for each value anew.
        self._validator = _VALIDATOR(_in_place(written, written["$defs"]), format_checker=_format_checker())

    def mistakes(self, file: Any) -> Iterator[Mistake]:
        """Every place where the file breaks it."""
        seen = set()
        for error in self._validator.iter_errors(file):
            for wrong in _translate(error):
                if wrong not in seen:
                    seen.add(wrong)
                    yield wrong


def _in_place(part: Any, definitions: dict[str, Any]) -> Any:
    """The part of a schema without references. No definition of ours refers to itself, and nothing stands beside a reference but what
    describes it."""
    if isinstance(part, list):
        return [_in_place(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _in_place(definitions[part["$ref"].removeprefix("#/$defs/")], definitions)
    return {key: _in_place(item, definitions) for key, item in part.items() if key != "$defs"}


def _format_checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    readers: tuple[tuple[str, Callable[[str], Any]], ...] = (("date-time", instant), ("date", day))
    for name, reader in readers:
        checker.checks(name, raises=ValueError)(_fits(reader))
    return checker


def _fits(reader: Callable[[str], Any]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if isinstance(value, str):
            reader(value)
        return True

    return fits


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    # in Python "$" also matches before a last line break, in JSON Schema it doesn't
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not _expression(pattern).search(value):
        yield ValidationError("pattern")


_extend: Any = extend  # untyped in its stubs
_VALIDATOR = _extend(Draft202012Validator, {"pattern": _pattern})


def _translate(error: ValidationError) -> Iterator[Mistake]:
    path: Path = tuple(error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "required":
        yield from (mistake((*path, key), _("is missing")) for key in wanted if key not in value)
    elif error.validator == "additionalProperties":
        known = schema["properties"]
        yield from (
            mistake((*path, key), _("is not part of the format")) for key in value if key not in known
        )
    elif error.validator == "oneOf":
        yield from _alternatives(error, path)
    else:
        yield mistake(path, _sentence(error, wanted))


def _alternatives(error: ValidationError, path: Path) -> Iterator[Mistake]:
    # of the alternatives the one of the value's own type tells more than "none fits"
    closest = [inner for inner in error.context or () if not (inner.validator == "type" and not inner.path)]
    if not closest:
        yield mistake(path, _("fits none of the alternatives"))
    for inner in closest:
        inner.parent = None
        inner.path.extendleft(reversed(path))
        yield from _translate(inner)


def _sentence(error: ValidationError, wanted: Any) -> str:
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return _("must be {kinds}", kinds=_(" or ").join(translated(TYPES[kind]) for kind in kinds))
        case "enum":
            return _("must be one of {values}", values=", ".join(json.dumps(value) for value in wanted))
        case "const":
            return _("must be {value}", value=json.dumps(wanted))
        case "pattern":
            return _("must look like {pattern}", pattern=wanted)
        case "format":
            return str(error.cause)
        case "minimum":
            return _("must be at least {least}", least=wanted)
        case "maximum":
            return _("must be at most {most}", most=wanted)
        case "minItems" | "minLength" | "minProperties":
            return _("must hold at least {least}", least=wanted)
        case "maxItems":
            return _("must hold at most {most}", most=wanted)
        case _other:
            return _("breaks the format's rule {rule}", rule=_other)
