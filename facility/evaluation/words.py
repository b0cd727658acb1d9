"""What the rules of the evaluation say to people, and the words for outcomes and steps."""

from facility.evaluation.rules.assignment import Bar
from facility.evaluation.rules.committee import Function
from facility.evaluation.rules.divergence import Settled
from facility.evaluation.rules.outcomes import Outcome
from facility.web import sentences
from facility.web.i18n import N_

CONFLICT_MISSING = N_("Say in a sentence what the conflict is.")
SIGNED = N_("You have signed the declaration for this call.")
TICK_TO_SIGN = N_("Tick the box to sign the declaration.")
CLOSED_BY_CONFLICT = N_("Thank you. You can no longer open this application.")

NOT_ASSESSED_YET = N_("This application does not have its assessments yet.")

sentences.register(
    {
        "evaluation_ended": N_(
            "The ranking of this call was proposed. Scores and assignments can't change any more."
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
        "assessor_of_party": N_(
            "{assessor} works for an institution that takes part in {application}. Choose somebody else."
        ),
        "assessor_possible": N_(
            "{assessor} may have a conflict of interests on {application}. Choose somebody else, or decide on it first."
        ),
        "assessor_before": N_(
            "{assessor} assessed {application} before the complaint. Choose somebody else."
        ),
        "assessor_upheld": N_("{assessor} upheld the complaint about {application}. Choose somebody else."),
        "conflicts_undecided": N_("Possible conflicts of interests that are still to be decided: {count}."),
        "not_signed_here": N_("First sign the declaration of objectivity and confidentiality for this call."),
        "finding_settled": N_("This has been decided already."),
        "not_yours_to_decide": N_("Somebody else decides on this conflict of interests."),
        "assessor_has_it": N_("{assessor} has {application} already."),
        "assessor_full": N_("{assessor} would have {load} applications. The limit is {most}."),
        "assessor_gone": N_("An assessor of the proposal can't assess in this call any more."),
        "application_gone": N_("An application of the proposal isn't waiting for assessors any more."),
        "assignment_changed": N_(
            "Something has changed since this proposal was made. Check the new proposal before you confirm it."
        ),
        "departure_reason_missing": N_("Say why you chose a different assessor."),
        "too_many_for_application": N_("{application} needs at most {needs} more assessors."),
        "nothing_to_assign": N_("There is nothing to assign."),
        "not_theirs": N_("This assessor doesn't have the application any more."),
        "not_sent": N_("This assessment isn't sent, so it is still open."),
        "recused_already": N_("This assessor has declared a conflict of interests. Assign somebody else."),
        "already_assigned": N_("This assessor has the application already."),
        "own_appointment": N_("You can't appoint yourself."),
        "may_not_serve": N_("Choose an active person who works for the facility or assesses for it."),
        "may_not_vote": N_("{person} is not an assessor, so they can't vote or be a substitute."),
        "may_only_observe": N_("{person} can only read in the facility, so they can only be an observer."),
        "assesses_in_call": N_(
            "{person} assesses in this call, so they can't be the chair, the secretary or an observer."
        ),
        "on_committee_already": N_("This person is on the committee already."),
        "committee_chair_taken": N_("The committee has a chair already."),
        "committee_secretary_taken": N_("The committee has a secretary already."),
        "committee_voting_full": N_("The committee has {voting} voting members already, as the call asks."),
        "committee_linked_member": N_(
            "With this member, the voting members could not come from {institutions} institutions without a hierarchical"
            " link, as the call asks."
        ),
        "committee_chair_missing": N_("A chair is missing."),
        "committee_secretary_missing": N_("A secretary is missing."),
        "committee_voting_missing": N_("The committee has {count} of {voting} voting members."),
        "committee_linked": N_(
            "The voting members come from {count} institutions without a hierarchical link. The call asks for"
            " {institutions}."
        ),
        "appointment_ended": N_("This appointment has ended."),
        "not_a_substitute": N_("Choose a substitute for a voting member."),
        "on_committee": N_("You are on the committee of this call, so you can't decide it."),
        "already_signed": N_("You have already signed the declaration for this call."),
        "already_declared": N_(
            "You have declared on this application already. A declared conflict is final."
        ),
        "already_decided": N_("This call has been decided."),
        "not_assigned": N_("This application was not assigned to you."),
        "not_declared": N_(
            "Sign the declaration for the call, and declare on this application, before you score it."
        ),
        "already_sent": N_("You have sent this assessment. It can no longer be changed."),
        "enough_assessments": N_("This application has enough assessments, so it cannot be set aside."),
        "score_missing": N_("Enter a score."),
        "score_out_of_range": N_("Enter a score from {least} to {max}."),
        "not_whole": N_("Enter a whole number."),
        "not_half": N_("Enter a score in steps of a half, such as 3.5."),
        "must_apply": N_("This always applies. Enter a score."),
        "nothing_scored": N_("Score at least one section. Not everything can be left out as not applicable."),
        "comment_missing": N_("Write a comment. The call asks for one on this section."),
        "comment_on_extreme": N_("Write a comment. The call asks for one on such a score: {titles}."),
        "too_many_decimals": N_("Enter a score with at most two decimals."),
        "not_yours_to_lead": N_(
            "The chair of the committee settles the scores, or where the call has no committee the secretariat."
        ),
        "consensus_not_asked": N_("The scores of this application don't have to be settled by a consensus."),
        "consensus_running": N_(
            "The assessors are agreeing on the scores of this application, or have agreed. End the consensus first."
        ),
        "too_few_to_agree": NOT_ASSESSED_YET,
        "too_few_assessments": N_("The application could not get the required number of assessments."),
        "too_few_left": N_("Partners left, and too few beneficiaries from the Western Balkans take part."),
        "assessments_unsent": N_(
            "Assessors who have not sent their assessment: {count}. Wait for them first."
        ),
        "not_a_member": N_("Choose an assessor whose assessment counts."),
        "not_the_rapporteur": N_("Only the rapporteur writes the agreed scores."),
        "agreed_scores_sent": N_("The agreed scores are sent. They can no longer be changed."),
        "agreed_scores_missing": N_("The rapporteur has not sent the agreed scores yet."),
        "answered_already": N_("You have answered already."),
        "dissent_missing": N_("Say why you dissent."),
        "consensus_closed": N_("This consensus is closed. Its scores count."),
        "consensus_over": N_("This consensus has ended. Reload the page to see the current state."),
        "scores_unsettled": N_("Scores have to be settled first: {names}."),
        "unknown_section": N_("The grid of this call does not have this section or sub-criterion."),
    }
)
sentences.leads_on(
    "not_signed_here", N_("Sign the declaration"), lambda call: f"/evaluation/{call}/declaration"
)

BARS = {
    Bar.CONFLICT: N_("Declared a conflict of interests: {names}."),
    Bar.PARTY: N_("Works for an institution that takes part: {names}."),
    Bar.HAS_IT: N_("Has it already: {names}."),
    Bar.OTHER_ACCOUNT: N_("Has it already under another address: {names}."),
    Bar.POSSIBLE: N_("Possible conflict of interests, not decided: {names}."),
    Bar.ASSESSED_BEFORE: N_("Assessed it before the complaint: {names}."),
    Bar.UPHELD: N_("Upheld the complaint about it: {names}."),
    Bar.FULL: N_("Has as many applications as the limit allows: {names}."),
}
"""Why assessors are not given an application, with their names."""

FUNCTIONS = {
    Function.CHAIR: N_("Chair, without a vote"),
    Function.SECRETARY: N_("Secretary, without a vote"),
    Function.VOTING: N_("Voting member"),
    Function.SUBSTITUTE: N_("Substitute for a voting member"),
    Function.OBSERVER: N_("Observer"),
}
"""What somebody does on a committee."""

OUTCOMES = {
    Outcome.RANKED: (N_("Assessed"), "ok"),
    Outcome.BELOW_THRESHOLD: (N_("Below a threshold"), "bad"),
    Outcome.NOT_ASSESSED: (N_("Set aside"), "plain"),
    Outcome.INELIGIBLE: (N_("Ineligible"), "bad"),
    Outcome.INADMISSIBLE: (N_("Inadmissible"), "bad"),
    Outcome.WITHDRAWN: (N_("Withdrawn"), "plain"),
    Outcome.UNCHECKED: (N_("Admissibility not checked"), "wait"),
    Outcome.WAITING: (N_("Assessments missing"), "wait"),
    Outcome.DIVERGENT: (N_("Scores too far apart"), "wait"),
    Outcome.TO_AGREE: (N_("Agreed scores missing"), "wait"),
}
"""The word for each outcome, and the kind of its tag."""

REASONS = {
    "too_few_beneficiaries": sentences.SENTENCES["too_few_left"],
    "too_few_assessments": sentences.SENTENCES["too_few_assessments"],
}
"""Reason codes that an application bears, as sentences."""

SEATS = {
    "recused": (N_("Recused"), "bad"),
    "sent": (N_("Sent"), "ok"),
    "scoring": (N_("Scoring"), "info"),
    "undeclared": (N_("Not declared"), "wait"),
}
"""How far an assessor is with an application."""

SETTLED = {
    Settled.OPEN: N_("This has to be settled before the ranking is proposed."),
    Settled.ASSESSOR: N_("It is settled: one more assessor has sent an assessment since."),
    Settled.CONSENSUS: N_("It is settled: the assessors have agreed on scores."),
}
"""What has become of scores that are too far apart."""

REMARKS = {
    "chosen": N_("Chosen instead of the proposal"),
    "taken_off": N_("Taken off"),
    "reopened": N_("Assessment reopened"),
}
"""What was done with an assignment by hand."""

STEPS = {
    "declare": (N_("Declare on conflicts of interests"), "wait"),
    "score": (N_("To be scored"), "info"),
    "sent": (N_("Sent"), "ok"),
    "over": (N_("No longer open"), "plain"),
}
"""What an assessor has to do."""
