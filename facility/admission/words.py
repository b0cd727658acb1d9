"""The words for what the secretariat asks and finds about an application."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from facility.admission.rules.checklist import ItemFinding, Verdict
from facility.admission.rules.clarification import ClarificationKind, ClarificationState, ClericalField
from facility.admission.rules.consultation import ConsultationState, ConsulteeKind
from facility.admission.rules.opening import Attempt
from facility.admission.rules.overlap import DONOR, OverlapOutcome
from facility.admission.rules.overlap import RESULTS as OF_THE_ACTION
from facility.applications.rules.judged_items import Finding
from facility.forms.asked import NAME_AND_FUNCTION_MISSING
from facility.refused import Reason
from facility.web import filters, sentences
from facility.web.i18n import N_, Message, _, filled, translated

OBJECTION_UNANSWERED = N_("Enter the answer to the objection.")

CONSULTEE_KINDS: dict[ConsulteeKind, str] = {
    ConsulteeKind.DELEGATION: N_("EU Delegation"),
    ConsulteeKind.IISG: N_("IISG"),
    ConsulteeKind.GEOGRAPHIC_UNIT: N_("Geographic unit of the Commission"),
    ConsulteeKind.OTHER: N_("Other office"),
}
"""Untranslated."""

CONSULTATIONS: dict[ConsultationState, tuple[str, str]] = {
    ConsultationState.OPEN: (N_("Asked"), "wait"),
    ConsultationState.NO_OBJECTION: (N_("No objection"), "ok"),
    ConsultationState.OBJECTION: (N_("Objection"), "bad"),
    ConsultationState.TACIT: (N_("Consent by silence"), "ok"),
    ConsultationState.CANCELLED: (N_("Cancelled"), "plain"),
}
"""The word of each state, untranslated, and the kind of its tag."""

AGAINST = {
    "consultation_running": N_("A consultation is still running."),
    "objection_unanswered": N_("Answer the objection first."),
    "consultation_not_held": N_("The secretariat has not consulted anybody on this application."),
}

RESULTS = {
    **{result: result for result in OF_THE_ACTION},
    "R10": N_("This facility"),
    DONOR: N_("Another donor"),
}
"""Whose an initiative is, untranslated."""

OVERLAPS: dict[OverlapOutcome, tuple[str, str]] = {
    OverlapOutcome.NONE: (N_("No overlap"), "ok"),
    OverlapOutcome.ACCEPTABLE: (N_("Overlap, but acceptable"), "wait"),
    OverlapOutcome.DUPLICATES: (N_("Duplicates another activity"), "bad"),
}
"""The word of each judgement, untranslated, and the kind of its tag."""

FINDINGS: dict[Finding, tuple[str, str]] = {
    Finding.MET: (N_("Finding: met"), "ok"),
    Finding.NOT_MET: (N_("Finding: not met"), "bad"),
    Finding.UNKNOWN: (N_("For you to judge"), "wait"),
}
"""The word of each finding, untranslated, and the kind of its tag."""

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.MET: (N_("Met"), "ok"),
    Verdict.NOT_MET: (N_("Not met"), "bad"),
    Verdict.NOT_APPLICABLE: (N_("Does not apply"), "plain"),
}
"""The word of each judgement on an item, untranslated, and the kind of its tag."""

VERDICTS_BY_VALUE = {verdict.value: pair for verdict, pair in VERDICTS.items()} | {
    "": (N_("Not judged"), "plain")
}

FIGURES: dict[str, Message] = {
    "in_time": N_("Received {received}; the call closed {closes}."),
    "beneficiaries": N_("Western Balkans beneficiaries taking part: {count}; needed: at least {least}."),
    "eligible_parties": N_("Institutions: {count}."),
    "confirmations": N_("Partners who have confirmed: {count} of {all}."),
    "amounts": N_("Requested: EUR {requested}. The call allows EUR {least} to {most}."),
    "declarations": N_("Declarations made: {count} of {all}."),
    "documents": N_("Documents: {count}. Pages or pictures that could not be searched: {unread}."),
    "classified": N_("Documents refused because of a marking or a virus: {count}."),
    "consultation": N_("Consultations on what was submitted: {count}."),
    "overlap": N_("Assessment of the overlap: {outcome}."),
}
"""A finding's figures by the key of its item, untranslated. They stand after what they count: one and several read alike."""
_UNCHECKED = N_("Institutions: {count}. Not checked yet: {unchecked}.")


