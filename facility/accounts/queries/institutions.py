"""Reads about institutions: lists, one with all that belongs to it, and finding them while somebody types."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import Beneficiary, FormerName, Institution, Person, Signatory
from facility.accounts.rules.accounts import Status
from facility.accounts.rules.institutions import CHOOSABLE, Standing
from facility.folding import fold, search_words
from facility.refused import refuse
from facility.web import carried

PAGE = 25
MOST_MATCHES = 8
_LIKE = 0.42
"""How alike a word must be, by pg_trgm's word_similarity, to count as mistyped."""
_MOST_WORDS = 8


class InstitutionShown(msgspec.Struct, frozen=True):
    """An institution on a list. `people` counts its active officers."""

    id: UUID
    name: str
    own_name: str
    abbreviation: str
    kind: str
    status: str
    beneficiary_code: str
    beneficiary: str
    chip: str
    people: int


class InstitutionMatch(msgspec.Struct, frozen=True):
    """An institution that a search found. `former`: former names, for who searched by one."""

    id: UUID
    name: str
    own_name: str
    abbreviation: str
    kind: str
    status: str
    beneficiary_code: str
    beneficiary: str
    former: list[str]


class Officer(msgspec.Struct, frozen=True):
    """Somebody with an account for the institution."""

    id: UUID
    name: str
    email: str
    status: str


class SignatoryShown(msgspec.Struct, frozen=True):
    """Who may sign, both days included; `until` None: without an end."""

    id: UUID
    name: str
    function: str
    since: date
    until: date | None


class FormerNameShown(msgspec.Struct, frozen=True):
    """What it was called until that day."""

    name: str
    ended_on: date


class InstitutionWhole(msgspec.Struct, frozen=True):
    """An institution and what belongs to it. `merged_ids`: entries that were merged into this one."""

    about: InstitutionShown
    officers: list[Officer]
    signatories: list[SignatoryShown]
    former: list[FormerNameShown]
    merged_into_id: UUID | None
    merged_ids: list[UUID]


class Filters(msgspec.Struct, frozen=True):
    """What a list of institutions is asked for; "" for all."""

    search: str = ""
    beneficiary: str = ""
    kind: str = ""
    status: str = ""


def _shown() -> Select[Any]:
    officers = (
        select(func.count())
        .where(Person.institution_id == Institution.id, Person.status == Status.ACTIVE)
        .scalar_subquery()
    )
    return select(
        Institution.id,
        Institution.name,
        Institution.own_name,
        Institution.abbreviation,
        Institution.kind,
        Institution.status,
        Institution.beneficiary_code,
        Beneficiary.name.label("beneficiary"),
        (Beneficiary.code + case((Beneficiary.designation_note.is_(None), ""), else_="*")).label("chip"),
        officers.label("people"),
        Institution.sort_key,
    ).join(Beneficiary, Beneficiary.code == Institution.beneficiary_code)


def _institution(row: Any) -> InstitutionShown:
    return InstitutionShown(**{name: row._mapping[name] for name in InstitutionShown.__struct_fields__})


def _exactly(words: Sequence[str]) -> ColumnElement[bool]:
    """Every word begins a word of the names; LIKE needs no escaping, for folded words hold letters and digits only."""
    return and_(*(Institution.search_key.like(f"% {word}%") for word in words))


def _nearly(words: Sequence[str]) -> ColumnElement[bool]:
    """Every word begins a word of the names, or looks like a mistyped one."""
    return and_(*(or_(*_mistyped(word)) for word in words))


def _mistyped(word: str) -> Iterator[ColumnElement[bool]]:
    yield Institution.search_key.like(f"% {word}%")
    if len(word) > 3:
        yield func.word_similarity(word, Institution.search_key) >= _LIKE
        # Two letters the wrong way round leave a short word hardly a trigram of its own.
        for at in range(len(word) - 1):
            swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            yield Institution.search_key.like(f"% {swapped}%")


class Listed(msgspec.Struct, frozen=True):
    """A page of institutions; keys to go on from, where there is more."""

    rows: list[InstitutionShown]
    after: str | None
    before: str | None


async def institution_list(
    connection: AsyncConnection, filters: Filters, *, after: str = "", before: str = ""
) -> Listed:
    """A page by name. `after` and `before` take a key from `Listed`; any other value starts at the top."""
    query = _shown().where(
        Institution.status == filters.status if filters.status else Institution.status.in_(CHOOSABLE)
    )
    if filters.beneficiary:
        query = query.where(Institution.beneficiary_code == filters.beneficiary)
    if filters.kind:
        query = query.where(Institution.kind == filters.kind)
    if words := search_words(filters.search)[:_MOST_WORDS]:
        query = query.where(_nearly(words))
    elif filters.search.strip():
        query = query.where(text("false"))
    place = tuple_(Institution.sort_key, Institution.id)
    forward, back = _key(after), _key(before)
    if back:
        query = query.where(place < tuple_(*back))
        query = query.order_by(Institution.sort_key.desc(), Institution.id.desc())
    else:
        query = query.where(place > tuple_(*forward)) if forward else query
        query = query.order_by(Institution.sort_key, Institution.id)
    rows = list((await connection.execute(query.limit(PAGE + 1))).all())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if back:
        rows.reverse()
    return Listed(
        [_institution(row) for row in rows],
        after=_place(rows[-1]) if rows and (more or back) else None,
        before=_place(rows[0]) if rows and (more if back else forward) else None,
    )


def _place(row: Any) -> str:
    return f"{row.id}.{row.sort_key}"


def _key(place: str) -> tuple[str, UUID] | None:
    name, _dot, sort_key = place.partition(".")
    institution_id = carried.key(name)
    return (sort_key, institution_id) if institution_id else None


