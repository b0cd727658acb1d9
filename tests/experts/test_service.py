"""The pool: what a profile keeps, who may have which code and address, and days that are taken."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from facility import clock
from facility.db import Database
from facility.events.log import history
from facility.events.models import EventRow
from facility.experts.events.pool import ExpertChanged
from facility.experts.models.profile import Booking, Expert
from facility.experts.queries import pool as queries
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import Skill
from facility.experts.service.pool import (
    ExpertDraft,
    add_theme,
    book,
    booked_days,
    change_expert,
    is_booked,
    profiles,
    register_expert,
    release,
    seed_themes,
)
from facility.refused import Refused
from tests.cast import Cast

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
DRAFT = ExpertDraft(
    code="X01",
    name="Giulia Rossi",
    email="Giulia@Example.org",
    country="IT",
    gender="F",
    branch=Branch.POLICE,
    deployments_12m=0,
    themes={"X.JIT": 4, "OC.FIREARMS": 5},
    languages={"en": "C1", "sq": "B1"},
    available=[MARCH],
    conflicts=[(None, "on leave")],
    past_deployments="Skopje 2024",
)


def like(**changes: Any) -> ExpertDraft:
    return msgspec.structs.replace(DRAFT, **changes)


@pytest.fixture
async def rossi(db: Database, cast: Cast) -> UUID:
    """Giulia Rossi, X01."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await seed_themes(tx)
        return (await register_expert(tx, DRAFT)).id


async def change(db: Database, key: UUID, draft: ExpertDraft, **options: Any) -> None:
    async with db.transaction(now=NOW) as tx:
        await change_expert(tx, key, draft, **options)


async def changes(db: Database, key: UUID) -> list[list[str]]:
    async with db.reader() as connection:
        events = await history(connection, key)
    return [
        recorded.event.fields for recorded in reversed(events) if isinstance(recorded.event, ExpertChanged)
    ]


async def test_a_profile_is_kept_whole(db: Database, rossi: UUID) -> None:
    async with db.reader() as connection:
        profile = await queries.expert(connection, rossi)
    assert (profile.code, profile.email, profile.version, profile.active) == (
        "X01",
        "giulia@example.org",
        1,
        True,
    )
    assert [(theme.code, theme.level) for theme in profile.themes] == [("OC.FIREARMS", 5), ("X.JIT", 4)]
    assert [(spoken.language, spoken.level) for spoken in profile.languages] == [("en", "C1"), ("sq", "B1")]
    assert [(period.starts_on, period.ends_on) for period in profile.available] == [MARCH]
    assert [(conflict.institution_id, conflict.reason) for conflict in profile.conflicts] == [
        (None, "on leave")
    ]


async def test_code_and_address_are_nobody_elses_and_both_are_named_at_once(
    db: Database, rossi: UUID
) -> None:
    async with db.transaction(now=NOW) as tx:
        with pytest.raises(Refused) as refused:
            await register_expert(tx, like(email="GIULIA@example.org"))
        await register_expert(tx, like(code="X02", email="other@example.org"))
    assert refused.value.codes == ("expert_code_taken", "expert_email_taken")
    assert [reason.field for reason in refused.value.reasons] == ["code", "email"]


async def test_a_change_names_its_fields_and_nothing_changes_nothing(db: Database, rossi: UUID) -> None:
    await change(db, rossi, DRAFT)
    await change(db, rossi, like(skills={"en": {Skill.READING: "C1"}}))
    await change(db, rossi, like(name="Giulia Bianchi", themes={"X.JIT": 5}, conflicts=[(None, "moved")]))
    await change(db, rossi, like(name="Giulia Bianchi", skills={"en": {Skill.READING: "C2"}}))
    assert await changes(db, rossi) == [["name", "themes", "conflicts"], ["themes", "skills", "conflicts"]]
    async with db.transaction(now=NOW) as tx:
        assert (await tx.get(Expert, rossi)).version == 3
        (matched,) = await profiles(tx)
    assert (matched.skills, matched.branch) == ({"en": {"reading": "C2"}}, Branch.POLICE)


async def test_nobody_saves_over_what_they_have_not_seen(db: Database, rossi: UUID) -> None:
    await change(db, rossi, like(branch="customs"), version=1)
    with pytest.raises(Refused, match="changed_meanwhile"):
        await change(db, rossi, like(branch="prisons"), version=1)
    assert await changes(db, rossi) == [["branch"]]


