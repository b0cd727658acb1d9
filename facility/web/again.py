"""The page that a refused form leads back to, drawn from what is true now: one wrapper around every command that a form calls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx
from facility.refused import Refused
from facility.web.fields import Fields, Place
from facility.web.stops import Wrong

type Draw = Callable[[AsyncConnection, int], Awaitable[ASGIResponse]]
"""`draw(connection, status)`: the page with the form once more. `fields.refusal` is what the command said, `question_of(fields)`
what the form asks about it."""

type Trace = Callable[[Refused], Awaitable[None]]
"""`trace(refused)`: writes what a refusal leaves behind."""

_QUESTIONS: dict[tuple[str, ...], str] = {
    ("voids_confirmations",): "void",
    ("edited_meanwhile",): "meanwhile",
}


@asynccontextmanager
async def redrawn(
    tx: Tx,
    fields: Fields,
    draw: Draw,
    *,
    late: bool | Collection[str] = False,
    trace: Trace | None = None,
    place: Place | None = None,
) -> AsyncIterator[None]:
    """Around the command on a form that was read. Where the form is wrong, or the command finds it so, nothing of the command is
    left and Wrong is raised with the page again (422, or 413 with a file that is too large), whose fields say how. The same (409)
    where the form asks a question before it saves.

    `late`: the page says by itself what is true now, and is drawn (409) where the command came too late or what it is about has
    changed; True, or the codes of the refusals that it tells of. Otherwise such refusals go on as they are, and what is missing
    always does.

    `trace`: what a refusal that is drawn leaves behind. It is written after all else was taken back, and stays.

    `place`: where the command names the fields otherwise than the form does.
    """
    try:
        fields.check()
        yield
    except Refused as refused:
        if not _is_drawn(refused, late):
            raise
        # What the command had begun must not show in what is true now.
        await tx.undo()
        fields.refusal = refused
        if wrong := refused.kind == "invalid":
            fields.refused(refused, place)
        if trace:
            await trace(refused)
        page = await draw(await tx.session.connection(), fields.status if wrong else 409)
    else:
        return
    raise Wrong(page, keeps=trace is not None)


def _is_drawn(refused: Refused, late: bool | Collection[str]) -> bool:
    if refused.kind == "missing":
        return False
    if refused.kind == "invalid" or refused.codes in _QUESTIONS:
        return True
    return late if isinstance(late, bool) else not set(late).isdisjoint(refused.codes)


class Question(str):
    """What the form asks before it saves: "void" where saving would void confirmations, "meanwhile" where somebody else has
    saved, "" where it asks nothing; with the names of those whom it is about: partners whose confirmations it would void."""

    __slots__ = ("names",)

    names: str

    def __new__(cls, word: str, names: str = "") -> "Question":
        """With the word that templates know."""
        made = super().__new__(cls, word)
        made.names = names
        return made


def question_of(fields: Fields) -> Question:
    """What the form asks about its refusal."""
    refused = fields.refusal
    if refused is None:
        return Question("")
    return Question(_QUESTIONS.get(refused.codes, ""), refused.reasons[0].params.get("names", ""))
