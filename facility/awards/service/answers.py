"""The letter that answers a complaint."""

from datetime import datetime

from facility.accounts.models import Person
from facility.admission.service.letters import DecisionData
from facility.applications.models.application import Application
from facility.applications.queries.content import parts_of
from facility.awards.models.complaint import Complaint
from facility.awards.rules.complaints import complaint_reference
from facility.calls.models.call import Call
from facility.db import Tx
from facility.letters.kinds import letter
from facility.letters.service import write_letter
from facility.web.i18n import N_


class AnswerData(DecisionData, frozen=True, kw_only=True):
    """What the letter states besides the reasons: the complaint's reference and outcome, and what is done after it."""

    complaint: str
    made_at: datetime
    upheld: bool
    reopened: bool
    follow_up: str


ANSWER = letter(
    "complaint_decided",
    states=AnswerData,
    mail="awards/complaint_decided",
    label=N_("Letter on the complaint"),
    title=N_("Complaint about application {application}"),
)


async def write_answer(tx: Tx, complaint: Complaint) -> None:
    """The letter to the lead, signed by who decided the complaint."""
    application = await tx.get(Application, complaint.application_id)
    call = await tx.get(Call, complaint.call_id)
    lead = (await parts_of(await tx.session.connection(), application.id)).lead
    assert complaint.decided_by is not None, "only what is decided is answered"
    assert complaint.decided_at is not None, "only what is decided is answered"
    signer = await tx.get(Person, complaint.decided_by)
    stated = AnswerData(
        application=application.reference,
        title=application.title,
        call=call.reference,
        call_title=call.title,
        contact=lead.contact_name,
        institution=lead.institution,
        designation=lead.designation,
        decided_at=complaint.decided_at,
        signed_by=signer.name,
        reason=complaint.reason,
        items=[],
        complaint=complaint_reference(call.reference, complaint.number),
        made_at=complaint.registered_at,
        upheld=complaint.outcome == "upheld",
        reopened=complaint.reopened,
        follow_up=complaint.follow_up,
    )
    context = {
        "application": stated.application,
        "complaint": stated.complaint,
        "upheld": stated.upheld,
        "path": f"/applications/{application.id}/complaint",
    }
    await write_letter(tx, ANSWER, application.id, stated, to=lead.contact_email, context=context)
