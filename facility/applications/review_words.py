"""The words for what the secretariat asks and finds about an application."""

from facility.applications.rules.consultation import ConsultationState, ConsulteeKind
from facility.applications.rules.overlap import DONOR, OverlapOutcome
from facility.applications.rules.overlap import RESULTS as OF_THE_ACTION
from facility.web import sentences
from facility.web.i18n import N_

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
    ConsultationState.CANCELLED: (N_("Called off"), "plain"),
}
"""The word of each state, untranslated, and the kind of its tag."""

AGAINST = {
    "consultation_running": N_("Not everybody who was consulted has answered, and their time is not over."),
    "objection_unanswered": N_("An objection is not answered yet."),
    "consultation_not_held": N_("Nobody was consulted by the secretariat on what was submitted."),
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
    OverlapOutcome.DUPLICATES: (N_("Duplicates what is done already"), "bad"),
}
"""The word of each judgement, untranslated, and the kind of its tag."""

sentences.register(
    {
        **AGAINST,
        "period_wrong": N_("Give a number of working days of at most {most}."),
        "consultee_missing": N_("Choose at least one consultee on the list."),
        "consulted_already": N_("One of them is being consulted on this application already."),
        "consultation_over": N_("This consultation is over."),
        "answered_late_already": N_("An answer after the period was given already."),
        "name_missing": N_("Enter your name and function."),
        "no_more_days": N_("No further days were offered."),
        "extended_already": N_("More days can be asked for only once."),
        "no_late_answer": N_("There is no late answer that could be let count."),
        "initiative_unknown": N_("Choose among the initiatives on the list."),
        "no_objection_there": N_("There is no objection to answer."),
    }
)
