"""The cut-offs of a rolling call in its form: rows of instants in Brussels, and a helper that fills in monthly ones."""

from datetime import UTC, datetime

from facility.calls.forms.grid import Values
from facility.calls.rules.modes import MOST_CUT_OFFS, monthly
from facility.refused import Reason
from facility.web.fields import Fields, rows_to_show, shown_instant
from facility.web.i18n import _
from facility.web.sentences import sentence

SPARE = 2
MORE = 6
"""Empty rows to show where somebody asks for more."""
MONTHLY = ("monthly_first", "monthly_last", "monthly_time")
"""The fields of the helper; they are not stored."""


class CutOffsForm:
    """Reads the rows that hold something, and knows where each stands."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.prefixes: list[str] = []

    def read(self) -> tuple[datetime, ...]:
        """The cut-offs in the order of the form, in UTC."""
        typed = [row for row in self.fields.rows("cut_offs") if row.given("at_day") or row.given("at_time")]
        self.prefixes = [row.prefix for row in typed]
        return tuple(row.instant("at") for row in typed)

    def names(self) -> list[str]:
        """The fields of every row, whether they hold something or not."""
        return [row.name(part) for row in self.fields.rows("cut_offs") for part in ("at_day", "at_time")]

    def field(self, reason: Reason) -> str | None:
        """The field that a reason about a cut-off belongs to ("cut_offs.2")."""
        group, _dot, number = (reason.field or "").partition(".")
        if group != "cut_offs":
            return None
        return f"{self.prefixes[int(number)]}at" if int(number) < len(self.prefixes) else "cut_offs-0-at"


def shown_cut_offs(cut_offs: tuple[datetime, ...]) -> Values:
    """The fields of cut-offs that are stored."""
    values: Values = {}
    for number, at in enumerate(cut_offs):
        values |= shown_instant(f"cut_offs-{number}-at", at)
    return values


def with_monthly(fields: Fields) -> Values:
    """The form's values with monthly cut-offs in place of the rows, or as they were, with what is wrong at the helper."""
    first, last = fields.day("monthly_first"), fields.day("monthly_last")
    fields.clock_time("monthly_time")
    days = monthly(first, last)
    if not fields.errors and not days:
        fields.wrong("monthly_last", sentence(Reason("ends_before_it_starts")))
    if len(days) > MOST_CUT_OFFS:
        fields.wrong("monthly_last", _("These are more than {most} cut-offs.", most=MOST_CUT_OFFS))
    if fields.errors:
        return fields.values
    kept = {name: value for name, value in fields.values.items() if not name.startswith("cut_offs-")}
    rows: Values = {}
    for number, day in enumerate(days):
        rows |= {
            f"cut_offs-{number}-at_day": day.isoformat(),
            f"cut_offs-{number}-at_time": fields.values["monthly_time"],
        }
    return {**kept, **rows, "mode": "rolling"}


def cut_off_rows(values: Values, *, spare: int = SPARE) -> list[int]:
    """Numbers of the rows to show: those that hold something, and some empty ones after them."""
    return rows_to_show(values, "cut_offs", spare=spare)


NO_CUT_OFF = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a rolling call closes as long as no cut-off was entered; the form then says so."""
