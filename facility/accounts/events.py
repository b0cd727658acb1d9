"""What can happen to accounts. Names and addresses stand in the rows."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class InstitutionAdded(Event, frozen=True, kw_only=True):
    """An institution was entered."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "entered the institution"

    institution_id: UUID
    beneficiary: str


class InstitutionApproved(Event, frozen=True, kw_only=True):
    """The secretariat approved an institution: by itself, or together with its new officer."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "accepted the institution"

    institution_id: UUID


class InstitutionDeclined(Event, frozen=True, kw_only=True):
    """The secretariat took an entry off the list: it is not an institution, or not one that can take part."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "took the entry off the list"

    institution_id: UUID


class InstitutionCorrected(Event, frozen=True, kw_only=True):
    """Particulars of an institution were corrected: which ones."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "corrected the institution"

    institution_id: UUID
    fields: list[str]


class InstitutionRenamed(Event, frozen=True, kw_only=True):
    """An institution has had another name since a given day; the old one is kept among its former names."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "gave the institution its new name"

    institution_id: UUID
    former_name_id: UUID


class InstitutionMerged(Event, frozen=True, kw_only=True):
    """An institution was on the list twice: this entry now leads to the other one, which took over everything linked to
    it."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "merged this entry into another"

    institution_id: UUID
    into_id: UUID


class InstitutionAbsorbed(Event, frozen=True, kw_only=True):
    """The other side of `InstitutionMerged`: this entry is the one that stays."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "merged a second entry into this one"

    institution_id: UUID
    duplicate_id: UUID


class SignatoryNamed(Event, frozen=True, kw_only=True):
    """An institution named somebody who may sign for it; name and function stand in the row."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "named a signatory"

    institution_id: UUID
    signatory_id: UUID


class SignatoryEnded(Event, frozen=True, kw_only=True):
    """Somebody no longer signs for an institution after a day."""

    subject: ClassVar[str] = "institution"
    sentence: ClassVar[str] = "ended a signatory's power to sign"

    institution_id: UUID
    signatory_id: UUID


class PersonMoved(Event, frozen=True, kw_only=True):
    """An officer belongs to another entry, into which theirs was merged."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "moved the person to the entry that stays"

    person_id: UUID
    institution_id: UUID


class PersonRegistered(Event, frozen=True, kw_only=True):
    """An officer of an institution registered and waits for the secretariat."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "registered"
    by_link: ClassVar[bool] = True

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


class AccountsJoined(Event, frozen=True, kw_only=True):
    """Somebody found that this account and another are the same person's."""

    subject: ClassVar[str] = "person"
    sentence: ClassVar[str] = "said that another account is the same person’s"

    person_id: UUID
    same_as_id: UUID


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
