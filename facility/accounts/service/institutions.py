"""Commands on institutions: entered, accepted, corrected, renamed, merged; and who signs for them."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from facility.accounts.events import (
    InstitutionAbsorbed,
    InstitutionAdded,
    InstitutionApproved,
    InstitutionCorrected,
    InstitutionDeclined,
    InstitutionMerged,
    InstitutionRenamed,
    PersonMoved,
    SignatoryEnded,
    SignatoryNamed,
)
from facility.accounts.models import Beneficiary, FormerName, Institution, Person, Signatory
from facility.accounts.rules.institutions import (
    CHOOSABLE,
    Kind,
    Standing,
    may_change_institution,
    may_end_signatory,
    may_merge,
    may_validate,
)
from facility.accounts.service.later_rooms import MOVERS, TOGETHER
from facility.db import Tx, new_id
from facility.events.log import record
from facility.folding import fold, search_key
from facility.refused import refuse
from facility.zone import BRUSSELS


async def add_institution(
    tx: Tx,
    *,
    name: str,
    kind: str,
    beneficiary_code: str,
    own_name: str = "",
    abbreviation: str = "",
    approved: bool = True,
) -> Institution:
    """Enter an institution; `approved`: without waiting for the secretariat.

    Raises Refused (invalid): institution_known (with the id of the other), beneficiary_unknown, kind_unknown.
    """
    await _check(tx, kind, beneficiary_code)
    await _not_twice(tx, name, beneficiary_code)
    institution = Institution(
        id=new_id(),
        name=name,
        own_name=own_name,
        abbreviation=abbreviation,
        sort_key=fold(name),
        search_key=search_key(name, own_name, abbreviation),
        kind=kind,
        beneficiary_code=beneficiary_code,
        status=Standing.APPROVED if approved else Standing.PENDING,
    )
    tx.add(institution)
    await tx.flush()
    await record(tx, InstitutionAdded(institution_id=institution.id, beneficiary=beneficiary_code))
    return institution


async def _check(tx: Tx, kind: str, beneficiary_code: str) -> None:
    if kind not in set(Kind):
        refuse("kind_unknown", kind="invalid", field="kind")
    if await tx.session.get(Beneficiary, beneficiary_code) is None:
        refuse("beneficiary_unknown", kind="invalid", field="beneficiary")


async def _not_twice(tx: Tx, name: str, beneficiary_code: str, itself: UUID | None = None) -> None:
    key = fold(name)
    if not key:
        refuse("name_without_letters", kind="invalid", field="institution_name")
    query = select(Institution.id, Institution.name).where(
        Institution.beneficiary_code == beneficiary_code,
        Institution.sort_key == key,
        Institution.status.in_(CHOOSABLE),
        Institution.id.is_distinct_from(itself),
    )
    if known := (await tx.session.execute(query)).first():
        refuse(
            "institution_known",
            kind="invalid",
            field="institution_name",
            name=known.name,
            known=str(known.id),
        )


async def chosen(tx: Tx, institution_id: UUID, field: str = "institution") -> Institution:
    """The institution that somebody chose, kept from being merged until the transaction ends; of a merged one, that which
    stays. Locked before any application. Raises Refused (invalid): institution_unknown."""
    institution = await tx.session.get(
        Institution, institution_id, with_for_update={"read": True}, populate_existing=True
    )
    if institution is not None and institution.merged_into_id is not None:
        return await chosen(tx, institution.merged_into_id, field)
    if institution is None or institution.status not in CHOOSABLE:
        refuse("institution_unknown", kind="invalid", field=field)
    return institution


class NewInstitution(msgspec.Struct, frozen=True):
    """An institution that isn't on the list yet."""

    name: str
    kind: str
    beneficiary_code: str


