"""The agreement on an award was signed, which commits the money in law (dossier 2a, step 7)."""

from datetime import date
from uuid import UUID

from sqlalchemy import text

from facility.applications.service.editing import lock_with_call
from facility.awards.events.awards import AwardSigned
from facility.awards.models.award import Award, AwardSignature
from facility.awards.models.complaint import SIGNING_SUSPENDED_SQL
from facility.awards.rules.agreement_deadlines import may_be_signed
from facility.awards.service.acceptance import open_acceptance
from facility.awards.service.shared import acting
from facility.db import Tx
from facility.events.log import record
from facility.refused import refuse

_SUSPENDED = text(f"SELECT {SIGNING_SUSPENDED_SQL} FROM call WHERE call.id = :call")  # noqa: S608 - our own text


async def record_signature(tx: Tx, award_id: UUID, *, signed_on: date, subject: str) -> None:
    """Enter the day on which the agreement on an award was signed by all, and its subject in the public list, or correct them;
    also of an award that was closed. The same once more changes nothing.

    Refused: "not_an_award", "award_not_accepted" while its lead has not answered, "signing_suspended", "subject_missing" (invalid), rules.agreement_deadlines.may_be_signed.
    """
    entered = (signed_on, subject.strip())
    unlocked = await tx.get(Award, award_id)
    # Held so that no complaint comes in meanwhile.
    application, _call = await lock_with_call(tx, unlocked.application_id)
    award = await tx.lock(Award, award_id)
    if not award.kept:
        refuse("not_an_award")
    if await open_acceptance(tx, award_id):
        refuse("award_not_accepted")
    if (await tx.session.execute(_SUSPENDED, {"call": award.call_id})).scalar_one():
        refuse("signing_suspended")
    may_be_signed(signed_on, award.made_at, tx.now)
    if not subject.strip():
        refuse("subject_missing", kind="invalid", field="subject")
    signature = await tx.session.get(AwardSignature, award_id)
    if signature is None:
        signature = AwardSignature(award_id=award_id)
        tx.add(signature)
    elif (signature.signed_on, signature.subject) == entered:
        return
    signature.signed_on, signature.subject = entered
    signature.recorded_by, signature.recorded_at = acting(tx), tx.now
    await tx.flush()
    await record(tx, AwardSigned(award_id=award_id, application_id=application.id, signed_on=signed_on))
