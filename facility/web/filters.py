"""How values look on pages, in letters and documents: amounts, days, instants in Brussels, the time left."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import jinja2
from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_time

from facility import clock
from facility.clock import BRUSSELS
from facility.designations import footnotes
from facility.money import format_eur
from facility.web.i18n import SOURCE, _, language, ngettext


def locale() -> Locale:
    """Babel's locale of the page's language."""
    return _parsed("en_GB" if language() == SOURCE else language())


@cache
def _parsed(code: str) -> Locale:
    # Babel would read the code anew for every amount and day of a list.
    return Locale.parse(code)


def eur(amount: Decimal) -> str:
    """ "35 427.70", with a no-break space; the unit stands beside it or in the column's head."""
    return format_eur(amount)


def _in_brussels(value: date) -> date:
    return value.astimezone(BRUSSELS) if isinstance(value, datetime) else value


def day(value: date) -> str:
    """ "30 July 2021"; of an instant, the day in Brussels."""
    return format_date(_in_brussels(value), "d MMMM y", locale=locale())


def weekday(value: date) -> str:
    """ "Friday 30 July 2021"; of an instant, the day in Brussels."""
    return format_date(_in_brussels(value), "EEEE d MMMM y", locale=locale())


def short_day(value: date) -> str:
    """ "Fri 30 Jul", with the year where it is not this one; of an instant, the day in Brussels."""
    local = _in_brussels(value)
    year = "" if local.year == clock.now().astimezone(BRUSSELS).year else " y"
    return format_date(local, f"EEE d MMM{year}", locale=locale())


def days(first: date, last: date) -> str:
    """ "4–8 Oct 2021", both included; "4 Oct 2021"."""
    return str(format_interval(first, last, "yMMMMd", locale=locale()))


def short_month(value: date) -> str:
    """ "Jul 2021", on an axis."""
    return format_date(value, "MMM y", locale=locale())


def month(value: date) -> str:
    """ "March 2027"."""
    return format_date(value, "LLLL yyyy", locale=locale())


def instant(at: datetime) -> str:
    """ "Friday 30 July 2021, 12:00 Brussels time"; seconds only where they are not zero."""
    local = at.astimezone(BRUSSELS)
    pattern = "EEEE d MMMM y, HH:mm:ss" if local.second else "EEEE d MMMM y, HH:mm"
    return _("{instant} Brussels time", instant=format_datetime(local, pattern, locale=locale()))


def moment(at: datetime) -> str:
    """ "Fri 30 Jul, 12:00", with the year where it is not this one: for pages, whose foot says that it is Brussels time."""
    return f"{short_day(at)}, {hour(at)}"


def clock_time(at: datetime) -> str:
    """ "12:00:05" in Brussels."""
    return format_time(at.astimezone(BRUSSELS), "HH:mm:ss", locale=locale())


def hour(at: datetime) -> str:
    """ "12:00" in Brussels."""
    return format_time(at.astimezone(BRUSSELS), "HH:mm", locale=locale())


def is_over(until: datetime) -> bool:
    """Whether this instant has passed."""
    return until <= clock.now()


def left(until: datetime) -> str:
    """ "21 hours 58 minutes left", from now; the two largest units."""
    seconds = int((until - clock.now()).total_seconds())
    if seconds <= 0:
        return _("Closed")
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = [
        ngettext("{count} day", "{count} days", days) if days else "",
        ngettext("{count} hour", "{count} hours", hours) if hours else "",
        ngettext("{count} minute", "{count} minutes", minutes) if minutes and not days else "",
    ]
    shown = " ".join(part for part in parts if part)
    return _("{time} left", time=shown or _("less than a minute"))


_FURTHER: dict[str, Callable[..., object]] = {}


def register(name: str, function: Callable[..., object]) -> None:
    """A filter of a room's own, for its pages and mails."""
    if name in _FURTHER:
        raise TypeError(f"two filters are named {name}")
    _FURTHER[name] = function


def install(environment: jinja2.Environment) -> None:
    """Give the templates these filters, under these names."""
    environment.filters |= {
        "eur": eur,
        "day": day,
        "weekday": weekday,
        "short_day": short_day,
        "short_month": short_month,
        "days": days,
        "instant": instant,
        "moment": moment,
        "time": clock_time,
        "is_over": is_over,
        "left": left,
        "footnotes": footnotes,
        **_FURTHER,
    }