async def chosen_or_added(
    tx: Tx, institution: UUID | NewInstitution, field: str = "institution"
) -> Institution:
    """What an officer chose, or added because it was not on the list; the secretariat looks at that later.

    Raises Refused (invalid): institution_unknown, and as `add_institution`.
    """
    if isinstance(institution, UUID):
        return await chosen(tx, institution, field)
    return await add_institution(
        tx,
        name=institution.name,
        kind=institution.kind,
        beneficiary_code=institution.beneficiary_code,
        approved=False,
    )


async def validate_institution(tx: Tx, institution_id: UUID) -> None:
    """Accept a new entry. Raises Refused (conflict): institution_decided."""
    institution = await tx.lock(Institution, institution_id)
    may_validate(institution.status)
    institution.status = Standing.APPROVED
    await record(tx, InstitutionApproved(institution_id=institution.id))


async def decline_institution(tx: Tx, institution_id: UUID) -> None:
    """Take a new entry off the list. Raises Refused (conflict): institution_decided, institution_in_use."""
    institution = await tx.lock(Institution, institution_id)
    may_validate(institution.status)
    officers = select(Person.id).where(Person.institution_id == institution.id).limit(1)
    if (await tx.session.execute(officers)).first() or await _in_use(tx, institution.id):
        refuse("institution_in_use")
    institution.status = Standing.DECLINED
    await record(tx, InstitutionDeclined(institution_id=institution.id))


async def _in_use(tx: Tx, institution_id: UUID) -> bool:
    for ask in TOGETHER:
        if await ask(tx, institution_id, institution_id):
            return True
    return False


class Particulars(msgspec.Struct, frozen=True):
    """What is told of an institution beside its name."""

    own_name: str
    abbreviation: str
    kind: str
    beneficiary_code: str


async def correct_institution(tx: Tx, institution_id: UUID, particulars: Particulars) -> None:
    """Correct particulars. Raises Refused: institution_closed; beneficiary_fixed, institution_known (invalid)."""
    await _check(tx, particulars.kind, particulars.beneficiary_code)
    institution = await tx.lock(Institution, institution_id)
    may_change_institution(institution.status)
    if particulars.beneficiary_code != institution.beneficiary_code:
        if await _in_use(tx, institution.id):
            refuse("beneficiary_fixed", kind="invalid", field="beneficiary")
        await _not_twice(tx, institution.name, particulars.beneficiary_code, institution.id)
    new = msgspec.structs.asdict(particulars)
    fields = [name for name, value in new.items() if getattr(institution, name) != value]
    for name in fields:
        setattr(institution, name, new[name])
    if fields:
        await _find_anew(tx, institution)
        await record(tx, InstitutionCorrected(institution_id=institution.id, fields=fields))


async def _find_anew(tx: Tx, institution: Institution) -> None:
    """Make the key for searches from the names that there are now."""
    await tx.flush()
    query = select(FormerName.name).where(FormerName.institution_id == institution.id)
    former = (await tx.session.execute(query.order_by(FormerName.ended_on, FormerName.id))).scalars().all()
    institution.search_key = search_key(
        institution.name, institution.own_name, institution.abbreviation, *former
    )
    await tx.flush()


async def rename_institution(tx: Tx, institution_id: UUID, *, name: str, ended_on: date) -> None:
    """A new name; the old one ended on that day and is still found. Raises Refused: institution_closed; institution_known."""
    institution = await tx.lock(Institution, institution_id)
    may_change_institution(institution.status)
    if name == institution.name:
        refuse("name_unchanged", kind="invalid", field="institution_name")
    await _not_twice(tx, name, institution.beneficiary_code, institution.id)
    former = FormerName(id=new_id(), institution_id=institution.id, name=institution.name, ended_on=ended_on)
    tx.add(former)
    institution.name, institution.sort_key = name, fold(name)
    await _find_anew(tx, institution)
    await record(tx, InstitutionRenamed(institution_id=institution.id, former_name_id=former.id))


