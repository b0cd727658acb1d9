"""Tables of awards: what they commit, how they are accepted, signed and published, and what two people settle about them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, or_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, validates

from facility.awards.rules.agreement_deadlines import sign_by
from facility.awards.rules.awards import kept, stands
from facility.awards.rules.publication import Why
from facility.db import Base, Key, as_sql
from facility.proposals import Proposed, two_people


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
        """Sets `sign_by` whenever `made_at` is set."""
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
GOT_AWARD_SQL = "EXISTS (SELECT FROM award WHERE award.application_id = application.id)"
"""The row `application` got an award, whatever became of it."""
PROMISED_SQL = """((SELECT coalesce(sum(greatest(live.amount - (SELECT coalesce(sum(award.committed), 0.00) FROM award
        JOIN call AS own ON own.id = award.call_id
        WHERE NOT award.exceptional AND (own.id = live.id OR own.series_id = live.id)), 0.00)), 0.00)
    FROM call AS live WHERE live.envelope_id = envelope.id AND live.series_id IS NULL AND (
        live.state = 'published' OR EXISTS (SELECT FROM call AS own
            WHERE (own.id = live.id AND own.mode = 'deadline' OR own.series_id = live.id) AND own.state = 'closed'))) + envelope.held)"""
"""What the row `envelope` is still to give to calls that run or wait for their decision, and to whom a part is offered, in EUR."""
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


class AwardReduction(Proposed, Base):
    """Somebody proposes that an award falls by the part of a partner that left after it. amount: that part, in EUR. Of a partner one
    stands or was agreed to, at most."""

    __tablename__ = "award_reduction"
    __table_args__ = (
        *two_people(),
        CheckConstraint("amount > 0 AND amount < 'NaN'", name="amount"),
        Index(
            "uq_award_reduction_party",
            "party_id",
            unique=True,
            postgresql_where=text("outcome IS NULL OR outcome = 'agreed'"),
        ),
    )

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    amount: Mapped[Decimal]


LEFT_AFTER_SQL = "coalesce(party.left_at > award.made_at, false)"
"""The party of the row left after the award of the row was made (rules.part_to_take_off)."""


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
