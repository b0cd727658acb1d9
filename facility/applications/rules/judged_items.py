"""What stands in an application of its check: each item of the call's list as an officer judged it."""

from enum import StrEnum

import msgspec


class Finding(StrEnum):
    """What the facility finds; unknown: only people can tell."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class JudgedItem(msgspec.Struct, frozen=True):
    """An item as it was judged: what was found then, with its figures; the verdict, "" where nobody judged it; the reason."""

    key: str
    text: str
    finding: Finding
    figures: dict[str, str]
    verdict: str
    reason: str