def finding_in_words(key: str, finding: ItemFinding) -> str:
    """A finding's figures in a sentence; "" where there are none."""
    if not finding.figures or key not in FIGURES:
        return ""
    text = _UNCHECKED if "unchecked" in finding.figures else FIGURES[key]
    return filled(text, **{name: _shown(name, value) for name, value in finding.figures.items()})


def _shown(name: str, value: str) -> str:
    match name:
        case "received" | "closes":
            return filters.instant(datetime.fromisoformat(value))
        case "requested" | "least" | "most" if "." in value:
            return filters.eur(Decimal(value))
        case "outcome":
            return translated(OVERLAPS[OverlapOutcome(value)][0])
    return value


def whys(late: Iterable[Attempt]) -> dict[str, str]:
    """Why attempts that came too late were refused, by code: nothing but the codes was kept."""
    return {code: sentences.sentence(Reason(code)) for attempt in late for code in attempt.reasons}


def begun(started_at: datetime, now: datetime) -> str:
    """What is said to whoever presses the button that starts an opening."""
    if started_at == now:
        return _("The opening has started. A second person must confirm it on this page.")
    return _("You have already started this opening. A second person must confirm it.")


CLARIFICATION_KINDS: dict[ClarificationKind, str] = {
    ClarificationKind.EVIDENCE: N_("Missing evidence"),
    ClarificationKind.CLERICAL: N_("A clerical error"),
}
"""Untranslated."""

CLERICAL_FIELDS: dict[ClericalField, str] = {
    ClericalField.CONTACT_NAME: N_("Name of the lead’s contact"),
    ClericalField.CONTACT_EMAIL: N_("Mail address of the lead’s contact"),
    ClericalField.SIGNATORY_NAME: N_("Name of the signatory"),
    ClericalField.SIGNATORY_FUNCTION: N_("Function of the signatory"),
    ClericalField.TITLE: N_("Typing error in the title"),
}
"""What can be put right, untranslated."""

CLARIFICATIONS: dict[ClarificationState, tuple[str, str]] = {
    ClarificationState.OPEN: (N_("Asked"), "wait"),
    ClarificationState.ANSWERED: (N_("Answered"), "info"),
    ClarificationState.LAPSED: (N_("No answer in time"), "bad"),
    ClarificationState.CANCELLED: (N_("Cancelled"), "plain"),
}
"""The word of each state, untranslated, and the kind of its tag."""

sentences.register(
    {
        **AGAINST,
        "checked_before": N_(
            "You checked this application before. A complaint about that was upheld, so somebody else checks it."
        ),
        "period_wrong": N_("Give a number of working days of at most {most}."),
        "consultee_missing": N_("Choose at least one consultee on the list."),
        "consulted_already": N_(
            "At least one of these offices is already being consulted on this application."
        ),
        "consultation_over": N_("This consultation is over."),
        "answered_late_already": N_("A late answer has already been sent."),
        "name_missing": NAME_AND_FUNCTION_MISSING,
        "no_more_days": N_("No further days were offered."),
        "extended_already": N_("More days can be asked for only once."),
        "no_late_answer": N_("There is no late answer to accept."),
        "initiative_unknown": N_("Choose among the initiatives on the list."),
        "clarification_question_missing": N_("Enter your question."),
        "field_missing": N_("Choose what needs correction."),
        "clarification_over": N_("This question can no longer be answered."),
        "answer_missing_here": N_("Enter an answer or attach a document."),
        "value_missing": N_("Enter the correct text."),
        "clarification_not_answered": N_("There is no answer yet."),
        "clarification_settled": N_("This answer has already been accepted or rejected."),
        "item_not_judged": N_("Say whether this is met."),
        "difference_needs_reason": N_("Your assessment differs from the finding. Give the reason."),
        "not_met_needs_reason": N_("Say what is not met."),
        "nothing_not_met": N_("An application can only be inadmissible if at least one item is not met."),
        "in_spite_needs_reason": N_("Give the reason why it is admissible although an item is not met."),
        "no_objection_there": N_("There is no objection to answer."),
    }
)
