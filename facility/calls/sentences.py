"""What the rules on calls say to people, and the words for a call's states."""

from facility.calls.models import CallState
from facility.web import sentences
from facility.web.i18n import N_

STATES = {
    CallState.DRAFT: (N_("Draft"), "plain"),
    CallState.PUBLISHED: (N_("Published"), "info"),
    CallState.CLOSED: (N_("Closed"), "wait"),
    CallState.DECIDED: (N_("Decided"), "ok"),
}
"""The word of each state, and the kind of its tag."""

sentences.register(
    {
        "closes_before_it_opens": N_("The call closes before it opens. Enter a later closing time."),
        "award_min_above_max": N_("The smallest award is above the largest."),
        "no_section": N_("The grid needs at least one section."),
        "reserved_section_key": N_("The key “{key}” has a meaning of its own. Choose another."),
        "section_key_twice": N_("Two sections have the key “{key}”."),
        "unknown_threshold": N_("There is a threshold for “{key}”, which is no section."),
        "unknown_tie_break": N_("Ties are broken by “{key}”, which is no section."),
        "weights_do_not_add_up": N_(
            "The sections are worth {points} points together, and you declared {total}. Change one of them."
        ),
        "no_cut_off": N_("Enter at least one cut-off."),
        "too_many_cut_offs": N_("Enter at most {most} cut-offs."),
        "cut_off_before_opening": N_("This cut-off is not after the opening."),
        "cut_offs_not_in_order": N_("This cut-off is not after the one before it."),
        "hours_missing": N_("Say within how many hours each application is decided."),
        "hours_out_of_range": N_("Enter a number of hours from 1 to {most}."),
        "above_envelope": N_("This is more than the whole envelope, which holds EUR {envelope}."),
        "decision_missing": N_("Name the decision that the extension rests on."),
        "reference_taken": N_("Another call has this reference."),
        "envelope_unknown": N_("Choose an envelope on the list."),
        "rules_frozen": N_("This call has been published: its rules are frozen."),
        "form_incomplete": N_("Something is missing in what the call asks for. Complete its form first."),
        "too_many_sections": N_("A form takes at most {most} sections."),
        "too_many_questions": N_("A section takes at most {most} questions."),
        "section_needed": N_("Every call needs this section."),
        "section_kind_twice": N_("There are two sections of this kind ({kind})."),
        "section_kind_missing": N_("A section of this kind is missing: {kind}."),
        "budget_needs_activities": N_("A budget by activity needs a section of planned activities."),
        "section_twice": N_("Two sections have the same key."),
        "field_needed": N_("The question with the key “{key}” must be in one of the lead’s sections."),
        "section_empty": N_("The section has no question yet."),
        "section_takes_no_fields": N_("A section of this kind takes no questions."),
        "field_twice": N_("Two questions have the same key."),
        "options_missing": N_("A choice needs at least two answers."),
        "confidential_not_by_party": N_(
            "A confidential question belongs in a section that every institution fills in for itself."
        ),
        "asked_if_unknown": N_("A question depends on one that does not come before it."),
        "asked_if_confidential": N_(
            "Whether a question is asked must not depend on a confidential one that fewer people may read."
        ),
        "check_mixes_confidential": N_("A check must not put confidential questions and others together."),
        "check_does_not_fit": N_("A check does not fit its question."),
        "not_published": N_("This call has not been published."),
        "still_open": N_("This call is still open; it closes at the published time and not before."),
        "closes_in_the_past": N_("This call would be over when it appears. Change its closing time first."),
        "not_closed": N_("This call is not closed, or its awards have been decided already."),
        "total_not_100": N_("The sections are worth {total} points together, and not 100 as usual."),
        "threshold_out_of_reach": N_(
            "Nobody can reach the threshold for “{key}”: it is above the most points."
        ),
        "award_max_above_amount": N_("The largest award is above the whole amount of the call."),
        "award_max_above_cap": N_(
            "The largest award is above EUR {cap}, the most that the Financial Regulation lets a third party receive as"
            " financial support."
        ),
    }
)
