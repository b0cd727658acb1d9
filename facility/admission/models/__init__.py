"""Tables of what is done with applications that came in."""

from facility.admission.models.clarification import Clarification, ClarificationDocument, DecisionLetter
from facility.admission.models.consultation import Consultation, Consultee
from facility.admission.models.opening import OpeningSession
from facility.admission.models.overlap import Initiative, InitiativeImport, InitiativeWord, OverlapJudgement
from facility.admission.models.view import SavedView

__all__ = [
    "Clarification",
    "ClarificationDocument",
    "Consultation",
    "Consultee",
    "DecisionLetter",
    "Initiative",
    "InitiativeImport",
    "InitiativeWord",
    "OpeningSession",
    "OverlapJudgement",
    "SavedView",
]
