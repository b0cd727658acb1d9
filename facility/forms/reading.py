"""From a form that was sent to answers, and from answers to a form that is shown."""

from collections.abc import Collection

from msgspec.structs import replace

from facility.forms.checks import Answer, Answers, Length, Required
from facility.forms.sections import Section, is_asked
from facility.forms.types import Field
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.i18n import _


def read_draft(fields: Fields, section: Section, needed: Collection[str] = ()) -> dict[str, Answer]:
    """What was typed, by field, to be gone on with; what is no number, no day or too long is wrong at its field. Empty answers are
    fine, but for those that are needed: what a section still needs is found when it is submitted."""
    return {
        field.key: _read(fields, _without_checks(field, needed=field.key in needed))
        for field in section.fields
    }


def read(fields: Fields, section: Section) -> dict[str, Answer]:
    """What was typed, by field, for good: what must be answered, where it is asked, and the bounds of numbers hold."""
    answers: dict[str, Answer] = {}
    for field in section.fields:
        answers[field.key] = _read(fields, field if is_asked(field, answers) else _without_checks(field))
    return answers


def read_texts(fields: Fields, section: Section) -> dict[str, str]:
    """As `read`, of a section in which nothing has several answers."""
    return {key: str(answer) for key, answer in read(fields, section).items()}


def _without_checks(field: Field, *, needed: bool = False) -> Field:
    """The field without its checks, but for the length of a text and, with `needed`, that it is required."""
    lengths = [check for check in field.checks if isinstance(check, Length)]
    return replace(field, checks=(*([Required()] if needed else []), *lengths))


def _read(fields: Fields, field: Field) -> Answer:
    if not field.required and not field.kind.several and not fields.given(field.key):
        return ""
    return field.kind.read(fields, replace(field, missing=field.missing or _("Enter an answer.")))


def shown(section: Section, answers: Answers) -> dict[str, Answer]:
    """The answers as the fields of the web form take them."""
    return {field.key: answers.get(field.key, "") for field in section.fields}


def typed_in(form: Form, section: Section) -> dict[str, list[str]]:
    """The values of the fields of a section in a form that was sent, valid or not."""
    return {field.key: form.fields.get(field.key, []) for field in section.fields}
