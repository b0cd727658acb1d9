"""The words for activities, and what their rules say to people."""

from facility.activities.rules.counting import ActivityStatus
from facility.applications.words import ACTIVITY_KINDS
from facility.deployments.models.request import DeploymentState
from facility.deployments.rules.wishes import WishState
from facility.web import sentences
from facility.web.i18n import N_

S = ActivityStatus

KINDS = ACTIVITY_KINDS

STATES = {
    S.PLANNED: (N_("Planned"), "info"),
    S.POSTPONED: (N_("Postponed"), "wait"),
    S.CANCELLED: (N_("Cancelled"), "plain"),
    S.COMPLETED: (N_("Completed"), "wait"),
    S.VERIFIED: (N_("Verified"), "ok"),
}
"""The word of each state, untranslated, and the kind of its tag."""

EVIDENCE = {
    "agenda": N_("Agenda"),
    "attendance_list": N_("Attendance list"),
    "report": N_("Report"),
    "photos": N_("Photos"),
}

WISHES = {
    WishState.OPEN: (N_("With the secretariat"), "wait"),
    WishState.REQUESTED: (N_("No longer asked for"), "plain"),
    WishState.TAKEN_BACK: (N_("Taken back"), "plain"),
    WishState.REFUSED: (N_("Refused"), "bad"),
}
"""The same of what the lead asks for; of what was requested, once no request goes on."""

ASKING = {
    DeploymentState.REQUESTED: (N_("Being prepared"), "wait"),
    DeploymentState.ASKING: (N_("Experts are being asked"), "wait"),
    DeploymentState.FILLED: (N_("All seats filled"), "ok"),
    DeploymentState.EXHAUSTED: (N_("More experts are needed"), "wait"),
    DeploymentState.ENDED: (N_("No longer asked for"), "plain"),
}
"""The same of a request, as the parties of the activity read it."""

GENDERS = {"F": N_("Women"), "M": N_("Men"), "X": N_("Other")}
"""Where it was told; nobody has to."""

NOT_COUNTED = {
    "not_funded": N_("No award when it began, or the award was lost later"),
    "not_completed": N_("Not completed"),
    "missing_evidence": N_("Evidence is missing"),
    "not_verified": N_("Not verified by a second person"),
    "exceptional": N_("Its award is on an exception for a single beneficiary"),
    "too_few_beneficiaries_attended": N_("People from fewer than two beneficiaries came"),
}
"""Why an activity doesn't count for indicator 10.1, untranslated."""

sentences.register(
    {
        "before_the_award": N_("The award does not cover this day. Choose a first day from {first} on."),
        "not_over_yet": N_("The activity can be reported from its last day on."),
        "already_verified": N_(
            "This report has been verified, so it can no longer be taken back here. Ask the secretariat."
        ),
        "attendance_missing": N_("Record how many people of each beneficiary came."),
        "attendance_not_stated": N_("Enter how many people came in each line. Enter 0 if nobody came."),
        "report_needs_evidence": N_("Agenda, attendance list and report are needed."),
        "attendance_twice": N_("You have entered this line twice. Enter it once."),
        "evidence_personal": N_(
            "This document shows who was there. Only the parties, the secretariat and the auditor can open it."
        ),
        "missing_evidence": N_("It cannot be verified yet: evidence is missing ({missing})."),
    }
)
