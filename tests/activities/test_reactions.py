"""Who learns of evidence that was refused: the security officer of a marking, the secretariat of a virus."""

from sqlalchemy import select

from facility.accounts.service import security_officer
from facility.activities.service.evidence import refuse_evidence
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.models import Mail
from tests.doing import AFTER, planned
from tests.judging import Judging


async def test_refused_evidence_is_told_to_those_who_must_know(db: Database, play: Judging) -> None:
    key = await planned(play, "A")
    await drain(db, lambda: AFTER)
    security_officer.configure("officer@example.org")
    try:
        await play.act("omar", lambda tx: refuse_evidence(tx, key, sha256="b" * 64))
        await play.act("omar", lambda tx: refuse_evidence(tx, key, sha256="c" * 64, reason="infected"))
        await drain(db, lambda: AFTER)
    finally:
        security_officer.configure(None)
    async with db.transaction(now=AFTER) as tx:
        letters = (await tx.session.scalars(select(Mail).where(Mail.template.like("activities/%")))).all()
        secretariat = {letter.to_address for letter in letters if letter.template == "activities/infected"}
        officers = [letter.to_address for letter in letters if letter.template == "activities/refused"]
        people = await security_officer.security_officers(tx)
    assert officers == ["officer@example.org"]
    assert secretariat == {address for address, _ in people}
