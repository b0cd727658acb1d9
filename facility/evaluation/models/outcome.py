"""How far a call's evaluation is: what is unsettled, set aside or ended; and as conditions of statements, what is settled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.models.parties import ON_BOARD_SQL
from facility.db import Base
from facility.evaluation.models.counting_assessments import ENOUGH_SQL


class Unsettled(Base):
    """The scores of an application have to be settled, as its outcome says. Kept for lists, since statements can't
    compare totals; a decision computes it anew."""

    __tablename__ = "unsettled"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    outcome: Mapped[str]
    since: Mapped[datetime]


class SettingAside(Base):
    """Why an application is not judged though it was admitted."""

    __tablename__ = "setting_aside"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    set_aside_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    assessments: Mapped[int]
    at: Mapped[datetime]


class EvaluationEnd(Base):
    """The evaluation of a call has ended: its ranking was proposed, and scores change no more."""

    __tablename__ = "evaluation_end"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


TOO_FEW_SQL = f"""(call.min_beneficiaries > (SELECT count(DISTINCT party.beneficiary_code) FROM party
    JOIN beneficiary ON beneficiary.code = party.beneficiary_code AND beneficiary.western_balkans
    WHERE party.application_id = application.id AND {ON_BOARD_SQL}))"""  # noqa: S608 - our own text
"""The row `application` has fewer Western Balkans beneficiaries on board than its `call` asks for."""


SETTLED_SQL = f"""({ENOUGH_SQL} AND NOT EXISTS (SELECT FROM unsettled WHERE unsettled.application_id = application.id))"""
"""The row `application` has enough assessments, and its scores don't have to be settled."""
