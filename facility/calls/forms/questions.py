"""The web forms with which a draft's form is edited: a section's own page, and a field's."""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from facility.calls.rules.edits import key_of, section_key
from facility.calls.rules.forms import INDIRECT_MOST, By, FormDefinition, FormSection, SectionKind
from facility.calls.words.calls import TYPES
from facility.forms.checks import AtLeast, Between, Check, Length, OneOf, Required, Within
from facility.forms.keys import BESIDE
from facility.forms.sections import AnyOf, SectionCheck, SumAtMost
from facility.forms.types import CHOICES, MOST_LONG, NUMBERS, AskedIf, Field, FieldType, Option
from facility.web.fields import Fields, shown
from facility.web.i18n import N_, _, translated

type Values = dict[str, str | list[str]]

KINDS: dict[SectionKind, str] = {
    SectionKind.QUESTIONS: N_("Questions"),
    SectionKind.PARTNERS: N_("Partners and confirmations"),
    SectionKind.ACTIVITIES: N_("Planned activities"),
    SectionKind.BUDGET: N_("Budget by partner and activity"),
    SectionKind.DOCUMENTS: N_("Documents"),
}
MOST_OPTIONS, MOST_CHARACTERS = 40, 20_000


def shown_field(field: Field) -> Values:
    """A field's settings, as its page shows them."""
    values: Values = {
        "label": field.label,
        "hint": field.hint,
        "options": "\n".join(option.label for option in field.options),
        "asked_if": [f"{field.asked_if.field}:{value}" for value in field.asked_if.values]
        if field.asked_if
        else [],
        **{
            name: "yes" if getattr(field, name) else "" for name in ("material", "confidential", "restricted")
        },
    }
    for check in field.checks:
        match check:
            case Required():
                values["required"] = "yes"
            case Length(least, most):
                values |= {"least": shown(least or None), "most": shown(most)}
            case Between(least, most):
                values |= {"least": shown(least), "most": shown(most)}
            case Within(first, last):
                values |= {"first": shown(first), "last": shown(last)}
            case AtLeast(count):
                values["count"] = str(count)
            case OneOf(accepted):
                values["accepted"] = list(accepted)
    return values


def read_field(fields: Fields, old: Field, earlier: Collection[tuple[str, str]]) -> Field:
    """The field with what was typed. earlier: the answers of other fields that it may depend on, as `dependable` gives
    them."""
    label = fields.text("label", most=200)
    hint = fields.text("hint", required=False, most=1000, multiline=True)
    options = _options(fields, old) if old.type in CHOICES else ()
    asked_if = _asked_if(fields, fields.many("asked_if", [key for key, _label in earlier], required=False))
    flags = {name: fields.yes(name) for name in ("material", "confidential", "restricted")}
    changed = replace(old, label=label, hint=hint, options=options, asked_if=asked_if, **flags)
    return replace(changed, checks=tuple(_checks(fields, changed)))


def _options(fields: Fields, old: Field) -> tuple[Option, ...]:
    lines = fields.text("options", most=4000, multiline=True).split("\n")
    labels = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not 2 <= len(labels) <= MOST_OPTIONS:
        fields.wrong("options", _("Write 2 to {most} answers, one on each line.", most=MOST_OPTIONS))
    known = {option.label: option.key for option in old.options}
    made: list[Option] = []
    for label in labels[:MOST_OPTIONS]:
        taken = (*known.values(), *(option.key for option in made))
        made.append(Option(known.get(label) or key_of(label, taken), label))
    return tuple(made)


def _asked_if(fields: Fields, chosen: list[str]) -> AskedIf | None:
    pairs = [condition.partition(":") for condition in chosen]
    if len({other for other, _colon, _value in pairs}) > 1:
        fields.wrong("asked_if", _("Choose answers to one question only."))
    return AskedIf(pairs[0][0], tuple(value for _other, _colon, value in pairs)) if pairs else None


def _checks(fields: Fields, field: Field) -> list[Check]:
    checks: list[Check] = [Required()] if fields.yes("required") else []
    for check in field.kind.checks:
        checks += _READERS[check](fields, field)
    return checks


def _length(fields: Fields, _field: Field) -> list[Check]:
    least = fields.integer("least", 1, MOST_CHARACTERS) if fields.given("least") else 0
    most = fields.integer("most", 1, MOST_CHARACTERS) if fields.given("most") else None
    if most is not None and least > most:
        fields.wrong("most", _("The most is below the least."))
    return [Length(least, most)] if least or most else []


def _bound(fields: Fields, field: Field, name: str) -> str | None:
    """A bound is typed as an answer is."""
    typed = replace(field, key=name, checks=())
    return str(field.kind.read(fields, typed)) if fields.given(name) else None


def _between(fields: Fields, field: Field) -> list[Check]:
    bounds = (_bound(fields, field, name) for name in ("least", "most"))
    least, most = (Decimal(bound) if bound else None for bound in bounds)
    if least is not None and most is not None and least > most:
        fields.wrong("most", _("The most is below the least."))
    return [Between(least, most)] if least is not None or most is not None else []


