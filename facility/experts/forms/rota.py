"""The forms of the stand-by rota: which themes have it, who is put on call, and to whom an expert offers a week."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from facility.experts.queries.rota import Colleague, RotaTheme
from facility.experts.rules.rota import MOST_WEEKS
from facility.experts.words import week_days
from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import T, ask, options
from facility.web.fields import Fields
from facility.web.i18n import _


def themes(known: Sequence[RotaTheme]) -> Section:
    """Which themes have a rota."""
    hint = _(
        "An expert is on call for these themes in each week. Your work list shows gaps in the next four weeks."
    )
    return Section(
        key="themes",
        title=_("Themes with a rota"),
        fields=(
            ask(
                "themes",
                _("Themes with a rota"),
                T.SOME_OF,
                hint,
                needed=False,
                options=options((str(theme.id), f"{theme.code} {theme.name}") for theme in known),
            ),
        ),
    )


def duty(experts: Sequence[tuple[str, str]]) -> Section:
    """Who is on call, and for how many weeks."""
    return Section(
        key="duty",
        title=_("Put on call"),
        fields=(
            ask("expert", _("Expert"), T.ONE_OF, options=options(experts)),
            ask(
                "weeks",
                _("For how many weeks"),
                T.WHOLE,
                _("From this week on, one after the other."),
                least=1,
                most=MOST_WEEKS,
                unit=_("weeks"),
            ),
        ),
    )


def _choice(colleague_id: UUID, week: date | None) -> str:
    return f"{colleague_id}/{week or ''}"


def swap(colleagues: Sequence[Colleague]) -> Section:
    """To whom the week goes, and which week comes in exchange."""
    choices = []
    for colleague in colleagues:
        choices.append((_choice(colleague.id, None), _("{code} takes it over", code=colleague.code)))
        choices += [
            (
                _choice(colleague.id, week),
                _("{code}, and you take {days}", code=colleague.code, days=week_days(week)),
            )
            for week in colleague.weeks
        ]
    return Section(
        key="swap",
        title=_("Offer this week to a colleague"),
        fields=(ask("choice", _("Colleague"), T.ONE_OF, options=options(choices)),),
    )


def read_choice(fields: Fields, colleagues: Sequence[Colleague]) -> tuple[UUID, date | None]:
    """Whom the expert asks, and for which week in exchange; what is not on the list is wrong at its field."""
    chosen = read_texts(fields, swap(colleagues))["choice"]
    colleague, _slash, week = chosen.partition("/")
    return UUID(colleague) if colleague else UUID(int=0), date.fromisoformat(week) if week else None
