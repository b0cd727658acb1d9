"""Drafts of applications, written through the commands: answers, the lead's part and partners."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Party
from facility.applications.rules.status import Track
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.parties import add_party, change_party
from facility.db import Tx
from facility.forms.checks import Answers


class Part(msgspec.Struct, frozen=True):
    """What a party does and asks for (EUR). A partner is asked at the address."""

    institution_id: UUID
    role: str
    amount: Decimal
    contact_name: str = ""
    contact_email: str = ""


class Written(msgspec.Struct, frozen=True):
    """The ids of a draft and of its partners' parts, in the order in which they were named."""

    id: UUID
    partners: list[UUID]


def answered(themes: Sequence[str], summary: str, plan: str, origin: str) -> dict[str, Answers]:
    """The answers to the plain form, by section."""
    return {
        "themes": {"themes": sorted(themes)},
        "ask": {"summary": summary, "plan": plan},
        "casework": {"casework_origin": origin},
    }


async def write_draft(
    tx: Tx,
    call_id: UUID,
    title: str,
    lead: Part,
    partners: Sequence[Part] = (),
    *,
    answers: Mapping[str, Answers] | None = None,
    track: Track = "joint",
    reference: str | None = None,
) -> Written:
    """A draft with all of this, whose partners nobody has asked yet."""
    made = await start_application(
        tx,
        call_id=call_id,
        lead_institution_id=lead.institution_id,
        title=title,
        track=track,
        reference=reference,
    )
    if answers:
        await save_answers(tx, made.id, answers)
    own = (await tx.session.scalars(select(Party.id).where(Party.application_id == made.id))).one()
    await change_party(tx, own, role=lead.role, amount=lead.amount)
    return Written(made.id, [await bring_in(tx, made.id, part) for part in partners])


async def bring_in(tx: Tx, application_id: UUID, part: Part) -> UUID:
    """A partner, whom nobody has asked yet; its part's id."""
    party = await add_party(
        tx,
        application_id,
        institution_id=part.institution_id,
        role=part.role,
        amount=part.amount,
        contact_name=part.contact_name,
        contact_email=part.contact_email,
    )
    return party.id
