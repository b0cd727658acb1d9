"""What partners hear of the joint application that they confirmed: it came in, it was decided, it ended."""

from typing import Any
from uuid import UUID

from facility.applications.models.application import Application
from facility.applications.queries.content import parts_of
from facility.db import Tx
from facility.outbox.service import post
from facility.web.i18n import _


async def write_to_partners(
    tx: Tx,
    application_id: UUID,
    template: str = "applications/partners",
    subject: str = "",
    **context: Any,
) -> None:
    """A mail to the contact of each partner on board that has confirmed; whoever was only asked hears of it by other mails.

    `template` sees, beside `context`, `reference` and `lead`. It carries no link: a contact need not have
    an account.
    """
    application = await tx.get(Application, application_id)
    parts = await parts_of(await tx.session.connection(), application_id)
    for partner in parts.partners:
        if partner.confirmed and partner.contact_email:
            await post(
                tx,
                template=template,
                to=partner.contact_email,
                to_name=partner.contact_name,
                subject=subject
                or _("About the joint application {reference}", reference=application.reference),
                subject_id=application_id,
                context={"reference": application.reference, "lead": parts.lead.institution, **context},
            )
