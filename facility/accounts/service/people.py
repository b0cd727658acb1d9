"""Commands on people and institutions. Sign-in has its own module, `sessions`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, text

from facility.accounts.events import (
    AccountsJoined,
    InstitutionApproved,
    PersonAdded,
    PersonApproved,
    PersonDeactivated,
    PersonDeclined,
    PersonInvited,
    PersonReactivated,
    PersonRegistered,
    PersonRenamed,
    RoleGiven,
    RoleTaken,
)
from facility.accounts.models import (
    Beneficiary,
    Institution,
    Person,
    PersonRole,
    Registration,
    Session,
    accounts_of,
)
from facility.accounts.rules.accounts import (
    MAILS_AT_A_TIME,
    REGISTER_WITHIN,
    SIGN_IN_WITHIN,
    Status,
    compatible,
    initials,
    may_deactivate,
    may_decide_registration,
    may_give,
    may_reactivate,
)
from facility.accounts.rules.institutions import Standing
from facility.accounts.service.institutions import NewInstitution, add_institution, chosen, chosen_or_added
from facility.accounts.service.later_rooms import JOINERS
from facility.accounts.service.sessions import in_turn
from facility.db import Tx, new_id
from facility.designations import beneficiaries
from facility.events.log import record
from facility.folding import fold
from facility.outbox.links import find_link, make_link, use_link
from facility.outbox.models import Mail
from facility.outbox.service import post
from facility.refused import refuse
from facility.web.access import Role
from facility.web.i18n import _

__all__ = [
    "NewInstitution",
    "add_institution",
]  # among the commands on people, where most callers look for it

REGISTER = "register"


async def seed(tx: Tx) -> None:
    """Enter the beneficiaries of the action that aren't there yet (dossier 1e), and call the others as they are called now."""
    known = {row.code: row for row in await tx.session.scalars(select(Beneficiary))}
    for order, beneficiary in enumerate(beneficiaries()):
        if beneficiary.code in known:
            known[beneficiary.code].name = beneficiary.display
        else:
            tx.add(
                Beneficiary(
                    code=beneficiary.code,
                    alpha3=beneficiary.alpha3,
                    name=beneficiary.display,
                    western_balkans=beneficiary.western_balkans,
                    designation_note=beneficiary.designation_note,
                    sort_order=order,
                )
            )
    await tx.flush()


async def add_user(
    tx: Tx, *, name: str, email: str, roles: Sequence[Role], institution_id: UUID | None = None
) -> Person:
    """Make an active account without a letter: for the command line, the demo and rehearsals.

    Raises Refused (invalid): address_taken, role_missing, roles_exclude_each_other.
    """
    compatible(roles)
    person = await _new_person(
        tx, name=name, email=email, institution_id=institution_id, status=Status.ACTIVE
    )
    await record(tx, PersonAdded(person_id=person.id))
    await _give(tx, person.id, roles)
    return person


async def _new_person(
    tx: Tx, *, name: str, email: str, institution_id: UUID | None, status: Status
) -> Person:
    email = email.lower()
    if (await tx.session.execute(select(Person.id).where(Person.email == email))).first():
        refuse("address_taken", kind="invalid", field="email")
    person = Person(
        id=new_id(),
        name=name,
        sort_key=fold(name),
        initials=initials(name),
        email=email,
        institution_id=institution_id,
        status=status,
        created_at=tx.now,
    )
    tx.add(person)
    await tx.flush()
    return person


async def _give(tx: Tx, person_id: UUID, roles: Sequence[Role]) -> None:
    tx.add(*(PersonRole(person_id=person_id, role=role) for role in roles))
    await tx.flush()
    for role in roles:
        await record(tx, RoleGiven(person_id=person_id, role=role))


async def roles_of(tx: Tx, person_id: UUID) -> set[str]:
    """The roles that the person has now."""
    query = select(PersonRole.role).where(PersonRole.person_id == person_id)
    return set((await tx.session.execute(query)).scalars())


