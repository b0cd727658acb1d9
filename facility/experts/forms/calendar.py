"""The forms by which an expert says when they can come."""

from datetime import date

from facility.experts.queries.pool import ExpertShown
from facility.experts.rules.calendar import MOST_A_YEAR, MOST_NOTICE, days_between
from facility.experts.service.calendar import Limits
from facility.experts.words import weekday_names
from facility.forms.reading import read as read_section
from facility.forms.sections import Section
from facility.forms.types import T, ask, options
from facility.web.fields import Fields, shown
from facility.web.i18n import _


def limits() -> Section:
    """What holds in every month."""
    notice = _("You are not asked for days that begin earlier than so many days from then.")
    most = _("You are not asked for more days in a calendar year, all bookings together.")
    weekdays = options((str(number), name) for number, name in enumerate(weekday_names()))
    return Section(
        key="limits",
        title=_("In every month"),
        fields=(
            ask(
                "absent_weekdays",
                _("Weekdays on which I can never come"),
                T.SOME_OF,
                _("A mission that includes such a day is not offered to you."),
                needed=False,
                options=weekdays,
            ),
            ask(
                "notice_days",
                _("Days of notice that I need"),
                T.WHOLE,
                notice,
                needed=False,
                most=MOST_NOTICE,
            ),
            ask(
                "days_per_year",
                _("Days in a year, at most"),
                T.WHOLE,
                most,
                needed=False,
                least=1,
                most=MOST_A_YEAR,
            ),
        ),
    )


def shown_limits(expert: ExpertShown) -> dict[str, str | list[str]]:
    """What is stored, as fields."""
    return {
        "absent_weekdays": [str(number) for number in expert.absent_weekdays],
        "notice_days": shown(expert.notice_days),
        "days_per_year": shown(expert.days_per_year),
    }


def read_limits(fields: Fields) -> Limits:
    """What was typed; every wrong field is noted."""
    typed = read_section(fields, limits())
    notice, most = str(typed["notice_days"]), str(typed["days_per_year"])
    return Limits(
        absent_weekdays=[
            int(number) for number in typed["absent_weekdays"] if fields.sound("absent_weekdays")
        ],
        notice_days=int(notice) if notice else None,
        days_per_year=int(most) if most else None,
    )


def read_days(fields: Fields, first: date, last: date) -> set[date]:
    """The days that are ticked in this month; a button ticks all of them, all from Monday to Friday, or none."""
    days = days_between(first, last)
    ticked = fields.many("days", [day.isoformat() for day in days], required=False)
    match fields.choice("do", ("save", "all", "weekdays", "none")):
        case "all":
            return set(days)
        case "weekdays":
            return {day for day in days if day.weekday() < 5}
        case "none":
            return set()
    return {date.fromisoformat(day) for day in ticked if fields.sound("days")}
