"""What an expert answers to an invitation."""

import msgspec

from facility.deployments.forms.request import MOST_REASON
from facility.deployments.rules.answers import DeclineReason
from facility.web.fields import Fields
from facility.web.i18n import _

MOST_COLLEAGUE = 200


class Answered(msgspec.Struct, frozen=True):
    """A yes, or a no with its reason, a text and a colleague's name, as far as they were given."""

    yes: bool
    no_conflict: bool = False
    pin: str = ""
    why: DeclineReason | None = None
    reason: str = ""
    colleague: str = ""


def read_answer(fields: Fields) -> Answered:
    """What was answered. Whoever has a conflict of interest says no, whichever button they pressed."""
    yes = fields.choice("answer", ("accept", "decline")) == "accept"
    why = fields.one_of("why", DeclineReason) if fields.given("why") else None
    reason = fields.text("reason", missing=None, most=MOST_REASON, multiline=True)
    colleague = fields.text("colleague", missing=None, most=MOST_COLLEAGUE)
    conflict = fields.choice("conflict", ("no", "yes")) if fields.given("conflict") else ""
    pin = fields.text("pin", missing=None, most=20)
    unsaid = _("Say in a few words what the conflict is.") if yes and conflict == "yes" else None
    what = fields.text("conflict_text", missing=unsaid, most=MOST_REASON, multiline=True)
    if not yes:
        return Answered(False, why=why, reason=reason, colleague=colleague)
    if conflict != "yes":
        return Answered(True, no_conflict=conflict == "no", pin=pin)
    return Answered(False, why=DeclineReason.CONFLICT, reason=what)
