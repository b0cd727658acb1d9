"""Which privacy notice people agree to."""

from datetime import date

NOTICE = date(2026, 12, 1)
"""The version of the notice at /privacy: the day from which it holds. A new text gets a new day; whoever agreed to an older one is
asked again."""
