"""The lead accepts its award, in time or later while nobody has decided that it lapses."""

from uuid import UUID

from facility.applications.models.application import Application
from facility.awards.models.award import AwardAcceptance
from facility.awards.service.acceptance import open_acceptance, settle_acceptance
from facility.awards.service.ending import end_withdrawal_proposal, standing_award
from facility.awards.service.shared import lock_money
from facility.db import Tx
from facility.refused import Reason, refuse, refuse_if


async def accept_award(
    tx: Tx, application_id: UUID, *, signatory: str, signatory_function: str
) -> AwardAcceptance:
    """The lead accepts its award and names who signs the agreement for it. A proposal that it lapses falls away.

    Refused: "not_an_award", "nothing_to_accept", "who_signs_missing" (invalid).
    """
    named = {"signatory": signatory.strip(), "signatory_function": signatory_function.strip()}
    refuse_if([Reason("who_signs_missing", name) for name, given in named.items() if not given])
    application = await tx.get(Application, application_id)
    await lock_money(tx, application.call_id)
    award = await standing_award(tx, application_id) or refuse("not_an_award")
    acceptance = await open_acceptance(tx, award.id) or refuse("nothing_to_accept")
    acceptance.signatory, acceptance.signatory_function = named.values()
    await settle_acceptance(tx, award, "accepted", acceptance)
    await end_withdrawal_proposal(tx, award, only_lapse=True)
    return acceptance
