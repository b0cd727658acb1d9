"""The questions of a call's form: from a web form to answers, and from answers to a web form."""

from collections.abc import Collection
from decimal import Decimal

from facility.applications.queries.application import ApplicationShown
from facility.calls.rules.forms import FormSection
from facility.folding import fold
from facility.forms.types import Answer, Answers, Field, FieldType
from facility.web.fields import Fields

MOST_NUMBER = Decimal(999_999_999)


def offered(application: ApplicationShown) -> list[tuple[str, str]]:
    """The themes that may be chosen, by name: those that the call was published with, whatever became of them since."""
    return sorted(application.taxonomy, key=lambda theme: fold(theme[1]))


def read_answers(fields: Fields, section: FormSection, themes: Collection[str]) -> dict[str, Answer]:
    """What was typed, by field; what is no number, no day or too long is wrong at its field. Empty answers are fine: what
    a section still needs is said on the task list, and asked for at submission. Only the title can't be emptied."""
    return {field.key: _answer(fields, field, themes) for field in section.fields}


def _answer(fields: Fields, field: Field, themes: Collection[str]) -> Answer:
    match field.type:
        case FieldType.SHORT_TEXT:
            return fields.text(field.key, required=field.key == "title", most=field.most)
        case FieldType.LONG_TEXT:
            return fields.text(field.key, required=False, most=field.most, multiline=True)
        case FieldType.SOME_OF:
            return fields.many(field.key, [option.key for option in field.options], required=False)
        case FieldType.THEMES:
            return sorted(fields.many(field.key, themes, required=False))
    return _single(fields, field) if fields.given(field.key) else ""


def _single(fields: Fields, field: Field) -> Answer:
    match field.type:
        case FieldType.YES_NO:
            return fields.choice(field.key, ("yes", "no"))
        case FieldType.ONE_OF:
            return fields.choice(field.key, [option.key for option in field.options])
        case FieldType.NUMBER:
            return str(fields.decimal(field.key, Decimal(0), MOST_NUMBER))
        case FieldType.AMOUNT:
            return str(fields.eur(field.key))
        case _:
            return fields.day(field.key).isoformat()


def shown_answers(section: FormSection, answers: Answers) -> dict[str, Answer]:
    """The answers as the fields of the web form take them."""
    return {field.key: answers.get(field.key, "") for field in section.fields}
