"""Tables of joint applications and of what hangs on them."""

from facility.applications.models.application import (
    LATEST_CHECK_SQL,
    AdmissibilityCheck,
    Application,
    ClassifiedRefusal,
    Document,
    LateAttempt,
    Party,
    SectionAnswers,
)
from facility.applications.models.boarding import ON_BOARD_SQL, TAKES_PART, TAKES_PART_SQL
from facility.applications.models.budget import Budget, BudgetLine, PlannedActivity, PlannedPeople
from facility.applications.models.carry_over import CarryOver
from facility.applications.models.conflict import ConflictDeclaration, closed_to, shut_out
from facility.applications.models.ending import HAS_ENDED, HAS_ENDED_ITSELF
from facility.applications.models.partners import ChangeRequest, ConfirmedContent
from facility.applications.models.sealing import OPENED_SQL, SEALED, SEALED_SQL, TELLS, TELLS_SQL
from facility.applications.models.writing import LinkCopy, SectionChange, WorkingCopy

__all__ = [
    "HAS_ENDED",
    "HAS_ENDED_ITSELF",
    "LATEST_CHECK_SQL",
    "ON_BOARD_SQL",
    "OPENED_SQL",
    "SEALED",
    "SEALED_SQL",
    "TAKES_PART",
    "TAKES_PART_SQL",
    "TELLS",
    "TELLS_SQL",
    "AdmissibilityCheck",
    "Application",
    "Budget",
    "BudgetLine",
    "CarryOver",
    "ChangeRequest",
    "ClassifiedRefusal",
    "ConfirmedContent",
    "ConflictDeclaration",
    "Document",
    "LateAttempt",
    "LinkCopy",
    "Party",
    "PlannedActivity",
    "PlannedPeople",
    "SectionAnswers",
    "SectionChange",
    "WorkingCopy",
    "closed_to",
    "shut_out",
]
