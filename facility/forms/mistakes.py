"""What is wrong with a section that somebody has put together."""

from collections.abc import Iterator

from facility.forms.checks import Required
from facility.forms.sections import AnyOf, Section, SectionCheck
from facility.forms.types import CHOICES, NUMBERS, Field
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
        if any(type(check) not in (Required, *field.kind.checks) for check in field.checks):
            yield Reason("check_does_not_fit", here)
        seen.add(field.key)
    for check in section.checks:
        if not seen.issuperset(check.fields) or not _fits(check, section):
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


def _fits(check: SectionCheck, section: Section) -> bool:
    if isinstance(check, AnyOf):
        return bool(check.fields)
    return bool(check.fields) and all(section.field(key).type in NUMBERS for key in check.fields)
