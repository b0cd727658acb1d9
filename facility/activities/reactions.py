"""What follows from activities: who must know of a document that was refused or of a report that was taken back, and from when to
when an initiative goes on."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select, text

from facility.accounts.security_officer import security_officers
from facility.accounts.service import active_people
from facility.activities.events import (
    ActivityCancelled,
    ActivityDaysCorrected,
    ActivityPlanned,
    ActivityPostponed,
    CompletionUndone,
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


_REPORTER = text(
    """
    SELECT person.email, person.name
    FROM event AS back
    JOIN LATERAL (SELECT actor_id FROM event WHERE subject_id = back.subject_id AND kind = 'ActivityCompleted'
        AND version < back.version ORDER BY version DESC LIMIT 1) AS report ON true
    JOIN person ON person.id = report.actor_id AND person.status = 'active'
    WHERE back.subject_id = :activity AND back.kind = 'CompletionUndone'
        AND report.actor_id IS DISTINCT FROM back.actor_id
    ORDER BY back.version DESC LIMIT 1
    """
)


@reacts_to(CompletionUndone)
async def tell_who_reported(tx: Tx, event: CompletionUndone) -> None:
    """Who reported it learns that somebody else has taken the report back; whoever was to verify it no longer finds it on the list."""
    reporter = await tx.session.execute(_REPORTER, {"activity": event.activity_id})
    people = [(row.email, row.name) for row in reporter]
    await _write(tx, event.activity_id, "taken_back", _("Your report was taken back"), people)


@reacts_to(ActivityPlanned, ActivityPostponed, ActivityDaysCorrected, ActivityCancelled)
async def keep_days(
    tx: Tx, event: ActivityPlanned | ActivityPostponed | ActivityDaysCorrected | ActivityCancelled
) -> None:
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
