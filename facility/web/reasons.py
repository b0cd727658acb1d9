"""The reason that several forms ask for."""

from facility.web.fields import Fields
from facility.web.i18n import N_

MOST = 2000
"""Characters."""
OF_DECISION = N_("Enter the reason for the decision.")
"""What is said where a decision has no reason, untranslated."""


def reason_of(fields: Fields, missing: str) -> str:
    """The field "reason": a few sentences, and always needed. missing: what to say where it is empty."""
    return fields.text("reason", missing=missing, most=MOST, multiline=True)
