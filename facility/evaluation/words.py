"""What the rules of the evaluation say to people, and the words for outcomes and steps."""

from facility.evaluation.rules.ranking import Outcome
from facility.web import sentences
from facility.web.i18n import N_

sentences.register(
    {
        "evaluation_ended": N_(
            "The ranking of this call was proposed. Scores and assignments change no more."
        ),
        "not_in_evaluation": N_("This application is not being assessed."),
        "keeps_its_scores": N_(
            "This application was carried over, and is ranked by the assessments that it has."
        ),
        "own_assignment": N_("You can't assign an application to yourself. Ask a colleague to do it."),
        "not_an_assessor": N_("This person is not an assessor."),
        "assessor_recused": N_(
            "{assessor} has declared a conflict of interests on {application}. Choose somebody else."
        ),
        "already_assigned": N_("This assessor has the application already."),
        "already_signed": N_("You have already signed the declaration for this call."),
        "already_declared": N_(
            "You have declared on this application already. A declared conflict is final."
        ),
        "already_decided": N_("This call has been decided."),
        "not_assigned": N_("This application was not assigned to you."),
        "conflict": N_("You declared a conflict of interests: this application is closed to you."),
        "not_declared": N_(
            "Sign the declaration for the call, and declare on this application, before you score it."
        ),
        "already_sent": N_("You have sent this assessment. It can no longer be changed."),
        "enough_assessments": N_("This application has enough assessments, so it cannot be set aside."),
        "score_missing": N_("Enter a score."),
        "score_out_of_range": N_("Enter a score from 0 to {max}."),
        "too_many_decimals": N_("Enter a score with at most two decimals."),
        "unknown_section": N_("This section is not in the grid."),
    }
)

OUTCOMES = {
    Outcome.RANKED: (N_("Assessed"), "ok"),
    Outcome.BELOW_THRESHOLD: (N_("Below a threshold"), "bad"),
    Outcome.NOT_ASSESSED: (N_("Set aside"), "plain"),
    Outcome.INELIGIBLE: (N_("Ineligible"), "bad"),
    Outcome.INADMISSIBLE: (N_("Inadmissible"), "bad"),
    Outcome.WITHDRAWN: (N_("Withdrawn"), "plain"),
    Outcome.UNCHECKED: (N_("Admissibility not checked"), "wait"),
    Outcome.WAITING: (N_("Assessments missing"), "wait"),
}
"""The word for each outcome, and the kind of its tag."""

REASONS = {
    "too_few_beneficiaries": N_("Partners left. Too few beneficiaries take part."),
    "too_few_assessments": N_("The application could not get the required number of assessments."),
}
"""Reason codes that an application bears, as sentences."""

SEATS = {
    "recused": (N_("Recused"), "bad"),
    "sent": (N_("Sent"), "ok"),
    "scoring": (N_("Scoring"), "info"),
    "undeclared": (N_("Not declared"), "wait"),
}
"""How far an assessor is with an application."""

STEPS = {
    "declare": (N_("Declare on conflicts of interests"), "wait"),
    "score": (N_("To be scored"), "info"),
    "sent": (N_("Sent"), "ok"),
    "over": (N_("No longer open"), "plain"),
}
"""What an assessor has to do."""
