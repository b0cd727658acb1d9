"""The table of who runs a call and who assesses in it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.calls.rules.segregation_of_duties import Duty
from facility.db import Base


def _one_of(values: type[StrEnum]) -> str:
    return f"duty IN ({', '.join(repr(value.value) for value in values)})"


class CallDuty(Base):
    """What somebody did first in a call; a series and its batches are one. Nobody has two duties in a call: the key is the
    rule, so that of two acts at the same moment only one passes."""

    __tablename__ = "call_duty"
    __table_args__ = (CheckConstraint(_one_of(Duty), name="duty"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    duty: Mapped[str]
    since: Mapped[datetime]
