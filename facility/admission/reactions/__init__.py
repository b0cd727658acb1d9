"""What follows from what the secretariat asks and finds: letters, mails, commands of this room."""

from facility.admission.reactions.clarifications import (
    ask_the_lead,
    remind_the_lead,
    tell_the_lead_it_is_called_off,
    tell_who_asked,
)
from facility.admission.reactions.consultations import (
    ask_the_consultee,
    remind_the_consultee,
    tell_the_consultee,
    tell_the_officer,
)
from facility.admission.reactions.decisions import (
    decision_letter,
    write_that_it_is_not_admissible,
    write_the_decision_on_an_exception,
)
from facility.admission.reactions.overlap import (
    drop_what_is_withdrawn,
    keep_approved_exceptions,
    keep_what_is_admitted,
)

__all__ = [
    "ask_the_consultee",
    "ask_the_lead",
    "decision_letter",
    "drop_what_is_withdrawn",
    "keep_approved_exceptions",
    "keep_what_is_admitted",
    "remind_the_consultee",
    "remind_the_lead",
    "tell_the_consultee",
    "tell_the_lead_it_is_called_off",
    "tell_the_officer",
    "tell_who_asked",
    "write_that_it_is_not_admissible",
    "write_the_decision_on_an_exception",
]
