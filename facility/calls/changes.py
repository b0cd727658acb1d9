"""Corrigenda in words: what changed side by side, and what it means for those who have begun an application."""

from datetime import datetime
from decimal import Decimal

import msgspec

from facility.calls.rules import CallDraft
from facility.calls.rules.corrigenda import Difference, added_questions, differences
from facility.calls.rules.forms import FormDefinition
from facility.web.filters import eur, instant
from facility.web.i18n import N_, _

LABELS = {
    "title": N_("Title"),
    "text": N_("Text"),
    "closes_at": N_("Closes"),
    "questions_until": N_("Questions until"),
    "answers_until": N_("Answers by"),
    "amount": N_("Amount of the call"),
    "award_min": N_("Smallest award"),
    "award_max": N_("Largest award"),
    "form": N_("Form"),
}
"""What a field that a corrigendum can change is called."""


class Change(msgspec.Struct, frozen=True):
    """A field of two versions, as people read it."""

    label: str
    before: str
    after: str


def side_by_side(before: CallDraft, after: CallDraft) -> list[Change]:
    """What a corrigendum changes, field by field."""
    return [
        Change(_("Form"), "", "\n".join(_questions(before.form, after.form)))
        if one.field == "form"
        else Change(_(LABELS[one.field]), _value(one.before), _value(one.after))
        for one in differences(before, after)
    ]


def _questions(before: FormDefinition, after: FormDefinition) -> list[str]:
    """What the form asks now and did not ask before."""
    return [
        _("A new question was added under “{section}”: {label}", section=section, label=label)
        for section, label in added_questions(before, after)
    ]


def _value(value: object) -> str:
    match value:
        case datetime():
            return instant(value)
        case Decimal():
            return _("EUR {amount}", amount=eur(value))
        case None:
            return _("none")
    return str(value)


def meanings(before: CallDraft, after: CallDraft) -> list[str]:
    """What a corrigendum means for whoever has begun an application, in whole sentences."""
    said = [_meaning(one) for one in differences(before, after) if one.field != "form"]
    return said + _questions(before.form, after.form)


def _meaning(one: Difference) -> str:
    said = {
        "title": N_("The call’s title is now “{after}”."),
        "text": N_("The text of the call was changed. Please read it again."),
        "closes_at": N_("The deadline is now {after}; it was {before}."),
        "questions_until": N_("Questions are taken until {after}."),
        "answers_until": N_("Answers are published by {after}."),
        "amount": N_("All awards together may now come to {after}; it was {before}."),
        "award_min": N_("An application now asks for at least {after}; it was {before}."),
        "award_max": N_("An application now asks for at most {after}; it was {before}."),
    }
    if one.field in ("questions_until", "answers_until") and one.after is None:
        return _("The call takes no more questions.")
    return _(said[one.field], before=_value(one.before), after=_value(one.after))