async def institutions(connection: AsyncConnection) -> list[InstitutionShown]:
    """All that can be chosen, by beneficiary and name."""
    query = _shown().where(Institution.status.in_(CHOOSABLE))
    ordered = query.order_by(Beneficiary.sort_order, Institution.sort_key)
    return [_institution(row) for row in await connection.execute(ordered)]


async def institution(connection: AsyncConnection, institution_id: UUID) -> InstitutionWhole:
    """One, with its officers, signatories and former names. Raises Refused (missing)."""
    query = _shown().add_columns(Institution.merged_into_id).where(Institution.id == institution_id)
    row = (await connection.execute(query)).first()
    if row is None:
        refuse("not_found", kind="missing")
    officers = await connection.execute(
        select(Person.id, Person.name, Person.email, Person.status)
        .where(Person.institution_id == institution_id)
        .order_by(Person.sort_key, Person.id)
    )
    signatories = await connection.execute(
        select(Signatory.id, Signatory.name, Signatory.function, Signatory.since, Signatory.until)
        .where(Signatory.institution_id == institution_id)
        .order_by(Signatory.until.desc().nulls_first(), Signatory.since.desc(), Signatory.id)
    )
    former = await connection.execute(
        select(FormerName.name, FormerName.ended_on)
        .where(FormerName.institution_id == institution_id)
        .order_by(FormerName.ended_on.desc(), FormerName.id)
    )
    merged = await connection.execute(
        select(Institution.id).where(Institution.merged_into_id == institution_id).order_by(Institution.id)
    )
    return InstitutionWhole(
        _institution(row),
        [Officer(**officer._mapping) for officer in officers],
        [SignatoryShown(**signatory._mapping) for signatory in signatories],
        [FormerNameShown(**name._mapping) for name in former],
        row.merged_into_id,
        list(merged.scalars()),
    )


def _findable() -> Select[Any]:
    former = (
        select(func.coalesce(func.json_agg(FormerName.name), text("'[]'::json")))
        .where(FormerName.institution_id == Institution.id)
        .scalar_subquery()
    )
    return (
        select(
            Institution.id,
            Institution.name,
            Institution.own_name,
            Institution.abbreviation,
            Institution.kind,
            Institution.status,
            Institution.beneficiary_code,
            Beneficiary.name.label("beneficiary"),
            former.label("former"),
        )
        .join(Beneficiary, Beneficiary.code == Institution.beneficiary_code)
        .where(Institution.status.in_(CHOOSABLE))
    )


async def find_institutions(connection: AsyncConnection, search: str) -> list[InstitutionMatch]:
    """At most MOST_MATCHES + 1 institutions whose names match the words, in any order and either script, best first.
    Mistyped words match only if no name has all the words as typed."""
    words = search_words(search)[:_MOST_WORDS]
    if not words:
        return []
    begins = Institution.sort_key.like(f"{fold(search)}%")
    exactly = (
        _findable()
        .where(_exactly(words))
        .order_by(begins.desc(), Institution.sort_key, Institution.id)
        .limit(MOST_MATCHES + 1)
    )
    rows = (await connection.execute(exactly)).all()
    if not rows:
        alike = func.word_similarity(" ".join(words), Institution.search_key)
        nearly = (
            _findable().where(_nearly(words)).order_by(alike.desc(), Institution.sort_key, Institution.id)
        )
        rows = (await connection.execute(nearly.limit(MOST_MATCHES + 1))).all()
    return [InstitutionMatch(**row._mapping) for row in rows]


async def matched_institution(connection: AsyncConnection, institution_id: UUID) -> InstitutionMatch | None:
    """One that can be chosen, as a search shows it."""
    row = (await connection.execute(_findable().where(Institution.id == institution_id))).first()
    return InstitutionMatch(**row._mapping) if row else None


async def likely_duplicates(
    connection: AsyncConnection, institution: InstitutionShown
) -> list[InstitutionMatch]:
    """Accepted entries of the same beneficiary that sound like this one, the most alike first; by any of its names."""
    names = [name for name in (institution.name, institution.own_name, institution.abbreviation) if name]
    alike = func.greatest(
        *(func.word_similarity(" ".join(search_words(name)), Institution.search_key) for name in names)
    )
    query = (
        _findable()
        .where(
            Institution.id != institution.id,
            Institution.status == Standing.APPROVED,
            Institution.beneficiary_code == institution.beneficiary_code,
            alike >= _LIKE,
        )
        .order_by(alike.desc(), Institution.sort_key, Institution.id)
        .limit(5)
    )
    return [InstitutionMatch(**row._mapping) for row in await connection.execute(query)]


async def same_institution(
    connection: AsyncConnection, name: str, beneficiary: str
) -> InstitutionMatch | None:
    """The entry that has this name already, whatever its script and accents."""
    if not (key := fold(name)):
        return None
    same = _findable().where(Institution.sort_key == key, Institution.beneficiary_code == beneficiary)
    row = (await connection.execute(same)).first()
    return InstitutionMatch(**row._mapping) if row else None


async def merged_into(connection: AsyncConnection, institution_id: UUID) -> UUID | None:
    """The entry that stayed when this one was merged, or None."""
    query = select(Institution.merged_into_id).where(Institution.id == institution_id)
    kept_id: UUID | None = (await connection.execute(query)).scalar()
    return kept_id


async def named(connection: AsyncConnection, search: str) -> list[UUID]:
    """The ids of institutions whose names have every word, for lists that are narrowed by them."""
    if not (words := search_words(search)[:_MOST_WORDS]):
        return []
    query = select(Institution.id).where(_exactly(words)).order_by(Institution.id).limit(2000)
    return list((await connection.execute(query)).scalars())
