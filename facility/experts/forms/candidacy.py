"""What candidates, those who nominate, and the secretariat that decides fill in beside the profile."""

from datetime import date

from facility.accounts.words import OWN_NAME_MISSING
from facility.experts.rules.candidacy import MOST_YEARS, Wish
from facility.experts.words import CODE, CODE_MISSING, NAME_MISSING, NO_LAST_DAY
from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.web import filters
from facility.web.fields import Fields
from facility.web.i18n import _, translated
from facility.web.reasons import OF_DECISION

MOST_REASON = 2000


def joining() -> Section:
    """The public page of the pool."""
    wishes = options(
        [
            (Wish.APPLY, _("Apply to join the pool as an expert")),
            (Wish.NOMINATE, _("Nominate an expert of my authority")),
            (Wish.PROFILE, _("See or change my own profile")),
        ]
    )
    return Section(
        key="joining",
        title="",
        fields=(
            ask("wish", _("What would you like to do?"), T.ONE_OF, options=wishes),
            ask("email", _("Your mail address"), T.MAIL, _("We send you a link. You need no password.")),
        ),
    )


def nomination() -> Section:
    """Whom an authority nominates."""
    reads = _("The expert reads it in the mail.")
    return Section(
        key="nomination",
        title="",
        fields=(
            ask(
                "authority",
                _("Your authority"),
                T.SHORT_TEXT,
                reads,
                most=120,
                missing=_("Enter the name of your authority."),
            ),
            ask(
                "nominator",
                _("Your name"),
                T.SHORT_TEXT,
                reads,
                most=120,
                missing=translated(OWN_NAME_MISSING),
            ),
            ask("name", _("Name of the expert"), T.SHORT_TEXT, most=120, missing=translated(NAME_MISSING)),
            ask("email", _("Mail address of the expert"), T.MAIL, _("The expert gets a link to the form.")),
        ),
    )


def consent(notice: date) -> Section:
    """The privacy notice, in the version that holds."""
    agree = _("I have read the privacy notice and agree that the facility keeps my profile")
    hint = _("Version of {day}.", day=filters.day(notice))
    return Section(key="consent", title=_("Privacy"), fields=(ask("agree", agree, T.FLAG, hint),))


def read_consent(fields: Fields, notice: date) -> None:
    """Nothing is kept of those who do not agree; that is noted at the field."""
    if not read_texts(fields, consent(notice))["agree"]:
        fields.wrong("agree", _("Read the privacy notice and tick the box, or close the page."))


def decision() -> Section:
    """How the secretariat decides on a candidate."""
    ways = options([("validate", _("Into the pool")), ("refuse", _("Refuse"))])
    if_validated = AskedIf("decision", ("validate",))
    code = translated(CODE)
    until = _(
        "The expert is asked to renew before this day. At most {years} years from today.",
        years=MOST_YEARS,
    )
    ends = f"{until} {translated(NO_LAST_DAY)}"
    reads = _("Why. The candidate reads it in the mail.")
    return Section(
        key="decision",
        title="",
        fields=(
            ask("decision", _("Decision"), T.ONE_OF, options=ways),
            ask(
                "code",
                _("Code"),
                T.SHORT_TEXT,
                code,
                most=20,
                asked_if=if_validated,
                missing=translated(CODE_MISSING),
            ),
            ask("valid_until", _("In the pool until"), T.DAY, ends, needed=False, asked_if=if_validated),
            ask("reason", _("Reason"), T.LONG_TEXT, reads, most=MOST_REASON, missing=translated(OF_DECISION)),
        ),
    )
