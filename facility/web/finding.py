"""Search: rooms register what their readers can find, and one statement looks through all of it.

A kind's rows hold only what its reader may open: nothing else is found, counted, or missing between what is.
"""

import re
from typing import Any

import msgspec
from sqlalchemy import BindParameter, TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.folding import search_words
from facility.web.access import Role, Visitor
from facility.web.i18n import Message

MOST_SHOWN = 10
"""Results of each group."""
LONGEST = 200
"""Characters of a search."""
_LEAST = 2
"""Letters or digits of a search: one fits nearly everything."""
_MOST_WORDS = 8
_TABLE = re.compile(r"{(\w+)}")


class Kind(msgspec.Struct, frozen=True):
    """Something that people in these roles can find. `rows`: a SELECT with {table} for "has every word"; `more`: the beginning of the
    address of a list in which the same words find all, or ""."""

    label: Message
    order: int
    roles: tuple[Role, ...]
    rows: str
    more: str


class Result(msgspec.Struct, frozen=True):
    title: str
    about: str
    href: str


class Group(msgspec.Struct, frozen=True):
    """What was found of one label; `cut`: there is more than is shown; `more`: the beginning of the address where it is."""

    label: Message
    results: list[Result]
    cut: bool
    more: str


KINDS: list[Kind] = []


def finds(label: Message, *roles: Role, rows: str, order: int = 50, more: str = "") -> None:
    """Register what people in these roles can find. Mark labels with N_(); kinds with the same label are one group, in which what has
    the same id stands once.

    `rows`: a SELECT of `id`, `title`, `about` (what tells it apart), `href`, `exact` (it is what was typed, word for word) and `at` (an
    instant or NULL; the newest stand first), over :person_id and :institution_id (the visitor's) and :typed. `{application}` stands for
    "each word that was typed begins a word of application.search_key", and so for every table with that column. It holds only what
    these people may open.
    """
    KINDS.append(Kind(label, order, roles, rows, more))
    KINDS.sort(key=lambda kind: kind.order)


# All texts are constants of the code. What was typed word for word stands first, then the newest, then by name.
_OF_KIND = f"""(SELECT {{at}} AS kind, CAST(of_kind.id AS text) AS id, of_kind.title, of_kind.about, of_kind.href
    FROM ({{rows}}) AS of_kind
    ORDER BY of_kind.exact DESC, of_kind.at DESC NULLS LAST, of_kind.title, of_kind.href LIMIT {MOST_SHOWN + 1})"""  # noqa: S608


def words_of(typed: str) -> list[str]:
    """The words that a search looks for; none where it holds too little."""
    words = search_words(typed)[:_MOST_WORDS]
    return words if sum(map(len, words)) >= _LEAST else []


def _statement(kinds: list[Kind], words: list[str]) -> str:
    def spelt(table: re.Match[str]) -> str:
        return "(" + " AND ".join(f"{table[1]}.search_key LIKE :word_{n}" for n in range(len(words))) + ")"

    return " UNION ALL ".join(
        _OF_KIND.format(at=at, rows=_TABLE.sub(spelt, kind.rows)) for at, kind in enumerate(kinds)
    )


def _bound(query: str, visitor: Visitor, typed: str, words: list[str]) -> TextClause:
    """Words stand in the statement itself, so that PostgreSQL plans for each: a rare one is looked up, a frequent one is met soon."""
    about: dict[str, Any] = {
        "person_id": visitor.id,
        "institution_id": visitor.institution_id,
        "typed": typed,
    }
    given: list[BindParameter[Any]] = [
        bindparam(name, value) for name, value in about.items() if f":{name}" in query
    ]
    spelt: list[BindParameter[Any]] = [
        bindparam(f"word_{n}", f"% {word}%", literal_execute=True) for n, word in enumerate(words)
    ]
    return text(query).bindparams(*given, *spelt)


async def found_by(connection: AsyncConnection, visitor: Visitor, typed: str) -> list[Group]:
    """What the visitor finds by these words, in one statement; nothing where they hold too little."""
    words = words_of(typed)
    kinds = [kind for kind in KINDS if visitor.has(*kind.roles)]
    if not words or not kinds:
        return []
    query = _bound(_statement(kinds, words), visitor, typed.strip(), words)
    groups: dict[Message, dict[str, Result]] = {}
    lists: dict[Message, str] = {}
    for row in await connection.execute(query):
        kind = kinds[row.kind]
        groups.setdefault(kind.label, {}).setdefault(row.id, Result(row.title, row.about, row.href))
        lists.setdefault(kind.label, kind.more)
    return [
        Group(label, list(results.values())[:MOST_SHOWN], len(results) > MOST_SHOWN, lists[label])
        for label, results in groups.items()
    ]
