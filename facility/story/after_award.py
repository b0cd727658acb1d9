"""What follows an award: a request for experts, an expert of the pool who fits it, and what proves an activity."""

from datetime import date
from uuid import UUID

import msgspec

from facility.activities.events import EvidenceKind
from facility.activities.rules.counting import NEEDED_EVIDENCE
from facility.deployments.service.requesting import RequestDraft
from facility.experts.rules.branches import Branch
from facility.experts.service.pool import ExpertDraft

EVIDENCE = msgspec.convert(sorted(NEEDED_EVIDENCE), tuple[EvidenceKind, ...])
"""What an activity must have, in the same order each time."""

REQUEST = RequestDraft(
    application_id=UUID(int=0),
    place="Tirana",
    starts_on=date.min,
    ends_on=date.min,
    seats=1,
    language="en",
    language_level="B2",
    themes={"X.JIT": 3},
    min_theme_level=3,
    bonus_regional_language=2,
    bonus_no_recent_deployment=1,
    respond_within_hours=72,
)
"""To be replaced in it: application_id, starts_on and ends_on, and what the story is about."""

EXPERT = ExpertDraft(
    code="",
    name="",
    email="",
    country="IT",
    gender=None,
    branch=Branch.POLICE,
    deployments_12m=0,
    themes={"X.JIT": 4},
    languages={"en": "C1"},
    available=[],
)
"""To be replaced in it: code, name, email and available, and what the story is about."""
