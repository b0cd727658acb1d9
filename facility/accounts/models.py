"""Tables of people: beneficiaries, institutions with their names and signatories, persons with roles, registrations, sign-in and sessions."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.accounts.rules.accounts import Status
from facility.accounts.rules.institutions import Kind, Standing
from facility.db import Base, Key, search_index, search_key_of
from facility.web.access import Role


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


class Beneficiary(Base):
    """A territory as the action document names it (dossier 1e), never a grant holder. `designation_note` is the
    footnote that goes with the name wherever it is printed."""

    __tablename__ = "beneficiary"

    code: Mapped[str] = mapped_column(primary_key=True)
    alpha3: Mapped[str]
    name: Mapped[str]
    western_balkans: Mapped[bool]
    designation_note: Mapped[str | None]
    sort_order: Mapped[int]


class Institution(Base):
    """A body that can take part. `name` is as it is printed, `own_name` in its own language. It is pending until the
    secretariat has seen it, and merged when it turned out to be another one. `search_key`: all that it is found by."""

    __tablename__ = "institution"
    __table_args__ = (
        CheckConstraint(_one_of("kind", Kind), name="kind"),
        CheckConstraint(_one_of("status", Standing), name="status"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into_id <> id", name="merged_elsewhere"),
        Index(
            "ix_institution_name",
            "beneficiary_code",
            "sort_key",
            unique=True,
            postgresql_where=text("status <> 'merged' AND status <> 'declined'"),
        ),
        Index("ix_institution_list", "sort_key", "id"),
        Index(
            "ix_institution_merged_into",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        search_index("institution"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    own_name: Mapped[str]
    abbreviation: Mapped[str]
    sort_key: Mapped[str]
    search_key: Mapped[str]
    kind: Mapped[str]
    beneficiary_code: Mapped[str] = mapped_column(ForeignKey("beneficiary.code"))
    status: Mapped[str]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))


class FormerName(Base):
    """What an institution was called until a day, or was entered as by mistake until it was merged."""

    __tablename__ = "former_name"

    id: Mapped[Key]
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[str]
    ended_on: Mapped[date]


class Signatory(Base):
    """Who may sign for an institution, in which function, from and until which day (both included)."""

    __tablename__ = "signatory"
    __table_args__ = (CheckConstraint("until >= since", name="days"),)

    id: Mapped[Key]
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    name: Mapped[str]
    function: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]


class Person(Base):
    """Somebody with an account. `email` is in lower case. `search_key`: what they are found by. same_as_id: the first of several accounts
    of the same person."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(_one_of("status", Status), name="status"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("same_as_id <> id", name="same_as"),
        Index("ix_person_list", "sort_key", "id"),
        Index("ix_person_same_as_id", "same_as_id", postgresql_where=text("same_as_id IS NOT NULL")),
        search_index("person"),
    )

    id: Mapped[Key]
    name: Mapped[str]
    sort_key: Mapped[str]
    search_key: Mapped[str]
    initials: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"), index=True)
    status: Mapped[str]
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_reason: Mapped[str | None]
    same_as_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    _find_by = search_key_of("name")


def with_beneficiary(institution: str = "institution") -> str:
    """The name of the institution of this row with its beneficiary, since ministries of several beneficiaries bear one name: an
    expression."""
    return f"""({institution}.name || ' (' || (SELECT territory.name FROM beneficiary AS territory
        WHERE territory.code = {institution}.beneficiary_code) || ')')"""  # noqa: S608 - our own text


def accounts_of(person: str) -> str:
    """A query for the ids of all accounts of the person with this id, itself among them."""
    return f"""SELECT {person} AS id UNION SELECT other.id FROM person AS own JOIN person AS other
        ON other.id = own.same_as_id OR other.same_as_id IN (own.id, own.same_as_id) WHERE own.id = {person}"""  # noqa: S608 - our own text


class PersonRole(Base):
    """A role that a person has."""

    __tablename__ = "person_role"
    __table_args__ = (
        CheckConstraint(_one_of("role", Role), name="role"),
        Index("ix_person_role", "role", "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class Registration(Base):
    """An address that asked to register; its link leads to the form."""

    __tablename__ = "registration"

    id: Mapped[Key]
    email: Mapped[str]
    created_at: Mapped[datetime]


class SignInRequest(Base):
    """A link and code that were asked for. `attempts` counts codes that were tried. Its id is the link's."""

    __tablename__ = "sign_in_request"

    id: Mapped[Key]
    attempts: Mapped[int] = mapped_column(default=0)


class Session(Base):
    """Somebody signed in on a browser, which holds the token; here stands its hash."""

    __tablename__ = "session"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
