"""Tables of joint applications and of what hangs on them."""

from facility.applications.models.application import (
    AdmissibilityCheck,
    Application,
    ClassifiedRefusal,
    Document,
    Party,
    SectionAnswers,
)
from facility.applications.models.budget import Budget, BudgetLine, PlannedActivity, PlannedPeople
from facility.applications.models.carry_over import CarryOver
from facility.applications.models.clarification import (
    Clarification,
    ClarificationDocument,
    DecisionLetter,
)
from facility.applications.models.consultation import Consultation, Consultee
from facility.applications.models.opening import LateAttempt, OpeningSession
from facility.applications.models.overlap import (
    Initiative,
    InitiativeImport,
    InitiativeWord,
    OverlapJudgement,
)
from facility.applications.models.partners import ChangeRequest, ConfirmedContent
from facility.applications.models.view import SavedView
from facility.applications.models.writing import LinkCopy, SectionChange, WorkingCopy

__all__ = [
    "AdmissibilityCheck",
    "Application",
    "Budget",
    "BudgetLine",
    "CarryOver",
    "ChangeRequest",
    "Clarification",
    "ClarificationDocument",
    "ClassifiedRefusal",
    "ConfirmedContent",
    "Consultation",
    "Consultee",
    "DecisionLetter",
    "Document",
    "Initiative",
    "InitiativeImport",
    "InitiativeWord",
    "LateAttempt",
    "LinkCopy",
    "OpeningSession",
    "OverlapJudgement",
    "Party",
    "PlannedActivity",
    "PlannedPeople",
    "SavedView",
    "SectionAnswers",
    "SectionChange",
    "WorkingCopy",
]
