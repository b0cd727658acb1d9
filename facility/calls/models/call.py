"""The table of calls."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import to_builtins
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, validates

from facility.calls.rules.checklist import STANDARD_LIST
from facility.calls.rules.deadlines import inform_by
from facility.calls.rules.modes import submit_by
from facility.db import Base, Key, search_index, search_key_of


class Call(Base):
    """A call for proposals; amounts in EUR. `drafted_by` is who wrote the draft last: another person publishes it.

    `grid` is a rules.Grid as JSON, `cool_down` a rules.CoolDown, `after_decision` a rules.AfterDecision, `committee` a rules.Committee, `form` a rules.forms.FormDefinition, `extended_to` the
    codes of beneficiaries outside the Western Balkans that may take part by the decision `extension_decision`.
    `current_version` is the number of the CallVersion that is in force, 0 for a draft. `only_themes` are codes that the
    call is for (none: all), `taxonomy` pairs of code and name of those that could be chosen when it was published.
    opened_at: when two people unsealed what had come in; evaluating_since: when the first application was given to an
    assessor. inform_by: the last day on which applicants hear of the outcome. search_key: what it is found by.

    A rolling or urgent call is a series; each of its batches is a row of its own with `series_id` and `batch` (from 1)
    and the same rules, whose amount is shared: what a batch may still award is what the whole series has left.
    `cut_offs` are instants in ISO 8601; half_time_at and overdue_at: when people were reminded of an urgent decision.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'closed', 'decided', 'cancelled')", name="state"),
        CheckConstraint("mode IN ('deadline', 'rolling', 'urgent')", name="mode"),
        CheckConstraint(
            "(series_id IS NULL) = (batch IS NULL) AND (mode <> 'deadline' OR series_id IS NULL)",
            name="batch",
        ),
        CheckConstraint("(cut_offs <> '[]') = (mode = 'rolling' AND series_id IS NULL)", name="cut_offs"),
        CheckConstraint(
            "(decide_within_hours IS NOT NULL) = (mode = 'urgent') AND decide_within_hours >= 1",
            name="decide_within",
        ),
        UniqueConstraint("series_id", "batch"),
        CheckConstraint("opens_at < closes_at", name="instants"),
        CheckConstraint("amount >= 0 AND amount < 'NaN'", name="amount"),
        CheckConstraint(
            "award_min >= 0 AND award_min <= award_max AND award_max < 'NaN'", name="award_limits"
        ),
        CheckConstraint("min_beneficiaries >= 1", name="min_beneficiaries"),
        CheckConstraint("extended_to = '[]' OR extension_decision IS NOT NULL", name="extension"),
        CheckConstraint("published_by <> drafted_by", name="four_eyes"),
        CheckConstraint(
            "(state = 'draft') = (published_by IS NULL) AND (state = 'draft') = (published_at IS NULL)",
            name="published",
        ),
        CheckConstraint("opened_at >= closed_at", name="opened"),
        CheckConstraint("(state = 'draft') = (current_version = 0)", name="current_version"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("archived_at IS NULL OR state IN ('decided', 'cancelled')", name="archived"),
        CheckConstraint("(questions_until IS NULL) = (answers_until IS NULL)", name="question_dates"),
        CheckConstraint("answers_until >= questions_until AND answers_until <= closes_at", name="answers"),
        Index("ix_call_closes_at_id", "closes_at", "id"),
        search_index("call"),
    )

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    search_key: Mapped[str]
    text: Mapped[str]
    mode: Mapped[str]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    batch: Mapped[int | None]
    cut_offs: Mapped[list[str]]
    decide_within_hours: Mapped[int | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    inform_by: Mapped[date]
    questions_until: Mapped[datetime | None]
    answers_until: Mapped[datetime | None]
    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"), index=True)
    amount: Mapped[Decimal]
    award_min: Mapped[Decimal]
    award_max: Mapped[Decimal]
    unusual_reason: Mapped[str | None]
    min_beneficiaries: Mapped[int] = mapped_column(BigInteger)
    extended_to: Mapped[list[str]]
    extension_decision: Mapped[str | None]
    skip_unaffordable: Mapped[bool]
    only_themes: Mapped[list[str]]
    taxonomy: Mapped[list[Any]]
    grid: Mapped[dict[str, Any]]
    cool_down: Mapped[dict[str, Any]]
    after_decision: Mapped[dict[str, Any]]
    committee: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=sql("'{}'"))
    form: Mapped[dict[str, Any]]
    checklist: Mapped[list[Any]] = mapped_column(default=lambda: to_builtins(STANDARD_LIST))
    state: Mapped[str]
    current_version: Mapped[int]
    cloned_from: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"))
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    evaluating_since: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    archived_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    half_time_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]

    _find_by = search_key_of("reference", "title")

    @validates("closes_at")
    def _inform_by(self, _name: str, closes_at: datetime) -> datetime:
        """Sets `inform_by` whenever `closes_at` is set."""
        self.inform_by = inform_by(closes_at)
        return closes_at

    def submit_by(self, at: datetime) -> datetime:
        """The deadline that a draft goes by: `rules.submit_by`."""
        return submit_by([datetime.fromisoformat(cut_off) for cut_off in self.cut_offs], self.closes_at, at)

    @property
    def is_series(self) -> bool:
        """Whether it only holds rules and drafts, and its batches are what is opened, judged and decided."""
        return self.mode != "deadline" and self.series_id is None


def flag_after_decision(name: str) -> str:
    """A rule of the row `call` that holds or doesn't (rules.after_decision.FLAGS): a condition."""
    return f"coalesce(CAST(call.after_decision ->> '{name}' AS boolean), false)"
