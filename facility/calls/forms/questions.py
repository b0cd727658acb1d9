"""The web forms with which a draft's form is edited: a section's own page, and a field's."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import takewhile

import msgspec
from msgspec.structs import replace

from facility.calls.rules.edits import key_of, section_key
from facility.calls.rules.forms import INDIRECT_MOST, By, FormDefinition, FormSection, SectionKind
from facility.calls.words.calls import SECTION_TITLE_MISSING, TYPES
from facility.forms.checks import Answers, AtLeast, Between, Check, Length, OneOf, Required, Within
from facility.forms.keys import BESIDE
from facility.forms.reading import read
from facility.forms.sections import AnyOf, Section, SectionCheck, SumAtMost
from facility.forms.types import CHOICES, MOST_LONG, NUMBERS, AskedIf, Field, Option, T, ask
from facility.refused import Reason
from facility.web.fields import Fields, shown
from facility.web.i18n import N_, _, filled, translated
from facility.web.sentences import sentence

type Values = dict[str, str | list[str]]

KINDS: dict[SectionKind, str] = {
    SectionKind.QUESTIONS: N_("Questions"),
    SectionKind.PARTNERS: N_("Partners and confirmations"),
    SectionKind.ACTIVITIES: N_("Planned activities"),
    SectionKind.BUDGET: N_("Budget by partner and activity"),
    SectionKind.DOCUMENTS: N_("Documents"),
}
MOST_OPTIONS, MOST_CHARACTERS = 40, 20_000
ANSWERS_MISSING = N_("Enter 2 to {most} answers, one on each line.")
FLAGS = ("material", "confidential", "restricted")


def settings(section: FormSection, field: Field) -> Section:
    """What the page of a question asks about it."""
    earlier = dependable(section, field.key)
    missing = filled(ANSWERS_MISSING, most=MOST_OPTIONS)
    on_lines = ask(
        "options",
        _("Answers"),
        T.LONG_TEXT,
        _("One on each line, in this order."),
        most=4000,
        missing=missing,
    )
    depends = ask("asked_if", _("Asked only if one of these was answered"), T.SOME_OF, needed=False)
    flags = {
        "material": (
            _("Partners confirm what it says"),
            _("Changing the answer asks them to confirm again."),
        ),
        "restricted": (
            _("Hidden from the Commission and auditors"),
            _("The parties, the secretariat and assessors read it."),
        ),
        "confidential": (
            _("Confidential"),
            _("Only the institution itself, the secretariat and assessors read it, no other party."),
        ),
    }
    if section.by is By.LEAD:
        del flags["confidential"]
    return Section(
        key=field.key,
        title=field.label,
        fields=(
            ask("label", _("Question"), T.SHORT_TEXT, missing=sentence(Reason("question_missing"))),
            ask("hint", _("Help below the question"), T.LONG_TEXT, needed=False, most=1000),
            *((on_lines,) if field.kind.needs_options else ()),
            ask("required", _("It must be answered"), T.FLAG, needed=False),
            *(limit for check in field.kind.checks for limit in _limits(check, field)),
            *((replace(depends, options=earlier),) if earlier else ()),
            *(ask(key, label, T.FLAG, hint, needed=False) for key, (label, hint) in flags.items()),
        ),
    )


def _limits(check: type[Check], field: Field) -> Iterator[Field]:
    """What a check is parametrised with, named as its own fields; bounds are asked for as an answer is."""
    if check is Length:
        limit = ask("least", _("At least"), T.WHOLE, needed=False, least=1, most=MOST_CHARACTERS)
        yield replace(limit, unit=_("characters"))
        yield replace(limit, key="most", label=_("At most"), unit=_("characters"))
    elif check is Between:
        yield ask("least", _("At least"), field.type, needed=False)
        yield ask("most", _("At most"), field.type, needed=False)
    elif check is Within:
        yield ask("first", _("Not before"), T.DAY, needed=False)
        yield ask("last", _("Not after"), T.DAY, needed=False)
    elif check is AtLeast:
        label = _("Minimum number of choices")
        yield ask("count", label, T.WHOLE, needed=False, least=1, most=MOST_OPTIONS)
    elif check is OneOf:
        label = _("The application can be submitted only with one of these answers")
        hint = _("Leave it empty to accept every answer.")
        yield ask("values", label, T.SOME_OF, hint, needed=False, options=field.choices)


def shown_field(field: Field) -> Values:
    """A field's settings, as its page shows them."""
    values: Values = {
        "label": field.label,
        "hint": field.hint,
        "options": "\n".join(option.label for option in field.options),
        "asked_if": [f"{field.asked_if.field}:{value}" for value in field.asked_if.values]
        if field.asked_if
        else [],
        "required": "yes" if field.required else "",
        **{name: "yes" if getattr(field, name) else "" for name in FLAGS},
    }
    for check in field.checks:
        for limit in msgspec.structs.fields(check):
            value = getattr(check, limit.name)
            if value != limit.default:
                values[limit.name] = list(value) if isinstance(value, tuple) else shown(value)
    return values


