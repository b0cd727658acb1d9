"""A call's rules in words."""

from facility.calls.rules import BENEFICIARIES, RECEIVED_AT, TOTAL, Grid
from facility.web.i18n import _


def criterion(grid: Grid, key: str) -> str:
    """What a threshold's or tie-break's key stands for, as a person says it."""
    titles = {section.key: section.title for section in grid.sections}
    if key in titles:
        return titles[key]
    return {TOTAL: _("All sections together")}.get(key, key)


def ties(grid: Grid) -> list[str]:
    """The tie-breaks in their order, as whole phrases; the reference decides at last (scenarios/README)."""
    said = {
        BENEFICIARIES: _("more beneficiaries of the Western Balkans taking part"),
        RECEIVED_AT: _("received earlier"),
    }
    phrases = [
        said.get(key) or _("more points for “{section}”", section=criterion(grid, key))
        for key in grid.tie_break
    ]
    return [*phrases, _("the lower reference number")]
