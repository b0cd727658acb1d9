"""The link by which experts keep their own profile: one at a time, without a password; it signs nobody in."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from facility.db import Tx
from facility.events.log import record
from facility.experts.events.pool import NoticeAgreed, ProfileLinkEnded, ProfileLinkSent
from facility.experts.models.profile import Expert, ExpertConflict
from facility.experts.rules.profile import OwnProfile, is_in_pool
from facility.experts.service.pool import ExpertDraft, change_expert
from facility.outbox.links import live_link, make_link, revoke_links
from facility.outbox.models import Link
from facility.refused import refuse
from facility.zone import BRUSSELS

PROFILE = "profile"


async def profile_link(tx: Tx, expert_id: UUID) -> Link:
    """The one that stands, so that nobody who types the address makes it void; or a new one."""
    return await live_link(tx, PROFILE, expert_id) or await make_link(tx, PROFILE, expert_id)


async def lock_member(tx: Tx, expert_id: UUID) -> Expert:
    """The expert, locked, while in the pool. Refused: "left_the_pool"."""
    expert = await tx.lock(Expert, expert_id)
    if not is_in_pool(expert.active, expert.valid_until, tx.now.astimezone(BRUSSELS).date()):
        refuse("left_the_pool")
    return expert


async def send_profile_link(tx: Tx, expert_id: UUID) -> None:
    """The secretariat has the link sent; experts themselves ask for it on the public page of the pool.

    Refused: "left_the_pool", "profile_link_stands".
    """
    await lock_member(tx, expert_id)
    if await live_link(tx, PROFILE, expert_id):
        refuse("profile_link_stands")
    await make_link(tx, PROFILE, expert_id)
    await record(tx, ProfileLinkSent(expert_id=expert_id))


async def end_profile_link(tx: Tx, expert_id: UUID) -> None:
    """Nobody opens the profile by it any more. Refused: "profile_link_ended"."""
    await tx.lock(Expert, expert_id)
    if await live_link(tx, PROFILE, expert_id) is None:
        refuse("profile_link_ended")
    await revoke_links(tx, PROFILE, expert_id)
    await record(tx, ProfileLinkEnded(expert_id=expert_id))


async def change_own_profile(
    tx: Tx, expert_id: UUID, profile: OwnProfile, *, version: int, notice: date | None
) -> None:
    """What an expert states by the link; what the secretariat keeps stays as it is. `notice`: the privacy notice that they agreed to
    just now. Refused: "left_the_pool"; as change_expert."""
    expert = await lock_member(tx, expert_id)
    kept = ("code", "email", "deployments_12m", "active", "valid_until")
    conflicts = select(ExpertConflict.institution_id, ExpertConflict.reason).filter_by(expert_id=expert_id)
    draft = ExpertDraft(
        **{name: getattr(profile, name) for name in profile.__struct_fields__},
        **{name: getattr(expert, name) for name in kept},
        conflicts=[(row.institution_id, row.reason) for row in await tx.session.execute(conflicts)],
    )
    await change_expert(tx, expert_id, draft, version=version)
    if notice:
        expert.notice, expert.agreed_at = notice, tx.now
        await record(tx, NoticeAgreed(expert_id=expert_id, notice=notice))
