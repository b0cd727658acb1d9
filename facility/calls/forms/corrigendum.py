"""The form of a corrigendum: those fields of a call that may change after publication."""

from datetime import datetime

import msgspec

from facility.calls.forms.cut_offs import shown_cut_offs
from facility.calls.forms.draft import optional_instant, read_texts
from facility.calls.forms.grid import Values
from facility.calls.rules.call import CallDraft
from facility.calls.rules.modes import Mode
from facility.refused import Reason
from facility.web.fields import Fields, shown, shown_instant
from facility.web.i18n import _
from facility.web.reasons import reason_of

AMOUNTS = ("amount", "award_min", "award_max")
FIELDS = ("title", "text", "closes_at", "questions_until", "answers_until", *AMOUNTS, "reason")
"""What the form asks for; everything else of a call is corrected elsewhere or never."""


def shown_corrigendum(draft: CallDraft) -> Values:
    """The fields of what is published, or of a corrigendum that is stored."""
    return {
        "title": draft.title,
        "text": draft.text,
        **shown_instant("closes_at", draft.closes_at),
        **shown_cut_offs(draft.cut_offs),
        **shown_instant("questions_until", draft.questions_until),
        **shown_instant("answers_until", draft.answers_until),
        **{name: shown(getattr(draft, name)) for name in AMOUNTS},
    }


def read_reason(fields: Fields) -> str:
    return reason_of(fields, _("Enter the reason for the changes."))


class CorrigendumForm:
    """Reads a corrigendum to what is published."""

    def __init__(self, fields: Fields, published: CallDraft) -> None:
        self.fields = fields
        self.published = published

    def read(self) -> tuple[CallDraft, str]:
        """The call as it is to be, and the reason. Wrong fields are noted in `fields`, and have placeholders."""
        fields = self.fields
        title, text = read_texts(fields)
        cut_offs = tuple(self._cut_off(number, at) for number, at in enumerate(self.published.cut_offs))
        closes_at = max(cut_offs) if cut_offs else self._closes_at()
        questions_until, answers_until = (
            optional_instant(fields, name) for name in ("questions_until", "answers_until")
        )
        amounts = {name: fields.eur(name) for name in AMOUNTS}
        reason = read_reason(fields)
        draft = msgspec.structs.replace(
            self.published,
            title=title,
            text=text,
            closes_at=closes_at,
            cut_offs=cut_offs,
            questions_until=questions_until,
            answers_until=answers_until,
            **amounts,
        )
        return draft, reason

    def _cut_off(self, number: int, published: datetime) -> datetime:
        """A cut-off that has passed has no fields."""
        name = f"cut_offs-{number}-at"
        if {f"{name}_day", f"{name}_time"} & self.fields.form.fields.keys():
            return self.fields.instant(name)
        return published

    def _closes_at(self) -> datetime:
        """An urgent series closes as any call does; a rolling call at its last cut-off."""
        if self.published.mode is Mode.ROLLING:
            return self.published.closes_at
        return self.fields.instant("closes_at")


def field_of(reason: Reason) -> str:
    """The field of this form that a rule's reason is about; "" where it has none."""
    group, _dot, number = (reason.field or "").partition(".")
    if group == "cut_offs" and number:
        return f"cut_offs-{number}-at"
    return group if group in FIELDS else ""
