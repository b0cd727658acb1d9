"""What an assessor has to do, by call."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class WorkLine(msgspec.Struct, frozen=True):
    """An application that was given to an assessor, and how far they are."""

    application_id: UUID
    reference: str
    title: str
    answered: bool
    started: bool
    sent_at: datetime | None
    open: bool
    due_on: date | None

    @property
    def step(self) -> str:
        """What to do: declare, score, or nothing any more."""
        if self.sent_at is not None:
            return "sent"
        if not self.open:
            return "over"
        return "score" if self.answered else "declare"


class WorkCall(msgspec.Struct, frozen=True):
    """A call in which an assessor has work; `recused` counts the applications they may not see."""

    call_id: UUID
    reference: str
    title: str
    signed_at: datetime | None
    lines: list[WorkLine]
    recused: int

    @property
    def sent(self) -> int:
        """How many they have sent."""
        return sum(line.step == "sent" for line in self.lines)

    @property
    def to_do(self) -> int:
        """How many applications wait for the assessor."""
        return sum(line.step in ("declare", "score") for line in self.lines)


_WORK = text(
    """
    SELECT call.id AS call_id, call.reference AS call_reference, call.title AS call_title, declaration.signed_at,
        application.id AS application_id, application.reference, application.title,
        conflict_declaration.at IS NOT NULL AS answered, coalesce(conflict_declaration.conflict, false) AS conflict,
        unsaved.saved_at IS NOT NULL AS started, assessment.sent_at,
        application.status = 'admissible' AND evaluation_end.at IS NULL AS open, assignment.due_on
    FROM assignment
    JOIN application ON application.id = assignment.application_id
    JOIN call ON call.id = application.call_id
    LEFT JOIN declaration ON declaration.call_id = call.id AND declaration.assessor_id = :assessor
    LEFT JOIN conflict_declaration ON conflict_declaration.application_id = application.id
        AND conflict_declaration.assessor_id = :assessor
    LEFT JOIN assessment ON assessment.application_id = application.id AND assessment.assessor_id = :assessor
    LEFT JOIN unsaved ON unsaved.subject_id = application.id AND section = 'assessment' AND holder_id = :assessor
    LEFT JOIN evaluation_end ON evaluation_end.call_id = call.id
    WHERE assignment.assessor_id = :assessor AND assignment.ended_at IS NULL
    ORDER BY call.closes_at DESC, call.id, application.number
    """
)


async def work_of(connection: AsyncConnection, assessor_id: UUID) -> list[WorkCall]:
    """All that was given to an assessor, by call, the latest first. What they are recused from is counted only."""
    work: dict[UUID, WorkCall] = {}
    for row in await connection.execute(_WORK, {"assessor": assessor_id}):
        call = work.get(row.call_id) or WorkCall(
            row.call_id, row.call_reference, row.call_title, row.signed_at, [], 0
        )
        if row.conflict:
            call = msgspec.structs.replace(call, recused=call.recused + 1)
        else:
            call.lines.append(msgspec.convert(dict(row._mapping), WorkLine))
        work[row.call_id] = call
    return list(work.values())


def beside(calls: Sequence[WorkCall], application_id: UUID) -> tuple[WorkLine | None, WorkLine | None]:
    """The previous and the next application of the same call that the assessor may open."""
    for call in calls:
        lines = [line for line in call.lines if line.step != "over" or line.application_id == application_id]
        for number, line in enumerate(lines):
            if line.application_id == application_id:
                return (lines[number - 1] if number else None, next(iter(lines[number + 1 :]), None))
    return None, None
