"""What happens to an application once it has come in: whom the secretariat asks about it, and what it finds.

Questions, answers and reasons stand in the rows that these events name.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class OpeningStarted(Event, frozen=True, kw_only=True):
    """The first of two people began to open the call; so many applications are on the list."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "An opening was begun; applications on the list: {listed}"
    call_id: UUID
    session_id: UUID
    listed: int


class CallOpened(Event, frozen=True, kw_only=True):
    """A second person confirmed: what had come in is no longer sealed. `minutes` is the SHA-256 of what these say."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "Two people opened the call; applications unsealed: {opened}"
    call_id: UUID
    session_id: UUID
    started_by: UUID
    opened: int
    minutes: str


class AdmissibilityChecked(Event, frozen=True, kw_only=True):
    """An officer judged: outcome is admissible or inadmissible; the reason stands in the check's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Admissibility was checked: {outcome}"
    application_id: UUID
    call_id: UUID
    check_id: UUID
    outcome: str


class ExceptionDecided(Event, frozen=True, kw_only=True):
    """The authorising officer decided: outcome is approved or refused; the reason stands in the application's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The exception was decided: {outcome}"
    application_id: UUID
    call_id: UUID
    outcome: str


class ConsulteeAdded(Event, frozen=True, kw_only=True):
    """Somebody who can be consulted was entered."""

    subject: ClassVar[str] = "consultee"
    sentence: ClassVar[str] = "The consultee was entered"
    consultee_id: UUID
    kind: str


class ConsulteeChanged(Event, frozen=True, kw_only=True):
    """What is known of a consultee changed: which fields."""

    subject: ClassVar[str] = "consultee"
    sentence: ClassVar[str] = "The consultee was changed: {fields}"
    consultee_id: UUID
    fields: list[str]


class ConsultationStarted(Event, frozen=True, kw_only=True):
    """A consultee was asked, with a period of so many working days that is over at ends_at."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultation was started; working days to answer: {days}"
    application_id: UUID
    consultation_id: UUID
    consultee_id: UUID
    days: int
    ends_at: datetime


class ConsultationAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through, or went to a wrong address. The period began anew; it is over at ends_at."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultee was asked again; working days to answer: {days}"
    application_id: UUID
    consultation_id: UUID
    days: int
    ends_at: datetime


class ConsultationReminded(Event, frozen=True, kw_only=True):
    """The period nears its end, and the consultee has not answered yet."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultee was reminded"
    application_id: UUID
    consultation_id: UUID


class ConsultationExtended(Event, frozen=True, kw_only=True):
    """The consultee asked for more days, which it may once."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultee took more time; working days added: {days}"
    by_link: ClassVar[bool] = True
    application_id: UUID
    consultation_id: UUID
    days: int
    ends_at: datetime


class ConsultationAnswered(Event, frozen=True, kw_only=True):
    """Outcome is no_objection or objection. A late answer changes nothing by itself."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultee answered: {outcome}"
    by_link: ClassVar[bool] = True
    application_id: UUID
    consultation_id: UUID
    outcome: str
    late: bool


class ConsultationEndedTacitly(Event, frozen=True, kw_only=True):
    """The period ended without an answer: silence is consent."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultation ended without an answer, which counts as consent"
    application_id: UUID
    consultation_id: UUID


class ConsultationCancelled(Event, frozen=True, kw_only=True):
    """The answer is no longer needed."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A consultation was cancelled"
    application_id: UUID
    consultation_id: UUID


class LateAnswerTaken(Event, frozen=True, kw_only=True):
    """The officer let an answer count that had come after the period."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A late answer was accepted: {outcome}"
    application_id: UUID
    consultation_id: UUID
    outcome: str


class ObjectionAnswered(Event, frozen=True, kw_only=True):
    """What the facility answers to an objection was written down."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An objection was answered"
    application_id: UUID
    consultation_id: UUID


class InitiativesImported(Event, frozen=True, kw_only=True):
    """A list of others' activities was loaded: so many lines were new, so many replaced older ones."""

    subject: ClassVar[str] = "initiative_import"
    sentence: ClassVar[str] = "A list of initiatives was loaded: {added} new, {changed} changed"
    initiative_import_id: UUID
    added: int
    changed: int


class InitiativeRetired(Event, frozen=True, kw_only=True):
    """A line of the imported list is no longer compared with."""

    subject: ClassVar[str] = "initiative"
    sentence: ClassVar[str] = "The initiative was taken off the list"
    initiative_id: UUID


class OverlapJudged(Event, frozen=True, kw_only=True):
    """An officer judged: outcome is none, acceptable or duplicates; the reason stands in the judgement's row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Overlap was judged: {outcome}"
    application_id: UUID
    judgement_id: UUID
    outcome: str


class ClarificationAsked(Event, frozen=True, kw_only=True):
    """An officer asked the lead for evidence, or about a clerical error; the period is over at ends_at."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A clarification was asked for: {kind}; working days to answer: {days}"
    application_id: UUID
    clarification_id: UUID
    kind: str
    days: int
    ends_at: datetime


class ClarificationAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through. The period began anew; it is over at ends_at. Corrected: it goes to another address."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead was asked again; working days to answer: {days}"
    application_id: UUID
    clarification_id: UUID
    days: int
    ends_at: datetime
    corrected: bool


class ClarificationReminded(Event, frozen=True, kw_only=True):
    """The period nears its end, and the lead has not answered yet."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead was reminded of a clarification"
    application_id: UUID
    clarification_id: UUID


class ClarificationAnswered(Event, frozen=True, kw_only=True):
    """The lead answered, with so many documents."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A clarification was answered"
    by_link: ClassVar[bool] = True
    application_id: UUID
    clarification_id: UUID
    documents: int


class ClarificationLapsed(Event, frozen=True, kw_only=True):
    """The period ended without an answer."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A clarification lapsed without an answer"
    application_id: UUID
    clarification_id: UUID


class ClarificationCancelled(Event, frozen=True, kw_only=True):
    """The answer is no longer needed."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "A clarification was cancelled"
    application_id: UUID
    clarification_id: UUID


class ClarificationSettled(Event, frozen=True, kw_only=True):
    """An officer accepted the answer, or didn't."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The answer to a clarification was settled: {outcome}"
    application_id: UUID
    clarification_id: UUID
    outcome: str


TOLD_TO_PARTIES: frozenset[type[Event]] = frozenset(
    {
        ClarificationAsked,
        ClarificationAskedAgain,
        ClarificationReminded,
        ClarificationAnswered,
        ClarificationLapsed,
        ClarificationCancelled,
        ExceptionDecided,
    }
)
"""What of all this lead and partners read in the history; how their application is judged they do not."""
