"""What the lead gets about its complaint."""

from facility.awards.events.complaints import ComplaintDecided, ComplaintRegistered
from facility.awards.models.complaint import Complaint
from facility.awards.rules.complaints import complaint_reference
from facility.awards.service.answers import write_answer
from facility.awards.service.news import lead_contact, write_to_lead
from facility.calls.models.call import Call
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.web.filters import weekday
from facility.web.i18n import _


@reacts_to(ComplaintRegistered)
async def confirm_a_complaint(tx: Tx, event: ComplaintRegistered) -> None:
    """The lead learns the number of its complaint, and by when it is answered."""
    complaint = await tx.get(Complaint, event.complaint_id)
    call = await tx.get(Call, event.call_id)
    lead = await lead_contact(tx, event.application_id)
    reference = complaint_reference(call.reference, complaint.number)
    await write_to_lead(
        tx,
        lead,
        event.application_id,
        "awards/complaint_registered",
        _("Complaint {reference} is registered", reference=reference),
        complaint=reference,
        by=weekday(complaint.decide_by),
        path=f"/applications/{event.application_id}/complaint",
    )


@reacts_to(ComplaintDecided)
async def answer_a_complaint(tx: Tx, event: ComplaintDecided) -> None:
    """The lead gets a letter with the reasons."""
    await write_answer(tx, await tx.get(Complaint, event.complaint_id))
