"""What an expert's page shows of requests for expertise, and whose conflicts of interests they tell: this room tells earlier ones, which
don't know it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.deployments.queries.booked import days_beyond
from facility.deployments.queries.fees import planned_pay
from facility.deployments.queries.offer import Facts, offers
from facility.deployments.queries.report import report_days
from facility.deployments.rules.answers import InvitationStatus
from facility.deployments.words import OUTCOMES, cancellation_in_words
from facility.evaluation.queries.conflicts import finds_conflicts
from facility.experts.queries.pool import Engagement, engagements_from
from facility.web.filters import eur
from facility.web.i18n import N_, _, ngettext, translated
from facility.zone import TODAY_SQL


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


finds_conflicts(
    "deployed",
    N_("Was sent as an expert to {about} within the last two years."),
    f"""SELECT judged.id AS application_id, candidate.id AS person_id, institution.name AS about
        FROM candidate JOIN expert ON expert.email = candidate.email
        JOIN invitation ON invitation.expert_id = expert.id AND invitation.outcome = 'accepted'
        JOIN deployment ON deployment.id = invitation.deployment_id
            AND deployment.ends_on >= {TODAY_SQL} - INTERVAL '2 years'
        JOIN LATERAL (SELECT party.institution_id FROM party
            WHERE party.application_id = deployment.application_id AND {ON_BOARD_SQL}) AS served ON true
        JOIN institution ON institution.id = served.institution_id
        JOIN party ON party.institution_id = institution.id AND {ON_BOARD_SQL}
        JOIN judged ON judged.id = party.application_id""",  # noqa: S608 - our own text
)


@offers
async def paid(connection: AsyncConnection, invitation_id: UUID) -> Facts:
    """What the planned travel pays, and what is due where the facility or the lead cancels."""
    plan = await planned_pay(connection, invitation_id)
    if plan is None:
        return []
    rule = plan.terms.pay.cancellation
    return [
        (_("Pay"), _("EUR {amount} for the planned travel", amount=eur(plan.due.total))),
        *([(_("If we cancel"), cancellation_in_words(rule))] if rule else []),
    ]


@offers
async def days_in_years(connection: AsyncConnection, invitation_id: UUID) -> Facts:
    """Where the mission takes the expert beyond the days in a year that their profile allows: only a hint, since a yes is theirs."""
    return [
        (
            _("Days in {year}", year=over.year),
            _("{days} with this mission; your profile says at most {most}", days=over.days, most=over.most),
        )
        for over in await days_beyond(connection, invitation_id)
    ]


@offers
async def reports(connection: AsyncConnection, invitation_id: UUID) -> Facts:
    """The report after the mission."""
    days = await report_days(connection, invitation_id)
    if days is None:
        return []
    within = ngettext("{count} day after the last day", "{count} days after the last day", days)
    return [(_("Mission report"), within)]
