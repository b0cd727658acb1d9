"""Letters about applications: to partners, to the lead, to the secretariat."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from facility.accounts.service.people import active_people
from facility.accounts.service.security_officer import security_officers
from facility.applications.events import (
    ApplicationSubmitted,
    ApplicationTakenUp,
    ApplicationWithdrawn,
    ChangesDiscarded,
    ConfirmationsVoided,
    DocumentInfected,
    DocumentRefused,
    PartnerConfirmed,
    PartnerDeclined,
    PartnerInvited,
    PartnerLeft,
)
from facility.applications.models.application import Application, Party
from facility.applications.queries.application import snapshot
from facility.applications.queries.confirmed_content import confirmed_contents, statements_of
from facility.applications.queries.content import Parts, PartyLine, asked_of, parts_of, track_of
from facility.applications.rules.confirmation import agreed, differences
from facility.applications.rules.ending import has_ended
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.confirmations import PURPOSE
from facility.applications.service.news import write_to_partners
from facility.applications.service.receipt import RECEIPT, receipt_data
from facility.applications.words import exactly
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.letters.service import ATTACHMENT, freeze
from facility.outbox.links import make_link, revoke_links
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.filters import instant
from facility.web.i18n import _

UNANSWERED = frozenset({Confirmation.INVITED, Confirmation.VOID})


class ApplicationMails:
    """Mails about an application: what each of them states, and to whom."""

    def __init__(self, tx: Tx, application: Application, parts: Parts) -> None:
        self.tx = tx
        self.application = application
        self.parts = parts

    @classmethod
    async def of(cls, tx: Tx, application_id: UUID) -> "ApplicationMails":
        application = await tx.get(Application, application_id)
        return cls(tx, application, await parts_of(await tx.session.connection(), application_id))

    async def write(
        self,
        template: str,
        to: str,
        to_name: str,
        subject: str,
        *,
        link: Link | None = None,
        attachments: Collection[tuple[str, UUID]] = (),
        **context: Any,
    ) -> None:
        """Queue a letter; whoever has given no address gets none."""
        if not to:
            return
        await post(
            self.tx,
            template=f"applications/{template}",
            to=to,
            to_name=to_name,
            subject=subject,
            subject_id=self.application.id,
            link=link,
            attachments=tuple(attachments),
            context={
                "reference": self.application.reference,
                "title": self.application.title,
                "lead": self.parts.lead.institution,
                "path": f"/applications/{self.application.id}",
                **context,
            },
        )

    async def write_lead(self, template: str, subject: str, **more: Any) -> None:
        """A letter to the lead's contact."""
        lead = self.parts.lead
        await self.write(template, lead.contact_email, lead.contact_name, subject, **more)

    def partner(self, party_id: UUID) -> PartyLine:
        """The partner with this id, also one that left."""
        return next(party for party in self.parts.parties if party.id == party_id)


async def send_link(
    tx: Tx,
    mails: ApplicationMails,
    party_id: UUID,
    template: str,
    subject: str,
    *,
    asked_only: bool = True,
    **context: Any,
) -> None:
    """A letter with a fresh link, if the partner still has to answer; earlier links stop working. asked_only: nobody else
    than who was asked to confirm.

    The party is locked, so that of two letters on their way only the later one's link works.
    """
    party = await tx.lock(Party, party_id)
    waits = party.confirmation in UNANSWERED or (not asked_only and party.confirmation == Confirmation.NONE)
    if not waits or not party.on_board or not mails.application.editable:
        return
    call = await tx.get(Call, mails.application.call_id)
    if has_ended(ApplicationStatus.DRAFT, track_of(mails.application), CallState(call.state)):
        return
    await revoke_links(tx, PURPOSE, party_id)
    await mails.write(
        template,
        party.contact_email,
        party.contact_name,
        subject,
        link=await make_link(tx, PURPOSE, party_id),
        institution=mails.partner(party_id).institution,
        closes=instant(call.submit_by(tx.now)),
        rolling=bool(call.cut_offs),
        deadline=mails.application.track == "joint",
        **context,
    )


@reacts_to(PartnerInvited)
async def ask_the_partner(tx: Tx, event: PartnerInvited) -> None:
    """A partner gets a link of its own."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("Please confirm the joint application {reference}", reference=mails.application.reference)
    await send_link(tx, mails, event.party_id, "ask", subject)


@reacts_to(ConfirmationsVoided)
async def ask_again(tx: Tx, event: ConfirmationsVoided) -> None:
    """Partners learn which parts of what they confirmed were changed, not how, and get a new link."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("{reference} was changed: please confirm again", reference=mails.application.reference)
    kept = await confirmed_contents(await tx.session.connection(), event.party_ids)
    form = asked_of(mails.application, await tx.get(Call, mails.application.call_id))
    statements = statements_of(mails.application, form, mails.parts)
    for party_id in event.party_ids:
        before = kept[party_id]
        changed = differences(before, agreed(statements, party_id)) if before is not None else ()
        await send_link(
            tx,
            mails,
            party_id,
            "ask_again",
            subject,
            parts=list(dict.fromkeys(difference.label for difference in changed)),
        )


