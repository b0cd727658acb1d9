"""Sections that are asked several times in one form, a row each time: `themes-0-code`, `themes-1-code` … of the section "themes"."""

from facility.forms.checks import Answer
from facility.forms.reading import read
from facility.forms.sections import Section
from facility.web.fields import Fields
from facility.web.i18n import _

type Row = tuple[Fields, dict[str, Answer]]


def read_rows(fields: Fields, section: Section, twice: str) -> list[Row]:
    """The rows in which something was typed. Where the first field says what it says in an earlier row, that is noted."""
    names = [field.key for field in section.fields]
    for row in fields.rows(section.key):
        row.ignore(*names)
    typed = (row for row in fields.rows(section.key) if any(map(row.given, names)))
    rows = [(row, read(row, section)) for row in typed]
    seen: list[Answer] = []
    for row, answers in rows:
        first = answers[names[0]]
        if row.sound(names[0]) and first in seen:
            row.wrong(names[0], twice)
        seen += [first] if row.sound(names[0]) else []
    return rows


def row_labels(section: Section, numbers: list[int]) -> dict[str, str]:
    """What the fields in these rows are called, for the summary of what is wrong."""
    return {
        f"{section.key}-{number}-{field.key}": _("{label}, row {number}", label=field.label, number=place)
        for place, number in enumerate(numbers, 1)
        for field in section.fields
    }
