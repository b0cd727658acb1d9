"""The branch that an expert comes from: one of a list, so that a request can ask for it, or another in the expert's own words."""

from enum import StrEnum


class Branch(StrEnum):
    """Branches that requests can ask for; the words for the last one are the expert's own."""

    POLICE = "police"
    PROSECUTION = "prosecution"
    JUDICIARY = "judiciary"
    BORDER_GUARD = "border_guard"
    CUSTOMS = "customs"
    FINANCIAL_INTELLIGENCE = "financial_intelligence"
    PRISONS = "prisons"
    ANALYSIS = "analysis"
    PSYCHOLOGY = "psychology"
    RESEARCH = "research"
    OTHER = "other"


ASKED_FOR = tuple(branch for branch in Branch if branch is not Branch.OTHER)
"""What a request can ask for: texts of experts can't be compared."""

_SAME = {
    "prosecutor": Branch.PROSECUTION,
    "judge": Branch.JUDICIARY,
    "border guard": Branch.BORDER_GUARD,
    "border police": Branch.BORDER_GUARD,
    "financial intelligence": Branch.FINANCIAL_INTELLIGENCE,
    "prisons and probation": Branch.PRISONS,
    "analyst": Branch.ANALYSIS,
    "psychologist": Branch.PSYCHOLOGY,
    "researcher": Branch.RESEARCH,
}


def branch_of(text: str) -> tuple[Branch | None, str]:
    """The branch that a free text names, as scenarios carry it; with the text itself where it names none of the list."""
    typed = " ".join(text.split())
    plain = typed.lower()
    if not typed:
        return None, ""
    if plain in _SAME:
        return _SAME[plain], ""
    named = {branch.value: branch for branch in ASKED_FOR}
    return (named[plain], "") if plain in named else (Branch.OTHER, typed)
