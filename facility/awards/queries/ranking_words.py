"""What a ranking says in words: tie-breaks, thresholds, and what a line missed."""

import msgspec

from facility.awards.queries.ranking import RankLine
from facility.calls.rules.call import TOTAL, Grid


def tie_break_words(grid: Grid) -> list[str]:
    """The section titles, or the keys, of the call's tie-breaks in their order."""
    titles = {section.key: section.title for section in grid.sections}
    return [titles.get(key, key) for key in grid.tie_break]


def threshold_of(grid: Grid, key: str) -> str | None:
    """A section's threshold, or that of the total, as people read it."""
    least = grid.thresholds.get(key)
    return None if least is None else f"{least:f}"


def short(key: str) -> str:
    """A section's key as a word or two, for heads of columns: "Cost effectiveness"."""
    return key.replace("_", " ").capitalize()


class Missed(msgspec.Struct, frozen=True):
    """A threshold that a line missed, by name ("total" for the total), or a sub-criterion that rejects it at so much or less."""

    title: str
    limit: str
    rejects: bool = False


def missed_words(grid: Grid, line: RankLine) -> list[Missed]:
    """What a line missed."""
    items = {item.key: item for item in grid.items if item.section.criteria}
    return [
        Missed(item.title, f"{item.section.reject_at:f}", rejects=True)
        if (item := items.get(key))
        else Missed(TOTAL if key == TOTAL else key.replace("_", " "), threshold_of(grid, key) or "")
        for key in line.missed
    ]
