"""Tables of requests for expertise: what is needed, in which order experts are asked, and what they answered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key, search_index, search_key_of
from facility.deployments.rules.shortlist import MOST_FEEDBACK, RecentFrom
from facility.experts.rules.branches import ASKED_FOR
from facility.experts.rules.languages import Skill


class DeploymentState(StrEnum):
    """requested: shortlist made · asking · filled: every seat has a yes · exhausted: nobody is left for a seat ·
    ended: the award ended, or the secretariat called it off."""

    REQUESTED = "requested"
    ASKING = "asking"
    FILLED = "filled"
    EXHAUSTED = "exhausted"
    ENDED = "ended"


class CandidateState(StrEnum):
    """Where the walk along the list stands: passed over is for good."""

    WAITING = "waiting"
    ASKED = "asked"
    PASSED_OVER = "passed_over"


class Deployment(Base):
    """A request for experts. `end_reason`: why the secretariat called it off. `themes` maps codes to weights; `shortlist` keeps what was computed, in words and points:
    {"ranked": [{"code", "score", "parts": [...]}], "counts": {reason: how many are left out}}, and where the request asks for it what
    was `recent`, `conflicts` and `on_call` (`service.requesting`); `left_out`: {code: reason}. recent_from: where deployments in the last 12 months are counted; cool_off_months: how far back conflicts
    are looked for in the data, not at all where it names none. feedback_weight: the most points for feedback after missions. search_key: what it is found by.

    What experts read before they answer: `terms_of_reference`, what they would do; whom they can ask: name and address are there, or
    neither is. `declares_conflicts`: a yes comes with the declaration that there is no conflict of interest.

    `sensitive`: a yes asks for the expert's PIN, and mails say no more than days and place.

    How experts are asked: the hours to answer as they pass or `in_working_time` only (`periods`), reminded so many hours before they are
    over, and `ask_at_once` for each seat that is free. `on_call_first`: whoever was on call for one of its themes when it was made stands
    first on the shortlist.

    `terms`: what it pays its experts (`rules.fees.Terms`), frozen; none where it doesn't.

    `proposals`: what could make the list longer when it had run out: [{"condition", "value", "experts": [code]}] (`rules.relaxing`).

    `release_days`: how long an employer has to release an expert; none where no release is needed. `appoints`: it sends letters of appointment. `target_days`: within
    how many days every seat should have its yes. `report_days`: within how many days after the last day each expert reports; none where
    they don't. `language_skill`: at which the level of the language is needed; `bcms`: the languages of `rules.languages.BCMS` count as
    the same; `branch`: the only one from which experts come. `wish_id`: what the lead of an activity asked for, where it was made from that."""

    __tablename__ = "deployment"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="days"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("respond_within_hours >= 1", name="respond_within_hours"),
        CheckConstraint("release_days >= 1", name="release_days"),
        CheckConstraint("remind_hours_before >= 1", name="remind_hours_before"),
        CheckConstraint("ask_at_once >= 1", name="ask_at_once"),
        CheckConstraint("target_days >= 1", name="target_days"),
        CheckConstraint("report_days >= 1", name="report_days"),
        CheckConstraint("recent_from IN ('profile', 'bookings')", name="recent_from"),
        CheckConstraint("cool_off_months >= 0", name="cool_off_months"),
        CheckConstraint(f"feedback_weight BETWEEN 0 AND {MOST_FEEDBACK}", name="feedback_weight"),
        CheckConstraint(
            f"language_skill IN ({', '.join(repr(skill.value) for skill in Skill)})", name="language_skill"
        ),
        CheckConstraint(
            f"branch IN ({', '.join(repr(branch.value) for branch in ASKED_FOR)})", name="branch"
        ),
        CheckConstraint("state IN ('requested', 'asking', 'filled', 'exhausted', 'ended')", name="state"),
        CheckConstraint("end_reason IS NULL OR state = 'ended'", name="end_reason"),
        CheckConstraint("(contact_name = '') = (contact_email = '')", name="contact"),
        search_index("deployment"),
    )

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), index=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    place: Mapped[str]
    search_key: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    language: Mapped[str]
    language_level: Mapped[str]
    language_skill: Mapped[str | None]
    bcms: Mapped[bool] = mapped_column(default=False, server_default=false())
    branch: Mapped[str | None]
    themes: Mapped[dict[str, Any]]
    min_theme_level: Mapped[int]
    bonus_regional_language: Mapped[int]
    bonus_no_recent_deployment: Mapped[int]
    respond_within_hours: Mapped[int]
    recent_from: Mapped[str] = mapped_column(default=RecentFrom.PROFILE, server_default=RecentFrom.PROFILE)
    cool_off_months: Mapped[int | None]
    feedback_weight: Mapped[int] = mapped_column(default=0, server_default="0")
    terms_of_reference: Mapped[str] = mapped_column(default="", server_default="")
    contact_name: Mapped[str] = mapped_column(default="", server_default="")
    contact_email: Mapped[str] = mapped_column(default="", server_default="")
    contact_phone: Mapped[str] = mapped_column(default="", server_default="")
    declares_conflicts: Mapped[bool] = mapped_column(default=False, server_default=false())
    sensitive: Mapped[bool] = mapped_column(default=False, server_default=false())
    in_working_time: Mapped[bool] = mapped_column(default=False, server_default=false())
    remind_hours_before: Mapped[int | None]
    ask_at_once: Mapped[int] = mapped_column(default=1, server_default="1")
    on_call_first: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str]
    shortlist: Mapped[dict[str, Any]]
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    order_reason: Mapped[str]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    ordered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ordered_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    terms: Mapped[dict[str, Any] | None]
    proposals: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    release_days: Mapped[int | None]
    target_days: Mapped[int | None]
    report_days: Mapped[int | None]
    appoints: Mapped[bool] = mapped_column(default=False, server_default=false())
    wish_id: Mapped[UUID | None] = mapped_column(ForeignKey("wish.id"), index=True)

    _find_by = search_key_of("reference", "place")


class Candidate(Base):
    """One place in the confirmed order of asking, from 1. passed_because: why nobody asked them, a key of `words.PASSED_OVER`;
    extension_id: by what they came on the list later."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("deployment_id", "expert_id"),
        CheckConstraint("state IN ('waiting', 'asked', 'passed_over')", name="state"),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    state: Mapped[str]
    passed_because: Mapped[str | None]
    extension_id: Mapped[UUID | None] = mapped_column(ForeignKey("list_extension.id"))


class ListExtension(Base):
    """A list that had run out was made longer: which condition was relaxed, to which value, and by whom. `shortlist`: of those whom it
    added, as that of the request."""

    __tablename__ = "list_extension"
    __table_args__ = (
        CheckConstraint("condition IN ('none', 'language', 'theme', 'branch')", name="condition"),
    )

    id: Mapped[Key]
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), index=True)
    condition: Mapped[str]
    value: Mapped[str]
    shortlist: Mapped[dict[str, Any]]
    extended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    extended_at: Mapped[datetime]
