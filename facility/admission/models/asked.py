"""What clarifications and consultations have in common."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.inquiries.models import RemindedInquiry


class AskedOnApplication(RemindedInquiry):
    """A question on an application. `days`: working days to answer; `responder`: who gave the answer, by name."""

    __abstract__ = True

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    question: Mapped[str]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    days: Mapped[int]
    responder: Mapped[str] = mapped_column(default="")
