"""Mails on an application under evaluation, above all about scores that are to be settled."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text

from facility.accounts.models import Person
from facility.applications.models.application import Application
from facility.applications.service.conflicts_of_interest import officers_for, shut_out_of
from facility.calls.models.call import Call
from facility.db import Tx
from facility.evaluation.models.consensus import Consensus, ConsensusMember
from facility.evaluation.rules.committee import Function
from facility.evaluation.service.committee import people_in
from facility.outbox.service import post
from facility.web.i18n import _


async def write_to_leaders(tx: Tx, application_id: UUID, template: str, subject: str, **more: object) -> None:
    """A mail to the chair of the call's committee, or where it has none to the secretariat; nobody to whom it is closed."""
    application = await tx.get(Application, application_id)
    call = await tx.get(Call, application.call_id)
    if call.committee:
        closed = await shut_out_of(tx, [application_id])
        people = [chair for chair in await people_in(tx, call, Function.CHAIR) if chair.id not in closed]
    else:
        people = await officers_for(tx, application_id)
    path = f"/evaluation/applications/{application_id}/consensus"
    await write(tx, people, application, call, template, subject, path=path, **more)


async def write_to_members(
    tx: Tx, consensus: Consensus, template: str, subject: str, *, but: Collection[UUID] = (), **more: object
) -> None:
    """A mail to the assessors who are to agree, without some of them, and without those to whom it is closed by now."""
    closed = await shut_out_of(tx, [consensus.application_id])
    query = (
        select(Person)
        .join(ConsensusMember, ConsensusMember.assessor_id == Person.id)
        .where(ConsensusMember.consensus_id == consensus.id, Person.id.not_in([*but, *closed]))
    )
    people = (await tx.session.scalars(query.order_by(Person.id))).all()
    application = await tx.get(Application, consensus.application_id)
    call = await tx.get(Call, application.call_id)
    path = f"/assessments/{application.id}/consensus"
    await write(tx, people, application, call, template, subject, path=path, **more)


async def write(
    tx: Tx,
    people: Collection[Person],
    application: Application,
    call: Call,
    template: str,
    subject: str,
    **more: object,
) -> None:
    """The same mail to each, about one application; more: what it says beside the references."""
    for person in people:
        await post(
            tx,
            template=template,
            to=person.email,
            to_name=person.name,
            subject=subject,
            subject_id=application.id,
            context={"call": call.reference, "application": application.reference, **more},
        )


def to_settle(reference: str) -> str:
    """The subject of a mail to whoever leads."""
    return _("The scores of {application} have to be settled", application=reference)


async def tell_who_settles(tx: Tx, application_id: UUID, *, divergent: bool) -> None:
    """Whoever leads learns that scores are to be settled. divergent: they are too far apart."""
    application = await tx.get(Application, application_id)
    subject = to_settle(application.reference)
    await write_to_leaders(tx, application_id, "evaluation/scores_unsettled", subject, divergent=divergent)


async def ask_to_agree(tx: Tx, consensus_id: UUID) -> None:
    """The rapporteur is asked to write the agreed scores; the others learn who does."""
    consensus = await tx.get(Consensus, consensus_id)
    rapporteur = await tx.get(Person, consensus.rapporteur_id)
    application = await tx.get(Application, consensus.application_id)
    subject = _("Agree on the scores of {application}", application=application.reference)
    members = select(ConsensusMember.assessor_id).where(ConsensusMember.consensus_id == consensus_id)
    others = set((await tx.session.scalars(members)).all()) - {rapporteur.id}
    for but, name in ((others, ""), ({rapporteur.id}, rapporteur.name)):
        await write_to_members(tx, consensus, "evaluation/consensus", subject, but=but, rapporteur=name)


async def ask_for_answers(tx: Tx, consensus_id: UUID) -> None:
    """The members read the scores that the rapporteur sent, and agree or dissent."""
    consensus = await tx.get(Consensus, consensus_id)
    application = await tx.get(Application, consensus.application_id)
    subject = _("Do you agree to the scores of {application}?", application=application.reference)
    but = [consensus.rapporteur_id]
    await write_to_members(tx, consensus, "evaluation/agreed_scores", subject, but=but)


async def tell_that_it_ended(tx: Tx, consensus_id: UUID) -> None:
    """The members learn that the consensus has ended; whoever leads too, where nobody ended it by hand."""
    consensus = await tx.get(Consensus, consensus_id)
    application = await tx.get(Application, consensus.application_id)
    subject = _("The consensus on {application} has ended", application=application.reference)
    reason = consensus.end_reason
    await write_to_members(tx, consensus, "evaluation/consensus_ended", subject, reason=reason, leads=False)
    if not reason:
        template = "evaluation/consensus_ended"
        await write_to_leaders(tx, application.id, template, subject, reason=reason, leads=True)


_TOGETHER = text(
    """
    SELECT subject_id FROM event WHERE kind = 'AssessorAssigned' AND data ->> 'assessor_id' = :assessor
        AND correlation_id = (SELECT correlation_id FROM event WHERE id = :id) ORDER BY seq
    """
)


async def given_together(tx: Tx, assessor_id: UUID) -> list[UUID]:
    """The applications that were given to this assessor in the transaction of the event that is answered, in its order."""
    about = {"id": tx.causation, "assessor": str(assessor_id)}
    return list(await tx.session.scalars(_TOGETHER, about))
