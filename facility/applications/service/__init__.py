"""What people do with an application: each command loads, asks the rule, changes rows and records the event.

Locks: an institution that is chosen, then the call (shared) before the application, the application before its party. Commands never commit.
"""

from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.asked_partners import drop_requests, end_partners_links
from facility.applications.service.batches import carry_over, was_carried_over
from facility.applications.service.budget import save_budget
from facility.applications.service.change_requests import answer_change, ask_for_change
from facility.applications.service.confirmations import (
    confirm_party,
    decline_party,
    invite_party,
    party_by_link,
    use_party_link,
)
from facility.applications.service.documents import (
    acknowledge_refusals,
    attach_document,
    may_attach_now,
    record_consultation,
    refuse_document,
    remove_document,
    seal_of_consultation,
)
from facility.applications.service.ending import end_what_is_open
from facility.applications.service.exits import (
    boards,
    leave,
    parties_on_board,
    take_up_again,
    withdraw,
)
from facility.applications.service.link_copies import Sitting, end_link_copy, keep_link_copy
from facility.applications.service.merging import move_parties
from facility.applications.service.own_parts import fill_in_part, seal_of_part
from facility.applications.service.parties import add_party, change_party, remove_party, set_lead_amount
from facility.applications.service.plan import add_activity, change_planned, move_planned, remove_planned
from facility.applications.service.reminders import remind_partners, tell_leads
from facility.applications.service.replacement import replace_party
from facility.applications.service.submission import note_late_attempt, submit
from facility.applications.service.working_copies import end_copies, keep_copy

__all__ = [
    "Sitting",
    "acknowledge_refusals",
    "add_activity",
    "add_party",
    "answer_change",
    "ask_for_change",
    "attach_document",
    "boards",
    "carry_over",
    "change_party",
    "change_planned",
    "confirm_party",
    "decline_party",
    "drop_requests",
    "end_copies",
    "end_link_copy",
    "end_partners_links",
    "end_what_is_open",
    "fill_in_part",
    "invite_party",
    "keep_copy",
    "keep_link_copy",
    "leave",
    "may_attach_now",
    "move_parties",
    "move_planned",
    "note_late_attempt",
    "parties_on_board",
    "party_by_link",
    "record_consultation",
    "refuse_document",
    "remind_partners",
    "remove_document",
    "remove_party",
    "remove_planned",
    "replace_party",
    "save_answers",
    "save_budget",
    "seal_of_consultation",
    "seal_of_part",
    "set_lead_amount",
    "start_application",
    "submit",
    "take_up_again",
    "tell_leads",
    "use_party_link",
    "was_carried_over",
    "withdraw",
]
