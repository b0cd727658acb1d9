"""Tables of what is proposed and decided on a call: its ranking, its line and its reserve list."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.models.sealing import SEALED_SQL
from facility.awards.models.reasons import REASONS_MISSING_SQL
from facility.awards.rules.money_line import Drawn
from facility.awards.rules.urgent import STANDS
from facility.db import Base, Key
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, OF_COMMITTEE
from facility.evaluation.models.outcome import SETTLED_SQL, TOO_FEW_SQL


class AwardDecision(Base):
    """What was proposed and decided for a call. Four eyes, also here: who proposed does not decide.

    `line`: the funding line as it was proposed (`rules.money_line.Drawn`); `decided_line`: as it was decided (`Decided`).
    """

    __tablename__ = "award_decision"
    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_line IS NULL)", name="decided_line"),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), unique=True)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    line: Mapped[dict[str, Any]]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_line: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    @property
    def as_proposed(self) -> Drawn:
        return msgspec.convert(self.line, Drawn, strict=False)

    @property
    def as_decided(self) -> Drawn:
        """The funding line as it was decided; asked only of what is decided."""
        return msgspec.convert(self.decided_line, Drawn, strict=False)


class ReportSignature(Base):
    """A voting member's signature under the evaluation report of a call: `sheet` is what they signed (`rules.evaluation_report.sheet`), `digest` its
    SHA-256. It counts as long as what they would sign has the same digest."""

    __tablename__ = "report_signature"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    sheet: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ReturnedProposal(Base):
    """A proposal that an authorising officer sent back before the decision, with what is to be corrected."""

    __tablename__ = "returned_proposal"
    __table_args__ = (
        CheckConstraint("returned_by <> proposed_by", name="four_eyes"),
        Index("ix_returned_proposal_call_id", "call_id", "returned_at"),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    returned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime]
    reason: Mapped[str]


UNSIGNED_SQL = f"""({HAS_COMMITTEE_SQL} AND EXISTS (SELECT FROM committee_member WHERE committee_member.call_id = {OF_COMMITTEE}
    AND committee_member.function = 'voting' AND committee_member.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM report_signature WHERE report_signature.call_id = call.id
        AND report_signature.person_id = committee_member.person_id AND report_signature.at >= award_decision.proposed_at)))"""  # noqa: S608
"""A voting member has not signed since the row `award_decision` of the row `call` was proposed: for lists. (The decision asks for what they
would sign now.)"""
_FINISHED = f"""(application.status IN ('draft', 'withdrawn', 'inadmissible', 'ineligible', 'not_assessed')
    OR (application.status <> 'submitted' AND {SETTLED_SQL})
    OR {TOO_FEW_SQL})"""
_EARLIER = """(call.mode = 'rolling' AND EXISTS (
    SELECT FROM application JOIN call AS earlier ON earlier.id = application.call_id
    WHERE earlier.series_id = call.series_id AND earlier.batch < call.batch AND earlier.decided_at IS NULL
        AND application.track = 'joint' AND application.received_at IS NOT NULL
        AND application.status <> 'withdrawn'))"""
# With a limit, the applications are asked call by call, to the first that is open; by NOT EXISTS all of all calls were hashed.
TO_PROPOSE_SQL = f"""(call.state = 'closed' AND {STANDS} AND NOT {_EARLIER} AND NOT {REASONS_MISSING_SQL}
    AND NOT EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id)
    AND (SELECT true FROM application WHERE application.call_id = call.id AND application.received_at IS NOT NULL
        AND ({SEALED_SQL} OR application.track = 'joint' AND NOT {_FINISHED}) LIMIT 1) IS NULL)"""  # noqa: S608 - our own text
"""Nothing is open any more in the call of the row, something is to be decided in it, the reasons are written where it gives them, and nobody has proposed its ranking:
`rules.may_propose` and `evaluation.rules.ranking.Standing.ready`, for lists of calls. A test holds them together."""


class RankingEntry(Base):
    """How an application stood when its call was decided; never changed. What was carried over has one for each batch.
    `counted`: the exact scores that count (`evaluation.rules.means.SectionMeans.kept`), as fractions, empty where the
    application was not evaluated. `outcome`: `evaluation.rules.outcomes.Outcome`. `cooled_down`: the cool-down rule
    that passed it over (rules.Cooling)."""

    __tablename__ = "ranking_entry"
    __table_args__ = (
        UniqueConstraint("call_id", "rank"),
        CheckConstraint("(outcome = 'ranked') = (rank IS NOT NULL)", name="rank"),
        CheckConstraint("rank >= 1", name="rank_from_one"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    rank: Mapped[int | None]
    assessments: Mapped[int]
    counted: Mapped[dict[str, Any]]
    missed: Mapped[list[str]]
    outcome: Mapped[str]
    requested: Mapped[Decimal]
    on_board: Mapped[list[str]]
    cooled_down: Mapped[str | None]
    agreed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class CoolDownOverride(Base):
    """Somebody set the call's cool-down rules aside for an application, and why."""

    __tablename__ = "cool_down_override"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    reason: Mapped[str]
    overridden_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ReserveState(StrEnum):
    """What became of a place on the reserve list."""

    WAITING = "waiting"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    BELOW_THRESHOLD = "below_threshold"


class ReserveEntry(Base):
    """A place on a call's reserve list, from 1 in rank order; it keeps its number when others leave. valid_until: the last day, in
    Brussels, on which it is served; None: as long as it waits."""

    __tablename__ = "reserve_entry"
    __table_args__ = (
        UniqueConstraint("call_id", "place"),
        CheckConstraint(
            "state IN ('waiting', 'activated', 'withdrawn', 'ineligible', 'below_threshold')", name="state"
        ),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("place >= 1", name="place"),
        CheckConstraint("requested >= 0 AND requested < 'NaN'", name="requested"),
        Index("ix_reserve_entry_waiting", "call_id", "place", postgresql_where=text("state = 'waiting'")),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    place: Mapped[int]
    requested: Mapped[Decimal]
    valid_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=ReserveState.WAITING)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
