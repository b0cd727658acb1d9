"""What the codes of a rehearsal's result say to people, untranslated."""

from facility.applications import words as applications
from facility.deployments import words as deployments
from facility.web import sentences
from facility.web.i18n import N_, _, translated

STATUSES = {status.value: words for status, words in applications.STATUSES.items()} | {
    "not_submitted": (N_("Not submitted"), "bad"),
    "exception_track": (N_("Exception track"), "info"),
}
"""The word of each status of the scenario format, and the kind of its tag."""

OUTCOMES = {outcome.value: words for outcome, words in deployments.OUTCOMES.items()}

REASONS = {
    "late": N_("received after the call had closed"),
    "not_open": N_("received before the call had opened"),
    "too_few_beneficiaries": N_("too few Western Balkans beneficiaries"),
    "partner_not_eligible": N_("a party may not take part in this call"),
    "partner_not_confirmed": N_("a partner has not confirmed"),
    "above_award_max": N_("asks for more than the maximum"),
    "below_award_min": N_("asks for less than the minimum"),
    "classified_document": N_("a document carries a classification marking"),
    "consultation_missing": N_("no consultation is recorded"),
    "too_few_assessments": N_("too few assessments"),
    "not_funded": N_("there was no award at that time"),
    "not_completed": N_("not completed"),
    "missing_evidence": N_("agenda, attendance list or report is missing"),
    "not_verified": N_("not verified by a second person"),
    "exceptional": N_("its award is on an exception"),
    "too_few_beneficiaries_attended": N_("people from fewer than two beneficiaries attended"),
    **deployments.EXCLUSIONS,
}


def reason_word(code: str, sections: dict[str, str]) -> str:
    """A reason in words; below a threshold the codes are section keys, or "total"."""
    if code in REASONS:
        return translated(REASONS[code])
    return _("below the threshold of {section}", section=sections.get(code) or _("the total"))


sentences.register(
    {
        "rehearsal_under_way": N_("Another rehearsal is running. Try again in a moment."),
        "rehearsal_too_long": N_(
            "Running this scenario would take too long for a page. Make it smaller, or run it with “facility rehearse”."
        ),
    }
)