def read_field(fields: Fields, section: FormSection, old: Field) -> Field:
    """The field with what was typed."""
    fields.ignore("confidential")
    typed = read(fields, settings(section, old).without("values"))
    changed = replace(
        old,
        label=str(typed["label"]),
        hint=str(typed["hint"]),
        options=_options(fields, old, str(typed["options"])) if old.kind.needs_options else (),
        asked_if=_asked_if(fields, list(typed.get("asked_if", []))),
        **{name: bool(typed.get(name)) for name in FLAGS},
    )
    # Among the answers as they are typed now.
    typed["values"] = fields.many("values", changed.keys, required=False)
    return replace(changed, checks=tuple(_checks(fields, changed, typed)))


def _options(fields: Fields, old: Field, typed: str) -> tuple[Option, ...]:
    labels = list(dict.fromkeys(line.strip() for line in typed.split("\n") if line.strip()))
    if fields.sound("options") and not 2 <= len(labels) <= MOST_OPTIONS:
        fields.wrong("options", filled(ANSWERS_MISSING, most=MOST_OPTIONS))
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


def _checks(fields: Fields, field: Field, typed: Answers) -> Iterator[Check]:
    if typed["required"]:
        yield Required()
    for kind in field.kind.checks:
        limits = {name: typed[name] for name in kind.__struct_fields__ if typed[name]}
        if limits:
            check = msgspec.convert(limits, kind, strict=False)
            _note_crossed(fields, check)
            yield check


def _note_crossed(fields: Fields, check: Check) -> None:
    match check:
        case Length(least, int(most)) | Between(Decimal() as least, Decimal() as most) if least > most:
            fields.wrong("most", _("The maximum must not be lower than the minimum."))
        case Within(date() as first, date() as last) if first > last:
            fields.wrong("last", sentence(Reason("ends_before_it_starts")))


def dependable(section: FormSection, key: str) -> tuple[Option, ...]:
    """The answers that a field may depend on, those of the questions before it: ("visible:no", "Visible? No")."""
    before = takewhile(lambda field: field.key != key, section.fields)
    return tuple(
        Option(f"{field.key}:{option.key}", f"{field.label} {translated(option.label)}")
        for field in before
        for option in field.choices
    )


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
    title = fields.text("title", missing=translated(SECTION_TITLE_MISSING), most=150)
    hint = fields.text("hint", missing=None, most=2000, multiline=True)
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
    title = fields.text("title", missing=translated(SECTION_TITLE_MISSING), most=150)
    hint = fields.text("hint", missing=None, most=2000, multiline=True)
    return FormSection(key=section_key(form, title), title=title, hint=hint, by=fields.one_of("by", By))


def new_field(fields: Fields, section: FormSection) -> Field:
    """A field of the chosen type with the typed label; its page asks for the rest."""
    label = fields.text("label", missing=sentence(Reason("question_missing")), most=200)
    chosen = fields.choice("type", TYPES)
    type_ = T(chosen) if chosen in TYPES else T.SHORT_TEXT
    options = (Option("yes", _("Yes")), Option("no", _("No"))) if type_ in CHOICES else ()
    taken = (*BESIDE, *(field.key for field in section.fields))
    key = "themes" if type_ is T.THEMES else key_of(label, taken)
    checks: tuple[Check, ...] = (Length(most=MOST_LONG),) if type_ is T.LONG_TEXT else ()
    return Field(key=key, label=label, type=type_, options=options, checks=checks)
