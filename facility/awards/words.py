"""What the rules of the awards say to people, and the words for what became of applications."""

from facility.applications.rules.status import ApplicationStatus as S
from facility.awards.rules.complaints import About
from facility.awards.rules.publication import Why
from facility.evaluation.words import NOT_ASSESSED_YET
from facility.forms.asked import NAME_AND_FUNCTION_MISSING
from facility.web import sentences
from facility.web.i18n import N_, _

CORRECTION_MISSING = N_("Enter what is to be corrected.")
WITHDRAWAL_REASON_MISSING = N_("Enter the reason for the withdrawal.")
SENT_BACK = N_("The proposal is sent back.")
TAKEN_BACK = N_("The proposal is taken back. Assessors can send again.")

sentences.register(
    {
        "not_a_voting_member": N_("Only voting members of the committee sign the evaluation report."),
        "report_signed": N_("You have signed this report already."),
        "report_unsigned": N_("These members have not signed the evaluation report as it stands: {names}."),
        "reasons_not_asked": N_("This call gives no strengths and weaknesses in its letters."),
        "reasons_settled": N_(
            "The ranking is proposed or decided, so the strengths and weaknesses can't be changed now."
        ),
        "not_judged_yet": NOT_ASSESSED_YET,
        "strengths_missing": N_("Enter the strengths of the application."),
        "weaknesses_missing": N_("Enter the weaknesses of the application."),
        "reasons_missing": N_(
            "Write the strengths and weaknesses of these applications first: {applications}."
        ),
        "offer_over": N_("This offer can't be answered any more."),
        "responder_missing": NAME_AND_FUNCTION_MISSING,
        "call_not_closed": N_("This call has not closed yet."),
        "evaluation_open": N_(
            "Something is still open: an application is not checked, or lacks assessments and is not set aside."
        ),
        "earlier_batch_open": N_(
            "An earlier batch of this call is not decided yet. Applications that it can't fund are ranked again in this batch."
        ),
        "already_set_aside": N_("These rules have already been set aside for this application."),
        "not_proposed": N_("The ranking of this call has not been proposed."),
        "changed_since_shown": N_(
            "This has changed since you opened the page. Go back, reload it, and check the current state."
        ),
        "not_an_award": N_("This award has ended."),
        "exceptional_proposed": N_(
            "An award has been proposed already. Somebody must decide on that proposal first."
        ),
        "too_little_money": N_("Only EUR {free} is free in the envelope."),
        "no_part_to_take_off": N_(
            "There is nothing to take off: this party did not leave after the award was made, or had no part in the money."
        ),
        "reduction_proposed": N_(
            "Somebody has proposed to take this part off the award already. That proposal must be decided first."
        ),
        "reduced": N_("The part of this partner has been taken off the award already."),
        "withdrawal_proposed": N_(
            "Somebody has proposed to withdraw this award already. That proposal must be decided first."
        ),
        "still_time_to_accept": N_("The lead still has time to accept this award."),
        "nothing_to_accept": N_(
            "There is nothing to accept: this award has been accepted, or its call does not ask for it."
        ),
        "who_signs_missing": N_("Enter the name and the function of the person who signs."),
        "award_not_accepted": N_(
            "The lead has not accepted this award yet. The agreement is signed after that."
        ),
        "no_complaints": N_(
            "No complaint can be made here: the call takes none, or nothing has been decided."
        ),
        "decision_changed": N_("That decision is no longer valid."),
        "complaint_late": N_("The time to complain about this decision is over."),
        "complaint_made": N_("You have already complained about this decision."),
        "complaint_missing": N_("Say what you complain about."),
        "complainant_missing": NAME_AND_FUNCTION_MISSING,
        "complaint_decided": N_("This complaint is decided."),
        "follow_up_missing": N_("Say what is done for this application."),
        "took_part": N_(
            "You took part in the decision that is contested. This complaint is decided by somebody who took no part."
        ),
        "decision_suspended": N_(
            "A complaint is open in this call. Its rules say that the ranking is not decided until the complaint is."
        ),
        "signing_suspended": N_(
            "A complaint is open in this call. Its rules say that no agreement is signed until it is decided."
        ),
        "signed_before_award": N_("The agreement can't have been signed before the award was made."),
        "subject_missing": N_("Say in a line what the award is for."),
        "withheld": N_("This award is already withheld from the public list."),
        "not_withheld": N_("This award is not withheld from the public list."),
        "signed_later": N_("Enter the day once the agreement has been signed by all."),
        "not_ranked_again": N_("This application can't be ranked again now."),
        "version_proposed": N_(
            "The next version of the ranking is waiting to be decided. Decide this complaint after that, or have the proposal taken back first."
        ),
        "reassessment_open": N_(
            "These applications still lack assessments or a correction, or their scores are to be settled: {applications}."
        ),
        "nothing_to_rank": N_("Nothing is left to rank again. Close this version."),
        "something_to_rank": N_("Applications are still being assessed again, so this version goes on."),
        "closing_not_proposed": N_("Nobody has proposed to close this award."),
    }
)