async def invite(
    tx: Tx, *, name: str, email: str, roles: Sequence[Role], institution_id: UUID | None = None
) -> Person:
    """Give somebody an account and a letter with a link to sign in.

    Raises Refused: role_not_yours_to_give (forbidden), address_taken, roles_exclude_each_other (invalid).
    """
    compatible(roles)
    giver = await roles_of(tx, tx.actor) if tx.actor else set()
    for role in roles:
        may_give(giver, role)
    if (Role.OFFICER in roles) != (institution_id is not None):
        refuse("officer_needs_institution", kind="invalid", field="institution")
    if institution_id is not None:
        institution_id = (await chosen(tx, institution_id)).id
    person = await _new_person(
        tx, name=name, email=email, institution_id=institution_id, status=Status.ACTIVE
    )
    await record(tx, PersonInvited(person_id=person.id))
    await _give(tx, person.id, roles)
    return person


async def ask_to_register(tx: Tx, email: str) -> None:
    """Send a mail to this address: a link to the form or, if it has an account, a note that says so. The page shows the
    same either way. At most `MAILS_AT_A_TIME` are sent: the links in them are good for a day."""
    email = email.lower()
    await in_turn(tx, email)
    enough = await _are_enough(tx, email)
    known = (await tx.session.execute(select(Person).where(Person.email == email))).scalar_one_or_none()
    registration = Registration(id=new_id(), email=email, created_at=tx.now)
    tx.add(registration)
    await tx.flush()
    link = await make_link(tx, REGISTER, registration.id, expires_at=tx.now + REGISTER_WITHIN)
    if enough:
        link.revoked_at = tx.now
    elif known is None:
        await post(
            tx,
            template="accounts/register",
            to=email,
            to_name="",
            subject=_("Register your institution"),
            link=link,
        )
    else:
        link.revoked_at = tx.now
        await post(
            tx,
            template="accounts/known",
            to=email,
            to_name=known.name,
            subject=_("You already have an account"),
        )


async def _are_enough(tx: Tx, email: str) -> bool:
    query = select(func.count()).where(
        Mail.created_at > tx.now - SIGN_IN_WITHIN,
        Mail.to_address == email,
        Mail.template.in_(("accounts/register", "accounts/known")),
    )
    return int((await tx.session.execute(query)).scalar_one()) >= MAILS_AT_A_TIME


async def register(tx: Tx, token: str, *, name: str, institution: UUID | NewInstitution) -> Person:
    """An officer fills in the form behind the link and waits for the secretariat.

    Raises Refused: link_unknown, link_used, link_expired; institution_known, institution_unknown (invalid).
    """
    link = await find_link(tx, REGISTER, token)
    use_link(tx, link)
    registration = await tx.get(Registration, link.subject_id)
    institution_id = (await chosen_or_added(tx, institution)).id
    person = await _new_person(
        tx, name=name, email=registration.email, institution_id=institution_id, status=Status.PENDING
    )
    await record(tx, PersonRegistered(person_id=person.id, institution_id=institution_id))
    return person


async def approve(tx: Tx, person_id: UUID) -> None:
    """Accept a registration: the person becomes an officer, a new institution is accepted too.

    Raises Refused (conflict): registration_decided.
    """
    # The institution first, as where entries are merged; a merger that came before has moved the person.
    registered = await tx.get(Person, person_id)
    institution = await tx.lock(Institution, registered.institution_id) if registered.institution_id else None
    person = await tx.lock(Person, person_id)
    may_decide_registration(person.status)
    person.status, person.decided_by = Status.ACTIVE, tx.actor
    if institution is not None and institution.status == Standing.PENDING:
        institution.status = Standing.APPROVED
        await record(tx, InstitutionApproved(institution_id=institution.id))
    await record(tx, PersonApproved(person_id=person.id))
    await _give(tx, person.id, [Role.OFFICER])


async def decline(tx: Tx, person_id: UUID, reason: str) -> None:
    """Decline a registration. Raises Refused (conflict): registration_decided."""
    person = await tx.lock(Person, person_id)
    may_decide_registration(person.status)
    person.status, person.decided_by, person.decided_reason = Status.DECLINED, tx.actor, reason
    await record(tx, PersonDeclined(person_id=person.id))


