"""The forms of what follows a yes: what a request says of it, who can release an expert, and the superior's answer."""

from facility.forms.asked import name_and_function
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.web.i18n import _

MOST_REASON = 2000
MOST_DAYS = 60


def after_yes() -> Section:
    """What a request says of what follows a yes."""
    release = _(
        "Once an expert accepts, we ask the superior by mail to release the expert. If the superior refuses, the booking ends and the next expert is asked. Leave it empty if no release is needed."
    )
    appoints = _("The expert gets it by mail after accepting, or after the release if one is needed.")
    report = _(
        "After the last day, each expert gets a mail with the form, and is reminded. The secretariat, the auditor and the lead of the"
        " application read the report; the lead can then say how the expert was. Leave it empty if no report is needed."
    )
    return Section(
        key="after_yes",
        title=_("After the expert accepts"),
        fields=(
            ask(
                "release_days",
                _("Time for the employer to release the expert"),
                T.WHOLE,
                release,
                needed=False,
                least=1,
                most=MOST_DAYS,
                unit=_("days"),
            ),
            ask(
                "appoints",
                _("Send a letter of appointment with the terms of reference"),
                T.FLAG,
                appoints,
                needed=False,
            ),
            ask(
                "report_days",
                _("Time for the mission report after the last day"),
                T.WHOLE,
                report,
                needed=False,
                least=1,
                most=MOST_DAYS,
                unit=_("days"),
            ),
        ),
    )


def superior() -> Section:
    """Who can release an expert."""
    return Section(
        key="superior",
        title=_("Who can release you?"),
        fields=(
            ask(
                "name",
                _("Name"),
                T.SHORT_TEXT,
                most=200,
                missing=_("Enter the name of the person who can release you."),
            ),
            ask("email", _("Mail address at work"), T.MAIL, most=200),
        ),
    )


def answer() -> Section:
    """What a superior answers."""
    releases = AskedIf("answer", ("release",))
    refuses = AskedIf("answer", ("refuse",))
    return Section(
        key="release",
        title=_("Your answer"),
        fields=(
            ask(
                "answer",
                _("Do you release the expert for these days?"),
                T.ONE_OF,
                options=options([("release", _("Yes, I release the expert")), ("refuse", _("No"))]),
            ),
            ask(
                "insured",
                _("Insurance during the mission"),
                T.ONE_OF,
                options=options(
                    [
                        ("yes", _("We insure the expert: it is duty travel")),
                        ("no", _("We do not insure the expert")),
                    ]
                ),
                asked_if=releases,
            ),
            ask(
                "reason",
                _("Reason"),
                T.LONG_TEXT,
                _("The secretariat, the auditor and the expert read it."),
                most=MOST_REASON,
                asked_if=refuses,
                missing=_("Enter why you do not release the expert."),
            ),
            name_and_function(),
        ),
    )
