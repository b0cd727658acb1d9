"""The forms after a mission: the expert's report with feedback on the activity, and the lead's feedback on the expert."""

from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import Field, T, ask, options
from facility.web.fields import Fields
from facility.web.i18n import _

MOST_TEXT = 4000
MOST_COMMENT = 2000


def report() -> Section:
    """What the expert reports."""
    no_cases = _("Never write about cases, and name no persons.")
    return Section(
        key="report",
        title=_("Your report"),
        fields=(
            ask(
                "done",
                _("What was done"),
                T.LONG_TEXT,
                no_cases,
                most=MOST_TEXT,
                missing=_("Enter what was done."),
            ),
            ask(
                "results",
                _("Results"),
                T.LONG_TEXT,
                no_cases,
                most=MOST_TEXT,
                missing=_("Enter the results."),
            ),
            ask(
                "recommendations",
                _("Recommendations"),
                T.LONG_TEXT,
                _("What should happen next?"),
                needed=False,
                most=MOST_TEXT,
            ),
        ),
    )


def on_activity() -> Section:
    """The expert's feedback on the activity."""
    return Section(
        key="on_activity",
        title=_("Your feedback"),
        fields=(
            _scale("preparation", _("How well was the mission prepared?"), needed=False),
            _scale("cooperation", _("How good was the cooperation with the institutions?"), needed=False),
            _scale("prospects", _("How likely is it that the institutions use the results?"), needed=False),
            ask("comment", _("What else should we know?"), T.LONG_TEXT, needed=False, most=MOST_COMMENT),
        ),
    )


def on_expert() -> Section:
    """The lead's feedback on the expert."""
    return Section(
        key="on_expert",
        title=_("Your feedback"),
        fields=(
            _scale("knowledge", _("How well did the expert know the field?")),
            _scale("cooperation", _("How good was the cooperation with the expert?")),
            _scale("benefit", _("How useful was the mission for you and your partners?")),
            ask("comment", _("What else should we know?"), T.LONG_TEXT, needed=False, most=MOST_COMMENT),
        ),
    )


def _scale(key: str, label: str, *, needed: bool = True) -> Field:
    choices = [("1", _("1, lowest")), ("2", "2"), ("3", "3"), ("4", "4"), ("5", _("5, highest"))]
    return ask(key, label, T.ONE_OF, needed=needed, options=options(choices))


def read_feedback(fields: Fields, section: Section) -> dict[str, int | str | None]:
    """The figures, None where nothing was chosen, and the comment."""
    typed = read_texts(fields, section)
    return {
        key: value if key == "comment" else int(value) if value.isdigit() else None
        for key, value in typed.items()
    }