async def change_roles(tx: Tx, person_id: UUID, roles: Sequence[Role]) -> None:
    """Give and take roles, so that the person has these.

    Raises Refused: account_own, account_last_administrator (conflict), role_not_yours_to_give (forbidden),
    role_missing, roles_exclude_each_other, officer_needs_institution (invalid).
    """
    others = await _other_administrators(tx, person_id)
    person = await tx.lock(Person, person_id)
    if person.id == tx.actor:
        refuse("account_own")
    compatible(roles)
    held, giver = await roles_of(tx, person.id), await roles_of(tx, tx.actor) if tx.actor else set()
    for role in held ^ set(roles):
        may_give(giver, role)
    if (Role.OFFICER in roles) != (person.institution_id is not None):
        refuse("officer_needs_institution", kind="invalid", field="roles")
    if Role.ADMINISTRATOR in held - set(roles) and others == 0:
        refuse("account_last_administrator")
    for role in sorted(held - set(roles)):
        await tx.session.execute(
            delete(PersonRole).where(PersonRole.person_id == person.id, PersonRole.role == role)
        )
        await record(tx, RoleTaken(person_id=person.id, role=role))
    await _give(tx, person.id, [role for role in roles if role not in held])


async def _other_administrators(tx: Tx, person_id: UUID) -> int:
    # Locked, so that the last two can't close each other's account at the same time.
    query = (
        select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.ADMINISTRATOR, Person.status == Status.ACTIVE)
        .order_by(Person.id)
        .with_for_update(of=Person)
    )
    return len(set((await tx.session.execute(query)).scalars()) - {person_id})


async def deactivate(tx: Tx, person_id: UUID) -> None:
    """Close an account and end its sessions. Raises Refused (conflict): account_not_active, account_own,
    account_last_administrator."""
    others = await _other_administrators(tx, person_id)
    person = await tx.lock(Person, person_id)
    may_deactivate(
        actor=tx.actor,
        account=person.id,
        status=person.status,
        other_administrators=others,
        administrator=Role.ADMINISTRATOR in await roles_of(tx, person.id),
    )
    person.status = Status.DEACTIVATED
    await tx.session.execute(delete(Session).where(Session.person_id == person.id))
    await record(tx, PersonDeactivated(person_id=person.id))


async def reactivate(tx: Tx, person_id: UUID) -> None:
    """Open a closed account again. Raises Refused (conflict): account_not_deactivated."""
    person = await tx.lock(Person, person_id)
    may_reactivate(person.status)
    person.status = Status.ACTIVE
    await record(tx, PersonReactivated(person_id=person.id))


async def rename(tx: Tx, person_id: UUID, name: str) -> None:
    """A person corrects their own name; nothing happens where it is the same."""
    person = await tx.lock(Person, person_id)
    if name == person.name:
        return
    person.name, person.sort_key, person.initials = name, fold(name), initials(name)
    await record(tx, PersonRenamed(person_id=person.id))


_JOIN = text(
    f"UPDATE person SET same_as_id = :first WHERE id IN ({accounts_of('CAST(:account AS uuid)')})"  # noqa: S608 - our own text
)


async def join_accounts(tx: Tx, account_id: UUID, email: str) -> None:
    """This account and the one with this address are the same person's: what holds for one holds for both from now on.

    Refused: "account_unknown", "account_itself" (invalid), "accounts_joined".
    """
    other_id = await tx.session.scalar(select(Person.id).where(Person.email == email.lower()))
    if other_id is None:
        refuse("account_unknown", kind="invalid", field="email")
    if other_id == account_id:
        refuse("account_itself", kind="invalid", field="email")
    rows = {key: await tx.lock(Person, key) for key in sorted({account_id, other_id})}
    other, account = rows[other_id], rows[account_id]
    first = other.same_as_id or other.id
    if first in (account.id, account.same_as_id):
        refuse("accounts_joined")
    await tx.session.execute(_JOIN, {"account": account.id, "first": first})
    await record(tx, AccountsJoined(person_id=account.id, same_as_id=first))
    for join in JOINERS:
        await join(tx, account.id, first)


async def active_people(tx: Tx, role: Role) -> Sequence[Person]:
    """Everybody active with this role: whom a letter to the secretariat goes to."""
    query = (
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == role, Person.status == Status.ACTIVE)
        .order_by(Person.id)
    )
    return (await tx.session.execute(query)).scalars().all()