STATUSES = {
    S.AWARDED: (N_("Award"), "ok"),
    S.RESERVE: (N_("Reserve list"), "wait"),
    S.COOLED_DOWN: (N_("Passed over, to spread awards"), "plain"),
    S.CLOSED: (N_("Award, closed"), "info"),
    S.BELOW_THRESHOLD: (N_("Below a threshold"), "bad"),
    S.NOT_ASSESSED: (N_("Set aside"), "plain"),
    S.INELIGIBLE: (N_("Ineligible"), "bad"),
    S.INADMISSIBLE: (N_("Inadmissible"), "bad"),
    S.WITHDRAWN: (N_("Withdrawn"), "plain"),
}
"""What became of an application once its call was decided, and the kind of its tag."""

COOLED = {
    "same_lead": N_("The lead got an award in one of the last calls, so this application is passed over."),
    "per_beneficiary": N_(
        "Other leads of this beneficiary already have the maximum number of awards in this call."
    ),
}
"""Why a cool-down rule passed an application over."""

NOT_COUNTED = {
    "recused": N_("The assessor declared a conflict of interests."),
    "taken_off": N_("The assessor was taken off after sending it."),
    "earlier_submission": N_("The application was submitted again after it."),
}
"""Why an assessment does not count."""

ENDS = {
    "closed": (N_("Closed"), "info"),
    "withdrawn": (N_("Withdrawn"), "plain"),
    "ineligible": (N_("Ineligible"), "bad"),
}
"""How an award ended."""

PLACES = {
    "waiting": (N_("Waiting"), "wait"),
    "activated": (N_("Got an award"), "ok"),
    "withdrawn": (N_("Withdrawn"), "plain"),
    "ineligible": (N_("Ineligible"), "bad"),
    "below_threshold": (N_("Below a threshold, assessed again"), "bad"),
}
"""What became of a place on the reserve list."""

COMPLAINTS = {
    "open": (N_("Open"), "wait"),
    "upheld": (N_("Upheld"), "ok"),
    "rejected": (N_("Rejected"), "plain"),
}
"""How far a complaint is."""

ABOUT = {
    About.ADMISSIBILITY: N_("Admissibility"),
    About.EXCEPTION: N_("Decision on the exception"),
    About.DECISION: N_("Decision of the call"),
}
"""What a complaint contests."""

OFFERS = {
    "open": (N_("Waiting for the lead"), "wait"),
    "accepted": (N_("Accepted"), "ok"),
    "declined": (N_("Declined"), "plain"),
    "expired": (N_("Not answered in time"), "plain"),
    "cancelled": (N_("No longer open"), "plain"),
}
"""How far an offer of a part is."""

ACCEPTANCES = {
    "accepted": (N_("Accepted"), "ok"),
    "refused": (N_("Refused by the lead"), "plain"),
    "lapsed": (N_("Lapsed: not accepted in time"), "bad"),
    "ended": (N_("Ended before an answer"), "plain"),
}
"""How the question whether the lead accepts its award ended."""

WHYS = {
    Why.PEOPLE: N_("It could endanger people"),
    Why.OPERATIONS: N_("It could harm an operation or an investigation"),
    Why.RIGHTS: N_("It could threaten other rights or freedoms of those concerned"),
}
"""Why an award is withheld from the public list."""

LISTED = {"running": (N_("Running"), "info"), "completed": (N_("Completed"), "plain")}
"""How far an award in the public list is."""


def reason_goes_out(outcome: str) -> str:
    """What becomes of a proposal, and that whoever made it reads why."""
    return f"{outcome} {_('The colleague who proposed it gets your reason by mail.')}"
