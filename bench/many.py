"""Applications by the hundred thousand, of 300 people, copied into a database: rows as commands write them, without their events."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from bench.people import assess, enter_people
from bench.stage import plain
from facility.admission.rules.overlap import stems
from facility.db import new_id
from facility.folding import fold, search_key

NEEDLE = "haystack"
"""A word of one institution's name and, with "work" at its end, of 20 titles, however many applications there are."""
NEEDLES = 20
OWN = 200
"""What the institution of the officer who looks at his own takes part in, however many applications there are."""
CALLS = 20
INSTITUTIONS = 500
_CODES = ("AL", "BA", "XK", "ME", "MK", "RS")
_THEMES = (
    "OC.FIREARMS",
    "OC.CYBER",
    "OC.DRUGS",
    "OC.DOCFRAUD",
    "CT.ONLINE",
    "CT.PVE",
    "X.JIT",
    "X.ILP",
    "X.MLA",
    "X.EEVID",
)
_STATES = {
    "awarded": 30,
    "below_threshold": 25,
    "submitted": 20,
    "inadmissible": 10,
    "reserve": 5,
    "admissible": 4,
    "withdrawn": 5,
    "draft": 1,
}
_ASSESSED = ("awarded", "below_threshold", "reserve", "admissible")
_DEEDS = ("Tracing", "Stopping", "Prosecuting", "Investigating", "Training against", "Analysing")
_CRIMES = (
    "firearms",
    "document fraud",
    "drugs in containers",
    "online radicalisation",
    "money laundering",
    "car theft",
)
_BODIES = ("Police", "Customs", "Prosecution", "Border", "Ministry", "Agency", "Academy", "Court")
_FIRST = datetime(2021, 6, 1, 8, tzinfo=UTC)

type Row = dict[str, Any]


