"""What people do with applications that came in: each command loads, asks the rule, changes rows and records the event.

Locks: as in applications, the call (shared) before the application. Commands never commit.
"""

from facility.admission.service.admissibility import check_admissibility, move
from facility.admission.service.clarifications import (
    NewPaper,
    answer_clarification,
    ask_for_clarification,
    cancel_clarification,
    lapse_clarifications_due,
    may_answer_now,
    refuse_paper,
    remind_of_clarifications,
    settle_clarification,
)
from facility.admission.service.consultations import (
    answer_consultation,
    answer_objection,
    ask_for_more_days,
    cancel_consultation,
    end_consultations_due,
    remind_consultees,
    start_consultations,
    take_late_answer,
)
from facility.admission.service.consultees import ConsulteeData, add_consultee, change_consultee
from facility.admission.service.exceptions import decide_exception
from facility.admission.service.initiatives import (
    drop_initiative,
    import_initiatives,
    keep_initiative,
    retire_initiative,
    set_initiative_days,
)
from facility.admission.service.opening import confirm_opening, start_opening
from facility.admission.service.overlap import judge_overlap
from facility.admission.service.views import drop_view, save_view

__all__ = [
    "ConsulteeData",
    "NewPaper",
    "add_consultee",
    "answer_clarification",
    "answer_consultation",
    "answer_objection",
    "ask_for_clarification",
    "ask_for_more_days",
    "cancel_clarification",
    "cancel_consultation",
    "change_consultee",
    "check_admissibility",
    "confirm_opening",
    "decide_exception",
    "drop_initiative",
    "drop_view",
    "end_consultations_due",
    "import_initiatives",
    "judge_overlap",
    "keep_initiative",
    "lapse_clarifications_due",
    "may_answer_now",
    "move",
    "refuse_paper",
    "remind_consultees",
    "remind_of_clarifications",
    "retire_initiative",
    "save_view",
    "set_initiative_days",
    "settle_clarification",
    "start_consultations",
    "start_opening",
    "take_late_answer",
]
