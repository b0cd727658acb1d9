"""Table of strengths and weaknesses, and which applications of a call still lack them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.calls.models.call import flag_after_decision
from facility.db import Base
from facility.evaluation.models.counting_assessments import ENOUGH_SQL
from facility.evaluation.models.outcome import TOO_FEW_SQL


class ReasonsVersion(Base):
    """The strengths and weaknesses of an application as somebody wrote them for the evaluation report. Each save is a version, from
    1; the latest counts, and for a decided call the latest before its decision. Rows are never changed."""

    __tablename__ = "reasons_version"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("strengths <> '' AND weaknesses <> ''", name="texts"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    strengths: Mapped[str]
    weaknesses: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    written_at: Mapped[datetime]


GIVES_REASONS_SQL = flag_after_decision("gives_reasons")
"""The letters of the row `call` give strengths and weaknesses."""
_UNWRITTEN_SQL = f"""(application.status = 'admissible' AND {ENOUGH_SQL} AND NOT {TOO_FEW_SQL}
    AND NOT EXISTS (SELECT FROM reasons_version WHERE reasons_version.application_id = application.id))"""
TO_WRITE_SQL = f"""(call.state = 'closed' AND {GIVES_REASONS_SQL}
    AND NOT EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = call.id) AND {_UNWRITTEN_SQL})"""
"""The strengths and weaknesses of the row `application` of the row `call` are to be written: it has its assessments, and the ranking is
not proposed."""
REASONS_MISSING_SQL = f"""({GIVES_REASONS_SQL} AND EXISTS (SELECT FROM application
    WHERE application.call_id = call.id AND application.track = 'joint' AND {_UNWRITTEN_SQL}))"""
"""An application of the row `call` lacks them, so that the ranking can't be proposed (`rules.reasons.without_reasons`)."""
