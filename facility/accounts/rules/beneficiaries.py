"""The beneficiaries, which of them count, and the Member States (dossier 1e; counting: 1a, Q1)."""

from collections.abc import Iterable

WESTERN_BALKANS = frozenset({"AL", "BA", "XK", "ME", "MK", "RS"})
"""The beneficiaries that count; Türkiye takes part only where a call is extended, and never counts."""


# fmt: off
EU_MEMBER_STATES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES",
    "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""Today's 27 by ISO 3166 code; Greece is GR."""


def distinct_beneficiaries(codes: Iterable[str]) -> int:
    """How many different Western Balkans beneficiaries are among the codes."""
    return len(WESTERN_BALKANS.intersection(codes))
