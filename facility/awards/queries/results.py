"""What became of an application: its result, its letters, and what an end set off."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.rules.sealing import is_sealed
from facility.applications.rules.status import Track
from facility.awards.queries.awards import AcceptanceShown, acceptance_from
from facility.refused import refuse


class Served(msgspec.Struct, frozen=True):
    """An award that came from the reserve list when another one ended or was reduced."""

    award_id: UUID
    reference: str
    title: str
    amount: Decimal


_SET_OFF = text(
    f"""
    SELECT award.id AS award_id, application.reference, application.title, award.amount
    FROM event AS ended
    JOIN event AS made ON made.correlation_id = ended.correlation_id AND made.recorded_at = ended.recorded_at
        AND made.kind = 'AwardMade' AND made.seq > ended.seq
    JOIN award ON award.id = made.subject_id
    JOIN application ON application.id = award.application_id
    WHERE ended.subject_id = :award AND ended.kind IN ('AwardEnded', 'AwardReduced') AND NOT {shut_out()}
    ORDER BY made.seq
    """  # noqa: S608 - our own text
)


async def set_off(connection: AsyncConnection, award_id: UUID, viewer: UUID) -> list[Served]:
    """Who got an award in the transactions that ended or reduced this one, in order; without what is closed to the viewer."""
    rows = await connection.execute(_SET_OFF, {"award": award_id, "viewer": viewer})
    return [Served(**row._mapping) for row in rows]


class Result(msgspec.Struct, frozen=True):
    """What became of an application once its call was decided; amounts in EUR. offer: how far the offer of a part is. version: of the
    ranking, where it was decided again at `ranked_at`."""

    application_id: UUID
    reference: str
    title: str
    track: Track
    status: str
    reasons: list[str]
    requested: Decimal
    received_at: datetime | None
    opened_at: datetime | None
    call_id: UUID
    call: str
    call_title: str
    decided_at: datetime | None
    lead_institution_id: UUID
    rank: int | None
    award_id: UUID | None
    amount: Decimal | None
    committed: Decimal | None
    made_at: datetime | None
    ended_at: datetime | None
    end_kind: str | None
    place: int | None
    place_state: str | None
    valid_until: date | None
    carried_from: str | None
    acceptance: AcceptanceShown | None
    taken_off: Decimal | None
    offer: str | None
    offered: Decimal | None
    version: int | None = None
    ranked_at: datetime | None = None

    @property
    def sealed(self) -> bool:
        """Whether staff may only know that it is there."""
        return is_sealed(self.track, self.opened_at)


_RESULT = text(
    """
    SELECT application.id AS application_id, application.reference, application.title, application.track,
        application.status, application.reasons, application.requested, application.received_at, application.opened_at,
        call.id AS call_id, call.reference AS call, call.title AS call_title,
        call.decided_at, application.lead_institution_id,
        CASE WHEN version.call_id IS NULL THEN ranking_entry.rank ELSE CAST(version.ranks ->> application.reference AS int) END AS rank,
        version.version, version.decided_at AS ranked_at, award.id AS award_id, award.amount,
        award.committed, award.made_at, award.ended_at, award.end_kind,
        reserve_entry.place, reserve_entry.state AS place_state, reserve_entry.valid_until,
        partial_offer.state AS offer, partial_offer.amount AS offered,
        accept_by, award_acceptance.outcome, signatory, signatory_function, settled_at,
        (SELECT earlier.reference FROM carry_over JOIN call AS earlier ON earlier.id = carry_over.from_call_id
         WHERE carry_over.application_id = application.id) AS carried_from,
        (SELECT sum(award_reduction.amount) FROM award_reduction
         WHERE award_reduction.award_id = award.id AND award_reduction.outcome = 'agreed') AS taken_off
    FROM application JOIN call ON call.id = application.call_id
    LEFT JOIN ranking_entry ON ranking_entry.application_id = application.id AND ranking_entry.call_id = call.id
    LEFT JOIN LATERAL (SELECT call_id, ranks, version, decided_at FROM ranking_version
        WHERE ranking_version.call_id = call.id AND version > 1 AND ranking_version.decided_at IS NOT NULL
        ORDER BY version DESC LIMIT 1) AS version ON true
    LEFT JOIN award ON award.application_id = application.id
    LEFT JOIN award_acceptance ON award_acceptance.award_id = award.id
    LEFT JOIN reserve_entry ON reserve_entry.application_id = application.id
    LEFT JOIN partial_offer ON partial_offer.application_id = application.id
    WHERE application.id = :application
    """
)


async def result(connection: AsyncConnection, application_id: UUID) -> Result:
    """What became of an application. Raises Refused (missing)."""
    row = (await connection.execute(_RESULT, {"application": application_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    return Result(**acceptance_from(dict(row)))
