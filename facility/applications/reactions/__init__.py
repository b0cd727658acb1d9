"""What follows from what happens to applications: letters, mails, commands of this room."""

from facility.applications.reactions.calls import (
    tell_applicants_that_it_is_cancelled,
    tell_leads_of_the_answer,
    tell_leads_what_was_corrected,
)
from facility.applications.reactions.letters import (
    ASKED,
    RECEIPT,
    ask_again,
    ask_the_partner,
    make_receipt,
    send_the_receipt,
    tell_partners_of_the_withdrawal,
    tell_partners_that_it_is_taken_up,
    tell_the_lead_the_answer,
    tell_the_lead_who_left,
    tell_the_secretariat_of_a_virus,
    tell_the_security_officer,
    tell_who_decides_exceptions,
)
from facility.applications.reactions.partners import (
    remind_the_partner,
    tell_the_lead_what_is_wanted,
    tell_the_lead_who_is_missing,
    tell_the_partner_the_answer,
    tell_who_is_taken_out,
    tell_who_need_not_answer,
)

__all__ = [
    "ASKED",
    "RECEIPT",
    "ask_again",
    "ask_the_partner",
    "make_receipt",
    "remind_the_partner",
    "send_the_receipt",
    "tell_applicants_that_it_is_cancelled",
    "tell_leads_of_the_answer",
    "tell_leads_what_was_corrected",
    "tell_partners_of_the_withdrawal",
    "tell_partners_that_it_is_taken_up",
    "tell_the_lead_the_answer",
    "tell_the_lead_what_is_wanted",
    "tell_the_lead_who_is_missing",
    "tell_the_lead_who_left",
    "tell_the_partner_the_answer",
    "tell_the_secretariat_of_a_virus",
    "tell_the_security_officer",
    "tell_who_decides_exceptions",
    "tell_who_is_taken_out",
    "tell_who_need_not_answer",
]
