"""The forms of a request for expertise and of the order in which experts are asked."""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from facility.deployments.queries import Applied, Named
from facility.deployments.service.expertise import RequestDraft
from facility.experts.rules import CEFR, CefrLevel
from facility.web.fields import Fields, rows_to_show, shown
from facility.web.i18n import _

SPARE_ROWS = 2
MOST_SEATS = 20
MOST_DAYS = 60
MOST_WEIGHT = 20
MOST_BONUS = 50
MOST_HOURS = 30 * 24
MOST_REASON = 3000
_LEVELS: dict[str, CefrLevel] = {level: level for level in CEFR}

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
    }
    for number, code in enumerate(code for code in application.themes if code in known):
        values |= {f"themes-{number}-code": code, f"themes-{number}-weight": "1"}
    return values


def theme_rows(values: Values, *, spare: int = SPARE_ROWS) -> list[int]:
    """Numbers of the rows to show: those that hold something, and some empty ones after them."""
    return rows_to_show(values, "themes", spare=spare)


def read(
    fields: Fields,
    *,
    application_id: UUID,
    themes: Collection[str],
    languages: Collection[str],
    today: date,
) -> RequestDraft:
    """The draft; what is wrong is noted at its field. `today`: in Brussels; nobody is sent earlier."""
    place = designated(fields.text("place", most=120))
    starts_on, ends_on = _days(fields, today)
    return RequestDraft(
        application_id=application_id,
        place=place,
        starts_on=starts_on,
        ends_on=ends_on,
        seats=fields.integer("seats", 1, MOST_SEATS),
        language=fields.choice("language", languages),
        language_level=_LEVELS.get(fields.choice("language_level", CEFR), "A1"),
        themes=_themes(fields, themes),
        min_theme_level=fields.integer("min_theme_level", 1, 5),
        bonus_regional_language=fields.integer("bonus_regional_language", 0, MOST_BONUS),
        bonus_no_recent_deployment=fields.integer("bonus_no_recent_deployment", 0, MOST_BONUS),
        respond_within_hours=fields.integer("respond_within_hours", 1, MOST_HOURS),
    )


def designated(place: str) -> str:
    """Kosovo with its asterisk, whose footnote is on every page."""
    return re.sub(r"\bKosovo\b(?!\*)", "Kosovo*", place)


def _days(fields: Fields, today: date) -> tuple[date, date]:
    first, last = fields.day("starts_on"), fields.day("ends_on")
    if "starts_on" in fields.errors:
        return first, last
    if first < today:
        fields.wrong("starts_on", _("This day is past."))
    if "ends_on" in fields.errors:
        return first, last
    if last < first:
        fields.wrong("ends_on", _("The last day lies before the first."))
    elif last - first >= timedelta(days=MOST_DAYS):
        fields.wrong("ends_on", _("A deployment lasts at most {most} days.", most=MOST_DAYS))
    return first, last


def _themes(fields: Fields, known: Collection[str]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for row in fields.rows("themes"):
        if not (row.given("code") | row.given("weight")):
            continue
        code, weight = row.choice("code", known), row.integer("weight", 1, MOST_WEIGHT)
        if code in chosen:
            row.wrong("code", _("You have chosen this theme twice."))
        if code:
            chosen[code] = weight
    if not chosen and not any(name.startswith("themes-") for name in fields.errors):
        fields.wrong("themes-0-code", _("Choose at least one theme."))
    return chosen


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
    reason = fields.text("reason", required=False, most=MOST_REASON, multiline=True)
    return [places[place] for place in sorted(places)], reason
