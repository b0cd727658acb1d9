"""What clarifications and consultations have in common as inquiries: both are about an application, for a period in working days."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement

from facility.accounts.models import Person
from facility.admission.models.asked import AskedOnApplication
from facility.applications.models.application import Application
from facility.applications.queries.content import track_of
from facility.applications.rules.ending import may_still_answer
from facility.applications.service.editing import lock_with_call, status_of
from facility.applications.service.ending import ends_with_the_application
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Tx, as_sql
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import cancel_locked, lock_all
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.periods import end_of_period, last_day, reminder
from facility.web.filters import weekday
from facility.web.i18n import N_, filled


class About(NamedTuple):
    """What is asked about: an application, locked, and its call, held."""

    application: Application
    call: Call

    @property
    def decided(self) -> bool:
        """Whether the call's decision was about this application, too."""
        return self.application.track == "joint" and self.call.decided_at is not None


CALLS_OFF = Mailing("admission/consultation_cancelled", N_("Your answer on {reference} is no longer needed"))


async def lock_about(tx: Tx, application_id: UUID) -> About:
    return About(*await lock_with_call(tx, application_id))


def may_be_answered(about: About) -> None:
    """Refused: "application_ended"."""
    application, call = about
    may_still_answer(status_of(application), track_of(application), CallState(call.state))


def begin(row: AskedOnApplication, _about: About, at: datetime) -> None:
    """The period in working days that begins at this instant."""
    run(row, row.days, at)


def run(row: AskedOnApplication, days: int, at: datetime) -> None:
    """So many working days from this instant on, and the reminder before they are over."""
    row.asked_at, row.ends_at = at, end_of_period(at, days)
    row.remind_at, row.reminded_at = reminder(at, days), None


def cancel_with_the_application[Row: AskedOnApplication](
    kind: RemindingKind[Row, About], unfinished: ColumnElement[bool]
) -> None:
    """Whatever is unfinished when the application ends is cancelled then."""
    held = f"SELECT application_id FROM {kind.name} WHERE {as_sql(unfinished)}"  # noqa: S608 - our own text

    @ends_with_the_application(kind.name, held=held)
    async def cancel_open(tx: Tx, application_ids: Collection[UUID]) -> None:
        for row in await lock_all(tx, kind, kind.column.in_(application_ids), unfinished):
            await cancel_locked(tx, kind, row)


async def write(
    tx: Tx,
    row: AskedOnApplication,
    mailing: Mailing,
    link: Link | None,
    *,
    to: str,
    to_name: str,
    **context: Any,
) -> None:
    """A mail about it. It names the application by its reference alone: what is asked stands behind the link."""
    application = await tx.get(Application, row.application_id)
    await post(
        tx,
        template=mailing.template,
        to=to,
        to_name=to_name,
        subject=filled(mailing.subject, reference=application.reference),
        subject_id=application.id,
        link=link,
        context={
            "reference": application.reference,
            "days": row.days,
            "last_day": weekday(last_day(row.ends_at)),
            **context,
        },
    )


async def write_to_who_asked(tx: Tx, row: AskedOnApplication, mailing: Mailing, **context: Any) -> None:
    """To the officer, if it was a person who asked."""
    if row.asked_by is None:
        return
    officer = await tx.get(Person, row.asked_by)
    path = f"/applications/{row.application_id}/{row.__tablename__}s"
    await write(tx, row, mailing, None, to=officer.email, to_name=officer.name, path=path, **context)
