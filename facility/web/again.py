"""The page that a refused form leads back to, drawn from what is true now: one wrapper around every command that a form calls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx
from facility.refused import Refused
from facility.web.fields import Fields, Place
from facility.web.sentences import sentence
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
    own_words: bool = False,
    trace: Trace | None = None,
    place: Place | None = None,
) -> AsyncIterator[None]:
    """Wrap the command that a form calls. Where the form is wrong, or the command refuses its content, the command is
    undone and Wrong is raised with the page again (422, or 413 for a file that is too large), which marks the fields.
    Likewise (409) where the form asks a question before it saves.

    `late`: the page itself shows the current state, so it is drawn again (409) where the command came too late or its
    object has changed: for every such refusal (True), or for these codes. Other refusals are raised on, and so is one
    for something missing. The page says why above the form; `own_words`: it says so itself, by its state or in words of its own.

    `trace`: what a refusal leaves behind. It is written after the command was undone, and stays.

    `place`: from a reason of the command to the field of the form, where the names differ.
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
        elif not own_words and refused.codes not in _QUESTIONS:
            for reason in refused.reasons:
                fields.wrong("", sentence(reason))
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
