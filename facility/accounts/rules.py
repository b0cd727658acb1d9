"""Who belongs where: the Western Balkans beneficiaries (dossier 1e) and how they are counted (1a, Q1)."""

from collections.abc import Iterable

WESTERN_BALKANS = frozenset({"AL", "BA", "XK", "ME", "MK", "RS"})
"""The beneficiaries that count; Turkey takes part only where a call is extended, and never counts."""


def distinct_beneficiaries(codes: Iterable[str]) -> int:
    """How many different Western Balkans beneficiaries are among the codes."""
    return len(WESTERN_BALKANS.intersection(codes))
