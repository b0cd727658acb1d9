"""Tables of proposals for all open requests at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key


class Matching(Base):
    """A proposal. `question` is what was solved, a `rules.matching_run.Question` as JSON, so that anybody can solve it again; digest: its
    SHA-256. points and filled seats of the proposal, the bound that the solver found, and the same one by one."""

    __tablename__ = "matching"
    __table_args__ = (
        CheckConstraint("most >= 1 AND most_of_state >= 1", name="limits"),
        CheckConstraint("points <= bound", name="bound"),
    )

    id: Mapped[Key]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    most: Mapped[int]
    most_of_state: Mapped[int]
    question: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str]
    requests: Mapped[int]
    seats: Mapped[int]
    points: Mapped[int]
    bound: Mapped[int]
    flows: Mapped[int]
    filled: Mapped[int]
    one_by_one_points: Mapped[int]
    one_by_one_filled: Mapped[int]


class MatchingLine(Base):
    """An expert in a request: by the proposal, one by one, or both; `why` the two differ (`rules.matching_run.Why`), other_id: the request that
    it is about. place: on the shortlist, from 1."""

    __tablename__ = "matching_line"
    __table_args__ = (CheckConstraint("proposed OR one_by_one", name="place"),)

    matching_id: Mapped[UUID] = mapped_column(ForeignKey("matching.id"), primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    place: Mapped[int]
    points: Mapped[int]
    proposed: Mapped[bool]
    one_by_one: Mapped[bool]
    why: Mapped[str]
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("deployment.id"))


class MatchingRequest(Base):
    """A request in a proposal, in the order in which they were made, from 1; taken: what a person decided, the proposal or one by one; None as
    long as nobody has."""

    __tablename__ = "matching_request"
    __table_args__ = (CheckConstraint("(taken IS NULL) = (decided_at IS NULL)", name="decided"),)

    matching_id: Mapped[UUID] = mapped_column(ForeignKey("matching.id"), primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    number: Mapped[int]
    taken: Mapped[bool | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
