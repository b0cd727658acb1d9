"""What is wrong with a section that somebody has put together."""

from collections.abc import Iterator

from facility.forms.sections import AnyOf, Section, SectionCheck
from facility.forms.types import (
    CHOICES,
    TEXTS,
    AtLeast,
    Between,
    Check,
    Field,
    FieldType,
    Length,
    OneOf,
    Required,
    Within,
)
from facility.refused import Reason


def field_mistakes(section: Section) -> Iterator[Reason]:
    """Everything wrong with a section's fields and checks, each at "form.<section>" or "form.<section>.<field>"."""
    at = f"form.{section.key}"
    seen: set[str] = set()
    for field in section.fields:
        here = f"{at}.{field.key}"
        if field.key in seen:
            yield Reason("field_twice", here)
        if field.type in CHOICES and len(field.options) < 2:
            yield Reason("options_missing", here)
        if field.asked_if is not None and field.asked_if.field not in seen:
            yield Reason("asked_if_unknown", here)
        elif _tells_a_secret(section, field):
            yield Reason("asked_if_confidential", here)
        if any(not _fits(check, field.type) for check in field.checks):
            yield Reason("check_does_not_fit", here)
        seen.add(field.key)
    for check in section.checks:
        if not check.fields or not seen.issuperset(check.fields) or not _fits_all(check, section):
            yield Reason("check_does_not_fit", at)
        elif len({section.field(key).confidential for key in check.fields}) > 1:
            yield Reason("check_mixes_confidential", at)


def _tells_a_secret(section: Section, field: Field) -> bool:
    """Whether all who see that the field is asked learn what a confidential one says."""
    return (
        field.asked_if is not None
        and not field.confidential
        and section.field(field.asked_if.field).confidential
    )


def _fits(check: Check, type_: FieldType) -> bool:
    match check:
        case Required():
            return True
        case Length():
            return type_ in TEXTS
        case Between():
            return type_ in (FieldType.NUMBER, FieldType.AMOUNT)
        case Within():
            return type_ is FieldType.DAY
        case AtLeast():
            return type_ in (FieldType.SOME_OF, FieldType.THEMES)
        case OneOf():
            return type_ in (FieldType.ONE_OF, FieldType.YES_NO)


def _fits_all(check: SectionCheck, section: Section) -> bool:
    if isinstance(check, AnyOf):
        return True
    numbers = (FieldType.NUMBER, FieldType.AMOUNT)
    return all(section.field(key).type in numbers for key in check.fields)
