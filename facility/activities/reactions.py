"""What follows from activities: who must know of a document that was refused, and from when to when an initiative goes on."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from facility.accounts.security_officer import security_officers
from facility.accounts.service import active_people
from facility.activities.events import (
    ActivityCancelled,
    ActivityPlanned,
    ActivityPostponed,
    EvidenceInfected,
    EvidenceRefused,
)
from facility.activities.models import Activity
from facility.activities.rules import ActivityStatus
from facility.admission.service import set_initiative_days
from facility.db import Tx
from facility.events import reacts_to
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.i18n import _


async def _write(
    tx: Tx, activity_id: UUID, template: str, subject: str, to: Iterable[tuple[str, str]]
) -> None:
    activity = await tx.get(Activity, activity_id)
    for address, name in to:
        await post(
            tx,
            template=f"activities/{template}",
            to=address,
            to_name=name,
            subject=f"{subject}: {activity.reference}",
            subject_id=activity_id,
            context={"reference": activity.reference, "path": f"/activities/{activity_id}"},
        )


@reacts_to(EvidenceRefused)
async def tell_the_security_officer(tx: Tx, event: EvidenceRefused) -> None:
    """Somebody offered a classified document: the security officer must know (dossier 7)."""
    officers = await security_officers(tx)
    await _write(tx, event.activity_id, "refused", _("A classified document was refused"), officers)


@reacts_to(EvidenceInfected)
async def tell_the_secretariat_of_a_virus(tx: Tx, event: EvidenceInfected) -> None:
    """Somebody offered a document with a virus: the secretariat warns the sender."""
    people = [(officer.email, officer.name) for officer in await active_people(tx, Role.SECRETARIAT)]
    await _write(tx, event.activity_id, "infected", _("A document with a virus was refused"), people)


@reacts_to(ActivityPlanned, ActivityPostponed, ActivityCancelled)
async def keep_days(tx: Tx, event: ActivityPlanned | ActivityPostponed | ActivityCancelled) -> None:
    """Whoever plans something alike is shown when it takes place."""
    application_id: UUID = (await tx.get(Activity, event.activity_id)).application_id
    first, last = (
        await tx.session.execute(
            select(func.min(Activity.starts_on), func.max(Activity.ends_on)).where(
                Activity.application_id == application_id, Activity.state != ActivityStatus.CANCELLED
            )
        )
    ).one()
    await set_initiative_days(tx, application_id, first, last)
