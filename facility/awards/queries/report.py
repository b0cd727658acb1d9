"""The evaluation report of a call with a committee: the sheet that each voting member signs, and who has signed it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.applications.models.conflict import closed_to
from facility.awards.models.reasons import GIVES_REASONS_SQL
from facility.awards.queries.ranking import decided
from facility.awards.queries.reasons import reasons
from facility.awards.rules.money_line import Drawn
from facility.awards.rules.report import digest_of, sheet
from facility.calls.rules.call import Grid
from facility.evaluation.models import HAS_COMMITTEE_SQL, OF_COMMITTEE
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.ranking import Judged, stand
from facility.refused import refuse

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
    """The report as one person may see it. members: by name; digest: of `sheet`."""

    sheet: dict[str, Any]
    digest: str
    decided: bool
    members: list[Signed]

    @property
    def missing(self) -> list[str]:
        """Names of the voting members whose signature is missing."""
        return [member.name for member in self.members if not member.current]


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
    "SELECT person_id, digest, at FROM report_signature WHERE call_id = :call ORDER BY at, digest"
)
_CLOSED = text(
    f"""
    SELECT viewer.id AS viewer, closed.application_id FROM unnest(CAST(:people AS uuid[])) AS viewer (id)
    CROSS JOIN LATERAL ({closed_to("viewer.id")}) AS closed
    """  # noqa: S608 - our own text
)


async def report(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> Report:
    """The report as the viewer may see it. Refused: "not_proposed"."""
    call = (await connection.execute(_CALL, {"call": call_id})).first()
    if call is None:
        refuse("not_proposed")
    if call.decided_at:
        judged = [entry.judged for entry in (await decided(connection, [call_id])).get(call_id, [])]
    else:
        grid = msgspec.convert(call.grid, Grid)
        judged = list(stand(await applicants(connection, call_id), grid, call.min_beneficiaries).everyone)
    rows = (await connection.execute(_MEMBERS, {"call": call_id})).all()
    closed = await _closed(connection, [*(row.person_id for row in rows), viewer])
    line = msgspec.convert(call.line, Drawn, strict=False)
    texts = await _texts(connection, call, judged)

    def seen_by(person_id: UUID) -> dict[str, Any]:
        return sheet(
            call.reference, call.proposal, call.proposed_at, judged, line, closed.get(person_id, set()), texts
        )

    own = seen_by(viewer)
    signatures = (await connection.execute(_SIGNATURES, {"call": call_id})).all()
    members = [
        _signed(row, signatures, None if call.decided_at else digest_of(seen_by(row.person_id)))
        for row in rows
    ]
    return Report(own, digest_of(own), call.decided_at is not None, members)


async def _texts(
    connection: AsyncConnection, call: Any, judged: Sequence[Judged]
) -> dict[UUID, tuple[str, str]] | None:
    """Strengths and weaknesses by application; None in a call that gives none."""
    if not call.gives_reasons:
        return None
    written = await reasons(connection, [entry.applicant.application_id for entry in judged], call.decided_at)
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
