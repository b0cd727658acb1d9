"""Letters on inadmissibility and on exceptions: to the lead, before the call is decided."""

from datetime import datetime
from uuid import UUID

import msgspec

from facility.accounts.models import Person
from facility.applications.models.application import Application
from facility.applications.queries.content import parts_of
from facility.applications.service.news import write_to_partners
from facility.calls.models.call import Call
from facility.calls.service.reading import after_decision_of
from facility.db import Tx
from facility.letters.kinds import Decision, Kind, letter
from facility.letters.service import write_letter
from facility.web.i18n import N_


class Item(msgspec.Struct, frozen=True):
    """An item of the checklist that is not met, and why."""

    text: str
    reason: str


class DecisionData(Decision, frozen=True, kw_only=True):
    """What such a letter states. `items`: those of the checklist that are not met."""

    reason: str
    items: list[Item]


INADMISSIBLE = letter(
    "inadmissible",
    states=DecisionData,
    mail="admission/inadmissible",
    label=N_("Letter on admissibility"),
    contestable=True,
)
EXCEPTIONS = {
    outcome: letter(
        f"exception_{outcome}",
        states=DecisionData,
        mail="admission/exception_decided",
        label=N_("Letter on the exception"),
        contestable=outcome == "refused",
    )
    for outcome in ("approved", "refused")
}
KINDS = frozenset(kind.name for kind in (INADMISSIBLE, *EXCEPTIONS.values()))
"""All that are written by this room."""


async def write_decision(
    tx: Tx,
    kind: Kind,
    application: Application,
    *,
    at: datetime,
    by: UUID | None,
    reason: str,
    items: list[Item],
) -> None:
    """The letter to the lead, and the mails by which partners learn what was decided."""
    parts = await parts_of(await tx.session.connection(), application.id)
    call = await tx.get(Call, application.call_id)
    signer = await tx.get(Person, by) if by else None
    stated = DecisionData(
        application=application.reference,
        title=application.title,
        call=call.reference,
        call_title=call.title,
        contact=parts.lead.contact_name,
        institution=parts.lead.institution,
        designation=parts.lead.designation,
        decided_at=at,
        reason=reason,
        items=items,
        signed_by=signer.name if signer else "",
        **(after_decision_of(call).redress(tx.now) if kind.contestable else {}),
    )
    context = {
        "reference": application.reference,
        "approved": kind is EXCEPTIONS["approved"],
        "reason": reason,
        "path": f"/applications/{application.id}",
    }
    if await write_letter(tx, kind, application.id, stated, to=parts.lead.contact_email, context=context):
        await write_to_partners(tx, application.id, what=kind.name)
