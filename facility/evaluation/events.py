"""What can happen while applications are judged. Scores, comments and reasons stand in rows, not here."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class AssessorAssigned(Event, frozen=True, kw_only=True):
    """An officer gave the application to an assessor."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An assessor was assigned"

    application_id: UUID
    call_id: UUID
    assessor_id: UUID


class AssessorTakenOff(Event, frozen=True, kw_only=True):
    """An officer took the application from an assessor, who may have sent an assessment already: it counts no more."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An assessor was taken off"

    application_id: UUID
    call_id: UUID
    assessor_id: UUID
    taken_off_id: UUID
    sent: bool


class AssignmentsEnded(Event, frozen=True, kw_only=True):
    """The application ended while these assessors had not sent their assessments; they have nothing left to do."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Assessors who had not sent an assessment have nothing left to do"

    application_id: UUID
    call_id: UUID
    assessor_ids: list[UUID]


class CommitteeMemberAppointed(Event, frozen=True, kw_only=True):
    """An authorising officer appointed somebody to the committee of a call or a series."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "A member of the committee was appointed as {function}"

    call_id: UUID
    appointment_id: UUID
    appointee_id: UUID
    function: str


class CommitteeMemberLeft(Event, frozen=True, kw_only=True):
    """Somebody left the committee; the reason stands in the row."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "A member left the committee, who was {function}"

    call_id: UUID
    appointment_id: UUID
    appointee_id: UUID
    function: str


class DeclarationSigned(Event, frozen=True, kw_only=True):
    """Somebody who takes part in a call signed its declaration of objectivity and confidentiality: an assessor, or in a call with a
    committee a member, an officer or a decider."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The declaration of objectivity and confidentiality was signed"

    call_id: UUID
    assessor_id: UUID


class ConflictDeclared(Event, frozen=True, kw_only=True):
    """An assessor said whether a conflict of interests stands against judging the application, or somebody else declared one."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A declaration on conflicts of interests was made"

    application_id: UUID
    assessor_id: UUID
    conflict: bool


class ConflictsFound(Event, frozen=True, kw_only=True):
    """The data say that somebody may have a conflict of interests with an application of the call; who and why stands in rows."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Possible conflicts of interests were found"

    call_id: UUID


class ConflictDecided(Event, frozen=True, kw_only=True):
    """Somebody decided whether what was found is a conflict of interests; the reason stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A possible conflict of interests was decided"

    application_id: UUID
    assessor_id: UUID
    conflict: bool


class TieDeclared(Event, frozen=True, kw_only=True):
    """Somebody declared a tie to an institution; what it is stands in the row."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "declared a tie to an institution"

    person_id: UUID
    tie_id: UUID


class TieEnded(Event, frozen=True, kw_only=True):
    """Somebody took back a tie that they had declared."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "took back a tie to an institution"

    person_id: UUID
    tie_id: UUID


class AssessmentSent(Event, frozen=True, kw_only=True):
    """An assessor sent the scores; from now on they are frozen."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An assessment was sent"

    application_id: UUID
    call_id: UUID
    assessor_id: UUID


class AssessmentReopened(Event, frozen=True, kw_only=True):
    """Whoever runs the call opened a sent assessment again; what was sent is kept and counts no more."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An assessment was opened again"

    application_id: UUID
    call_id: UUID
    assessor_id: UUID
    reopened_id: UUID


class RecusedAttempt(Event, frozen=True, kw_only=True):
    """Somebody with a conflict of interests tried to read, score, rank or decide the application, and was refused."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Somebody with a conflict of interests tried to open it and was refused"

    application_id: UUID
    assessor_id: UUID


class ApplicationSetAside(Event, frozen=True, kw_only=True):
    """An officer set the application aside: it cannot get its minimum of assessments."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was set aside, with {assessments} assessments"

    application_id: UUID
    call_id: UUID
    assessments: int


class ApplicationBroughtBack(Event, frozen=True, kw_only=True):
    """An officer took the setting aside back, before the decision."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was taken back into the evaluation"

    application_id: UUID
    call_id: UUID


class ScoresUnsettled(Event, frozen=True, kw_only=True):
    """The totals of the assessors are further apart than the call allows, or they have to agree on scores: whoever leads the evaluation
    settles that before the ranking is proposed."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The scores have to be settled"

    application_id: UUID
    call_id: UUID
    outcome: str


class ConsensusBegun(Event, frozen=True, kw_only=True):
    """The assessors of the application are asked to agree on scores, and a rapporteur to write them."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The assessors were asked to agree on scores"

    application_id: UUID
    call_id: UUID
    consensus_id: UUID
    assessor_id: UUID


class ConsensusProposed(Event, frozen=True, kw_only=True):
    """The rapporteur sent the scores to which the others agree, or from which they dissent."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The rapporteur sent the agreed scores"

    application_id: UUID
    call_id: UUID
    consensus_id: UUID


class ConsensusAnswered(Event, frozen=True, kw_only=True):
    """An assessor agreed to the scores, or dissented; the dissent stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An assessor answered on the agreed scores"

    application_id: UUID
    call_id: UUID
    consensus_id: UUID
    assessor_id: UUID
    agrees: bool


class ConsensusClosed(Event, frozen=True, kw_only=True):
    """The agreed scores count from now on: everybody has answered, or whoever leads the evaluation closed it with a reason."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The consensus was closed, and its scores count"

    application_id: UUID
    call_id: UUID
    consensus_id: UUID
    all_answered: bool


class ConsensusEnded(Event, frozen=True, kw_only=True):
    """The consensus ended without effect: an assessment that it rested on counts no more, or whoever leads the evaluation ended it."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The consensus ended, and its scores do not count"

    application_id: UUID
    call_id: UUID
    consensus_id: UUID
