"""What a form says, field by field: every wrong field at once, with what was typed kept.

Each reader returns a value of its type; where the field is wrong it notes a sentence and returns a placeholder, which
nobody sees, since `check()` then raises. Optional fields: `fields.day("until") if fields.given("until") else None`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from facility.clock import BRUSSELS
from facility.money import format_eur
from facility.refused import Reason, Refused
from facility.web import filters
from facility.web.amounts import Unclear, plain_digits, read_amount, read_number
from facility.web.forms import MAX_FILE, Form, Upload
from facility.web.i18n import N_, _, filled
from facility.web.sentences import sentence
from facility.web.stops import Stop
from facility.web.texts import composed, plain, unfit
from facility.zone import FIRST_DAY, LAST_DAY

MOST_EUR = Decimal("999999999.99")
MOST_ROWS = 100
TOO_LARGE = N_("The file is too large; at most {most} MB.")
_MAIL = re.compile(
    r"[^@\s<>,;:\"()\[\]\\\u200c-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
)
_WRONG = "wrong_field"

type Place = Callable[[Reason], str | None]
"""`place(reason)`: the form's own name of the field that a rule's reason is about; "" or None for the form as a whole."""


class Fields:
    """A form as a page reads and shows it. `notes`: sentences at fields in which nothing is wrong. `labels`: from the macros."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.values: dict[str, str | list[str]] = {
            name: given[0] if len(given) == 1 else given for name, given in form.fields.items()
        }
        self.errors: dict[str, list[str]] = {}
        self.notes: dict[str, list[str]] = {}
        self.labels: dict[str, str] = {}
        self.known: set[str] = set()
        self.refusal: Refused | None = None
        self.prefix = ""

    @classmethod
    def showing(cls, values: Mapping[str, str | list[str]] | None = None) -> "Fields":
        """Fields to show before anything was sent: empty, or filled with what is stored."""
        shown = cls(Form({}, {}))
        shown.values = dict(values or {})
        return shown

    def name(self, name: str) -> str:
        """The field's full name, also inside a row: "partners-0-amount"."""
        return self.prefix + name

    def wrong(self, name: str, text: str) -> None:
        """Note what is wrong with a field, as a whole sentence; "" for the form as a whole."""
        self.errors.setdefault(self.name(name) if name else "", []).append(text)

    def put(self, name: str, values: list[str]) -> None:
        """Set the values of a field as if they had been typed."""
        self.form.fields[self.name(name)] = values
        self.values[self.name(name)] = values[0] if len(values) == 1 else list(values)

    def given(self, name: str) -> bool:
        """True when the field was sent and is not blank."""
        return any(plain(value) for value in self._all(name))

    def _all(self, name: str) -> list[str]:
        self.known.add(self.name(name))
        return self.form.fields.get(self.name(name), [])

    def _single(self, name: str, missing: str) -> str | None:
        """The field's only value, plain; None when it is blank or sent twice (and then noted as wrong)."""
        given = self._all(name)
        if len(given) > 1:
            self.values[self.name(name)] = given[0]
            self.wrong(name, _("Give one answer, not several."))
            return None
        value = plain(given[0]) if given else ""
        if not value:
            self.wrong(name, missing)
            return None
        return value

    def text(self, name: str, *, missing: str | None, most: int = 200, multiline: bool = False) -> str:
        """Free text, composed, at most `most` characters. missing: what to say where it is empty, such
        as "Enter the title of the call."; None where it may be empty, and is then ""."""
        if missing is None and not self.given(name):
            return ""
        value = self._single(name, missing or "")
        if value is None:
            return ""
        value = composed(value)
        if len(value) > most:
            self.wrong(
                name,
                _("Write at most {most} characters; you have written {count}.", most=most, count=len(value)),
            )
        for why in unfit(value, multiline=multiline):
            self.wrong(name, why)
        return value

    def hidden(self, name: str, *, most: int = 64) -> str:
        """What a page wrote into a hidden field, such as the fingerprint of what it showed; "" where the form has none."""
        return self.text(name, missing=None, most=most)

    def email(self, name: str) -> str:
        """A mail address in lower case."""
        value = (self._single(name, _("Enter a mail address.")) or "").lower()
        if value and (len(value) > 254 or not _MAIL.fullmatch(value)):
            self.wrong(name, _("Enter a mail address like name@example.org."))
        return value

    def eur(self, name: str, *, least: Decimal = Decimal("0.00"), most: Decimal = MOST_EUR) -> Decimal:
        """An amount in EUR with two decimals: "35 427.70", "35427,7", "35.427,70"; not "1.234", which may be two things."""
        value = self._single(name, _("Enter an amount in EUR."))
        if value is None:
            return least
        try:
            amount = read_amount(value)
        except Unclear as unclear:
            self.wrong(name, str(unclear))
            return least
        if not least <= amount <= most:
            self.wrong(
                name,
                _(
                    "Enter an amount between EUR {least} and {most}.",
                    least=format_eur(least),
                    most=format_eur(most),
                ),
            )
        return amount

    def integer(self, name: str, least: int, most: int) -> int:
        value = self._single(name, _("Enter a whole number."))
        if value is None:
            return least
        value = plain_digits(value)
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.wrong(name, _("Enter a whole number from {least} to {most}.", least=least, most=most))
            return least
        return int(value)

    def decimal(self, name: str, least: Decimal, most: Decimal, places: int = 2) -> Decimal:
        """A number with at most so many decimals, such as a score; comma or point."""
        value = self._single(name, _("Enter a number."))
        if value is None:
            return least
        wrong = _(
            "Enter a number from {least} to {most}, with at most {places} decimals.",
            least=least,
            most=most,
            places=places,
        )
        try:
            number = read_number(value, places, wrong)
        except Unclear as unclear:
            self.wrong(name, str(unclear))
            return least
        if not least <= number <= most:
            self.wrong(name, wrong)
            return least
        return number

    def choice(self, name: str, options: Collection[str]) -> str:
        value = self._single(name, _("Choose one."))
        if value is not None and value not in options:
            self.wrong(name, _("Choose one of the answers on the list."))
        return value or ""

    def one_of[E: StrEnum](self, name: str, kind: type[E]) -> E:
        value = self.choice(name, [member.value for member in kind])
        return kind(value) if value in set(kind) else next(iter(kind))

    def many(self, name: str, options: Collection[str], *, required: bool = True) -> list[str]:
        """Any of these values, each once, in the order of the form."""
        given = list(dict.fromkeys(self._all(name)))
        self.values[self.name(name)] = given
        if required and not given:
            self.wrong(name, _("Choose at least one."))
        if any(value not in options for value in given):
            self.wrong(name, _("Choose among the answers on the list."))
        return given

    def yes(self, name: str) -> bool:
        """A single checkbox."""
        return self._all(name) in (["yes"], ["on"])

    def key(self, name: str) -> UUID:
        """The id of an object on a list."""
        value = self._single(name, _("Choose one."))
        return self._uuid(name, value) if value is not None else UUID(int=0)

    def keys(self, name: str, *, required: bool = True) -> list[UUID]:
        """Ids of objects, each once."""
        given = list(dict.fromkeys(self._all(name)))
        self.values[self.name(name)] = given
        if required and not given:
            self.wrong(name, _("Choose at least one."))
        return [self._uuid(name, value) for value in given]

    def _uuid(self, name: str, value: str) -> UUID:
        try:
            return UUID(value)
        except ValueError:
            self.wrong(name, _("Choose one of the answers on the list."))
            return UUID(int=0)

    def day(self, name: str, *, first: date = FIRST_DAY, last: date = LAST_DAY) -> date:
        """A calendar day."""
        value = self._single(name, _("Enter a day."))
        if value is None:
            return first
        chosen = _read_day(value)
        if chosen is None:
            self.wrong(name, _("Enter a day that exists, like 2026-07-30."))
            return first
        if not first <= chosen <= last:
            within = {"first": filters.day(first), "last": filters.day(last)}
            self.wrong(name, _("Enter a day from {first} to {last}.", **within))
            return first
        return chosen

    def clock_time(self, name: str) -> time:
        """A time of the day; midnight in place of a wrong one."""
        value = self._single(name, _("Enter a time."))
        if match := re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?::([0-5][0-9]))?", value or ""):
            return time(int(match[1]), int(match[2]), int(match[3] or 0))
        if value is not None:
            self.wrong(name, _("Enter a time like 12:00."))
        return time()

    def instant(self, name: str) -> datetime:
        """A moment, typed as day and time in Brussels (`name_day`, `name_time`); UTC.

        An hour that the clocks skip does not exist, one that they repeat could mean two moments: both are refused.
        """
        placeholder = datetime(2000, 1, 1, tzinfo=UTC)
        day = self.day(f"{name}_day")
        hour = self.clock_time(f"{name}_time")
        if not self.sound(name):
            return placeholder
        local = datetime.combine(day, hour, BRUSSELS)
        if local.utcoffset() == local.replace(fold=1).utcoffset():
            return local.astimezone(UTC)
        why = _("At that time the clocks in Brussels are changed. Choose a time one hour earlier or later.")
        self.wrong(name, why)
        return placeholder

    def file(self, name: str) -> Upload:
        given = self.uploads(name, most=1)
        return given[0] if given else Upload("", b"")

    def uploads(self, name: str, *, most: int) -> list[Upload]:
        """At least one file and at most so many; none where they are wrong. Raises TypeError where the handler doesn't say
        that it takes files (`TAKES_FILES`): such forms would be refused for their size."""
        if not self.form.takes_files:
            raise TypeError(f"the handler that reads {name} does not say that it takes files")
        given = self.form.files.get(self.name(name), [])
        self.known.add(self.name(name))
        if not given or len(given) > most:
            self.wrong(
                name,
                _("Choose one file.") if most == 1 else _("Choose a file, or up to {most}.", most=most),
            )
            return []
        for upload in given:
            label = f"{upload.name}: " if len(given) > 1 else ""
            if upload.cut:
                self.wrong(name, label + filled(TOO_LARGE, most=MAX_FILE // 1_000_000))
            elif not upload.content:
                self.wrong(name, label + _("The file is empty."))
        return given

    def sort(self, names: Iterable[str]) -> None:
        """Put the mistakes in this order, which is that of the page; others follow."""
        ordered = [name for name in names if name in self.errors]
        self.errors = {name: self.errors[name] for name in (*ordered, *self.errors)}

    @property
    def status(self) -> int:
        """With which status a form that was refused is shown again: 413 where a file was too large to be read."""
        cut = any(upload.cut for files in self.form.files.values() for upload in files)
        return 413 if cut else 422

    def rows(self, group: str, most: int = MOST_ROWS) -> list["Fields"]:
        """The rows of a repeated group (`partners-0-name`, `partners-1-name` …), in the order of their numbers."""
        numbers = row_numbers([*self.form.fields, *self.form.files], self.name(group))
        if len(numbers) > most:
            raise Stop(413, "too_many_fields")
        return [self.row(group, number) for number in numbers]

    def row(self, group: str, number: int) -> "Fields":
        """One row of a group; it notes its errors in this form."""
        row = Fields.__new__(Fields)
        row.form, row.values, row.errors, row.known = self.form, self.values, self.errors, self.known
        row.prefix = f"{self.prefix}{group}-{number}-"
        return row

    def ignore(self, *names: str) -> None:
        """Fields that this page takes no notice of (a button's name)."""
        self.known.update(map(self.name, names))

    def sound(self, name: str) -> bool:
        """Whether nothing is wrong so far with a field, its parts ("opens_at_day") or its rows ("sections-0-max")."""
        own = self.name(name)
        return not any(
            wrong == own or wrong.startswith((f"{own}-", f"{own}_day", f"{own}_time"))
            for wrong in self.errors
        )

    def between(
        self, reasons: Iterable[Reason], looks_at: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """Note what rules say about several fields beside what is wrong with single ones, so that all is shown at once.

        A reason that looks at a field which is wrong itself is left out: it was made from a placeholder.
        looks_at: the fields of a reason by its code, beside its own.
        """
        kept = [
            reason
            for reason in reasons
            if all(self.sound(name) for name in ((looks_at or {}).get(reason.code, ())))
            and (reason.field is None or self.sound(reason.field))
        ]
        self.refused(Refused(kept, "invalid"))

    def check(self) -> None:
        """Raises Refused (invalid) when a field is wrong, and Stop 400 when the form has fields that nobody asked for."""
        if not self.are_right():
            raise Refused([Reason(_WRONG, name) for name in self.errors], "invalid")

    def are_right(self) -> bool:
        """Whether no field is wrong, for a form that calls no command. Raises Stop as `check`."""
        if (self.form.fields.keys() | self.form.files.keys()) - self.known:
            raise Stop(400, "unknown_fields")
        return not self.errors

    def refused(self, refused: Refused, place: Place | None = None) -> "Fields":
        """Put a rule's reasons at their fields, to show the form again. Raises it anew when it is not about the input."""
        if refused.kind != "invalid":
            raise refused
        for reason in refused.reasons:
            if reason.code != _WRONG:
                name = place(reason) if place else reason.field
                self.errors.setdefault(name or "", []).append(sentence(reason))
        return self


def row_numbers(names: Iterable[str], group: str) -> list[int]:
    """Numbers of the rows of a group that these fields belong to, each once, in order."""
    pattern = re.compile(rf"{re.escape(group)}-([0-9]{{1,3}})-.+")
    return sorted({int(match[1]) for name in names if (match := pattern.fullmatch(name))})


def rows_to_show(values: Mapping[str, str | list[str]], group: str, *, spare: int) -> list[int]:
    """Numbers of a group's rows that hold something, and of some empty ones after them."""
    used = row_numbers((name for name, value in values.items() if value), group)
    after = max(used, default=-1) + 1
    return [*used, *range(after, after + spare)]


def shown(value: Any) -> str:
    """A stored value as the form shows it: nothing for None, amounts with two decimals, days as YYYY-MM-DD."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if isinstance(value, date) else str(value)


def shown_instant(name: str, at: datetime | None) -> dict[str, str]:
    """The two fields of an instant, as `showing` takes them."""
    local = at.astimezone(BRUSSELS) if at else None
    return {
        f"{name}_day": local.date().isoformat() if local else "",
        f"{name}_time": local.strftime("%H:%M:%S" if local.second else "%H:%M") if local else "",
    }


def _read_day(value: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
