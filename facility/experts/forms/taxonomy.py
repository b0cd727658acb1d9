"""The form of a theme."""

import re

from facility.experts.queries.taxonomy import ThemeShown
from facility.experts.rules.taxonomy import Cycle, ThemeDraft
from facility.forms.reading import read as read_section
from facility.forms.rows import read_rows
from facility.forms.sections import Section
from facility.forms.types import T, ask
from facility.refused import Reason
from facility.web.fields import Fields, rows_to_show
from facility.web.i18n import _

SPARE_ROWS = 2
FIRST_YEAR, LAST_YEAR = 2010, 2099


def particulars() -> Section:
    """What the theme is."""
    code = _(
        "A group and a word in capitals, such as OC.FIREARMS or EMERG.DRONES. You can't change it later."
    )
    emergency = _("It came up at short notice. Lists mark it.")
    return Section(
        key="theme",
        title="",
        fields=(
            ask("code", _("Code"), T.SHORT_TEXT, code, most=25, missing=_("Enter the code of the theme.")),
            ask("name", _("Name"), T.SHORT_TEXT, most=120, missing=_("Enter the name of the theme.")),
            ask("emergency", _("Emergency theme"), T.FLAG, emergency, needed=False),
        ),
    )


def cycles() -> Section:
    """In which cycles of EMPACT it is a priority."""
    return Section(
        key="cycles",
        title=_("EMPACT cycles"),
        fields=(
            ask("first_year", _("First year"), T.WHOLE, least=FIRST_YEAR, most=LAST_YEAR),
            ask("last_year", _("Last year"), T.WHOLE, least=FIRST_YEAR, most=LAST_YEAR),
            ask("priority", _("Priority"), T.SHORT_TEXT, most=120, missing=_("Enter the priority.")),
        ),
    )


def shown_theme(theme: ThemeShown) -> dict[str, str | list[str]]:
    """What is stored, as fields."""
    values: dict[str, str | list[str]] = {
        "code": theme.code,
        "name": theme.name,
        "emergency": "yes" if theme.emergency else "",
    }
    for number, cycle in enumerate(theme.cycles):
        for name in ("first_year", "last_year", "priority"):
            values[f"cycles-{number}-{name}"] = str(getattr(cycle, name))
    return values


def rows(fields: Fields) -> list[int]:
    """Numbers of the rows to show."""
    return rows_to_show(fields.values, "cycles", spare=SPARE_ROWS)


def read(fields: Fields) -> ThemeDraft:
    """The draft; every wrong field is noted."""
    typed = read_section(fields, particulars())
    typed_rows = read_rows(fields, cycles(), _("Another row begins in this year."))
    return ThemeDraft(
        code=str(typed["code"]).upper(),
        name=str(typed["name"]),
        emergency=bool(typed["emergency"]),
        cycles=tuple(
            Cycle(
                int(str(answers["first_year"]) or 0),
                int(str(answers["last_year"]) or 0),
                str(answers["priority"]),
            )
            for _row, answers in typed_rows
        ),
    )


def place(fields: Fields, reason: Reason) -> str | None:
    """Where the form has the field that a rule names: it counts the rows in which something was typed."""
    named = re.fullmatch(r"cycles-(\d+)-(\w+)", reason.field or "")
    if named is None:
        return reason.field
    names = [field.key for field in cycles().fields]
    typed = [row for row in fields.rows("cycles") if any(map(row.given, names))]
    return typed[int(named[1])].name(named[2])
