"""A decided call that takes complaints; how a lead complains, and somebody answers."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pypdf
import pytest
from sqlalchemy import select

from facility import clock
from facility.admission.service.admissibility import check_admissibility
from facility.awards.models.complaint import Complaint
from facility.awards.service.complaints import decide_complaint, register_complaint
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.letters.models import Letter
from facility.letters.service import letter_on_paper
from facility.refused import Refused
from facility.settings import Settings
from facility.web.render import environment
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once

RULES = AfterDecision(complaint_days=14, answer_days=30, suspends_signing=True)
LAST = datetime(2021, 9, 15, 21, 59, tzinfo=UTC)
"""The last minute of the fourteenth day after the decision, in Brussels."""
SAYS = {"text": "The second section was misread.", "name": "Omar Hoxha, head of unit"}


async def judged(db: Database, rules: AfterDecision, at: datetime = DECIDED) -> Judging:
    """EUR 100: A gets 80, B waits for 60, C is below a threshold; N was found inadmissible by Ada. Vera proposed, Paul decided."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=rules)
    for name, amount in (("A", "80.00"), ("B", "60.00"), ("C", "10.00"), ("N", "10.00")):
        await made.apply(name, amount)
    await made.close()
    await made.act("ada", lambda tx: inadmissible(tx, made.applications["N"]), CLOSES)
    for name, points in (("A", "70"), ("B", "60"), ("C", "1")):
        await made.score("elena", name, "16", points)
    if at > CLOSES:
        await made.decide(at=at)
    return made


async def inadmissible(tx: Tx, application_id: UUID) -> None:
    await check_admissibility(tx, application_id, admissible=False, reason="A party does not exist.")


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree."""
    return await judged(db, RULES, clock.now())


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def letter(play: Judging, name: str, kind: str) -> Letter:
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Letter).where(Letter.application_id == play.applications[name], Letter.kind == kind)
        return (await tx.session.scalars(query)).one()


async def complain(
    play: Judging, name: str, kind: str, at: datetime = DECIDED, says: Mapping[str, str] = SAYS
) -> Complaint:
    key = (await letter(play, name, kind)).id
    return await play.act("omar", lambda tx: register_complaint(tx, key, **says), at)


async def answer(play: Judging, who: str, key: UUID, at: datetime = DECIDED, **given: Any) -> Complaint:
    return await play.act(
        who, lambda tx: decide_complaint(tx, key, **{"upheld": False, "reason": "No.", **given}), at
    )


async def cannot(play: Judging, who: str, key: UUID, at: datetime = DECIDED, **given: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        await answer(play, who, key, at, **given)
    return [f"{reason.code} {reason.field or ''}".strip() for reason in refusal.value.reasons]


async def paper(play: Judging, settings: Settings, name: str, kind: str) -> str:
    key = (await letter(play, name, kind)).id
    async with play.db.reader() as read:
        made = await letter_on_paper(read, environment(settings), key)
    pages = pypdf.PdfReader(io.BytesIO(made.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
