"""What a partner sees of its own business and how it answers: the same by its link and signed in."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.tasks import Task, part_tasks
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.change_requests import RequestLine, change_requests
from facility.applications.queries.confirmed_content import confirmed_contents, statements_of
from facility.applications.queries.content import PartyLine
from facility.applications.rules.change_requests import MAX_WISH
from facility.applications.rules.confirmation import Difference, agreed, differences, seal_of
from facility.applications.rules.drafting import MAX_REASON
from facility.applications.rules.parties import Confirmation
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.confirmations import confirm_party, decline_party
from facility.db import Tx
from facility.refused import Reason
from facility.web.fields import Fields
from facility.web.sentences import sentence

Choice = Literal["confirm", "change", "decline"]


class Side(msgspec.Struct, frozen=True):
    """A partner's own business in an application. `seen`: the seal of what it would confirm now; `changes`: what became of
    what it had confirmed; `requests`: what it wants changed; `tasks`: its own part."""

    seen: str
    changes: tuple[Difference, ...]
    requests: list[RequestLine]
    tasks: list[Task]

    @property
    def waiting(self) -> bool:
        """Whether a request waits for the lead's answer."""
        return any(request.outcome is None for request in self.requests)


async def side_of(
    connection: AsyncConnection,
    application: ApplicationShown,
    party: PartyLine,
    here: str,
    person_id: UUID | None = None,
) -> Side:
    """`here`: the address above the sections of its part; `person_id`: who looks, None by the party's link."""
    unsaved = (await Unsaved.of(connection, application, person_id)).part(party)
    statements = statements_of(application, application.form, application.parts)
    now = agreed(statements, party.id)
    before = None
    if party.confirmation is Confirmation.VOID:
        before = (await confirmed_contents(connection, [party.id]))[party.id]
    return Side(
        seen=seal_of(now),
        changes=differences(before, now) if before is not None else (),
        requests=await change_requests(connection, application.id, party.id),
        tasks=list(part_tasks(application, party, here, own=True, unsaved=unsaved)),
    )


class Answered(msgspec.Struct, frozen=True):
    """What the form of an answer says."""

    choice: Choice
    name: str
    function: str
    reason: str
    wish: str
    seen: str


def read_answer(fields: Fields) -> Answered:
    """From the form; what the chosen answer needs is required, the rest may stay empty."""
    given = fields.choice("answer", ("confirm", "change", "decline"))
    choice: Choice = "confirm" if given == "confirm" else "change" if given == "change" else "decline"

    def needed(by: Choice, code: str) -> str | None:
        return sentence(Reason(code)) if given == by else None

    return Answered(
        choice=choice,
        name=fields.text("signatory_name", missing=needed("confirm", "signatory_missing")),
        function=fields.text("signatory_function", missing=needed("confirm", "function_missing")),
        reason=fields.text(
            "reason", missing=needed("decline", "reason_missing"), most=MAX_REASON, multiline=True
        ),
        wish=fields.text("wish", missing=needed("change", "wish_missing"), most=MAX_WISH, multiline=True),
        seen=fields.hidden("seen"),
    )


async def give_answer(tx: Tx, party_id: UUID, answered: Answered) -> Any:
    """Run the command for the answer that was chosen."""
    if answered.choice == "confirm":
        return await confirm_party(
            tx,
            party_id,
            signatory_name=answered.name,
            signatory_function=answered.function,
            seen=answered.seen,
        )
    if answered.choice == "change":
        return await ask_for_change(tx, party_id, wish=answered.wish)
    return await decline_party(tx, party_id, reason=answered.reason)