async def test_a_code_stays(db: Database, rossi: UUID) -> None:
    with pytest.raises(Refused, match="expert_code_fixed"):
        await change(db, rossi, like(code="X99"))


async def test_who_has_left_the_pool_is_no_profile_of_it(db: Database, rossi: UUID) -> None:
    await change(db, rossi, like(active=False))
    async with db.transaction(now=NOW) as tx:
        assert await profiles(tx) == []
        assert [profile.id for profile in await profiles(tx, [rossi])] == ["X01"]


async def test_the_pool_counts_deployments_of_the_last_12_months_from_bookings(
    db: Database, rossi: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    await change(db, rossi, like(deployments_12m=4))
    stays = [(date(2025, 3, 1), 3), (date(2026, 2, 10), 2), (date(2026, 3, 1), 3), (date(2026, 3, 9), 2)]
    async with db.transaction(now=NOW) as tx:
        for number, (first, days) in enumerate(stays):
            await book(tx, rossi, UUID(int=number + 1), first, first + timedelta(days=days - 1))
    async with db.reader() as connection:
        profile = await queries.expert(connection, rossi)
        (line,), _older = await queries.pool(connection)
    assert (profile.booked_12m, profile.deployments_12m, line.booked_12m) == (3, 4, 3)


async def test_a_conflict_is_with_whom_is_served_or_with_anybody(
    db: Database, cast: Cast, rossi: UUID
) -> None:
    await change(db, rossi, like(conflicts=[(cast.albanian_police, "seconded")]))
    async with db.transaction(now=NOW) as tx:
        conflicts = [
            (await profiles(tx, institutions=served))[0].conflict
            for served in ([], [cast.kosovo_police], [cast.kosovo_police, cast.albanian_police])
        ]
    assert conflicts == [False, False, True]


async def test_a_day_is_booked_once_and_released_for_its_deployment_only(db: Database, rossi: UUID) -> None:
    first, second = uuid4(), uuid4()
    days = (date(2026, 3, 4), date(2026, 3, 6))
    async with db.transaction(now=NOW) as tx:
        await book(tx, rossi, first, *days)
        assert await is_booked(tx, rossi, date(2026, 3, 6), date(2026, 3, 9))
        assert not await is_booked(tx, rossi, date(2026, 3, 7), date(2026, 3, 9))
        assert await booked_days(tx, date(2026, 3, 5), date(2026, 3, 31)) == {
            "X01": {date(2026, 3, 5), date(2026, 3, 6)}
        }
    with pytest.raises(IntegrityError, match="pk_booking"):
        async with db.transaction(now=NOW) as tx:
            await book(tx, rossi, second, date(2026, 3, 6), date(2026, 3, 7))
    async with db.transaction(now=NOW) as tx:
        assert not await release(tx, rossi, second)
        assert await release(tx, rossi, first)
        assert (await tx.session.execute(select(Booking))).all() == []
    async with db.transaction(now=NOW) as tx:
        kinds = select(EventRow.kind).where(EventRow.subject_id == rossi).order_by(EventRow.seq)
        assert (await tx.session.scalars(kinds)).all()[-2:] == ["ExpertBooked", "BookingReleased"]


async def test_two_who_book_at_once_get_one_booking(db: Database, rossi: UUID) -> None:
    async def take(deployment_id: UUID) -> bool:
        async with db.transaction(now=NOW) as tx:
            await tx.lock(Expert, rossi)
            if await is_booked(tx, rossi, *MARCH):
                return False
            await book(tx, rossi, deployment_id, *MARCH)
            return True

    taken = await asyncio.gather(*[take(uuid4()) for _ in range(8)])
    assert sorted(taken) == [False] * 7 + [True]


async def test_themes_are_seeded_once_and_added_by_code(db: Database, rossi: UUID) -> None:
    async with db.transaction(now=NOW) as tx:
        await seed_themes(tx)
        made = await add_theme(tx, "X.NEW", "Something new")
        assert (await add_theme(tx, "X.NEW", "Another name")).name == made.name == "Something new"
    async with db.reader() as connection:
        assert ("X.NEW", "Something new") in await queries.themes(connection)
