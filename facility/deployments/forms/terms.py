"""What experts read on their invitation, and what is asked of them with the yes."""

from facility.forms.sections import Section
from facility.forms.types import T, ask
from facility.web.fields import Fields
from facility.web.i18n import _

MOST_TERMS = 4000


def terms() -> Section:
    """What an invitation says beyond days, place and language."""
    task = _(
        "Experts read it in the mail and on their page before they answer. Never write about cases here."
    )
    contact = _("Whom experts can ask before they answer and after they accept.")
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


def check_contact(fields: Fields) -> None:
    """A contact person has a name and a mail address."""
    name, email = fields.given("contact_name"), fields.given("contact_email")
    if name and not email:
        fields.wrong("contact_email", _("Enter the mail address of the contact person."))
    if not name and (email or fields.given("contact_phone")):
        fields.wrong("contact_name", _("Enter the name of the contact person."))
