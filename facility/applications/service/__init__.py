"""What people do with an application: each command loads, asks the rule, changes rows and records the event.

Locks: an institution that is chosen, then the call (shared) before the application, the application before its party. Commands never commit.
"""

from facility.applications.service.admission import check_admissibility, move
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.batches import carry_over, was_carried_over
from facility.applications.service.budget import save_budget
from facility.applications.service.change_requests import answer_change, ask_for_change
from facility.applications.service.clarifications import (
    NewPaper,
    answer_clarification,
    ask_for_clarification,
    cancel_clarification,
    lapse_clarifications_due,
    refuse_paper,
    remind_of_clarifications,
    settle_clarification,
)
from facility.applications.service.confirmations import (
    confirm_party,
    decline_party,
    invite_party,
    party_by_link,
    use_party_link,
)
from facility.applications.service.consultations import (
    answer_consultation,
    answer_objection,
    ask_for_more_days,
    cancel_consultation,
    cancel_consultations,
    end_consultations_due,
    remind_consultees,
    start_consultations,
    take_late_answer,
)
from facility.applications.service.consultees import ConsulteeData, add_consultee, change_consultee
from facility.applications.service.documents import (
    acknowledge_refusals,
    attach_document,
    record_consultation,
    refuse_document,
    remove_document,
    seal_of_consultation,
)
from facility.applications.service.exceptions import decide_exception
from facility.applications.service.exits import (
    boards,
    leave,
    parties_on_board,
    take_up_again,
    withdraw,
)
from facility.applications.service.initiatives import (
    drop_initiative,
    import_initiatives,
    keep_initiative,
    retire_initiative,
    set_initiative_days,
)
from facility.applications.service.link_copies import Sitting, end_link_copy, keep_link_copy
from facility.applications.service.merging import move_parties
from facility.applications.service.opening import confirm_opening, note_late_attempt, start_opening
from facility.applications.service.overlap import judge_overlap
from facility.applications.service.own_parts import fill_in_part, seal_of_part
from facility.applications.service.parties import add_party, change_party, remove_party, set_lead_amount
from facility.applications.service.plan import add_activity, change_planned, move_planned, remove_planned
from facility.applications.service.reminders import remind_partners, tell_leads
from facility.applications.service.replacement import replace_party
from facility.applications.service.submission import submit
from facility.applications.service.views import drop_view, save_view
from facility.applications.service.working_copies import end_copies, keep_copy

__all__ = [
    "ConsulteeData",
    "NewPaper",
    "Sitting",
    "acknowledge_refusals",
    "add_activity",
    "add_consultee",
    "add_party",
    "answer_change",
    "answer_clarification",
    "answer_consultation",
    "answer_objection",
    "ask_for_change",
    "ask_for_clarification",
    "ask_for_more_days",
    "attach_document",
    "boards",
    "cancel_clarification",
    "cancel_consultation",
    "cancel_consultations",
    "carry_over",
    "change_consultee",
    "change_party",
    "change_planned",
    "check_admissibility",
    "confirm_opening",
    "confirm_party",
    "decide_exception",
    "decline_party",
    "drop_initiative",
    "drop_view",
    "end_consultations_due",
    "end_copies",
    "end_link_copy",
    "fill_in_part",
    "import_initiatives",
    "invite_party",
    "judge_overlap",
    "keep_copy",
    "keep_initiative",
    "keep_link_copy",
    "lapse_clarifications_due",
    "leave",
    "move",
    "move_parties",
    "move_planned",
    "note_late_attempt",
    "parties_on_board",
    "party_by_link",
    "record_consultation",
    "refuse_document",
    "refuse_paper",
    "remind_consultees",
    "remind_of_clarifications",
    "remind_partners",
    "remove_document",
    "remove_party",
    "remove_planned",
    "replace_party",
    "retire_initiative",
    "save_answers",
    "save_budget",
    "save_view",
    "seal_of_consultation",
    "seal_of_part",
    "set_initiative_days",
    "set_lead_amount",
    "settle_clarification",
    "start_application",
    "start_consultations",
    "start_opening",
    "submit",
    "take_late_answer",
    "take_up_again",
    "tell_leads",
    "use_party_link",
    "was_carried_over",
    "withdraw",
]
