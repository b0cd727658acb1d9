"""What was typed and not saved in the two tables of before is in the one of today, and rests on the version that it rested on."""

import asyncio
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text

from facility import clock, migrate
from facility.applications.rules.submission import fingerprint_of
from facility.db import Database
from facility.drafting.queries import copies_of
from tests.upgrade.test_release import before, now, rows, upgraded, working_db

__all__ = ["before", "now", "upgraded", "working_db"]

DRAFT = """SELECT application.id, application.version, party.id AS party, lead.id AS lead, person.id AS officer, party.role
    FROM application JOIN budget ON budget.application_id = application.id AND application.status = 'draft'
    JOIN party ON party.application_id = application.id AND NOT party.is_lead AND party.left_at IS NULL
    JOIN party AS lead ON lead.application_id = application.id AND lead.is_lead
    JOIN person ON person.institution_id = lead.institution_id ORDER BY application.id, party.id, person.id LIMIT 1"""
OWN = """{"key": "own", "title": "Your part", "by": "party", "fields": [{"key": "part", "label": "Part", "type": "long_text"},
    {"key": "secret", "label": "Secret", "type": "short_text", "confidential": true}]}"""
ANSWERS = {"part": "Stellt den Saal: „Čelik“", "secret": "Zwiebelfisch"}
OLDER = "an older seal"


async def _put(db: Database, statement: str, **values: object) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await tx.session.execute(text(statement), values)


async def _type(
    db: Database, party: UUID, section: str, *, seal: str | None = None, by: UUID | None = None, on: int = 0
) -> UUID:
    """A row of the tables of before: of this person, or by a link; whose it is."""
    holder = by or uuid4()
    if by:
        statement = """INSERT INTO working_copy (application_id, party_id, section, person_id, typed, based_on, seal, started_at, saved_at)
            SELECT application_id, id, :section, :holder, '{"typed": ["Half"]}', :on, :seal, now(), now() FROM party WHERE id = :party"""
    else:
        statement = """INSERT INTO working_copy_by_link (party_id, section, sitting, typed, seal, started_at, saved_at)
            VALUES (:party, :section, :holder, '{"typed": ["Half"]}', :seal, now(), now())"""
    values = {"party": party, "section": section, "holder": holder, "seal": seal}
    await _put(db, statement, **values, **({"on": on} if by else {}))
    return holder


async def _ground(db: Database) -> tuple[UUID, UUID, UUID, UUID, int, str]:
    """A draft of the release before, with a part that its partner has filled in three times, one of them its role twice."""
    [row] = await rows(db, DRAFT)
    await _put(
        db,
        """UPDATE call SET form = jsonb_set(form, '{sections}', form -> 'sections' || CAST(:own AS jsonb))
        WHERE id = (SELECT call_id FROM application WHERE id = :id)""",
        own=OWN,
        id=row.id,
    )
    await _put(
        db,
        """INSERT INTO section_answers (application_id, party_id, section, answers, salts, version, saved_at)
        VALUES (:id, :party, 'own', CAST(:answers AS jsonb), '{}', 3, now())""",
        id=row.id,
        party=row.party,
        answers=msgspec.json.encode(ANSWERS).decode(),
    )
    await _put(
        db,
        """INSERT INTO section_change (id, application_id, party_id, section, version, application_version, saved_at, before, after)
        SELECT gen_random_uuid(), :id, :lead, 'party-' || CAST(:party AS uuid), version, 1, now(), '{}', '{}' FROM generate_series(1, 2) AS version""",
        id=row.id,
        lead=row.lead,
        party=row.party,
    )
    return row.id, row.party, row.lead, row.officer, row.version, row.role


async def test_unsaved_text_of_before_is_kept_with_what_it_rests_on(working_db: Database) -> None:
    await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")
    assert await rows(working_db, "SELECT 1 FROM working_copy")
    assert await rows(working_db, "SELECT 1 FROM working_copy_by_link")
    _draft, party, lead, officer, version, role = await _ground(working_db)
    public = {"part": ANSWERS["part"]}
    expected: dict[tuple[UUID, str, UUID], int] = {
        (lead, "themes", await _type(working_db, lead, "themes", by=officer, on=1)): 1,
        (lead, "budget", await _type(working_db, lead, "budget", by=officer, on=version)): version,
        (party, "own", await _type(working_db, party, "own", by=officer, seal=fingerprint_of(public))): 3,
        (party, "own-role", await _type(working_db, party, "own-role", by=officer, seal=OLDER)): 1,
    }
    for section, seal, rests_on in (
        ("own", fingerprint_of(ANSWERS), 3),
        ("own", OLDER, 2),
        ("own-role", fingerprint_of({"role": role}), 2),
    ):
        expected[party, section, await _type(working_db, party, section, seal=seal)] = rests_on
    for _again in range(2):
        await asyncio.to_thread(migrate.upgrade, working_db.url)
        assert await _rests_on(working_db, [lead, party], officer, expected) == expected
        await asyncio.to_thread(migrate.downgrade, working_db.url, "0045")


async def _rests_on(
    db: Database, subjects: list[UUID], officer: UUID, asked: dict[tuple[UUID, str, UUID], int]
) -> dict[tuple[UUID, str, UUID], int]:
    """The versions on which the copies rest that were put in."""
    made: dict[tuple[UUID, str, UUID], int] = {}
    async with db.reader() as connection:
        for person in (officer, None):
            for (subject, section), copies in (await copies_of(connection, subjects, person)).items():
                made |= {(subject, section, copy.holder_id): copy.based_on for copy in copies}
                assert all(copy.typed for copy in copies)
    return {key: made.get(key, -1) for key in asked}
