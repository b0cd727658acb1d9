"""A call's rules, and where it stands, in words."""

from datetime import datetime

import msgspec

from facility.calls.queries import CallPublic
from facility.calls.rules import BENEFICIARIES, RECEIVED_AT, TOTAL, Grid, Mode, Standing
from facility.calls.rules.forms import (
    AnyOf,
    AtLeast,
    Between,
    By,
    Check,
    Field,
    FieldType,
    FormSection,
    Length,
    OneOf,
    Required,
    SectionCheck,
    SumAtMost,
    Within,
)
from facility.calls.sentences import STANDINGS
from facility.web import filters, sentences
from facility.web.filters import instant
from facility.web.i18n import N_, _, listed, ngettext, translated

MODES = {
    Mode.DEADLINE: (N_("One deadline"), N_("All applications are ranked together once it has passed.")),
    Mode.ROLLING: (
        N_("Rolling, with cut-offs"),
        N_(
            "Applications are taken at any time and ranked with those of the same cut-off. What is good enough and not"
            " funded is ranked once more at the next one."
        ),
    ),
    Mode.URGENT: (
        N_("Urgent"),
        N_("Each application is opened, assessed and decided on its own within hours, by the same criteria."),
    ),
}
"""How a call takes applications, and what that means, untranslated."""


class Stands(msgspec.Struct, frozen=True):
    """Where a call stands, for a page: a word, the kind of its tag, and a sentence that a person understands."""

    standing: Standing
    word: str
    kind: str
    sentence: str


def stands(call: CallPublic, now: datetime) -> Stands:
    """Where the call stands now."""
    found = call.standing(now)
    word, kind = STANDINGS[found]
    return Stands(found, translated(word), kind, _sentence(call, found))


def _sentence(call: CallPublic, found: Standing) -> str:
    if call.cancelled_at is not None:
        return _("This call was cancelled on {at}.", at=instant(call.cancelled_at))
    match found:
        case Standing.DRAFT:
            return _("Only staff see this draft. A second person checks and publishes it.")
        case Standing.COMING:
            return _("This call opens on {at}.", at=instant(call.opens_at))
        case Standing.OPEN:
            return _("This call takes applications until {at}.", at=instant(call.closes_at))
        case Standing.CLOSED:
            return _("This call has closed. Two people will open together what came in.")
        case Standing.OPENED:
            return _("The applications have been opened, and their admissibility is being checked.")
        case Standing.EVALUATION:
            return _("The applications are being assessed.")
    assert call.decided_at is not None, "what is archived was decided or cancelled"
    return _("The awards of this call were decided on {at}.", at=instant(call.decided_at))


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


TYPES: dict[FieldType, str] = {
    FieldType.SHORT_TEXT: N_("A line of text"),
    FieldType.LONG_TEXT: N_("A long text"),
    FieldType.YES_NO: N_("Yes or no"),
    FieldType.ONE_OF: N_("One of several answers"),
    FieldType.SOME_OF: N_("Any of several answers"),
    FieldType.NUMBER: N_("A number"),
    FieldType.AMOUNT: N_("An amount in EUR"),
    FieldType.DAY: N_("A day"),
    FieldType.THEMES: N_("Themes"),
}
"""What each type is called, untranslated."""
WHO: dict[By, str] = {
    By.LEAD: N_("The lead, once for all"),
    By.PARTY: N_("Every institution, for itself"),
}
"""Who fills a section in, untranslated."""


def condition(section: FormSection, field: Field) -> str:
    """When a field is asked that is not always asked, as a sentence; "" for others."""
    if field.asked_if is None:
        return ""
    other = section.field(field.asked_if.field)
    answers = listed([_answer(other, value) for value in field.asked_if.values])
    return _("Only if the answer to “{question}” is {answers}.", question=other.label, answers=answers)


def conditions(section: FormSection) -> dict[str, str]:
    """When the fields are asked that are not always asked, in words."""
    return {field.key: condition(section, field) for field in section.fields if field.asked_if}


def _answer(field: Field, value: str) -> str:
    """What people read of an answer among several."""
    plain = {"yes": _("Yes"), "no": _("No")}
    return next((option.label for option in field.options if option.key == value), plain.get(value, value))


def check_in_words(field: Field, check: Check) -> str:
    """A check on a question, as a phrase."""
    match check:
        case Required():
            return _("must be answered")
        case Length(least, most):
            return _between(least or None, most, _("characters"))
        case Between(least, most):
            return _between(least, most, "")
        case Within(first, last):
            return _between(first, last, "")
        case AtLeast(count):
            return ngettext("at least {count} chosen", "at least {count} chosen", count)
        case OneOf(values):
            return _("only with: {values}", values=", ".join(_answer(field, value) for value in values))


def _between(least: object, most: object, unit: str) -> str:
    if least is None:
        return _("at most {most} {unit}", most=most, unit=unit).strip()
    if most is None:
        return _("at least {least} {unit}", least=least, unit=unit).strip()
    return _("from {least} to {most} {unit}", least=least, most=most, unit=unit).strip()


def section_check_in_words(section: FormSection, check: SectionCheck) -> str:
    """A check over several questions of a section, as a sentence."""
    labels = ", ".join(section.field(key).label for key in check.fields)
    match check:
        case AnyOf(_keys, count):
            return _("At least {count} of these must be answered: {labels}.", count=count, labels=labels)
        case SumAtMost(_keys, most):
            return _("Together at most {most}: {labels}.", most=most, labels=labels)


CHECKLIST = {
    "in_time": N_("It was received while the call was open."),
    "beneficiaries": N_("Enough different Western Balkans beneficiaries take part."),
    "eligible_parties": N_("Lead and partners are bodies that the call is for."),
    "confirmations": N_("Each partner has confirmed by a person who may sign."),
    "amounts": N_("What is asked for is within the limits of the call."),
    "declarations": N_("The lead has made all declarations, signed by name and function."),
    "documents": N_("The documents can be read, and are what they are called."),
    "classified": N_("Nothing classified and no data about cases is in it."),
    "activities": N_("The activities are of kinds that the call supports."),
    "rights": N_("Its effect on human rights has been screened, and what is needed is planned."),
    "consultation": N_("Whoever must be consulted was, and objections are answered."),
    "overlap": N_("It does not duplicate what is done already."),
}
"""The standard items of a checklist, untranslated."""

sentences.register(
    {
        "checklist_empty": N_("Choose at least one item, or write one of your own."),
        "checklist_too_long": N_("At most {most} items of your own."),
        "checklist_text_too_long": N_("An item has at most {most} characters."),
    }
)


MOST_OPENING = 200
"""Characters: with the other answers they fit on the first screen of a phone."""


def opening(text: str) -> str:
    """How a call's text begins: its first paragraph, or as many whole sentences or words of it as fit."""
    first = text.strip().partition("\n\n")[0].replace("\n", " ")
    if len(first) <= MOST_OPENING:
        return first
    whole = first[: MOST_OPENING + 1].rpartition(". ")[0]
    return f"{whole}." if whole else first[:MOST_OPENING].rpartition(" ")[0].rstrip(",;:.") + "…"


filters.register("opening", opening)
