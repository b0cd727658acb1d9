"""The form of a call."""

from facility.calls.form.cut_offs import MORE, cut_off_rows, with_monthly
from facility.calls.form.draft import DraftForm, blank, shown_draft
from facility.calls.form.grid import COLUMNS, PRESETS, SPARE_ROWS, preset, rows, with_grid

__all__ = [
    "COLUMNS",
    "MORE",
    "PRESETS",
    "SPARE_ROWS",
    "DraftForm",
    "blank",
    "cut_off_rows",
    "preset",
    "rows",
    "shown_draft",
    "with_grid",
    "with_monthly",
]
