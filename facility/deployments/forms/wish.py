"""The form by which the lead of an activity asks for experts, and the form of a request that is made from it."""

from collections.abc import Collection

from facility.deployments.forms.request import MOST_SEATS, Choices, Values
from facility.deployments.queries.wishes import ToComplete
from facility.deployments.service.wishing import WishDraft
from facility.forms.reading import read
from facility.forms.sections import Section
from facility.forms.types import T, ask, options
from facility.web.fields import Fields, shown
from facility.web.i18n import _

MOST_TASK = 1000


def wish(themes: Choices, languages: Choices) -> Section:
    """Place and days are those of the activity."""
    task = _("A few sentences. Experts read them before they answer. Never write data about cases here.")
    return Section(
        key="wish",
        title=_("Ask for experts"),
        fields=(
            ask("seats", _("How many experts"), T.WHOLE, least=1, most=MOST_SEATS),
            ask("themes", _("Themes"), T.SOME_OF, options=options(themes)),
            ask("language", _("Language"), T.ONE_OF_LIST, options=options(languages)),
            ask(
                "task",
                _("What they should do"),
                T.LONG_TEXT,
                task,
                most=MOST_TASK,
                missing=_("Enter what the experts should do."),
            ),
        ),
    )


def read_wish(fields: Fields, section: Section) -> WishDraft:
    """What is wrong is noted at its field."""
    answers = read(fields, section)
    return WishDraft(
        seats=int(str(answers["seats"])),
        themes=list(answers["themes"]),
        language=str(answers["language"]),
        task=str(answers["task"]),
    )


def from_wish(values: Values, wish: ToComplete, known: Collection[str]) -> Values:
    """The form of a request, as the lead asks for it."""
    values = {name: value for name, value in values.items() if not name.startswith("themes-")}
    values |= {
        "wish": str(wish.id),
        "place": wish.place,
        "starts_on": shown(wish.starts_on),
        "ends_on": shown(wish.ends_on),
        "seats": shown(wish.seats),
        "language": wish.language,
        "terms_of_reference": wish.task,
    }
    for number, code in enumerate(code for code in wish.themes if code in known):
        values |= {f"themes-{number}-code": code, f"themes-{number}-weight": "1"}
    return values
