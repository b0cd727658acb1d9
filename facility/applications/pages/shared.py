"""Who may, and how an edit of a draft is saved or shown again."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import queries, words
from facility.applications.models import TAKES_PART_SQL
from facility.applications.queries import ApplicationShown, PartyLine
from facility.contracts.sentences import UNIT_COSTS
from facility.db import Tx
from facility.refused import Refused, refuse
from facility.web import render
from facility.web.access import ANYONE, Role, allow, relation
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.limits import Rate
from facility.web.stops import Wrong

_EXISTS = "EXISTS (SELECT FROM application WHERE id = :application_id)"
LEAD = relation(
    "application.lead",
    sql="EXISTS (SELECT FROM application WHERE id = :application_id AND lead_institution_id = :institution_id)",
    exists=_EXISTS,
)
PARTY = relation(
    "application.party",
    sql=(
        "EXISTS (SELECT FROM party WHERE application_id = :application_id AND institution_id = :institution_id"
        f" AND {TAKES_PART_SQL})"
    ),
    exists=_EXISTS,
)

STAFF = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
"""Who sees what came in; each its part."""

# To anybody else an application does not exist: what others apply for is nobody's business.
BY_LEAD = {"allow": allow(Role.OFFICER.when(LEAD), hidden=True)}
BY_PARTY = {"allow": allow(Role.OFFICER.when(PARTY), hidden=True)}
BY_PARTY_OR_STAFF = {"allow": allow(Role.OFFICER.when(PARTY), *STAFF, hidden=True)}
# An assessor is led on to the pages of the evaluation; one with a conflict of interests leaves a trace there.
BY_READERS = {
    "allow": allow(Role.OFFICER.when(PARTY), *STAFF, Role.ASSESSOR.when("application.assigned"), hidden=True)
}

EVERYBODY = {"allow": allow(ANYONE)}
"""For pages behind a partner's link, which is looked up by them."""
BY_LINK = Rate("partner-link", 60, 600)

type Again = Callable[[AsyncConnection, int, str], Awaitable[ASGIResponse]]
"""`again(connection, status, question)`: the form once more, with what is true now. question: "" for wrong fields,
"void" where saving would void confirmations, "meanwhile" where somebody else has saved; see `Question`."""


class Question(str):
    """What the form asks before it saves, with the names of those whom it is about: partners whose confirmations it
    would void."""

    __slots__ = ("names",)

    names: str

    def __new__(cls, word: str, names: str = "") -> "Question":
        """With the word that `Again` knows."""
        made = super().__new__(cls, word)
        made.names = names
        return made


_QUESTIONS: dict[tuple[str, ...], str] = {
    ("voids_confirmations",): "void",
    ("edited_meanwhile",): "meanwhile",
}


def question_of(refused: Refused) -> Question:
    """What the form asks about this refusal; "" where it asks nothing."""
    return Question(_QUESTIONS.get(refused.codes, ""), refused.reasons[0].params.get("names", ""))


async def save[Result](
    tx: Tx, fields: Fields, command: Callable[[], Awaitable[Result]], again: Again
) -> Result:
    """Carry out a command on a form that was read; otherwise raise Wrong with the form again (422 or 413, or 409 with a question).

    Other refusals go on as they are.
    """
    try:
        fields.check()
        return await command()
    except Refused as refused:
        question = question_of(refused)
        if not question:
            fields.refused(refused)
        # What the command had begun must not show in what is true now.
        await tx.undo()
        page = await again(await tx.session.connection(), 409 if question else fields.status, question)
    raise Wrong(page)


def edit_of(fields: Fields) -> tuple[int, bool]:
    """The version that the editor saw, and whether voiding confirmations is accepted."""
    return fields.integer("version", 1, 999_999_999), fields.yes("void")


async def draft(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, for a page that edits it. Raises Refused ("not_a_draft")."""
    application = await queries.shown(connection, application_id)
    if not application.is_draft:
        refuse("not_a_draft")
    return application


def same_person(view: render.View, form: Form) -> None:
    """What somebody typed is not saved in the name of whoever signed in at the same browser meanwhile (Refused:
    "other_person")."""
    by = form.take("by")
    if by and by != str(view.me.id):
        refuse("other_person")


def party_of(application: ApplicationShown, party_id: UUID) -> PartyLine:
    """The party on board with this id. Raises Refused ("removed", missing)."""
    party = next((party for party in application.parts.on_board if party.id == party_id), None)
    return party or refuse("removed", kind="missing", what="party")


WORDS: dict[str, Any] = {
    "words": {
        "statuses": words.STATUSES,
        "confirmations": words.CONFIRMATIONS,
        "tracks": words.TRACKS,
        "activity_kinds": words.ACTIVITY_KINDS,
        "categories": UNIT_COSTS,
    }
}
"""For templates."""
