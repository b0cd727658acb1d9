"""The evaluation report of a call with a committee: the sheet that each voting member signs, and who has signed it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.applications.models.conflict_of_interest import closed_to
from facility.awards.models.reasons import GIVES_REASONS_SQL
from facility.awards.queries.later_version import kept_version, making
from facility.awards.queries.ranking import decided
from facility.awards.queries.reasons import reasons
from facility.awards.queries.versions import versions
from facility.awards.rules.evaluation_report import digest_of, sheet
from facility.awards.rules.money_line import Drawn
from facility.calls.rules.call import Grid
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL, OF_COMMITTEE
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.ranking import Judged, stand
from facility.refused import Reason, refuse

type Reader = AsyncConnection | AsyncSession


class Signed(msgspec.Struct, frozen=True):
    """A voting member, and when they signed which sheet, if they have. current: it is what they would sign now."""

    person_id: UUID
    name: str
    institution: str
    at: datetime | None
    digest: str | None
    current: bool


class Report(msgspec.Struct, frozen=True):
    """The report as one person may see it. members: by name; digest: of `sheet`. agreed: the applications whose scores are those of a
    consensus."""

    sheet: dict[str, Any]
    digest: str
    decided: bool
    members: list[Signed]
    agreed: frozenset[str] = frozenset()

    @property
    def missing(self) -> list[str]:
        """Names of the voting members whose signature is missing."""
        return [member.name for member in self.members if not member.current]

    @property
    def unsigned(self) -> list[Reason]:
        """Why nothing may be decided on it yet: "report_unsigned", or nothing."""
        return [Reason("report_unsigned", None, {"names": ", ".join(self.missing)})] if self.missing else []


_CALL = text(
    f"""
    SELECT call.reference, call.grid, call.min_beneficiaries, award_decision.id AS proposal, proposed_at, line, award_decision.decided_at,
        {GIVES_REASONS_SQL} AS gives_reasons
    FROM call JOIN award_decision ON award_decision.call_id = call.id WHERE call.id = :call AND {HAS_COMMITTEE_SQL}
    """  # noqa: S608 - our own text
)
_MEMBERS = text(
    f"""
    SELECT committee_member.person_id, person.name, committee_member.institution
    FROM call JOIN committee_member ON committee_member.call_id = {OF_COMMITTEE}
        AND committee_member.function = 'voting' AND committee_member.ended_at IS NULL
    JOIN person ON person.id = committee_member.person_id
    WHERE call.id = :call ORDER BY person.sort_key, person.id
    """  # noqa: S608 - our own text
)
_SIGNATURES = text(
    """
    SELECT person_id, digest, at FROM report_signature
    WHERE call_id = :call AND (CAST(:proposal AS text) IS NULL OR sheet ->> 'proposal' = :proposal) ORDER BY at, digest
    """
)
_CLOSED = text(
    f"""
    SELECT viewer.id AS viewer, closed.application_id FROM unnest(CAST(:people AS uuid[])) AS viewer (id)
    CROSS JOIN LATERAL ({closed_to("viewer.id")}) AS closed
    """  # noqa: S608 - our own text
)


class _Proposal(msgspec.Struct, frozen=True):
    """What is signed: the first version of the ranking or a later one (`number`), as it was decided or stands now."""

    id: UUID
    proposed_at: datetime
    decided_at: datetime | None
    judged: Sequence[Judged]
    line: Drawn
    number: int = 1


async def report(
    connection: AsyncConnection, call_id: UUID, viewer: UUID, version: int | None = None
) -> Report:
    """The report as the viewer may see it: of the version of the ranking that is proposed, else of the one that stands, or of this version.
    Refused: "not_proposed"."""
    call = (await connection.execute(_CALL, {"call": call_id})).first()
    if call is None:
        refuse("not_proposed")
    later = None if version == 1 else await _later(connection, call_id, version)
    proposal = later or await _first(connection, call_id, call)
    rows = (await connection.execute(_MEMBERS, {"call": call_id})).all()
    closed = await _closed(connection, [*(row.person_id for row in rows), viewer])
    texts = await _texts(connection, call, proposal)

    def seen_by(person_id: UUID) -> dict[str, Any]:
        return sheet(
            call.reference,
            proposal.id,
            proposal.proposed_at,
            proposal.judged,
            proposal.line,
            closed.get(person_id, set()),
            texts,
            proposal.number,
        )

    own = seen_by(viewer)
    about = {"call": call_id, "proposal": str(proposal.id) if proposal.decided_at else None}
    signatures = (await connection.execute(_SIGNATURES, about)).all()
    members = [
        _signed(row, signatures, None if proposal.decided_at else digest_of(seen_by(row.person_id)))
        for row in rows
    ]
    agreed = frozenset(entry.applicant.reference for entry in proposal.judged if entry.agreed)
    return Report(own, digest_of(own), proposal.decided_at is not None, members, agreed)


async def _first(connection: AsyncConnection, call_id: UUID, call: Any) -> _Proposal:
    if call.decided_at:
        judged = [entry.judged for entry in (await decided(connection, [call_id])).get(call_id, [])]
    else:
        grid = msgspec.convert(call.grid, Grid)
        judged = list(stand(await applicants(connection, call_id), grid, call.min_beneficiaries).everyone)
    line = msgspec.convert(call.line, Drawn, strict=False)
    return _Proposal(call.proposal, call.proposed_at, call.decided_at, judged, line)


async def _later(connection: AsyncConnection, call_id: UUID, number: int | None) -> _Proposal | None:
    """A later version than the first: the one with this number, or the latest that is proposed or decided."""
    known = await versions(connection, call_id)
    if number is None and known.making and known.making.proposed_at:
        now = await making(connection, call_id)
        return _Proposal(
            known.making.id,
            known.making.proposed_at,
            None,
            now.standing.everyone,
            now.drawn.without_offers,
            known.making.version,
        )
    later = [row for row in known.decided[1:] if number in (None, row.version)]
    kept = await kept_version(connection, call_id, later[-1].version) if later else None
    if kept is None:
        return None
    row = later[-1]
    assert row.proposed_at is not None, "what is decided was proposed"
    line = kept.drawn.without_offers
    return _Proposal(row.id, row.proposed_at, row.decided_at, kept.judged, line, row.version)


async def _texts(
    connection: AsyncConnection, call: Any, proposal: _Proposal
) -> dict[UUID, tuple[str, str]] | None:
    """Strengths and weaknesses by application; None in a call that gives none."""
    if not call.gives_reasons:
        return None
    ids = [entry.applicant.application_id for entry in proposal.judged]
    written = await reasons(connection, ids, proposal.decided_at)
    return {key: (texts.strengths, texts.weaknesses) for key, texts in written.items()}


def _signed(member: Any, signatures: Sequence[Any], digest: str | None) -> Signed:
    """Whether the member has signed the sheet with this digest; None: of a decided call, where the last signature counts."""
    own = [row for row in signatures if row.person_id == member.person_id]
    kept = next((row for row in own if row.digest == digest), own[-1] if own else None)
    return Signed(
        **member._mapping,
        at=kept and kept.at,
        digest=kept and kept.digest,
        current=kept is not None and digest in (None, kept.digest),
    )


async def _closed(connection: AsyncConnection, people: list[UUID]) -> Mapping[UUID, set[UUID]]:
    closed: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await connection.execute(_CLOSED, {"people": people}):
        closed[row.viewer].add(row.application_id)
    return closed