@reacts_to(PartnerConfirmed, PartnerDeclined)
async def tell_the_lead_the_answer(tx: Tx, event: PartnerConfirmed | PartnerDeclined) -> None:
    """The lead learns what a partner has answered."""
    mails = await ApplicationMails.of(tx, event.application_id)
    partner = mails.partner(event.party_id)
    confirmed = isinstance(event, PartnerConfirmed)
    subject = (
        _("A partner has confirmed {reference}", reference=mails.application.reference)
        if confirmed
        else _("A partner has declined {reference}", reference=mails.application.reference)
    )
    await mails.write_lead(
        "answered",
        subject,
        institution=partner.institution,
        confirmed=confirmed,
        reason=partner.decline_reason or "",
    )


async def _receipt(tx: Tx, application: Application, fingerprint: str) -> tuple[UUID | None, datetime | None]:
    """The receipt for this submission, frozen, and when the version was received that it replaces. None where the lead has taken the
    application up, or submitted it, again meanwhile."""
    if application.fingerprint != fingerprint:
        return None, None
    call = await tx.get(Call, application.call_id)
    submitted = await snapshot(await tx.session.connection(), application.id)
    stated = receipt_data(submitted, fingerprint, call.title)
    receipt = await freeze(tx, RECEIPT, application.id, stated)
    return receipt, stated.replaces.received_at if stated.replaces else None


@reacts_to(ApplicationSubmitted)
async def send_the_receipt(tx: Tx, event: ApplicationSubmitted) -> None:
    """The lead gets the receipt, with the PDF; partners learn that it came in."""
    mails = await ApplicationMails.of(tx, event.application_id)
    received = exactly(event.received_at)
    receipt, replaced = await _receipt(tx, mails.application, event.fingerprint)
    await mails.write_lead(
        "receipt",
        _("Receipt for {reference}", reference=mails.application.reference),
        received=received,
        fingerprint=event.fingerprint,
        replaced=replaced and exactly(replaced),
        attachments=((ATTACHMENT, receipt),) if receipt else (),
    )
    what = "received_again" if replaced else "received"
    await write_to_partners(tx, event.application_id, what=what, received=received)


@reacts_to(ApplicationSubmitted)
async def tell_who_decides_exceptions(tx: Tx, event: ApplicationSubmitted) -> None:
    """A request of the exception track waits for the authorising officer."""
    if event.track != "exception":
        return
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("Please decide on an exception: {reference}", reference=mails.application.reference)
    for officer in await active_people(tx, Role.AUTHORISING):
        await mails.write("exception_waits", officer.email, officer.name, subject)


@reacts_to(ApplicationWithdrawn)
async def tell_partners_of_the_withdrawal(tx: Tx, event: ApplicationWithdrawn) -> None:
    """Partners that had confirmed learn that the lead has withdrawn."""
    reference = (await tx.get(Application, event.application_id)).reference
    subject = _("{reference} was withdrawn", reference=reference)
    await write_to_partners(tx, event.application_id, "applications/withdrawn", subject)


@reacts_to(ApplicationTakenUp)
async def tell_partners_that_it_is_taken_up(tx: Tx, event: ApplicationTakenUp) -> None:
    """Partners whose confirmation stands had learned that the lead withdrew; who must confirm again is asked by another mail."""
    await write_to_partners(tx, event.application_id, what="taken_up")


@reacts_to(ChangesDiscarded)
async def tell_that_the_changes_are_gone(tx: Tx, event: ChangesDiscarded) -> None:
    """Where the call closed before they were submitted, the lead learns which version counts."""
    mails = await ApplicationMails.of(tx, event.application_id)
    received = mails.application.received_at
    if not event.closed or received is None:
        return
    subject = _("Your changes to {reference} were not submitted", reference=mails.application.reference)
    await mails.write_lead("not_submitted_again", subject, received=exactly(received))


@reacts_to(PartnerLeft)
async def tell_the_lead_who_left(tx: Tx, event: PartnerLeft) -> None:
    """The lead learns that a partner has left, and why."""
    mails = await ApplicationMails.of(tx, event.application_id)
    partner = mails.partner(event.party_id)
    await mails.write_lead(
        "left",
        _("A partner has left {reference}", reference=mails.application.reference),
        institution=partner.institution,
        reason=partner.leave_reason or "",
        on_board=event.on_board,
    )


@reacts_to(DocumentRefused)
async def tell_the_security_officer(tx: Tx, event: DocumentRefused) -> None:
    """Somebody offered a classified document: the security officer must know (dossier 7)."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("A classified document was refused: {reference}", reference=mails.application.reference)
    for address, name in await security_officers(tx):
        await mails.write("refused", address, name, subject)


@reacts_to(DocumentInfected)
async def tell_the_secretariat_of_a_virus(tx: Tx, event: DocumentInfected) -> None:
    """Somebody offered a document with a virus: the secretariat warns the sender."""
    mails = await ApplicationMails.of(tx, event.application_id)
    subject = _("A document with a virus was refused: {reference}", reference=mails.application.reference)
    for officer in await active_people(tx, Role.SECRETARIAT):
        await mails.write("infected", officer.email, officer.name, subject)
