"""The versions of a call's ranking: who made each, and because of what."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from facility.awards.models.version import REDONE_SQL, VERSION_OPEN_SQL
from facility.awards.rules.complaints import complaint_reference
from facility.awards.rules.later_version import Revised
from facility.evaluation.queries.standing import Reader
from facility.refused import refuse


class CauseShown(msgspec.Struct, frozen=True):
    """An upheld complaint, and the application that is assessed again because of it. open: it still is: it has neither its award nor
    left; redone: by others than before, or something of what counted has been sent again."""

    complaint_id: UUID
    number: int
    application_id: UUID
    application: str
    title: str
    by_others: bool
    status_before: str
    status: str
    open: bool
    redone: bool


class Version(msgspec.Struct, frozen=True):
    """A version of a call's ranking."""

    id: UUID
    call_id: UUID
    call: str
    version: int
    begun_at: datetime
    proposed_by: UUID | None
    proposer: str | None
    proposed_at: datetime | None
    proposed: Revised | None
    decided_by: UUID | None
    decider: str | None
    decided_at: datetime | None
    root: str | None
    causes: tuple[CauseShown, ...]

    @property
    def complaints(self) -> list[str]:
        """The references of the complaints that brought it about."""
        return [complaint_reference(self.call, cause.number) for cause in self.causes]

    @property
    def still_open(self) -> list[CauseShown]:
        return [cause for cause in self.causes if cause.open]


_VERSIONS = text(
    f"""
    SELECT ranking_version.id, ranking_version.call_id, call.reference AS call, version, begun_at, proposed_by, proposer.name AS proposer,
        proposed_at, proposed, ranking_version.decided_by, decider.name AS decider, ranking_version.decided_at, root,
        {VERSION_OPEN_SQL} AS is_open,
        coalesce((SELECT jsonb_agg(jsonb_build_object('complaint_id', complaint_id, 'number', complaint.number,
                'application_id', application.id, 'application', application.reference, 'title', application.title,
                'by_others', by_others, 'status_before', status_before, 'status', application.status,
                'open', reassessment.ended_at IS NULL AND application.status = 'admissible',
                'redone', {REDONE_SQL}) ORDER BY complaint.number)
            FROM ranking_cause JOIN complaint ON complaint.id = complaint_id JOIN reassessment ON reassessment.id = reassessment_id
            JOIN application ON application.id = ranking_cause.application_id
            WHERE ranking_cause.version_id = ranking_version.id), '[]') AS causes
    FROM ranking_version JOIN call ON call.id = ranking_version.call_id
    LEFT JOIN person AS proposer ON proposer.id = proposed_by LEFT JOIN person AS decider ON decider.id = ranking_version.decided_by
    WHERE ranking_version.call_id = :call AND ranking_version.ended_at IS NULL ORDER BY version
    """  # noqa: S608 - our own text
)


class Versions(msgspec.Struct, frozen=True):
    """The decided versions of a call's ranking, from the first, where there is more than one or the next is being made."""

    decided: tuple[Version, ...]
    making: Version | None

    def of(self, number: int | None) -> Version | None:
        """The decided version with this number, or None: the one that stands. None where no version is kept (Refused "not_found", missing,
        where another number was asked for)."""
        if number is None:
            return self.decided[-1] if self.decided else None
        known = [version for version in self.decided if version.version == number]
        return known[0] if known else refuse("not_found", kind="missing", what="ranking")

    @property
    def current(self) -> Version | None:
        """The one that stands, of several."""
        return self.decided[-1] if len(self.decided) > 1 else None


NO_VERSIONS = Versions((), None)


async def versions(reader: Reader, call_id: UUID) -> Versions:
    """One statement; nothing for a call whose ranking was never made anew."""
    decided: list[Version] = []
    making = None
    for row in (await reader.execute(_VERSIONS, {"call": call_id})).mappings():
        fields = dict(row)
        is_open = fields.pop("is_open")
        version = msgspec.convert(fields, Version, strict=False)
        if is_open:
            making = version
        else:
            decided.append(version)
    return Versions(tuple(decided), making)
