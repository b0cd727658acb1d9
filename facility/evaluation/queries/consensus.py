"""Consensus on the scores of applications: who takes part, what was agreed, who dissents; as pages and the report show it."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.calls.rules.call import Grid
from facility.evaluation.models.committee import leads
from facility.evaluation.models.consensus import stands
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.divergence import Divergence, divergence_of
from facility.evaluation.rules.pseudonyms import pseudonym

type Scores = dict[str, Decimal | None]


class Member(msgspec.Struct, frozen=True):
    """An assessor whose assessment a consensus rests on. scores, comments: of that assessment, while it counts. agrees: None until they
    have answered; pseudonym: as in the bundle of the ranking."""

    assessor_id: UUID
    name: str
    pseudonym: str
    scores: Scores
    comments: dict[str, str]
    agrees: bool | None
    dissent: str
    answered_at: datetime | None


class ConsensusShown(msgspec.Struct, frozen=True):
    """A consensus. scores: None until the rapporteur has sent them; stands: its scores count once it is closed."""

    id: UUID
    application_id: UUID
    call_id: UUID
    reference: str
    rapporteur_id: UUID
    rapporteur: str
    begun_at: datetime
    begun_by: str | None
    scores: Scores | None
    comments: dict[str, str]
    sent_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str | None
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None
    stands: bool
    members: list[Member]

    @property
    def counts(self) -> bool:
        """Whether its scores are those that count."""
        return self.stands and self.closed_at is not None

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.stands and self.closed_at is None

    @property
    def silent(self) -> list[str]:
        """Names of those who have not answered."""
        return [member.name for member in self.members if member.agrees is None]

    @property
    def dissents(self) -> list[Member]:
        """Those who dissent."""
        return [member for member in self.members if member.agrees is False]

    def answer_of(self, person_id: UUID) -> Member | None:
        """What this member answered; None for whoever is none."""
        return next((member for member in self.members if member.assessor_id == person_id), None)


_WHICH = f"""(application.call_id = :call OR application.id = :application) AND NOT {shut_out()}"""
_CONSENSUSES = text(
    f"""
    SELECT consensus.id, consensus.application_id, application.call_id, application.reference, rapporteur_id,
        rapporteur.name AS rapporteur, begun_at, beginner.name AS begun_by, agreed_scores.scores,
        coalesce(agreed_scores.comments, '{{}}') AS comments, agreed_scores.sent_at, closed_at, closer.name AS closed_by,
        close_reason, ended_at, ender.name AS ended_by, end_reason, {stands()} AS stands
    FROM consensus JOIN application ON application.id = consensus.application_id
    JOIN person AS rapporteur ON rapporteur.id = rapporteur_id
    LEFT JOIN person AS beginner ON beginner.id = begun_by
    LEFT JOIN person AS closer ON closer.id = closed_by
    LEFT JOIN person AS ender ON ender.id = ended_by
    LEFT JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
    WHERE {_WHICH} ORDER BY application.number, begun_at, consensus.id
    """  # noqa: S608 - our own text
)
_MEMBERS = text(
    f"""
    SELECT consensus.id AS consensus_id, application.call_id, consensus_member.assessor_id, person.name,
        coalesce(assessment.scores, '{{}}') AS scores, coalesce(assessment.comments, '{{}}') AS comments,
        consensus_answer.agrees, coalesce(consensus_answer.dissent, '') AS dissent, consensus_answer.at AS answered_at
    FROM consensus JOIN application ON application.id = consensus.application_id
    JOIN consensus_member ON consensus_member.consensus_id = consensus.id
    JOIN person ON person.id = consensus_member.assessor_id
    LEFT JOIN consensus_answer ON consensus_answer.consensus_id = consensus.id
        AND consensus_answer.assessor_id = consensus_member.assessor_id
    LEFT JOIN assessment ON assessment.application_id = application.id
        AND assessment.assessor_id = consensus_member.assessor_id AND assessment.sent_at <= consensus.begun_at AND {counts()}
    WHERE {_WHICH} ORDER BY person.sort_key, person.id
    """  # noqa: S608 - our own text
)


async def consensuses(
    connection: AsyncConnection,
    viewer: UUID | None,
    *,
    call_id: UUID | None = None,
    application_id: UUID | None = None,
) -> dict[UUID, list[ConsensusShown]]:
    """Each consensus of the call, or on the application, by application, the earliest first; without what is closed to the viewer. Two
    statements."""
    about = {"call": call_id, "application": application_id, "viewer": viewer}
    members: dict[UUID, list[Member]] = defaultdict(list)
    for row in await connection.execute(_MEMBERS, about):
        member = {**row._mapping, "pseudonym": pseudonym(row.call_id, row.assessor_id)}
        members[row.consensus_id].append(msgspec.convert(member, Member))
    shown: dict[UUID, list[ConsensusShown]] = defaultdict(list)
    for row in await connection.execute(_CONSENSUSES, about):
        consensus = msgspec.convert({**row._mapping, "members": members[row.id]}, ConsensusShown)
        shown[consensus.application_id].append(consensus)
    return shown


async def consensus_on(connection: AsyncConnection, application_id: UUID) -> ConsensusShown | None:
    """The latest on the application, whatever has become of it."""
    earlier = (await consensuses(connection, None, application_id=application_id)).get(application_id)
    return earlier[-1] if earlier else None


class Settling(msgspec.Struct, frozen=True):
    """What had to be settled in a call: divergences by reference, and each consensus that counts."""

    divergences: list[tuple[str, Divergence]]
    agreed: list[ConsensusShown]


async def settling(connection: AsyncConnection, call_id: UUID, grid: Grid, viewer: UUID) -> Settling:
    """All of it, by reference; nothing is asked where the call has no such rules."""
    if not grid.settling:
        return Settling([], [])
    applied = sorted(await applicants(connection, call_id), key=lambda applicant: applicant.reference)
    by_application = await consensuses(connection, viewer, call_id=call_id)
    return Settling(
        [
            (applicant.reference, divergence)
            for applicant in applied
            if (divergence := divergence_of(applicant, grid))
        ],
        [consensus for row in by_application.values() for consensus in row if consensus.counts],
    )


_TYPED = text(
    "SELECT typed FROM unsaved WHERE subject_id = :application AND section = 'consensus' AND holder_id = :person"
)


async def typed_scores(connection: AsyncConnection, application_id: UUID, person_id: UUID) -> dict[str, str]:
    """What the rapporteur has typed and not sent, by the name of its field."""
    about = {"application": application_id, "person": person_id}
    typed = (await connection.execute(_TYPED, about)).scalar() or {}
    return {name: values[0] for name, values in typed.items() if values}


_LEADS = text(
    f"SELECT {leads(':viewer')} FROM application JOIN call ON call.id = application.call_id WHERE application.id = :application"  # noqa: S608
)


async def may_lead(connection: AsyncConnection, application_id: UUID, viewer: UUID) -> bool:
    """Whether the viewer leads a consensus on the application."""
    about = {"application": application_id, "viewer": viewer}
    return bool((await connection.execute(_LEADS, about)).scalar())
