"""Corrigenda in words: what changed side by side, and what it means for those who have begun an application."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from facility.calls.rules.call import CallDraft
from facility.calls.rules.corrigenda import Difference, added_questions, added_sections, differences
from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.calls.rules.modes import Mode
from facility.calls.words.calls import TYPES, WHO, check_in_words, section_check_in_words
from facility.forms.types import Field
from facility.forms.words import condition
from facility.web.filters import eur, instant
from facility.web.i18n import N_, _, filled, translated

LABELS = {
    "title": N_("Title"),
    "text": N_("Text"),
    "closes_at": N_("Closes"),
    "cut_offs": N_("Cut-offs"),
    "questions_until": N_("Questions until"),
    "answers_until": N_("Answers by"),
    "amount": N_("Amount of the call"),
    "award_min": N_("Smallest award"),
    "award_max": N_("Largest award"),
}
"""What a field that a corrigendum can change is called."""
DRAFT = LABELS | {
    "reference": N_("Reference"),
    "opens_at": N_("Opens"),
    "mode": N_("How it takes applications"),
    "decide_within_hours": N_("Decided within"),
    "envelope_id": N_("Envelope"),
    "min_beneficiaries": N_("Minimum number of beneficiaries"),
    "extended_to": N_("Also open to institutions of"),
    "extension_decision": N_("Reference of the decision on the extension"),
    "skip_unaffordable": N_("When an application asks for more than is left"),
    "only_themes": N_("Themes of the call"),
    "grid": N_("How it is judged"),
    "cool_down": N_("How awards are spread"),
    "after_decision": N_("After the decision"),
    "committee": N_("The committee"),
    "form": N_("What it asks for"),
    "unusual_reason": N_("Reason for unusual rules"),
    "checklist": N_("What is checked before assessment"),
}
"""What a field of a draft is called, as events name it, untranslated."""


NEW_SECTION = {
    By.LEAD: N_("A new section was added: “{section}”."),
    By.PARTY: N_(
        "A new section was added that every institution fills in for itself: “{section}”. Each partner finds it in its"
        " own part."
    ),
}
NEW_QUESTION = N_("A new question was added under “{section}”: {label}")
NEW_NEEDED_QUESTION = N_("A new question that must be answered was added under “{section}”: {label}")
PLACED_AFTER = N_("Placed after “{title}”.")
CUT_OFF_MOVED = N_("Cut-off {number} is now {after}; it was {before}.")
MEANINGS = {
    "title": N_("The call’s title is now “{after}”."),
    "text": N_("The text of the call was changed. Please read it again."),
    "closes_at": N_("The deadline is now {after}; it was {before}."),
    "questions_until": N_("You can ask questions until {after}."),
    "answers_until": N_("Answers are published by {after}."),
    "amount": N_("The total for all awards is now {after}; it was {before}."),
    "award_min": N_("The minimum for an application is now {after}; it was {before}."),
    "award_max": N_("The maximum for an application is now {after}; it was {before}."),
}
"""What the change of each field means for those who have begun an application, untranslated."""


class Change(msgspec.Struct, frozen=True):
    """A field of two versions, as people read it."""

    label: str
    before: str
    after: str


def side_by_side(before: CallDraft, after: CallDraft) -> list[Change]:
    """What a corrigendum changes, field by field; of the form, what is added, one by one."""
    changes: list[Change] = []
    for difference in _differences(before, after):
        if difference.field == "form":
            changes += _additions(before.form, after.form)
        else:
            changes.append(
                Change(
                    translated(LABELS[difference.field]), _value(difference.before), _value(difference.after)
                )
            )
    return changes


def _additions(before: FormDefinition, after: FormDefinition) -> Iterator[Change]:
    """Everything that a form asks more, in full: sections with all that belongs to them, and questions."""
    new = added_sections(before, after)
    for place, section in enumerate(after.sections):
        if section in new:
            ahead = after.sections[place - 1] if place else None
            yield Change(_("New section"), _("not asked"), _section_in_full(section, ahead))
        for its_section, field in added_questions(before, after):
            if its_section is section:
                yield Change(_("New question"), _("not asked"), _question_in_full(section, field))


def asked_more(before: FormDefinition, after: FormDefinition) -> list[str]:
    """What a form asks that it did not ask before, in whole sentences."""
    new, sentences = added_sections(before, after), []
    for section in after.sections:
        sentences += [_added_section(section)] if section in new else []
        sentences += [
            _added(*question) for question in added_questions(before, after) if question[0] is section
        ]
    return sentences


def _added_section(section: FormSection) -> str:
    return filled(NEW_SECTION[section.by], section=section.title)


def _added(section: FormSection, field: Field) -> str:
    sentence = NEW_NEEDED_QUESTION if field.required else NEW_QUESTION
    return filled(sentence, section=section.title, label=field.label)


def _section_in_full(section: FormSection, ahead: FormSection | None) -> str:
    """A new section as somebody checks it, in lines."""
    place = filled(PLACED_AFTER, title=ahead.title) if ahead else _("Placed first.")
    checks = [section_check_in_words(section, check) for check in section.checks]
    lines = [section.title, translated(WHO[section.by]), place, section.hint, *checks]
    return "\n".join(line for line in lines if line)


def _question_in_full(section: FormSection, field: Field) -> str:
    """A new question as somebody checks it: what it is asked with, in lines."""
    checks = [check_in_words(field, check) for check in field.checks]
    about = [translated(TYPES[field.type]), *checks, *_marks(section, field)]
    lines = [
        _("Under “{section}”: {label}", section=section.title, label=field.label),
        field.hint,
        "; ".join(option.label for option in field.options),
        " · ".join(about),
    ]
    return "\n".join(line for line in lines if line)


def _marks(section: FormSection, field: Field) -> Iterator[str]:
    if field.asked_if:
        yield condition(field, section).rstrip(".")
    if not field.material:
        yield _("partners need not confirm it again")
    if field.confidential:
        yield _("confidential")
    if field.restricted:
        yield _("hidden from the Commission and auditors")


def _value(value: object) -> str:
    match value:
        case datetime():
            return instant(value)
        case tuple():
            return "\n".join(instant(at) for at in value)
        case Decimal():
            return _("EUR {amount}", amount=eur(value))
        case None:
            return _("none")
    return str(value)


def meanings(before: CallDraft, after: CallDraft) -> list[str]:
    """What a corrigendum means for whoever has begun an application, in whole sentences."""
    outside_form = [difference for difference in _differences(before, after) if difference.field != "form"]
    sentences = [sentence for difference in outside_form for sentence in _meanings(difference)]
    return sentences + asked_more(before.form, after.form)


def _differences(before: CallDraft, after: CallDraft) -> list[Difference]:
    """What changed, without the closing of a rolling call: that is its last cut-off, which is listed by itself."""
    changed = differences(before, after)
    return [
        difference
        for difference in changed
        if difference.field != "closes_at" or after.mode is not Mode.ROLLING
    ]


def _meanings(difference: Difference) -> list[str]:
    if not isinstance(difference.before, tuple) or not isinstance(difference.after, tuple):
        return [_meaning(difference)]
    return [
        filled(CUT_OFF_MOVED, number=number, before=instant(old), after=instant(new))
        for number, (old, new) in enumerate(zip(difference.before, difference.after, strict=True), 1)
        if old != new
    ]


def _meaning(difference: Difference) -> str:
    if difference.field in ("questions_until", "answers_until") and difference.after is None:
        return _("The call takes no more questions.")
    return filled(
        MEANINGS[difference.field], before=_value(difference.before), after=_value(difference.after)
    )
