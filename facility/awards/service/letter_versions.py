"""What a letter states by the version of a ranking that stands, where there is a later one than the first."""

from typing import Any
from uuid import UUID

from facility.awards.queries.later_version import kept_version
from facility.awards.queries.versions import versions
from facility.db import Tx


async def by_later_version(tx: Tx, call_id: UUID) -> dict[UUID, dict[str, Any]]:
    """By application, what stands in place of what the first version says; nothing where that stands. counted: as `SectionMeans`."""
    current = (await versions(tx.session, call_id)).current
    kept = await kept_version(tx.session, call_id) if current else None
    if current is None or kept is None:
        return {}
    of_all = {
        "decided_at": current.decided_at,
        "signed_by": current.decider,
        "root": current.root,
        "version": current.version,
        "because": tuple(current.complaints),
        "ranked": sum(entry.rank is not None for entry in kept.judged),
    }
    numbers = {record.application: record.assessments for record in kept.bundle.ranking}
    return {
        entry.applicant.application_id: {
            **of_all,
            "outcome": entry.outcome.value,
            "missed": list(entry.missed),
            "rank": entry.rank,
            "assessments": numbers[entry.applicant.reference],
            "counted": entry.means,
            "agreed": entry.agreed,
            "cooled_down": kept.drawn.cooled.get(entry.applicant.application_id),
        }
        for entry in kept.judged
    }
