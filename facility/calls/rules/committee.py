"""What a call asks of the committee that evaluates its applications (FR24 Art. 153; PRAG: dossier 2b)."""

from collections.abc import Iterator

import msgspec

from facility.refused import Reason

LEAST_VOTING = 3
LEAST_INSTITUTIONS = 2


class Committee(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many voting members a call's committee has, and from how many institutions without a hierarchical link they come
    at least. voting None: the call has no committee."""

    voting: int | None = None
    institutions: int = LEAST_INSTITUTIONS


def committee_mistakes(committee: Committee) -> Iterator[Reason]:
    """Numbers that no committee may have, each at its field."""
    voting = committee.voting
    if voting is None:
        return
    if voting < LEAST_VOTING or voting % 2 == 0:
        yield Reason("committee_not_odd", "committee_voting")
    if not LEAST_INSTITUTIONS <= committee.institutions <= max(voting, LEAST_INSTITUTIONS):
        yield Reason("committee_institutions", "committee_institutions", {"voting": str(voting)})
