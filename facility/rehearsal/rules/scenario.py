"""A scenario file as values: amounts as Decimal EUR, instants in UTC, days as dates (scenarios/README)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from facility.experts.rules.languages import CefrLevel


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the file; its instants are turned to UTC, whatever their offset was."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


class Donor(_Part, frozen=True):
    name: str
    amount: Decimal


class Contract(_Part, frozen=True):
    reference: str
    donors: tuple[Donor, ...]


class Section(_Part, frozen=True):
    key: str
    title: str
    max: int


class Grid(_Part, frozen=True):
    sections: tuple[Section, ...]
    thresholds: dict[str, Decimal]
    min_assessments: int
    tie_break: tuple[str, ...]


class Call(_Part, frozen=True):
    reference: str
    mode: Literal["deadline"]
    opens_at: datetime
    closes_at: datetime
    decided_at: datetime
    envelope: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    grid: Grid
    extended_to: tuple[str, ...] = ()
    skip_unaffordable: bool = False


class Lead(_Part, frozen=True):
    institution: str
    beneficiary: str


class Partner(_Part, frozen=True):
    institution: str
    beneficiary: str
    confirmed: bool
    withdrew_at: datetime | None = None


class Document(_Part, frozen=True):
    name: str
    marking: str | None = None


class Application(_Part, frozen=True):
    """assessments: scores by assessor, then by section key."""

    reference: str
    title: str
    track: Literal["joint", "exception"]
    lead: Lead
    partners: tuple[Partner, ...]
    requested: Decimal
    received_at: datetime
    withdrawn_at: datetime | None = None
    consultation: str | None = None
    themes: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    assessments: dict[str, dict[str, Decimal]] = {}
    recusals: tuple[str, ...] = ()


class Step(_Part, frozen=True):
    """What happened to an award; final_cost is there when it was closed, and means nothing otherwise."""

    application: str
    at: datetime
    what: Literal["closed", "withdrawn"]
    final_cost: Decimal | None = None


class Expert(_Part, frozen=True):
    """available: first and last day; conflict: what it is, where there is one."""

    id: str
    country: str
    themes: dict[str, int]
    languages: dict[str, CefrLevel]
    available: tuple[date, date] | None
    deployments_12m: int
    gender: Literal["F", "M", "X"] | None = None
    branch: str = ""
    conflict: str | None = None


class Bonus(_Part, frozen=True):
    regional_language: int
    no_recent_deployment: int


class Reply(_Part, frozen=True):
    answer: Literal["accept", "decline"]
    after_hours: int


class Deployment(_Part, frozen=True):
    """language: "en:C1" · replies by expert; without replies (None) nobody is invited."""

    reference: str
    application: str
    start: date
    end: date
    seats: int
    language: str
    themes: dict[str, int]
    min_theme_level: int
    bonus: Bonus
    invited_at: datetime
    respond_within_hours: int
    place: str = ""
    replies: dict[str, Reply] | None = None


class Activity(_Part, frozen=True):
    reference: str
    application: str
    kind: Literal["workshop", "seminar", "internship", "study_trip", "expert_mission"]
    start: date
    end: date
    completed: bool
    attended: dict[str, int]
    evidence: tuple[Literal["agenda", "attendance_list", "report", "photos"], ...]
    reported_by: str
    verified_by: str | None = None


class Scenario(_Part, frozen=True):
    """A whole call, as the file tells it, in the file's order."""

    scenario: str
    contract: Contract
    call: Call
    applications: tuple[Application, ...]
    after_award: tuple[Step, ...] = ()
    experts: tuple[Expert, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    activities: tuple[Activity, ...] = ()
