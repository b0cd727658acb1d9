"""The form of a call."""

from facility.calls.form.draft import DraftForm, blank, shown_draft
from facility.calls.form.grid import COLUMNS, PRESETS, SPARE_ROWS, preset, rows, with_grid

__all__ = [
    "COLUMNS",
    "PRESETS",
    "SPARE_ROWS",
    "DraftForm",
    "blank",
    "preset",
    "rows",
    "shown_draft",
    "with_grid",
]
