"""The reason that several forms ask for."""

from facility.web.fields import Fields
from facility.web.i18n import _

MOST = 2000
"""Characters."""


def reason_of(fields: Fields) -> str:
    """The field "reason": a few sentences, and always needed."""
    reason = fields.text("reason", required=False, most=MOST, multiline=True)
    if not reason and "reason" not in fields.errors:
        fields.wrong("reason", _("Give a reason."))
    return reason
