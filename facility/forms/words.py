"""Fields and what stands in them, in words."""

from facility.forms.sections import Section
from facility.forms.types import KINDS, Field
from facility.web import filters
from facility.web.i18n import N_, filled, listed, translated

ASKED_IF = N_("Only if you answer “{question}” with {answers}.")


def chosen(field: Field, value: str) -> str:
    """What people read of an answer among several."""
    labels = {option.key: translated(option.label) for option in field.choices}
    return labels.get(value, value)


def in_words(value: str, type_: str | None) -> str:
    """A single answer to a field of this type (None: of a release that didn't keep it), with its unit or in the type's own words."""
    kind = next((kind for known, kind in KINDS.items() if known == type_), None)
    if kind is None:
        return value
    words = {option.key: translated(option.label) for option in kind.options}
    parts = (
        translated(kind.box.get("before", "")),
        words.get(value, value),
        translated(kind.box.get("after", "")),
    )
    return " ".join(filter(None, parts))


def condition(field: Field, section: Section) -> str:
    """When a field is asked that is not always asked, as a sentence; "" for others."""
    if field.asked_if is None:
        return ""
    other = section.field(field.asked_if.field)
    answers = listed([f"“{chosen(other, value)}”" for value in field.asked_if.values])
    return filled(ASKED_IF, question=other.label, answers=answers)


filters.register("asked_when", condition)
filters.register("chosen", chosen)
filters.register("in_words", in_words)
