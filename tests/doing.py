"""What follows an award, by the very commands: activities that were held, experts who were asked."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.activities.models import Activity
from facility.activities.service.activities import ActivityDraft, complete, plan_activity, verify
from facility.activities.service.evidence import AttendanceRow, attach_evidence, set_attendance
from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.service.answering import accept, decline
from facility.deployments.service.requesting import confirm_shortlist, request_expertise
from facility.experts.service.pool import ExpertDraft, register_expert, seed_themes
from facility.story.after_award import EVIDENCE, EXPERT, REQUEST
from tests.judging import DECIDED, Judging

FIRST, LAST = date(2021, 10, 5), date(2021, 10, 7)
AFTER = datetime(2021, 10, 8, 9, tzinfo=UTC)


async def planned(play: Judging, name: str, title: str = "Joint workshop") -> UUID:
    """A workshop under the award of this application, planned by its lead when the call was decided."""
    draft = ActivityDraft(
        application_id=play.applications[name],
        kind="workshop",
        title=title,
        place="Tirana",
        starts_on=FIRST,
        ends_on=LAST,
    )
    activity: Activity = await play.act("omar", lambda tx: plan_activity(tx, draft), DECIDED)
    return activity.id


async def held(play: Judging, name: str, present: dict[str, int], *, report: bool = True) -> UUID:
    """The same, with this attendance and all evidence, completed by the lead and verified by Vera unless `report` is off."""
    key = await planned(play, name)
    rows = [AttendanceRow(beneficiary_code=code, expected=n, present=n) for code, n in present.items()]
    await play.act("omar", lambda tx: set_attendance(tx, key, rows), AFTER)
    if report:
        await play.act("omar", lambda tx: attach_all(tx, key), AFTER)
        await play.act("omar", lambda tx: complete(tx, key), AFTER)
        await play.act("vera", lambda tx: verify(tx, key), AFTER)
    return key


async def attach_all(tx: Tx, key: UUID) -> None:
    """All the evidence that is needed."""
    for kind in EVIDENCE:
        await attach_evidence(tx, key, kind=kind, name=f"{kind}.pdf", size=7, sha256="0" * 64)


def expert(code: str, deployments_12m: int) -> ExpertDraft:
    """An expert of the pool who fits what `ask_experts` asks for."""
    return msgspec.structs.replace(
        EXPERT,
        code=code,
        name=f"Xenia {code}",
        email=f"{code.lower()}@example.org",
        gender="F",
        deployments_12m=deployments_12m,
        available=[(FIRST, LAST)],
    )


async def ask_experts(play: Judging, name: str) -> UUID:
    """One seat asked for; the first on the list says no after a day, the second yes six hours later."""
    draft = msgspec.structs.replace(
        REQUEST, application_id=play.applications[name], starts_on=FIRST, ends_on=LAST, language_level="C1"
    )

    async def pool(tx: Tx) -> None:
        await seed_themes(tx)
        for code, recent in (("X01", 0), ("X03", 1)):
            await register_expert(tx, expert(code, recent))

    await play.act("ada", pool)
    made = await play.act("ada", lambda tx: request_expertise(tx, draft))
    await play.act("ada", lambda tx: confirm_shortlist(tx, made.id))
    await _answer(play, made.id, yes=False, at=DECIDED + timedelta(hours=24))
    await _answer(play, made.id, yes=True, at=DECIDED + timedelta(hours=30))
    return made.id


async def _answer(play: Judging, deployment_id: UUID, *, yes: bool, at: datetime) -> None:
    async with play.db.transaction(now=at) as tx:
        query = select(Invitation.id).where(
            Invitation.deployment_id == deployment_id, Invitation.outcome == "open"
        )
        key = (await tx.session.scalars(query)).one()
    if yes:
        await play.act(None, lambda tx: accept(tx, key), at)
    else:
        await play.act(None, lambda tx: decline(tx, key), at)
