"""What a party confirmed is kept, and compared with what stands."""

from uuid import UUID

from sqlalchemy import select

from facility.applications.models.application import Application, Party
from facility.applications.models.confirmation import ConfirmedContent
from facility.applications.queries.confirmed_content import confirmed_contents, statements_of
from facility.applications.queries.content import Parts, answers_of, asked_of, parts_of
from facility.applications.rules.confirmation import Statement, agreed, seal_of, touched
from facility.applications.rules.own_parts import part_is_complete
from facility.applications.rules.parties import Confirmation
from facility.calls.models.call import Call
from facility.calls.rules.forms import FormDefinition
from facility.db import Tx, new_id
from facility.refused import refuse


async def _stated(tx: Tx, application: Application) -> tuple[FormDefinition, Parts, list[Statement]]:
    await tx.flush()
    parts = await parts_of(await tx.session.connection(), application.id)
    form = asked_of(application, await tx.get(Call, application.call_id))
    return form, parts, statements_of(application, form, parts)


async def keep_confirmed(tx: Tx, application: Application, party: Party, seen: str | None) -> None:
    """Keep what this party confirms now. seen: the seal of what its signatory was shown (None: whatever it is).

    Refused: "edited_meanwhile" where something else stands by now, "own_part_incomplete" (invalid) where its own part
    would have to change after it.
    """
    form, parts, statements = await _stated(tx, application)
    items = agreed(statements, party.id)
    if seen is not None and seen != seal_of(items):
        refuse("edited_meanwhile", version=str(application.version))
    part_is_complete(
        form, lambda section: answers_of(application, parts, section, party.id, confidential=True)
    )
    tx.add(ConfirmedContent(id=new_id(), party_id=party.id, confirmed_at=tx.now, items=items))


async def touched_names(tx: Tx, application: Application) -> dict[UUID, str]:
    """The partners whose confirmation no longer stands on what they confirmed, by the names of their institutions."""
    await tx.flush()
    confirmed = (
        await tx.session.scalars(
            select(Party.id).where(
                Party.application_id == application.id,
                Party.confirmation == Confirmation.CONFIRMED,
                Party.on_board,
            )
        )
    ).all()
    if not confirmed:
        return {}
    _form, parts, statements = await _stated(tx, application)
    kept = await confirmed_contents(await tx.session.connection(), sorted(confirmed))
    gone = set(touched(statements, kept))
    return {party.id: party.institution for party in parts.partners if party.id in gone}
