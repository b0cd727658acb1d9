"""The forms of a request for expertise and of the order in which experts are asked."""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import replace

from facility.deployments.forms.fees import pay, read_pay, shown_pay
from facility.deployments.forms.people import people, stated
from facility.deployments.forms.release import after_yes
from facility.deployments.forms.target import target
from facility.deployments.forms.terms import check_contact, check_reminder, terms, ways
from facility.deployments.queries.requests import Applied, DeploymentShown, Named
from facility.deployments.rules.fees import Portion
from facility.deployments.rules.shortlist import MOST_FEEDBACK, RecentFrom
from facility.deployments.service.requesting import RequestDraft
from facility.deployments.words import RECENT_FROM
from facility.forms.reading import read_texts
from facility.forms.rows import read_rows
from facility.forms.sections import Section
from facility.forms.types import Field, T, ask, options
from facility.refused import Reason
from facility.web.fields import Fields, rows_to_show, shown
from facility.web.i18n import _, translated
from facility.web.sentences import sentence

SPARE_ROWS = 2
MOST_SEATS = 20
MOST_DAYS = 60
MOST_WEIGHT = 20
MOST_BONUS = 50
MOST_HOURS = 30 * 24
MOST_MONTHS = 120
MOST_REASON = 3000

type Values = dict[str, str | list[str]]


def blank(application: Applied, known: Collection[str]) -> Values:
    """The form with the application's own themes, and the bonuses as they usually are."""
    values: Values = {
        "application": str(application.id),
        "seats": "1",
        "language": "en",
        "language_level": "C1",
        "min_theme_level": "3",
        "bonus_regional_language": "2",
        "bonus_no_recent_deployment": "1",
        "respond_within_hours": "72",
        "recent_from": RecentFrom.BOOKINGS.value,
        "cool_off_months": "24",
        "declares_conflicts": "yes",
        "remind_hours_before": "24",
        "ask_at_once": "1",
        "out": Portion.WHOLE.value,
        "back": Portion.WHOLE.value,
    }
    for number, code in enumerate(code for code in application.themes if code in known):
        values |= {f"themes-{number}-code": code, f"themes-{number}-weight": "1"}
    return values


def like(values: Values, earlier: DeploymentShown, days: int) -> Values:
    """The form for the seats of an earlier request that are empty, so many days later."""
    apart = ("starts_on", "ends_on", "seats")
    sections = (request(), people(()), terms(), ways(), after_yes(), target())
    fields = [field for section in sections for field in section.fields]
    same = [field.key for field in fields if field.key not in apart]
    values = {name: value for name, value in values.items() if not name.startswith("themes-")}
    values |= {name: shown(getattr(earlier, name)) for name in same}
    values |= shown_pay(earlier.terms)
    moved = timedelta(days=days)
    values |= {"starts_on": shown(earlier.starts_on + moved), "ends_on": shown(earlier.ends_on + moved)}
    values["seats"] = shown(earlier.unfilled or earlier.seats)
    for number, (code, weight) in enumerate(earlier.themes.items()):
        values |= {f"themes-{number}-code": code, f"themes-{number}-weight": shown(weight)}
    return values


def theme_rows(values: Values, *, spare: int = SPARE_ROWS) -> list[int]:
    """Numbers of the rows to show: those that hold something, and some empty ones after them."""
    return rows_to_show(values, "themes", spare=spare)


type Choices = Sequence[tuple[str, str]]
"""Keys and names."""


def request() -> Section:
    """What is asked for, but for the themes and the people."""
    starts = _(
        "72 hours are usual, 24 for an urgent request, 2 for one that can't wait. The time starts with each invitation. If there is no answer,"
        " the next expert is asked."
    )
    left_out = _("1 to 5. Experts who don't reach this level in any theme are left out.")
    cool_off = _(
        "This leaves out experts who work for a party, come from the only beneficiary of the lead or of the partners, or assessed this application. It also leaves out experts who, within these months, assessed another application of the lead or were deployed for a party in another application. Leave it empty if only declared conflicts count."
    )
    at_least = _("At least this level in one of the themes")
    return Section(
        key="request",
        title=_("Ask for experts"),
        fields=(
            ask(
                "place",
                _("Place"),
                T.SHORT_TEXT,
                _("For example Tirana, Albania. Experts see this text."),
                most=120,
                missing=_("Enter the place of the mission."),
            ),
            ask("starts_on", _("First day"), T.DAY),
            ask("ends_on", _("Last day"), T.DAY),
            ask("seats", _("Seats"), T.WHOLE, _("How many experts are needed."), least=1, most=MOST_SEATS),
            ask("min_theme_level", at_least, T.WHOLE, left_out, least=1, most=5),
            *_points(),
            ask(
                "cool_off_months",
                _("Look for conflicts of interest in the data"),
                T.WHOLE,
                cool_off,
                needed=False,
                most=MOST_MONTHS,
                unit=_("months back"),
            ),
            ask(
                "respond_within_hours",
                _("Time to answer"),
                T.WHOLE,
                starts,
                least=1,
                most=MOST_HOURS,
                unit=_("hours"),
            ),
        ),
    )


