"""The forms of pay: what a request says, what a day of travel pays, and when an expert travelled."""

from datetime import date, datetime
from decimal import Decimal

from facility.accounts.words import place_choices
from facility.deployments.rules.fees import NOTHING, Cancellation, Pay, Portion, Terms, Travel, Windows
from facility.deployments.words import PORTIONS
from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.web.fields import Fields
from facility.web.i18n import _, translated

MOST_REASON = 1000
MOST_CANCEL_DAYS = 90
_IF_PAID = AskedIf("pays", ("yes",))


def pay() -> Section:
    """What a request asks about pay."""
    pays = _("The experts see the sum before they answer. It uses today’s rates, even if these change later.")
    country = _("The per diem of this place applies. An expert who lives there gets none.")
    hotel = _(
        "EUR for each night, taken off the per diem. Leave it empty if experts pay the hotel themselves."
    )
    portions = options((portion.value, translated(word)) for portion, word in PORTIONS.items())
    out, back = _("Fee for the day of the outbound journey"), _("Fee for the day of the return journey")
    cancelling = _(
        "If the facility or the lead cancels so late, a share of the fee of the booked days is due. Experts read this before they answer. If the"
        " expert cancels, nothing is due. Leave both empty if nothing is due at all."
    )
    plan = _("As you plan it. What is paid in the end follows the hours of travel.")
    fields = (
        ask("pays", _("The facility pays the experts a fee and a per diem"), T.FLAG, pays, needed=False),
        ask(
            "country",
            _("Country of the place"),
            T.ONE_OF_LIST,
            country,
            options=options(place_choices()),
            asked_if=_IF_PAID,
        ),
        ask("hotel", _("Hotel that is provided"), T.AMOUNT, hotel, needed=False, asked_if=_IF_PAID),
        ask("out", out, T.ONE_OF_LIST, plan, options=portions, asked_if=_IF_PAID),
        ask("back", back, T.ONE_OF_LIST, options=portions, asked_if=_IF_PAID),
        ask(
            "cancel_days",
            _("Late cancellation: fewer days before the first day than"),
            T.WHOLE,
            cancelling,
            needed=False,
            least=1,
            most=MOST_CANCEL_DAYS,
            unit=_("days"),
            asked_if=_IF_PAID,
        ),
        ask(
            "cancel_percent",
            _("Late cancellation: share of the fee that is due"),
            T.WHOLE,
            needed=False,
            least=1,
            most=100,
            unit=_("percent"),
            asked_if=_IF_PAID,
        ),
    )
    return Section(key="pay", title=_("Pay"), fields=fields)


def read_pay(fields: Fields) -> Pay | None:
    """None where the request does not pay."""
    typed = read_texts(fields, pay())
    if not typed["pays"]:
        return None
    hotel = Decimal(typed["hotel"]) if typed["hotel"] else NOTHING
    days, percent = typed["cancel_days"], typed["cancel_percent"]
    if days and not percent and fields.sound("cancel_percent"):
        fields.wrong("cancel_percent", _("Enter the share, or leave both empty."))
    if percent and not days and fields.sound("cancel_days"):
        fields.wrong("cancel_days", _("Enter the days, or leave both empty."))
    rule = Cancellation(int(days), int(percent)) if days.isdigit() and percent.isdigit() else None
    return Pay(typed["country"], hotel, Portion(typed["out"]), Portion(typed["back"]), rule)


def shown_pay(terms: Terms | None) -> dict[str, str]:
    """What an earlier request said about pay, in the fields of the form."""
    if terms is None:
        return {}
    pay = terms.pay
    return {
        "pays": "yes",
        "country": pay.country,
        "hotel": str(pay.hotel),
        "out": pay.out.value,
        "back": pay.back.value,
        "cancel_days": str(pay.cancellation.days) if pay.cancellation else "",
        "cancel_percent": str(pay.cancellation.percent) if pay.cancellation else "",
    }


def read_windows(fields: Fields) -> tuple[date, Windows, str]:
    """The day from which the windows count, and why."""
    valid_from = fields.day("valid_from")
    windows = Windows(
        whole_until=fields.clock_time("whole_until"),
        half_until=fields.clock_time("half_until"),
        late=fields.one_of("late", Portion),
        early_before=fields.clock_time("early_before"),
        half_before=fields.clock_time("half_before"),
        early=fields.one_of("early", Portion),
    )
    missing = _("Enter the decision or list that states the windows.")
    reason = fields.text("reason", missing=missing, most=MOST_REASON, multiline=True)
    return valid_from, windows, reason


def shown_windows(windows: Windows) -> dict[str, str]:
    """The windows in the fields of their form."""
    return {
        "whole_until": f"{windows.whole_until:%H:%M}",
        "half_until": f"{windows.half_until:%H:%M}",
        "late": windows.late.value,
        "early_before": f"{windows.early_before:%H:%M}",
        "half_before": f"{windows.half_before:%H:%M}",
        "early": windows.early.value,
    }


def read_travel(fields: Fields) -> Travel:
    """When the expert left home, and was back there."""
    return Travel(departed=_read_moment(fields, "departed"), landed=_read_moment(fields, "landed"))


def _read_moment(fields: Fields, name: str) -> datetime:
    day = fields.day(f"{name}_day")
    return datetime.combine(day, fields.clock_time(f"{name}_time"))


def shown_travel(travel: Travel | None) -> dict[str, str]:
    """The stated travel in the fields of its form."""
    if travel is None:
        return {}
    times = {"departed": travel.departed, "landed": travel.landed}
    days = {f"{name}_day": f"{at:%Y-%m-%d}" for name, at in times.items()}
    return days | {f"{name}_time": f"{at:%H:%M}" for name, at in times.items()}
