"""What leads said of experts, as far as it may count in a shortlist."""

from sqlalchemy import func, select

from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.report import ExpertFeedback
from facility.deployments.rules.shortlist import LEAST_MISSIONS
from facility.experts.models.profile import Expert
from facility.experts.rules.profile import Feedback


async def feedback_on_experts(tx: Tx) -> dict[str, Feedback]:
    """By code, of those with feedback on enough missions."""
    figures = ExpertFeedback.knowledge + ExpertFeedback.cooperation + ExpertFeedback.benefit
    query = (
        select(Expert.code, func.count().label("missions"), func.sum(figures).label("total"))
        .select_from(ExpertFeedback)
        .join(Invitation, Invitation.id == ExpertFeedback.invitation_id)
        .join(Expert, Expert.id == Invitation.expert_id)
        .where(ExpertFeedback.counts)
        .group_by(Expert.code)
        .having(func.count() >= LEAST_MISSIONS)
    )
    return {row.code: Feedback(row.missions, int(row.total)) for row in await tx.session.execute(query)}