def _points() -> tuple[Field, ...]:
    """What gives an expert points beside the themes."""
    regional = _("Albanian, Bosnian, Croatian, Serbian, Montenegrin or Macedonian at B1 or better.")
    recent = _("Points for no deployment in the last 12 months")
    feedback = _(
        "At most 5, for the best mean of the leads’ feedback. Only experts with feedback on three missions or more get points. Enter 0 or leave it empty if feedback does not count."
    )
    counted = _(
        "“From bookings” counts the bookings in this system and stores the figures with the shortlist. “From the profile” uses the number in the profile."
    )
    return (
        ask(
            "bonus_regional_language",
            _("Points for a regional language"),
            T.WHOLE,
            regional,
            most=MOST_BONUS,
        ),
        ask("bonus_no_recent_deployment", recent, T.WHOLE, most=MOST_BONUS),
        ask(
            "feedback_weight",
            _("Points for feedback after earlier missions"),
            T.WHOLE,
            feedback,
            needed=False,
            most=MOST_FEEDBACK,
        ),
        ask(
            "recent_from",
            _("Recent deployments are counted"),
            T.ONE_OF_LIST,
            counted,
            needed=False,
            options=options((key.value, translated(word)) for key, word in RECENT_FROM.items()),
        ),
    )


def further(languages: Choices) -> dict[str, Section]:
    """What else a request says, by concept."""
    return {
        "people": people(languages),
        "terms": terms(),
        "ways": ways(),
        "pay": pay(),
        "after": after_yes(),
        "target": target(),
    }


def labels(*sections: Section) -> dict[str, str]:
    """Of the fields of all of them."""
    return {key: label for section in sections for key, label in section.labels.items()}


def weights(themes: Choices) -> Section:
    """A theme and its weight, asked in rows."""
    return Section(
        key="themes",
        title=_("Themes and their weights"),
        fields=(
            ask("code", _("Theme"), T.ONE_OF_LIST, options=options(themes)),
            ask("weight", _("Weight"), T.WHOLE, least=1, most=MOST_WEIGHT),
        ),
    )


def read(
    fields: Fields,
    *,
    application_id: UUID,
    wish_id: UUID | None = None,
    themes: Choices,
    languages: Choices,
    today: date,
    always_pin: bool = False,
) -> RequestDraft:
    """The draft; what is wrong is noted at its field. `today`: in Brussels; nobody is sent earlier. always_pin: each request is a
    sensitive one. wish_id: what it is made from."""
    typed = read_texts(fields, request()) | read_texts(fields, people(languages))
    typed |= read_texts(fields, terms()) | read_texts(fields, ways())
    check_contact(fields)
    check_reminder(fields, int(typed["respond_within_hours"]))
    _check_days(fields, date.fromisoformat(typed["starts_on"]), date.fromisoformat(typed["ends_on"]), today)
    rows = read_rows(fields, weights(themes), _("You have chosen this theme twice."))
    if not rows:
        fields.wrong("themes-0-code", _("Choose at least one theme."))
    after = read_texts(fields, after_yes()) | read_texts(fields, target())
    draft = {
        **typed,
        **stated(typed),
        "application_id": application_id,
        "wish_id": wish_id,
        "release_days": after["release_days"] or None,
        "report_days": after["report_days"] or None,
        "target_days": after["target_days"] or None,
        "appoints": after["appoints"] == "yes",
        "place": designated(typed["place"]),
        "terms_of_reference": designated(typed["terms_of_reference"]),
        "declares_conflicts": typed["declares_conflicts"] == "yes",
        "sensitive": always_pin or typed["sensitive"] == "yes",
        "in_working_time": typed["in_working_time"] == "yes",
        "remind_hours_before": typed["remind_hours_before"] or None,
        "ask_at_once": typed["ask_at_once"] or "1",
        "on_call_first": typed["on_call_first"] == "yes",
        "themes": {str(row["code"]): row["weight"] for _fields, row in rows},
        "recent_from": typed["recent_from"] or RecentFrom.PROFILE,
        "cool_off_months": typed["cool_off_months"] or None,
        "feedback_weight": typed["feedback_weight"] or "0",
    }
    return replace(msgspec.convert(draft, RequestDraft, strict=False), pay=read_pay(fields))


def designated(place: str) -> str:
    """Kosovo with its asterisk, whose footnote is on every page."""
    return re.sub(r"\bKosovo\b(?!\*)", "Kosovo*", place)


def _check_days(fields: Fields, first: date, last: date, today: date) -> None:
    if not fields.sound("starts_on"):
        return
    if first < today:
        fields.wrong("starts_on", _("This day is past."))
    if not fields.sound("ends_on"):
        return
    if last < first:
        fields.wrong("ends_on", sentence(Reason("ends_before_it_starts")))
    elif last - first >= timedelta(days=MOST_DAYS):
        fields.wrong("ends_on", _("A deployment lasts at most {most} days.", most=MOST_DAYS))


def place_name(expert_id: UUID) -> str:
    """The field of an expert's place in the order."""
    return f"place_{expert_id}"


def shown_order(ranked: Sequence[Named]) -> Values:
    """The shortlist's own order."""
    return {place_name(expert.id): shown(place) for place, expert in enumerate(ranked, 1)}


def read_order(fields: Fields, ranked: Sequence[Named]) -> tuple[list[UUID], str]:
    """Whom to ask, by place, and the reason. An empty place leaves the expert out."""
    places: dict[int, UUID] = {}
    for expert in ranked:
        name = place_name(expert.id)
        if not fields.given(name):
            continue
        place = fields.integer(name, 1, len(ranked))
        if name in fields.errors:
            continue
        if place in places:
            fields.wrong(name, _("Place {place} is taken already.", place=place))
        places[place] = expert.id
    reason = fields.text("reason", missing=None, most=MOST_REASON, multiline=True)
    return [places[place] for place in sorted(places)], reason
