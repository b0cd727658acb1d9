"""What an expert's page shows of requests for expertise: this room tells the room of the experts, which doesn't know it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict import shut_out
from facility.deployments.rules import InvitationStatus
from facility.deployments.words import OUTCOMES
from facility.experts.queries import Engagement, engagements_from
from facility.web.i18n import translated


@engagements_from
async def asked_of(connection: AsyncConnection, expert_id: UUID, viewer: UUID) -> list[Engagement]:
    """The invitations of one expert, for the expert's page; without those for an application that is closed to the viewer."""
    rows = await connection.execute(
        text(
            f"""
            SELECT deployment.id, reference, place, starts_on, ends_on, outcome, invited_at
            FROM invitation JOIN deployment ON deployment.id = deployment_id
            WHERE expert_id = :expert AND NOT {shut_out("deployment.application_id")}
            ORDER BY invited_at DESC
            """  # noqa: S608 - our own text
        ),
        {"expert": expert_id, "viewer": viewer},
    )
    engagements = []
    for row in rows:
        word, kind = OUTCOMES[InvitationStatus(row.outcome)]
        label = f"{row.reference}, {row.place}"
        engagements.append(
            Engagement(
                label=label,
                href=f"/deployments/{row.id}",
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                state=translated(word),
                kind=kind,
                asked_at=row.invited_at,
            )
        )
    return engagements
