"""What experts read on their invitation, what is asked of them with the yes, and how they are asked."""

from facility.applications.words import CONTACT_MISSING
from facility.forms.sections import Section
from facility.forms.types import T, ask
from facility.web.fields import Fields
from facility.web.i18n import _, translated

MOST_TERMS = 4000
MOST_AT_ONCE = 10
MOST_HOURS = 30 * 24


def terms() -> Section:
    """What an invitation says beyond days, place and language."""
    task = _(
        "Experts read it in the mail and on their page before they answer. Never write about cases here."
    )
    sensitive = _(
        "Mails then say only days, place, language and contact. To accept, an expert needs the PIN that they chose on the page of their profile."
    )
    contact = _("Experts can ask this person before they answer and after they accept.")
    conflicts = _(
        "The invitation names the institutions. Nobody can accept without the declaration that they have no conflict of interest."
        " If an expert declares a conflict, the next expert is asked."
    )
    return Section(
        key="terms",
        title=_("What the invitation says"),
        fields=(
            ask(
                "terms_of_reference",
                _("Terms of reference"),
                T.LONG_TEXT,
                task,
                needed=False,
                most=MOST_TERMS,
            ),
            ask("sensitive", _("Sensitive request"), T.FLAG, sensitive, needed=False),
            ask("contact_name", _("Contact person"), T.SHORT_TEXT, contact, needed=False, most=120),
            ask("contact_email", _("Mail address of the contact person"), T.MAIL, needed=False),
            ask("contact_phone", _("Phone of the contact person"), T.SHORT_TEXT, needed=False, most=40),
            ask(
                "declares_conflicts",
                _("Experts declare conflicts of interest"),
                T.FLAG,
                conflicts,
                needed=False,
            ),
        ),
    )


def ways() -> Section:
    """How experts are asked, beside the hours to answer."""
    working = _(
        "24 hours are then one working day. Hours count from 08:00 to 18:00 Brussels time, Monday to Friday, but not on holidays of the EU institutions."
    )
    reminder = _("How long before the time to answer ends. Leave it empty to send no reminder.")
    several = _(
        "How many experts are asked at the same time for each seat. The first who accept get the seats; the others get a friendly mail."
    )
    on_call = _(
        "For an urgent request. An expert who is on call this week for one of the themes comes first on the shortlist, unless a rule leaves them out."
    )
    return Section(
        key="ways",
        title=_("Answers"),
        fields=(
            ask("on_call_first", _("Ask the expert on call first"), T.FLAG, on_call, needed=False),
            ask("in_working_time", _("Only working time counts"), T.FLAG, working, needed=False),
            ask(
                "remind_hours_before",
                _("Reminder"),
                T.WHOLE,
                reminder,
                needed=False,
                least=1,
                most=MOST_HOURS,
                unit=_("hours before"),
            ),
            ask(
                "ask_at_once",
                _("Experts asked at once"),
                T.WHOLE,
                several,
                needed=False,
                least=1,
                most=MOST_AT_ONCE,
                unit=_("for each seat"),
            ),
        ),
    )


def check_reminder(fields: Fields, respond_within_hours: int) -> None:
    """The reminder lies before the end of the time to answer."""
    name = "remind_hours_before"
    if fields.given(name) and fields.sound(name) and fields.sound("respond_within_hours"):
        hours = fields.integer(name, 1, MOST_HOURS)
        if hours >= respond_within_hours:
            fields.wrong(name, _("The reminder must be shorter than the time to answer."))


def check_contact(fields: Fields) -> None:
    """A contact person has a name and a mail address."""
    name, email = fields.given("contact_name"), fields.given("contact_email")
    if name and not email:
        fields.wrong("contact_email", _("Enter the mail address of the contact person."))
    if not name and (email or fields.given("contact_phone")):
        fields.wrong("contact_name", translated(CONTACT_MISSING))
