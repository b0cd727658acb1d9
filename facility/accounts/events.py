"""What can happen to accounts. Names and addresses stand in the rows."""

from typing import ClassVar
from uuid import UUID

from facility.events import Event


class InstitutionAdded(Event, frozen=True, kw_only=True):
    """An institution was entered."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "entered the institution"

    institution_id: UUID
    beneficiary: str


class InstitutionApproved(Event, frozen=True, kw_only=True):
    """The institution of a new officer was accepted with the officer."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "accepted the institution"

    institution_id: UUID


class PersonRegistered(Event, frozen=True, kw_only=True):
    """An officer of an institution registered and waits for the secretariat."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "registered"

    person_id: UUID
    institution_id: UUID


class PersonApproved(Event, frozen=True, kw_only=True):
    """The secretariat approved a registration."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "approved the registration"

    person_id: UUID


class PersonDeclined(Event, frozen=True, kw_only=True):
    """The secretariat declined a registration; the reason stands in the row."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "declined the registration"

    person_id: UUID


class PersonAdded(Event, frozen=True, kw_only=True):
    """An account was made by those who run the service, without a letter."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "made the account"

    person_id: UUID


class PersonInvited(Event, frozen=True, kw_only=True):
    """Somebody was given an account and is told by mail."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "sent an invitation"

    person_id: UUID


class PersonRenamed(Event, frozen=True, kw_only=True):
    """A person corrected their name."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "corrected the name"

    person_id: UUID


class RoleGiven(Event, frozen=True, kw_only=True):
    """A person has a role from now on."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "gave the role {role}"

    person_id: UUID
    role: str


class RoleTaken(Event, frozen=True, kw_only=True):
    """A person no longer has a role."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "took away the role {role}"

    person_id: UUID
    role: str


class PersonDeactivated(Event, frozen=True, kw_only=True):
    """The account can't sign in any more; every session ended."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "closed the account"

    person_id: UUID


class PersonReactivated(Event, frozen=True, kw_only=True):
    """The account can sign in again."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "opened the account again"

    person_id: UUID


class SignedIn(Event, frozen=True, kw_only=True):
    """A session began."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "signed in"

    person_id: UUID
