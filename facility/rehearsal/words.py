"""What the codes of a rehearsal's result say to people, untranslated."""

from facility.web import sentences
from facility.web.i18n import N_, _, translated

STATUSES = {
    "not_submitted": (N_("Not submitted"), "bad"),
    "withdrawn": (N_("Withdrawn"), "plain"),
    "ineligible": (N_("Not eligible any more"), "bad"),
    "not_assessed": (N_("Set aside, not assessed"), "bad"),
    "below_threshold": (N_("Below a threshold"), "bad"),
    "awarded": (N_("Awarded"), "ok"),
    "reserve": (N_("On the reserve list"), "wait"),
    "closed": (N_("Award closed"), "plain"),
    "exception_track": (N_("Exception track"), "info"),
}
"""The word of each status, and the kind of its tag."""

OUTCOMES = {
    "accepted": (N_("Accepted"), "ok"),
    "declined": (N_("Declined"), "bad"),
    "expired": (N_("No answer in time"), "bad"),
    "unavailable": (N_("Booked elsewhere meanwhile"), "plain"),
    "withdrawn": (N_("Ended with the award"), "plain"),
}

REASONS = {
    "late": N_("received after the call had closed"),
    "not_open": N_("received before the call had opened"),
    "too_few_beneficiaries": N_("too few Western Balkans beneficiaries"),
    "partner_not_eligible": N_("a party from outside those that the call is for"),
    "partner_not_confirmed": N_("a partner has not confirmed"),
    "above_award_max": N_("asks for more than the maximum"),
    "below_award_min": N_("asks for less than the minimum"),
    "classified_document": N_("a document carries a classification marking"),
    "consultation_missing": N_("no consultation is recorded"),
    "too_few_assessments": N_("too few assessments"),
    "not_funded": N_("no award stood at that time"),
    "not_completed": N_("not completed"),
    "missing_evidence": N_("agenda, attendance list or report is missing"),
    "not_verified": N_("not verified by a second person"),
    "too_few_beneficiaries_attended": N_("people from fewer than two beneficiaries were there"),
    "not_eu_member_state": N_("not from an EU Member State"),
    "conflict": N_("a conflict of interests"),
    "not_available": N_("not available on all days"),
    "language": N_("lacks the language at that level"),
    "theme": N_("lacks the themes at that level"),
}


def reason_word(code: str, sections: dict[str, str]) -> str:
    """A reason in words; below a threshold the codes are section keys, or "total"."""
    if code in REASONS:
        return translated(REASONS[code])
    return _("below the threshold of {section}", section=sections.get(code) or _("the total"))


sentences.register(
    {
        "rehearsal_under_way": N_("Another rehearsal is being played. Try again in a moment."),
        "rehearsal_too_long": N_(
            "Playing this scenario would take too long for a page. Make it smaller, or play it with “facility rehearse”."
        ),
    }
)
