"""Accounts by commands: registered, approved, invited, given roles, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.accounts.models import Beneficiary, Institution, Person
from facility.accounts.service import people
from facility.accounts.service.people import NewInstitution
from facility.accounts.words import country_name
from facility.db import Database, Tx
from facility.events.log import history
from facility.refused import Refused
from facility.web.access import Role
from tests.accounts.letters import letters, link_to
from tests.cast import Cast

NEW = NewInstitution(name="Customs Administration", kind="CUSTOMS", beneficiary_code="MK")


async def act[T](db: Database, actor: UUID | None, command: Callable[[Tx], Awaitable[T]]) -> T:
    async with db.transaction(now=clock.now(), actor=actor) as tx:
        return await command(tx)


async def refused(
    db: Database, actor: UUID | None, command: Callable[[Tx], Awaitable[Any]]
) -> tuple[str, ...]:
    with pytest.raises(Refused) as raised:
        await act(db, actor, command)
    return raised.value.codes


async def registered(
    db: Database, email: str = "ivo@example.mk", institution: UUID | NewInstitution = NEW
) -> UUID:
    await act(db, None, lambda tx: people.ask_to_register(tx, email))
    token = (await link_to(db, email)).rsplit("/", 1)[-1]
    person = await act(
        db, None, lambda tx: people.register(tx, token, name="Ivo Ilievski", institution=institution)
    )
    return person.id


async def state(db: Database, model: type[Person] | type[Institution], key: UUID) -> str:
    async with db.transaction(now=clock.now()) as tx:
        return (await tx.get(model, key)).status


async def test_an_officer_registers_is_approved_and_the_new_institution_with_them(
    db: Database, cast: Cast
) -> None:
    ivo = await registered(db)
    async with db.transaction(now=clock.now()) as tx:
        person = await tx.get(Person, ivo)
        assert person.institution_id is not None
        institution_id = person.institution_id
    assert [await state(db, Person, ivo), await state(db, Institution, institution_id)] == [
        "pending",
        "pending",
    ]
    await act(db, cast.ada, lambda tx: people.approve(tx, ivo))
    assert [await state(db, Person, ivo), await state(db, Institution, institution_id)] == [
        "active",
        "approved",
    ]
    assert await letters(db) == [
        ("accounts/approved", "ivo@example.mk"),
        ("accounts/register", "ivo@example.mk"),
        ("accounts/registered", "ada@example.org"),
        ("accounts/registered", "vera@example.org"),
    ]
    async with db.reader() as connection:
        events = await history(connection, ivo)
    assert [type(recorded.event).__name__ for recorded in events] == [
        "RoleGiven",
        "PersonApproved",
        "PersonRegistered",
    ]
    assert [recorded.actor_id for recorded in events] == [cast.ada, cast.ada, None]


async def test_a_registration_is_decided_once(db: Database, cast: Cast) -> None:
    ivo = await registered(db, institution=cast.albanian_police)
    await act(db, cast.ada, lambda tx: people.decline(tx, ivo, "Not known there"))
    assert await state(db, Person, ivo) == "declined"
    assert ("accounts/declined", "ivo@example.mk") in await letters(db)
    assert await refused(db, cast.vera, lambda tx: people.approve(tx, ivo)) == ("registration_decided",)
    assert await refused(db, cast.vera, lambda tx: people.decline(tx, ivo, "x")) == ("registration_decided",)


async def test_two_who_approve_at_once_approve_once(db: Database, cast: Cast) -> None:
    ivo = await registered(db)
    answers = await asyncio.gather(
        *(act(db, officer, lambda tx: people.approve(tx, ivo)) for officer in (cast.ada, cast.vera)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]


async def test_an_address_with_an_account_is_told_so_and_gets_no_form(db: Database, cast: Cast) -> None:
    await act(db, None, lambda tx: people.ask_to_register(tx, "Omar@Example.org"))
    assert await letters(db) == [("accounts/known", "omar@example.org")]


async def test_a_registration_link_works_once(db: Database, cast: Cast) -> None:
    await registered(db)
    token = (await link_to(db, "ivo@example.mk")).rsplit("/", 1)[-1]
    again = people.register
    codes = await refused(
        db, None, lambda tx: again(tx, token, name="Ivo Ilievski", institution=cast.albanian_police)
    )
    assert codes == ("link_used",)


async def test_an_institution_is_entered_once(db: Database, cast: Cast) -> None:
    same = NewInstitution(name="ALBANIAN State Police", kind="POLICE", beneficiary_code="AL")
    await act(db, None, lambda tx: people.ask_to_register(tx, "ivo@example.mk"))
    token = (await link_to(db, "ivo@example.mk")).rsplit("/", 1)[-1]
    codes = await refused(db, None, lambda tx: people.register(tx, token, name="Ivo", institution=same))
    assert codes == ("institution_known",)
    elsewhere = NewInstitution(name="Albanian State Police", kind="POLICE", beneficiary_code="RS")
    await act(db, None, lambda tx: people.register(tx, token, name="Ivo", institution=elsewhere))


@pytest.mark.parametrize(
    ("actor", "role", "codes"),
    [
        ("ada", Role.ASSESSOR, None),
        ("ada", Role.COMMISSION, None),
        ("ada", Role.AUTHORISING, ("role_not_yours_to_give",)),
        ("ada", Role.ADMINISTRATOR, ("role_not_yours_to_give",)),
        ("ada", Role.OFFICER, ("officer_needs_institution",)),
        ("root", Role.AUTHORISING, None),
        ("omar", Role.ASSESSOR, ("role_not_yours_to_give",)),
    ],
)
async def test_who_may_invite_whom(
    db: Database, cast: Cast, actor: str, role: Role, codes: tuple[str, ...] | None
) -> None:
    async def invite(tx: Tx) -> None:
        await people.invite(tx, name="Nina New", email="nina@example.org", roles=[role])

    if codes:
        assert await refused(db, getattr(cast, actor), invite) == codes
        assert await letters(db) == []
    else:
        await act(db, getattr(cast, actor), invite)
        assert await letters(db) == [("accounts/invited", "nina@example.org")]


async def test_an_address_has_one_account(db: Database, cast: Cast) -> None:
    async def invite(tx: Tx) -> None:
        await people.invite(tx, name="Ada Again", email="ADA@example.org", roles=[Role.ASSESSOR])

    assert await refused(db, cast.vera, invite) == ("address_taken",)


async def test_roles_are_given_and_taken_but_not_ones_own(db: Database, cast: Cast) -> None:
    await act(db, cast.ada, lambda tx: people.change_roles(tx, cast.elena, [Role.ASSESSOR, Role.SECRETARIAT]))
    await act(db, cast.ada, lambda tx: people.change_roles(tx, cast.elena, [Role.SECRETARIAT]))
    async with db.transaction(now=clock.now()) as tx:
        assert await people.roles_of(tx, cast.elena) == {"secretariat"}
    own = await refused(db, cast.ada, lambda tx: people.change_roles(tx, cast.ada, [Role.ASSESSOR]))
    foreign = await refused(db, cast.ada, lambda tx: people.change_roles(tx, cast.paul, [Role.ASSESSOR]))
    assert (own, foreign) == (("account_own",), ("role_not_yours_to_give",))


async def test_a_closed_account_has_no_sessions_and_may_be_opened_again(db: Database, cast: Cast) -> None:
    await act(db, cast.root, lambda tx: people.deactivate(tx, cast.omar))
    assert await state(db, Person, cast.omar) == "deactivated"
    again = await refused(db, cast.root, lambda tx: people.deactivate(tx, cast.omar))
    await act(db, cast.root, lambda tx: people.reactivate(tx, cast.omar))
    assert await state(db, Person, cast.omar) == "active"
    open_already = await refused(db, cast.root, lambda tx: people.reactivate(tx, cast.omar))
    own = await refused(db, cast.root, lambda tx: people.deactivate(tx, cast.root))
    assert (again, open_already, own) == (
        ("account_not_active",),
        ("account_not_deactivated",),
        ("account_own",),
    )


async def test_one_administrator_stays_even_when_two_close_each_other(db: Database, cast: Cast) -> None:
    alone = await refused(db, cast.ada, lambda tx: people.deactivate(tx, cast.root))
    assert alone == ("account_last_administrator",)
    rita = await act(
        db,
        None,
        lambda tx: people.add_user(tx, name="Rita", email="rita@example.org", roles=[Role.ADMINISTRATOR]),
    )
    answers = await asyncio.gather(
        act(db, cast.root, lambda tx: people.deactivate(tx, rita.id)),
        act(db, rita.id, lambda tx: people.deactivate(tx, cast.root)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]


async def test_reference_data_is_loaded_once(db: Database) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await people.seed(tx)
        rows = (
            (await tx.session.execute(select(Beneficiary).order_by(Beneficiary.sort_order))).scalars().all()
        )
    assert [row.code for row in rows] == ["AL", "BA", "XK", "ME", "MK", "RS", "TR"]
    assert [row.code for row in rows if row.designation_note] == ["XK"]
    assert [row.code for row in rows if not row.western_balkans] == ["TR"]
    assert [row.name for row in rows if row.code == "TR"] == ["Türkiye"]
    assert {row.code: row.name for row in rows} == {row.code: country_name(row.code) for row in rows}


async def test_a_beneficiary_bears_the_name_that_is_in_use_also_in_a_facility_that_knows_an_older_one(
    db: Database,
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        (await tx.get(Beneficiary, "TR")).name = "Turkey"
    async with db.transaction(now=clock.now()) as tx:
        await people.seed(tx)
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Beneficiary, "TR")).name == "Türkiye"
