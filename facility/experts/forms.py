"""The form of an expert: from what is stored to fields, and from fields to a draft."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from uuid import UUID

import msgspec

from facility.accounts.words import country_choices
from facility.experts.queries import ExpertShown
from facility.experts.rules import CEFR, CefrLevel, Period
from facility.experts.service import ExpertDraft
from facility.experts.words import GENDERS
from facility.web.fields import Fields, rows_to_show, shown
from facility.web.i18n import _

SPARE_ROWS = 2
GROUPS = ("themes", "languages", "available", "conflicts")
LEVELS = ("1", "2", "3", "4", "5")
ANY_INSTITUTION = "any"

type Values = dict[str, str | list[str]]


class Known(msgspec.Struct, frozen=True):
    """What the form offers: codes of themes and languages, ids of institutions."""

    themes: Collection[str]
    languages: Collection[str]
    institutions: Collection[str]


def shown_expert(expert: ExpertShown) -> Values:
    """What is stored, as fields."""
    values: Values = {
        name: shown(getattr(expert, name))
        for name in ("code", "name", "email", "country", "branch", "deployments_12m", "past_deployments")
    }
    values |= {"gender": expert.gender or "", "active": "yes" if expert.active else ""}
    for number, theme in enumerate(expert.themes):
        values |= _row("themes", number, code=theme.code, level=str(theme.level))
    for number, spoken in enumerate(expert.languages):
        values |= _row("languages", number, code=spoken.language, level=spoken.level)
    for number, period in enumerate(expert.available):
        values |= _row("available", number, starts_on=shown(period.starts_on), ends_on=shown(period.ends_on))
    for number, conflict in enumerate(expert.conflicts):
        institution = str(conflict.institution_id) if conflict.institution_id else ANY_INSTITUTION
        values |= _row("conflicts", number, institution=institution, reason=conflict.reason)
    return values


def _row(group: str, number: int, **values: str) -> Values:
    return {f"{group}-{number}-{name}": value for name, value in values.items()}


def blank() -> Values:
    """A form that nobody has filled in."""
    return {"deployments_12m": "0", "active": "yes"}


def rows(values: Values, *, spare: int = SPARE_ROWS) -> dict[str, list[int]]:
    """Numbers of the rows to show by group: those that hold something, and some empty ones after them."""
    return {group: rows_to_show(values, group, spare=spare) for group in GROUPS}


def read(fields: Fields, known: Known, *, country: str = "") -> ExpertDraft:
    """The draft; every wrong field is noted. `country`: one that is stored already."""
    return ExpertDraft(
        code=fields.text("code", most=20),
        name=fields.text("name", most=120),
        email=fields.email("email"),
        country=fields.choice("country", [code for code, _name in country_choices(country)]),
        gender=fields.choice("gender", list(GENDERS)) if fields.given("gender") else None,
        branch=fields.text("branch", most=60),
        deployments_12m=fields.integer("deployments_12m", 0, 99),
        themes=_themes(fields, known.themes),
        languages=_languages(fields, known.languages),
        available=_available(fields),
        conflicts=_conflicts(fields, known.institutions),
        past_deployments=fields.text("past_deployments", required=False, most=5000, multiline=True),
        active=fields.yes("active"),
    )


def _typed(fields: Fields, group: str, *names: str) -> list[Fields]:
    """The rows of a group in which something was typed."""
    return [row for row in fields.rows(group) if any(row.given(name) for name in names)]


def _once[Key](rows_: Sequence[tuple[Fields, Key]], name: str, text: Callable[[], str]) -> None:
    """Note each row whose key stands in an earlier one."""
    seen: set[Key] = set()
    for row, key in rows_:
        if key in seen:
            row.wrong(name, text())
        seen.add(key)


def _themes(fields: Fields, known: Collection[str]) -> dict[str, int]:
    typed = _typed(fields, "themes", "code", "level")
    themes = [(row, row.choice("code", known), row.choice("level", LEVELS)) for row in typed]
    _once(
        [(row, code) for row, code, _level in themes if code],
        "code",
        lambda: _("You have chosen this theme twice."),
    )
    return {code: int(level) for _row, code, level in themes if level in LEVELS}


def _languages(fields: Fields, known: Collection[str]) -> dict[str, CefrLevel]:
    typed = _typed(fields, "languages", "code", "level")
    languages = [(row, row.choice("code", known), row.choice("level", CEFR)) for row in typed]
    _once(
        [(row, code) for row, code, _level in languages if code],
        "code",
        lambda: _("You have chosen this language twice."),
    )
    levels: dict[str, CefrLevel] = {level: level for level in CEFR}  # the typed level as one of the six
    return {code: levels[level] for _row, code, level in languages if level in levels}


def _available(fields: Fields) -> list[Period]:
    first_days: list[tuple[Fields, date]] = []
    periods: list[Period] = []
    for row in _typed(fields, "available", "starts_on", "ends_on"):
        first, last = row.day("starts_on"), row.day("ends_on")
        if last < first and not (fields.errors.keys() & {row.name("starts_on"), row.name("ends_on")}):
            row.wrong("ends_on", _("The last day is before the first."))
        first_days.append((row, first))
        periods.append((first, last))
    _once(first_days, "starts_on", lambda: _("Another row begins on this day."))
    return sorted(periods)


def _conflicts(fields: Fields, known: Collection[str]) -> list[tuple[UUID | None, str]]:
    conflicts: list[tuple[Fields, str, str]] = []
    for row in _typed(fields, "conflicts", "institution", "reason"):
        conflicts.append(
            (row, row.choice("institution", [ANY_INSTITUTION, *known]), row.text("reason", most=500))
        )
    _once(
        [(row, key) for row, key, _reason in conflicts if key],
        "institution",
        lambda: _("You have chosen this institution twice."),
    )
    return [
        (None if key == ANY_INSTITUTION else UUID(key), reason)
        for _row, key, reason in conflicts
        if key == ANY_INSTITUTION or key in known
    ]


def wants_more(fields: Fields) -> bool:
    """Whether the button for more rows was pressed; nothing is saved then."""
    fields.ignore("do", "version")
    return fields.form.get("do") == "rows"


def settle(fields: Fields, known: Known, country: str) -> Fields:
    """The fields as typed, without what is wrong with them: for the form with more rows."""
    read(fields, known, country=country)
    if not fields.are_right():
        fields.errors.clear()
    return fields