def _within(fields: Fields, field: Field) -> list[Check]:
    bounds = (_bound(fields, field, name) for name in ("first", "last"))
    first, last = (date.fromisoformat(bound) if bound else None for bound in bounds)
    if first and last and first > last:
        fields.wrong("last", _("The last day is before the first."))
    return [Within(first, last)] if first or last else []


def _at_least(fields: Fields, _field: Field) -> list[Check]:
    return [AtLeast(fields.integer("count", 1, MOST_OPTIONS))] if fields.given("count") else []


def _one_of(fields: Fields, field: Field) -> list[Check]:
    accepted = fields.many("accepted", field.keys, required=False)
    return [OneOf(tuple(accepted))] if accepted else []


_READERS: dict[type[Check], Callable[[Fields, Field], list[Check]]] = {
    Length: _length,
    Between: _between,
    Within: _within,
    AtLeast: _at_least,
    OneOf: _one_of,
}


def answers_of(field: Field) -> list[tuple[str, str]]:
    """The answers among which a field lets choose, as (key, label); none for texts and numbers."""
    return [(option.key, translated(option.label)) for option in field.choices]


def dependable(section: FormSection, key: str) -> list[tuple[str, str]]:
    """The answers that a field may depend on, those of the questions before it: ("visible:no", "Visible? No")."""
    earlier = []
    for field in section.fields:
        if field.key == key:
            break
        earlier += [(f"{field.key}:{value}", f"{field.label} {label}") for value, label in answers_of(field)]
    return earlier


def shown_section(section: FormSection) -> Values:
    """A section's settings, as its page shows them."""
    values: Values = {"title": section.title, "hint": section.hint, "by": section.by.value}
    if section.kind is SectionKind.BUDGET:
        values |= {"indirect_most": f"{section.indirect_most:f}", "rates_on": shown(section.rates_on)}
    for check in section.checks:
        match check:
            case AnyOf(keys, count):
                values |= {"any_of": list(keys), "any_count": str(count)}
            case SumAtMost(keys, most):
                values |= {"sum_of": list(keys), "sum_most": str(most)}
    return values


def read_section(fields: Fields, old: FormSection) -> FormSection:
    """The section with what was typed."""
    title = fields.text("title", most=150)
    hint = fields.text("hint", required=False, most=2000, multiline=True)
    if old.kind is SectionKind.BUDGET:
        indirect_most = fields.decimal("indirect_most", Decimal(0), INDIRECT_MOST)
        rates_on = fields.day("rates_on") if fields.given("rates_on") else None
        return replace(old, title=title, hint=hint, indirect_most=indirect_most, rates_on=rates_on)
    if old.kind is not SectionKind.QUESTIONS:
        return replace(old, title=title, hint=hint)
    by = fields.one_of("by", By)
    return replace(old, title=title, hint=hint, by=by, checks=tuple(_section_checks(fields, old)))


def _section_checks(fields: Fields, section: FormSection) -> list[SectionCheck]:
    checks: list[SectionCheck] = []
    any_of = fields.many("any_of", [field.key for field in section.fields], required=False)
    if any_of or fields.given("any_count"):
        if not any_of:
            fields.wrong("any_of", _("Choose at least one."))
        checks.append(AnyOf(tuple(any_of), fields.integer("any_count", 1, max(len(any_of), 1))))
    numbers = [field.key for field in section.fields if field.type in NUMBERS]
    sum_of = fields.many("sum_of", numbers, required=False)
    if sum_of or fields.given("sum_most"):
        if not sum_of:
            fields.wrong("sum_of", _("Choose at least one."))
        checks.append(SumAtMost(tuple(sum_of), fields.eur("sum_most")))
    return checks


def new_section(fields: Fields, form: FormDefinition) -> FormSection:
    """A section of questions with the typed title and hint, filled in by whom was chosen; it has no question yet."""
    title = fields.text("title", most=150)
    hint = fields.text("hint", required=False, most=2000, multiline=True)
    return FormSection(key=section_key(form, title), title=title, hint=hint, by=fields.one_of("by", By))


def new_field(fields: Fields, section: FormSection) -> Field:
    """A field of the chosen type with the typed label; its page asks for the rest."""
    label = fields.text("label", most=200)
    chosen = fields.choice("type", TYPES)
    type_ = FieldType(chosen) if chosen in TYPES else FieldType.SHORT_TEXT
    options = (Option("yes", _("Yes")), Option("no", _("No"))) if type_ in CHOICES else ()
    taken = (*BESIDE, *(field.key for field in section.fields))
    key = "themes" if type_ is FieldType.THEMES else key_of(label, taken)
    checks: tuple[Check, ...] = (Length(most=MOST_LONG),) if type_ is FieldType.LONG_TEXT else ()
    return Field(key=key, label=label, type=type_, options=options, checks=checks)


def choices_of(section: FormSection, field: Field) -> dict[str, object]:
    """What the form of a question (calls/form_field.html) offers: checks that fit it, `earlier` answers that it may depend on,
    `accepted` ones among its own, and whether each party answers it (`own`)."""
    return {
        "checks": {check.__struct_config__.tag for check in field.kind.checks},
        "earlier": dependable(section, field.key),
        "accepted": answers_of(field),
        "own": section.by is By.PARTY,
    }