class Many:
    """What is written, drawn from the same numbers each time."""

    def __init__(self, connection: asyncpg.Connection, seed: int) -> None:
        self.connection = connection
        self.draw = random.Random(seed)
        self.joined: set[UUID] = set()
        self.words = [
            f"{a}{b}{c}"
            for a, b, c in itertools.product(
                "bdfgklmnprst", ("ari", "elo", "unta"), ("k", "mot", "vis", "zan", "ler")
            )
        ]

    async def enter(self, count: int) -> None:
        """So many further applications, with parties, checks, assessments and what overlaps are searched in."""
        calls, institutions = await self._calls(), await self._institutions()
        pattern = dict(
            await self.connection.fetchrow(
                "SELECT * FROM application WHERE status = 'awarded' AND track = 'joint' ORDER BY reference LIMIT 1"
            )
        )
        del pattern["theme_codes"]
        pattern["submission"] = None
        party = dict(
            await self.connection.fetchrow(
                "SELECT * FROM party WHERE application_id = $1 AND NOT is_lead ORDER BY position LIMIT 1",
                pattern["id"],
            )
        )
        begun = await self.connection.fetchval(
            "SELECT count(*) FROM application WHERE reference LIKE 'BENCH-%'"
        )
        made = [self._application(pattern, n, calls, institutions) for n in range(begun, begun + count)]
        await self._write("application", made)
        await self._write(
            "party", [row for application in made for row in self._parties(party, application, institutions)]
        )
        await self._write(
            "admissibility_check", [row for application in made for row in self._checks(application)]
        )
        await assess(
            self.connection, [application for application in made if application["status"] in _ASSESSED]
        )
        await self._initiatives(made)

    async def _calls(self) -> list[UUID]:
        """Those of an earlier time, or as many copies of a call of the story."""
        known = await self.connection.fetch(
            "SELECT id FROM call WHERE reference LIKE 'BENCH-%' ORDER BY reference"
        )
        if known:
            return [row["id"] for row in known]
        pattern = dict(
            await self.connection.fetchrow(
                "SELECT * FROM call WHERE state = 'decided' AND opened_at IS NOT NULL AND series_id IS NULL"
                " ORDER BY reference LIMIT 1"
            )
        )
        made = [
            {
                **pattern,
                "id": new_id(),
                "reference": f"BENCH-{n:02}",
                "search_key": search_key(f"BENCH-{n:02}", pattern["title"], initials=False),
            }
            for n in range(CALLS)
        ]
        await self._write("call", made)
        return [row["id"] for row in made]

    async def _institutions(self) -> list[Row]:
        """The one that is looked for, that of the officer who looks at his own, then all others."""
        known = [
            dict(row)
            for row in await self.connection.fetch(
                "SELECT * FROM institution WHERE status = 'approved' ORDER BY sort_key"
            )
        ]
        own = next(row for row in known if row["name"] == "Albanian State Police")
        if not any(NEEDLE in row["search_key"] for row in known):
            names = [f"{NEEDLE.title()} Authority"] + [
                f"{_BODIES[n % len(_BODIES)]} of District {n:03}" for n in range(INSTITUTIONS)
            ]
            made = [
                {
                    **own,
                    "id": new_id(),
                    "name": name,
                    "sort_key": fold(name),
                    "search_key": search_key(name),
                    "beneficiary_code": _CODES[n % 6],
                }
                for n, name in enumerate(names)
            ]
            await self._write("institution", made)
            await enter_people(self.connection, made)
            known += made
        needle = next(row for row in known if NEEDLE in row["search_key"])
        return [needle, own, *(row for row in known if row not in (needle, own))]

    def _application(self, pattern: Row, n: int, calls: list[UUID], institutions: list[Row]) -> Row:
        needle = n < 50 * NEEDLES and n % 50 == 7
        status = "awarded" if needle else self.draw.choices(list(_STATES), list(_STATES.values()))[0]
        others = institutions[2:]
        lead = (
            institutions[0]
            if needle
            else institutions[1]
            if n % 10 == 3 and n < 5 * OWN
            else self.draw.choice(others)
        )
        title = f"{self.draw.choice(_DEEDS)} {self.draw.choice(_CRIMES)} {' '.join(self.draw.choices(self.words, k=3))}"
        title = f"{NEEDLE.title()}work {n}" if needle else title
        reference = f"BENCH-{n % CALLS:02}/{n // CALLS:05}"
        key = new_id()
        if n % 10 == 8 and n < 5 * OWN:
            self.joined.add(key)
        started = _FIRST + timedelta(minutes=17 * n, seconds=self.draw.randrange(1000))
        draft = status == "draft"
        return {
            **pattern,
            "id": key,
            "call_id": calls[n % CALLS],
            "number": n // CALLS + 1,
            "reference": reference,
            "title": title,
            "search_key": search_key(reference, title, initials=False),
            "status": status,
            "lead_institution_id": lead["id"],
            "themes": msgspec.json.encode(
                sorted(self.draw.sample(_THEMES, self.draw.randint(1, 2)))
            ).decode(),
            "requested": Decimal(self.draw.randrange(500_000, 6_000_000)) / 100,
            "started_at": started,
            "saved_at": started,
            "received_at": None if draft else started + timedelta(hours=1),
            "fingerprint": None if draft else pattern["fingerprint"],
            "withdrawn_at": started if status == "withdrawn" else None,
            "opened_at": None if draft else started + timedelta(days=1),
        }

    def _parties(self, pattern: Row, application: Row, institutions: list[Row]) -> Iterator[Row]:
        known = {row["id"]: row for row in institutions}
        lead = known[application["lead_institution_id"]]
        partners = self.draw.sample([row for row in institutions[2:42] if row is not lead], 2)
        if application["id"] in self.joined:
            partners[0] = institutions[1]
        for position, institution in enumerate((lead, *partners)):
            yield {
                **pattern,
                "id": new_id(),
                "application_id": application["id"],
                "institution_id": institution["id"],
                "beneficiary_code": institution["beneficiary_code"],
                "is_lead": position == 0,
                "position": position,
                "added_at": application["started_at"],
                "amount": application["requested"] if position == 0 else Decimal("0.00"),
            }

    def _checks(self, application: Row) -> Iterator[Row]:
        if application["status"] not in ("draft", "submitted", "withdrawn"):
            yield {
                "id": new_id(),
                "application_id": application["id"],
                "admissible": application["status"] != "inadmissible",
                "reason": "",
                "items": "[]",
                "checked_by": None,
                "checked_at": application["opened_at"],
            }

    async def _initiatives(self, made: list[Row]) -> None:
        """What overlaps are searched in: each application with a text of its own."""
        rows = []
        for application in made:
            text = f"{self.draw.choice(_DEEDS)} {self.draw.choice(_CRIMES)}: {' '.join(self.draw.choices(self.words, k=40))}"
            rows.append(
                (
                    application["id"],
                    application["title"],
                    fold(application["title"]),
                    text,
                    " ".join(stems(application["title"])),
                    " ".join(stems(text)),
                    application["themes"],
                    application["reference"],
                    application["started_at"],
                )
            )
        await self.connection.execute(_STAGING)
        await self.connection.copy_records_to_table("told", records=rows)
        await self.connection.execute(_KEEP)
        await self.connection.execute(_KEEP_WORDS)
        await self.connection.execute("DROP TABLE told")

    async def _write(self, table: str, rows: list[Row]) -> None:
        if rows:
            names = list(rows[0])
            records = ([row[name] for name in names] for row in rows)
            await self.connection.copy_records_to_table(table, records=records, columns=names)


_STAGING = """
    CREATE TEMPORARY TABLE told (application_id uuid, title text, title_key text, body text, title_words text,
        text_words text, themes text, source text, at timestamptz)
"""
_KEEP = """
    INSERT INTO initiative (id, application_id, result, title, title_key, text, beneficiaries, themes, source, public, words,
        added_at)
    SELECT gen_random_uuid(), application_id, 'R10', title, title_key, body, '["AL", "XK"]', CAST(themes AS jsonb), source,
        true, setweight(to_tsvector('simple', title_words), 'A') || setweight(to_tsvector('simple', text_words), 'C'), at
    FROM told
"""
_KEEP_WORDS = """
    INSERT INTO initiative_word
    SELECT DISTINCT word FROM told, unnest(string_to_array(title_words || ' ' || text_words, ' ')) AS word
    WHERE word <> '' ON CONFLICT DO NOTHING
"""


async def enter_many(url: str, count: int) -> None:
    """Write so many further applications into the database, and let it take stock."""
    connection = await asyncpg.connect(plain(url))
    try:
        await Many(connection, count).enter(count)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
