"""An application of the joint track as the evaluation sees it, and what becomes of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from facility.applications.rules.status import ApplicationStatus
from facility.evaluation.rules.means import Scores


class Outcome(StrEnum):
    """What becomes of an application of the joint track if its call were decided now."""

    RANKED = "ranked"
    BELOW_THRESHOLD = "below_threshold"
    NOT_ASSESSED = "not_assessed"
    INELIGIBLE = "ineligible"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"
    UNCHECKED = "unchecked"
    WAITING = "waiting"
    DIVERGENT = "divergent"
    TO_AGREE = "to_agree"


UNSETTLED = frozenset({Outcome.DIVERGENT, Outcome.TO_AGREE})
"""It has its assessments, but their totals are too far apart, or its assessors have to agree on scores."""
SCORED = frozenset({Outcome.RANKED, Outcome.BELOW_THRESHOLD}) | UNSETTLED
"""It has its assessments."""
OPEN = frozenset({Outcome.UNCHECKED, Outcome.WAITING}) | UNSETTLED
"""What keeps a call from being decided: admissibility not checked, assessments missing and not set aside, scores not settled."""


class Applicant(msgspec.Struct, frozen=True):
    """An application of the joint track as the evaluation sees it; requested is in EUR.

    on_board: the beneficiaries' codes of the parties that have not left · assessments: those that count · lot: its place in the
    draw (calls.rules.lot), where there is one · sent_at: when each of the assessments was sent, where the call limits how far they
    may be apart · agreed: the scores of a consensus that is closed · agreeing: a consensus is open.
    """

    application_id: UUID
    reference: str
    status: ApplicationStatus
    requested: Decimal
    received_at: datetime
    on_board: tuple[str, ...]
    assessments: tuple[Scores, ...]
    lot: str = ""
    sent_at: tuple[datetime, ...] = ()
    agreed: Scores | None = None
    agreeing: bool = False
