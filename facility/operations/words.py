"""The words for what the pages of those who run the facility show."""

from facility.events.base import KINDS
from facility.outbox.models import MailState
from facility.web import sentences
from facility.web.i18n import N_, translated

MAIL_STATES = {
    MailState.WAITING: (N_("Waiting"), "wait"),
    MailState.SENDING: (N_("Being sent"), "info"),
    MailState.SENT: (N_("Sent"), "ok"),
    MailState.PARKED: (N_("Parked"), "bad"),
}
"""The word of each state of a mail, untranslated, and the kind of its tag."""

SUBJECTS = {
    "activity": N_("Activity"),
    "application": N_("Application"),
    "award": N_("Award"),
    "call": N_("Call"),
    "candidacy": N_("Candidate for the pool"),
    "collection": N_("Deletion of documents"),
    "consultee": N_("Consultee"),
    "contract": N_("Agreement"),
    "deployment": N_("Request for expertise"),
    "envelope": N_("Envelope"),
    "event": N_("Event"),
    "expert": N_("Expert"),
    "failed_step": N_("Failed steps"),
    "initiative": N_("Initiatives of others"),
    "initiative_import": N_("List of other initiatives"),
    "institution": N_("Institution"),
    "mail": N_("Mail"),
    "matching": N_("Proposal for all open requests"),
    "person": N_("Person"),
    "question": N_("Question on a call"),
    "theme": N_("Theme"),
    "travel_windows": N_("Travel windows"),
    "unit_cost": N_("Unit cost"),
}
"""What an event may have happened to, untranslated."""


def subject_word(subject: str) -> str:
    """The subject's kind as people say it."""
    return translated(SUBJECTS[subject])


def subject_kinds() -> list[tuple[str, str]]:
    """Kinds of subject that the log may hold, for a choice on a page."""
    kinds = {kind.subject for kind in KINDS.values() if kind.subject}
    return sorted(((kind, subject_word(kind)) for kind in kinds), key=lambda pair: pair[1])


sentences.register(
    {
        "mail_not_parked": N_("This mail is not parked: it is waiting to be sent or has been sent."),
        "delivery_not_parked": N_(
            "This is not parked (any more): somebody has put it back, or it has been done."
        ),
        "step_not_failed": N_("This no longer needs to be run again: it has been done, or is no longer due."),
        "nothing_parked": N_("Nothing is parked."),
    }
)
