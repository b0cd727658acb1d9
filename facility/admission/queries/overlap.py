"""Initiatives that resemble a text: found by the words they share with it, and shown with what is alike.

Words are compared folded (any script, no accents) and without their endings. Rare words find candidates through an
index; PostgreSQL's own statistics say how rare a word is. A word that no initiative has is looked up by its trigrams.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.rules.overlap import (
    MOST_WORDS,
    OverlapOutcome,
    Period,
    Piece,
    excerpt,
    pieces,
    shared_words,
    stems,
    times_meet,
)
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.queries.application import ApplicationShown
from facility.calls.rules.forms import TITLE, By, FormSection
from facility.folding import fold
from facility.forms.types import TEXTS, Field

CANDIDATES = 1500
"""Initiatives that are looked at closer, about: those that hold the rarest words."""
_MOST_UNKNOWN = 8
_ALIKE = 0.4
PAGE = 25


def _compared_fields(application: ApplicationShown) -> Iterator[tuple[FormSection, Field]]:
    """The fields of the lead's texts that are compared: not the title, and not what only parties, secretariat and
    assessors may read."""
    for section in application.form.questions(By.LEAD):
        for field in section.fields:
            if field.type in TEXTS and field.key != TITLE and not field.restricted:
                yield section, field


def compared_keys(application: ApplicationShown) -> list[str]:
    """The fields of the form that are compared."""
    return [field.key for _section, field in _compared_fields(application)]


def compared_text(application: ApplicationShown) -> str:
    """The answers in the fields that are compared, as one text."""
    answers = [
        application.answers(section).get(field.key, "") for section, field in _compared_fields(application)
    ]
    return "\n\n".join(answer for answer in answers if isinstance(answer, str) and answer)


class Similar(msgspec.Struct, frozen=True):
    """An initiative that looks like the text; of our own, applicants read no more than what is published. `title` and `excerpt` in pieces, words in common apart; `words`, `themes`,
    `beneficiaries` and `meets` (the days that both have): what is alike."""

    id: UUID
    result: str
    title: list[Piece]
    excerpt: list[Piece]
    words: list[str]
    themes: list[str]
    theme_names: list[str]
    beneficiaries: list[str]
    starts_on: date | None
    ends_on: date | None
    source: str
    application_id: UUID | None
    score: float
    meets: Period | None

    def under_way(self, today: date) -> bool:
        """Whether it goes on now, or will, as far as is known."""
        return self.ends_on is not None and self.ends_on >= today


_KNOWN = sql("SELECT word FROM initiative_word WHERE word = ANY(:words)")
_NEAR = sql(
    """
    SELECT asked.word AS asked, near.word FROM unnest(CAST(:words AS text[])) AS asked (word)
    CROSS JOIN LATERAL (
        SELECT word FROM initiative_word WHERE initiative_word.word % asked.word AND similarity(word, asked.word) >= :alike
        ORDER BY similarity(word, asked.word) DESC, word LIMIT 2) AS near
    """
)
# About how many rows hold each of the words: what PostgreSQL counted when it analysed the table, for rarer words half of
# the least that it counts. Before the table was ever analysed every word counts as rare.
_FREQUENT = sql(
    """
    SELECT asked.word, coalesce(common.part, least / 2, 0) * greatest(reltuples, 0) AS rows
    FROM unnest(CAST(:words AS text[])) AS asked (word)
    CROSS JOIN (SELECT reltuples FROM pg_class WHERE oid = CAST('initiative' AS regclass)) AS counted
    LEFT JOIN (SELECT most_common_elems::text::text[] AS words, most_common_elem_freqs AS parts,
            most_common_elem_freqs[cardinality(most_common_elem_freqs) - 1] AS least
        FROM pg_stats WHERE schemaname = 'public' AND tablename = 'initiative' AND attname = 'words') AS stats ON true
    LEFT JOIN LATERAL (SELECT stats.parts[array_position(stats.words, asked.word)] AS part) AS common ON true
    """
)
_SIMILAR = sql(
    f"""
    WITH found AS MATERIALIZED (
        SELECT id, ts_rank(words, to_tsquery('simple', :wide)) AS alike FROM initiative
        WHERE words @@ to_tsquery('simple', :narrow) AND retired_at IS NULL AND (public OR NOT :public)
            AND (CAST(:besides AS uuid) IS NULL OR application_id IS DISTINCT FROM :besides)
            AND NOT {shut_out("initiative.application_id")}
        LIMIT 3000
    )
    SELECT id, result, title, text, beneficiaries, themes, starts_on, ends_on, source, application_id,
        alike + 0.4 * similarity(title_key, :title) + 0.06 * (
            SELECT count(*) FROM jsonb_array_elements_text(themes) AS code WHERE code = ANY(:themes))
        + 0.03 * (SELECT count(*) FROM jsonb_array_elements_text(beneficiaries) AS code WHERE code = ANY(:beneficiaries))
        AS score,
        ARRAY(SELECT name FROM theme WHERE themes ? code AND code = ANY(:themes) ORDER BY code) AS theme_names
    FROM (SELECT * FROM found ORDER BY alike DESC, id LIMIT 100) AS best JOIN initiative USING (id)
    ORDER BY score DESC, id LIMIT :limit
    """  # noqa: S608 - our own text
)


async def similar(
    connection: AsyncConnection,
    text: str,
    beneficiaries: Collection[str],
    themes: Collection[str],
    limit: int,
    *,
    viewer: UUID | None = None,
    title: str = "",
    public: bool = True,
    besides: UUID | None = None,
    period: Period | None = None,
) -> list[Similar]:
    """Initiatives that look like this, the most alike first.

    `public`: only what applicants may read; `besides`: an application that is not compared with itself; `period`: when what
    the text is about takes place. What is closed to the viewer is left out.
    """
    wanted = stems(title, text)[:MOST_WORDS]
    known = await _known(connection, wanted)
    if not known:
        return []
    frequent = {
        row.word: float(row.rows) for row in await connection.execute(_FREQUENT, {"words": list(known)})
    }
    rows = await connection.execute(
        _SIMILAR,
        {
            "narrow": _query(_rare(known, frequent)),
            "wide": _query(known),
            "title": fold(title or text[:200]),
            "themes": list(themes),
            "beneficiaries": list(beneficiaries),
            "public": public,
            "besides": besides,
            "limit": limit,
            "viewer": viewer,
        },
    )
    common = frozenset(known)
    lines = [_similar(dict(row._mapping), common, themes, beneficiaries, public=public) for row in rows]
    return [
        msgspec.structs.replace(line, meets=times_meet(period, (line.starts_on, line.ends_on)))
        for line in lines
    ]


async def _known(connection: AsyncConnection, wanted: Sequence[str]) -> list[str]:
    """Those of the words that some initiative has; for the others, the most similar words that one has."""
    there = {row.word for row in await connection.execute(_KNOWN, {"words": list(wanted)})}
    unknown = sorted((word for word in wanted if word not in there), key=len, reverse=True)[:_MOST_UNKNOWN]
    near: list[str] = []
    if unknown:
        rows = await connection.execute(_NEAR, {"words": unknown, "alike": _ALIKE})
        near = [row.word for row in rows]
    return list(dict.fromkeys([*(word for word in wanted if word in there), *near]))


def _rare(words: Sequence[str], frequent: Mapping[str, float]) -> list[str]:
    """The rarest of the words, as many as together find few enough."""
    chosen: list[str] = []
    rows = 0.0
    for word in sorted(words, key=lambda stem: frequent.get(stem, 0.0)):
        rows += frequent.get(word, 0.0)
        if chosen and rows > CANDIDATES:
            break
        chosen.append(word)
    return chosen


def _query(words: Sequence[str]) -> str:
    return " | ".join(f"'{word}'" for word in words)


def _similar(
    row: Mapping[str, object],
    common: frozenset[str],
    themes: Collection[str],
    beneficiaries: Collection[str],
    *,
    public: bool,
) -> Similar:
    title, body = str(row["title"]), str(row["text"])
    if public and row["application_id"] is not None:
        body = ""
    known = {name: row[name] for name in Similar.__struct_fields__ if name in row}
    return Similar(
        **{  # type: ignore[arg-type]
            **known,
            "title": pieces(title, common),
            "excerpt": excerpt(body, common),
            "words": shared_words((title, body), common),
            "themes": [code for code in row["themes"] if code in themes],  # type: ignore[attr-defined]
            "beneficiaries": [code for code in row["beneficiaries"] if code in beneficiaries],  # type: ignore[attr-defined]
            "meets": None,
            "score": float(row["score"]),  # type: ignore[arg-type]
        }
    )


class JudgementLine(msgspec.Struct, frozen=True):
    """What an officer has said about overlap."""

    outcome: OverlapOutcome
    reason: str
    about: list[str]
    judged_by: str | None
    judged_at: datetime


_JUDGEMENTS = sql(
    f"""
    SELECT outcome, reason, person.name AS judged_by, judged_at,
        (SELECT coalesce(jsonb_agg(title ORDER BY title), '[]') FROM initiative
         WHERE initiative_ids ? initiative.id::text AND NOT {shut_out("initiative.application_id")}) AS about
    FROM overlap_judgement LEFT JOIN person ON person.id = judged_by
    WHERE overlap_judgement.application_id = :id ORDER BY judged_at DESC, overlap_judgement.id
    """  # noqa: S608 - our own text
)


async def judgements(
    connection: AsyncConnection, application_id: UUID, viewer: UUID | None = None
) -> list[JudgementLine]:
    """Every judgement on the overlap of an application, the latest first: that one stands."""
    rows = await connection.execute(_JUDGEMENTS, {"id": application_id, "viewer": viewer})
    return [msgspec.convert(dict(row._mapping), JudgementLine) for row in rows]


class ListedInitiative(msgspec.Struct, frozen=True):
    """A line of the imported list."""

    id: UUID
    result: str
    title: str
    beneficiaries: list[str]
    starts_on: date | None
    ends_on: date | None
    source: str
    added_at: datetime


async def imported(
    connection: AsyncConnection, after: tuple[datetime, UUID] | None = None
) -> tuple[list[ListedInitiative], tuple[datetime, UUID] | None]:
    """A page of the imported list, the newest first; and where the next page begins."""
    at, key = after or (None, None)
    below = "AND (added_at, id) < (:at, :id)" if after else ""
    rows = await connection.execute(
        sql(
            f"""
            SELECT id, result, title, beneficiaries, starts_on, ends_on, source, added_at FROM initiative
            WHERE application_id IS NULL AND retired_at IS NULL {below}
            ORDER BY added_at DESC, id DESC LIMIT {PAGE + 1}
            """  # noqa: S608 - our own text
        ),
        {"at": at, "id": key} if after else {},
    )
    lines = [msgspec.convert(dict(row._mapping), ListedInitiative) for row in rows]
    more = (lines[PAGE - 1].added_at, lines[PAGE - 1].id) if len(lines) > PAGE else None
    return lines[:PAGE], more