async def merge_institutions(tx: Tx, duplicate_id: UUID, into_id: UUID) -> None:
    """Move everything linked to the duplicate to the other entry: people, names, signatories, and what the later rooms
    have registered. The duplicate leads to that entry from now on, and both keep their histories.

    Raises Refused: institution_closed; invalid: merge_itself, merge_into_pending, merge_across, merge_together.
    """
    rows = {key: await tx.lock(Institution, key) for key in sorted({duplicate_id, into_id})}
    duplicate, kept = rows[duplicate_id], rows[into_id]
    together = [reference for ask in TOGETHER for reference in await ask(tx, duplicate.id, kept.id)]
    may_merge(
        duplicate=duplicate.status,
        kept=kept.status,
        same=duplicate is kept,
        beneficiaries=(duplicate.beneficiary_code, kept.beneficiary_code),
        together=together,
    )
    duplicate.status, duplicate.merged_into_id = Standing.MERGED, kept.id
    await _move_names(tx, duplicate, kept)
    await _move_people(tx, duplicate.id, kept.id)
    for move in MOVERS:
        await move(tx, duplicate.id, kept.id)
    await record(tx, InstitutionMerged(institution_id=duplicate.id, into_id=kept.id))
    await record(tx, InstitutionAbsorbed(institution_id=kept.id, duplicate_id=duplicate.id))


async def _move_names(tx: Tx, duplicate: Institution, kept: Institution) -> None:
    for moved in (
        update(FormerName).where(FormerName.institution_id == duplicate.id).values(institution_id=kept.id),
        update(Signatory).where(Signatory.institution_id == duplicate.id).values(institution_id=kept.id),
        update(Institution).where(Institution.merged_into_id == duplicate.id).values(merged_into_id=kept.id),
    ):
        await tx.session.execute(moved)
    for name in {duplicate.name, duplicate.own_name, duplicate.abbreviation} - {
        "",
        kept.name,
        kept.own_name,
        kept.abbreviation,
    }:
        tx.add(
            FormerName(
                id=new_id(), institution_id=kept.id, name=name, ended_on=tx.now.astimezone(BRUSSELS).date()
            )
        )
    await _find_anew(tx, kept)


async def _move_people(tx: Tx, duplicate_id: UUID, kept_id: UUID) -> None:
    query = select(Person).where(Person.institution_id == duplicate_id).order_by(Person.id)
    for person in (await tx.session.execute(query.with_for_update())).scalars():
        person.institution_id = kept_id
        await record(tx, PersonMoved(person_id=person.id, institution_id=kept_id))


async def name_signatory(
    tx: Tx, institution_id: UUID, *, name: str, function: str, since: date, until: date | None
) -> Signatory:
    """Somebody may sign for the institution from a day on; named once, however often it is said. Raises Refused: institution_closed; signatory_ends_early."""
    institution = await tx.lock(Institution, institution_id)
    may_change_institution(institution.status)
    if until is not None:
        may_end_signatory(since, None, until)
    power = {
        "institution_id": institution.id,
        "name": name,
        "function": function,
        "since": since,
        "until": until,
    }
    if known := (await tx.session.scalars(select(Signatory).filter_by(**power).limit(1))).first():
        return known
    signatory = Signatory(id=new_id(), **power)
    tx.add(signatory)
    await tx.flush()
    await record(tx, SignatoryNamed(institution_id=institution.id, signatory_id=signatory.id))
    return signatory


async def end_signatory(tx: Tx, institution_id: UUID, signatory_id: UUID, until: date) -> None:
    """The last day on which somebody signs. Raises Refused: signatory_ended; signatory_ends_early (invalid)."""
    signatory = await tx.lock(Signatory, signatory_id)
    if signatory.institution_id != institution_id:
        refuse("not_found", kind="missing")
    may_end_signatory(signatory.since, signatory.until, until)
    signatory.until = until
    await record(tx, SignatoryEnded(institution_id=institution_id, signatory_id=signatory.id))
