"""Tables of the awards: the decision, the frozen ranking, awards, the reserve list, letters. Amounts are in EUR."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, validates

from facility.applications.models.boarding import ON_BOARD_SQL
from facility.applications.models.sealing import SEALED_SQL
from facility.awards.rules.awards import kept, stands
from facility.awards.rules.deadlines import sign_by
from facility.awards.rules.money_line import Drawn
from facility.awards.rules.publication import Why
from facility.awards.rules.urgent import STANDS
from facility.db import Base, Key, as_sql
from facility.evaluation.models import ENOUGH_SQL
from facility.proposals import Proposed, two_people


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


_FINISHED = f"""(application.status IN ('draft', 'withdrawn', 'inadmissible', 'ineligible', 'not_assessed')
    OR (application.status <> 'submitted' AND {ENOUGH_SQL})
    OR call.min_beneficiaries > (SELECT count(DISTINCT party.beneficiary_code) FROM party
        JOIN beneficiary ON beneficiary.code = party.beneficiary_code AND beneficiary.western_balkans
        WHERE party.application_id = application.id AND {ON_BOARD_SQL}))"""  # noqa: S608 - our own text
_EARLIER = """(call.mode = 'rolling' AND EXISTS (
    SELECT FROM application JOIN call AS earlier ON earlier.id = application.call_id
    WHERE earlier.series_id = call.series_id AND earlier.batch < call.batch AND earlier.decided_at IS NULL
        AND application.track = 'joint' AND application.received_at IS NOT NULL
        AND application.status <> 'withdrawn'))"""
# With a limit, the applications are asked call by call, to the first that is open; by NOT EXISTS all of all calls were hashed.
TO_PROPOSE_SQL = f"""(call.state = 'closed' AND {STANDS} AND NOT {_EARLIER}
    AND NOT EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = call.id)
    AND (SELECT true FROM application WHERE application.call_id = call.id AND application.received_at IS NOT NULL
        AND ({SEALED_SQL} OR application.track = 'joint' AND NOT {_FINISHED}) LIMIT 1) IS NULL)"""  # noqa: S608 - our own text
"""Nothing is open any more in the call of the row, something is to be decided in it, and nobody has proposed its ranking:
`rules.may_propose` and `evaluation.rules.ranking.Standing.ready`, for lists of calls. A test holds them together."""


class RankingEntry(Base):
    """How an application stood when its call was decided; never changed. What was carried over has one for each batch.

    `section_sums`: exact sums of the scores by section key, as decimal strings; divided by `assessments` they are the
    means. Empty where the application was not evaluated. `outcome`: `evaluation.rules.ranking.Outcome`. `cooled_down`: the
    cool-down rule that passed it over (rules.Cooling).
    """

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
    section_sums: Mapped[dict[str, Any]]
    missed: Mapped[list[str]]
    outcome: Mapped[str]
    requested: Mapped[Decimal]
    on_board: Mapped[list[str]]
    cooled_down: Mapped[str | None]


class CoolDownOverride(Base):
    """Somebody set the call's cool-down rules aside for an application, and why."""

    __tablename__ = "cool_down_override"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    reason: Mapped[str]
    overridden_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Award(Base):
    """An award and what it commits. `final_cost` is as told; what stays committed is at most the award.

    An award ends once: closed (by a second person), withdrawn or ineligible. sign_by: the last day for signing it. exceptional: of an
    approved exception, out of the envelope alone: it takes nothing of its call's amount and never counts for 10.1.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("amount >= 0 AND amount < 'NaN'", name="amount"),
        CheckConstraint("committed >= 0 AND committed <= amount", name="committed"),
        CheckConstraint("final_cost >= 0 AND final_cost < 'NaN'", name="final_cost"),
        CheckConstraint("closed_by <> closing_proposed_by", name="four_eyes"),
        CheckConstraint("(ended_at IS NULL) = (end_kind IS NULL)", name="ended"),
        CheckConstraint("end_kind IN ('closed', 'withdrawn', 'ineligible')", name="end_kind"),
        CheckConstraint(
            "end_kind IS DISTINCT FROM 'closed' OR (final_cost IS NOT NULL AND closed_by IS NOT NULL"
            " AND committed = LEAST(amount, final_cost))",
            name="closed",
        ),
        CheckConstraint("end_kind IS NOT NULL OR committed = amount", name="standing"),
        CheckConstraint("end_kind NOT IN ('withdrawn', 'ineligible') OR committed = 0", name="given_back"),
        CheckConstraint("NOT (exceptional AND from_reserve)", name="exceptional"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"), index=True)
    amount: Mapped[Decimal]
    committed: Mapped[Decimal]
    made_at: Mapped[datetime]
    sign_by: Mapped[date]
    from_reserve: Mapped[bool]
    exceptional: Mapped[bool] = mapped_column(default=False, server_default="false")
    ended_at: Mapped[datetime | None]
    end_kind: Mapped[str | None]
    end_reason: Mapped[str | None]
    final_cost: Mapped[Decimal | None]
    closing_reason: Mapped[str | None]
    closing_proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closing_proposed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    @validates("made_at")
    def _sign_by(self, _name: str, made_at: datetime) -> datetime:
        """Keeps the day as the award is."""
        self.sign_by = sign_by(made_at)
        return made_at

    @hybrid_property
    def stands(self) -> bool:
        """It has not ended (`rules.stands`)."""
        return stands(self.ended_at)

    @stands.inplace.expression
    @classmethod
    def _stands(cls) -> ColumnElement[bool]:
        return cls.ended_at.is_(None)

    @hybrid_property
    def kept(self) -> bool:
        """It was neither withdrawn nor lost (`rules.kept`)."""
        return kept(self.end_kind)

    @kept.inplace.expression
    @classmethod
    def _kept(cls) -> ColumnElement[bool]:
        return or_(cls.end_kind.is_(None), cls.end_kind == "closed")


AWARD_STANDS_SQL, AWARD_KEPT_SQL = as_sql(Award.stands), as_sql(Award.kept)
PROMISED_SQL = """(SELECT coalesce(sum(greatest(live.amount - (SELECT coalesce(sum(award.committed), 0.00) FROM award
        JOIN call AS own ON own.id = award.call_id
        WHERE NOT award.exceptional AND (own.id = live.id OR own.series_id = live.id)), 0.00)), 0.00)
    FROM call AS live WHERE live.envelope_id = envelope.id AND live.series_id IS NULL AND (
        live.state = 'published' OR EXISTS (SELECT FROM call AS own
            WHERE (own.id = live.id AND own.mode = 'deadline' OR own.series_id = live.id) AND own.state = 'closed')))"""
"""What the row `envelope` is still to give to calls that run or wait for their decision, in EUR."""
"""The same for a statement that is written as text, where the table bears its own name."""


class AwardAcceptance(Base):
    """The lead of an award is asked to accept it until the end of a day, in Brussels, where the call asks for that.

    outcome: how that ended (rules.acceptance.Outcome); empty while it is open, also after that day. signatory: who signs the
    agreement for the institution that accepted.
    """

    __tablename__ = "award_acceptance"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'refused', 'lapsed', 'ended')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled"),
        CheckConstraint(
            "outcome IS DISTINCT FROM 'accepted' OR (signatory <> '' AND signatory_function <> '')",
            name="signatory",
        ),
        Index("ix_award_acceptance_open", "remind_at", "award_id", postgresql_where=text("outcome IS NULL")),
    )

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    accept_by: Mapped[date]
    remind_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    signatory: Mapped[str] = mapped_column(default="")
    signatory_function: Mapped[str] = mapped_column(default="")
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


ACCEPTANCE_OPEN_SQL = "(award_acceptance.award_id IS NOT NULL AND award_acceptance.outcome IS NULL)"
"""The lead has not answered yet whether it accepts the award of the row `award_acceptance`."""
TO_ACCEPT_SQL = f"EXISTS (SELECT FROM award_acceptance WHERE award_acceptance.award_id = award.id AND {ACCEPTANCE_OPEN_SQL})"
"""The same of the row `award`."""


class AwardSignature(Base):
    """The agreement on an award was signed by all on this day, in Brussels, as somebody entered it last. From then on the award
    stands in the public list. subject: what the list says that it is for."""

    __tablename__ = "award_signature"
    __table_args__ = (
        CheckConstraint("subject <> ''", name="subject"),
        Index("ix_award_signature_signed_on", "signed_on", "award_id"),
    )

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    signed_on: Mapped[date]
    subject: Mapped[str]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class Withholding(Base):
    """An authorising officer keeps an award out of the public list, for a reason, until it is lifted."""

    __tablename__ = "award_withholding"
    __table_args__ = (
        CheckConstraint(f"why IN ({', '.join(repr(why.value) for why in Why)})", name="why"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        CheckConstraint(
            "(lifted_at IS NULL) = (lift_reason IS NULL) AND lift_reason <> ''", name="lift_reason"
        ),
        Index("uq_award_withholding", "award_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
    )

    id: Mapped[Key]
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    why: Mapped[str]
    reason: Mapped[str]
    withheld_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    withheld_at: Mapped[datetime]
    lift_reason: Mapped[str | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]


WITHHELD_SQL = """EXISTS (SELECT FROM award_withholding WHERE award_withholding.award_id = award.id AND lifted_at IS NULL)"""
"""The award of the row is withheld from the public list."""
PUBLISHED_SQL = f"({AWARD_KEPT_SQL} AND NOT {WITHHELD_SQL})"
"""The award of the row, joined to its signature, stands in the public list."""


class Complaint(Base):
    """The lead complains of what a letter decided; numbered from 1 in each call. decide_by: the last day for the answer.

    about: what is contested (rules.complaints.About). follow_up: what is done where it was upheld; reopened: what was contested is
    decided anew.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("about IN ('admissibility', 'exception', 'decision')", name="about"),
        CheckConstraint("outcome IN ('upheld', 'rejected')", name="outcome"),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("outcome IS NULL OR reason <> ''", name="reason"),
        Index("ix_complaint_open", "decide_by", "id", postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[Key]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    about: Mapped[str]
    text: Mapped[str]
    name: Mapped[str]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    decide_by: Mapped[date]
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    reopened: Mapped[bool] = mapped_column(default=False)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


COMPLAINT_OPEN_SQL = "complaint.outcome IS NULL"
"""The complaint of the row waits for its answer."""


def suspended(what: str) -> str:
    """A complaint is open in the call of the row, whose rules suspend this until it is decided (calls.rules.SUSPENDS)."""
    return f"""(coalesce(CAST(call.after_decision ->> '{what}' AS boolean), false)
        AND EXISTS (SELECT FROM complaint WHERE complaint.call_id = call.id AND {COMPLAINT_OPEN_SQL}))"""


DECISION_SUSPENDED_SQL, SIGNING_SUSPENDED_SQL = suspended("suspends_decision"), suspended("suspends_signing")


class AwardWithdrawal(Proposed, Base):
    """Somebody on the facility's side proposes to withdraw an award. computed_on: what it committed then, in EUR. lapse: since its
    lead has not accepted it in time."""

    __tablename__ = "award_withdrawal"
    __table_args__ = (
        *two_people(),
        CheckConstraint("computed_on >= 0 AND computed_on < 'NaN'", name="computed_on"),
        Index("uq_award_withdrawal_open", "award_id", unique=True, postgresql_where=text("outcome IS NULL")),
    )

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    computed_on: Mapped[Decimal]
    lapse: Mapped[bool] = mapped_column(default=False)


class ExceptionalAward(Proposed, Base):
    """Somebody proposes an award on an approved exception. amount: what it would be, in EUR."""

    __tablename__ = "exceptional_award"
    __table_args__ = (
        *two_people(),
        CheckConstraint("amount >= 0 AND amount < 'NaN'", name="amount"),
        Index(
            "uq_exceptional_award_open",
            "application_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    amount: Mapped[Decimal]


class ReserveState(StrEnum):
    """What became of a place on the reserve list."""

    WAITING = "waiting"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"


class ReserveEntry(Base):
    """A place on a call's reserve list, from 1 in rank order; it keeps its number when others leave. valid_until: the last day, in
    Brussels, on which it is served; None: as long as it waits."""

    __tablename__ = "reserve_entry"
    __table_args__ = (
        UniqueConstraint("call_id", "place"),
        CheckConstraint("state IN ('waiting', 'activated', 'withdrawn', 'ineligible')", name="state"),
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
