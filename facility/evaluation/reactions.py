"""What follows for assessors: they are told by mail what was given to them."""

from sqlalchemy import select

from facility.accounts.models import Person
from facility.applications.models import Application
from facility.calls.models import Call
from facility.db import Tx
from facility.evaluation.events import AssessorAssigned
from facility.events import reacts_to
from facility.outbox.service import post
from facility.web.i18n import _


@reacts_to(AssessorAssigned)
async def tell_assessor(tx: Tx, event: AssessorAssigned) -> None:
    """The assessor gets a mail that names the call and the application's reference, and nothing of its content."""
    person = await tx.get(Person, event.assessor_id)
    row = (
        await tx.session.execute(
            select(Application.reference, Call.reference.label("call"), Call.title)
            .join(Call, Call.id == Application.call_id)
            .where(Application.id == event.application_id)
        )
    ).one()
    await post(
        tx,
        template="evaluation/assigned",
        to=person.email,
        to_name=person.name,
        subject=_("An application to assess in call {call}", call=row.call),
        subject_id=event.application_id,
        context={"call": row.call, "call_title": row.title, "application": row.reference},
    )
