"""What may be corrected after publication, and what never: one table, and the rule that reads it.

Whoever prepares an application relies on the published rules. So what decides who may apply and how applications
are judged stays as it was published; what helps everybody alike, or gives more time, may be corrected until the deadline.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from facility.calls.rules.call import CallDraft, above_cap
from facility.calls.rules.forms import FormDefinition, FormSection, SectionKind, form_mistakes
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import CallState, runs
from facility.calls.rules.strict import above_amount
from facility.forms.types import Field
from facility.refused import Reason, refuse


class Frozen(StrEnum):
    """Why a field is never corrected: the code of the sentence that says it."""

    NAME = "frozen_name"
    OPENING = "frozen_opening"
    RHYTHM = "frozen_rhythm"
    MONEY = "frozen_envelope"
    ELIGIBILITY = "frozen_eligibility"
    JUDGING = "frozen_judging"
    AFTER = "frozen_after_decision"


class Corrected(StrEnum):
    """What a correction of a field must keep to."""

    FREELY = "freely"
    LATER = "later"
    EACH_LATER = "each_later"
    AHEAD = "ahead"
    WITH_NOTICE = "with_notice"
    ADDED_TO = "added_to"


CORRIGENDUM: dict[str, Frozen | Corrected] = {
    "reference": Frozen.NAME,
    "title": Corrected.FREELY,
    "text": Corrected.FREELY,
    "mode": Frozen.RHYTHM,
    "cut_offs": Corrected.EACH_LATER,
    "decide_within_hours": Frozen.RHYTHM,
    "opens_at": Frozen.OPENING,
    "closes_at": Corrected.LATER,
    "questions_until": Corrected.AHEAD,
    "answers_until": Corrected.AHEAD,
    "envelope_id": Frozen.MONEY,
    "amount": Corrected.FREELY,
    "award_min": Corrected.WITH_NOTICE,
    "award_max": Corrected.WITH_NOTICE,
    "min_beneficiaries": Frozen.ELIGIBILITY,
    "extended_to": Frozen.ELIGIBILITY,
    "extension_decision": Frozen.ELIGIBILITY,
    "only_themes": Frozen.ELIGIBILITY,
    "skip_unaffordable": Frozen.JUDGING,
    "cool_down": Frozen.JUDGING,
    "after_decision": Frozen.AFTER,
    "committee": Frozen.JUDGING,
    "grid": Frozen.JUDGING,
    "unusual_reason": Frozen.JUDGING,
    "form": Corrected.ADDED_TO,
}
"""Every field of a call: corrected freely; only to a later instant; each that is still to come only to a later instant; only to an instant that is still to come; with so
much time left that applicants can act on it; only by more sections and questions, with as much time left; or never, and why. (An amount stays within its envelope: draft_mistakes.)"""

LEAST_NOTICE = timedelta(days=5)
"""The time that must be left until the deadline where applicants have to act on a correction."""


def changed_fields(before: CallDraft, after: CallDraft) -> tuple[str, ...]:
    """Names of the fields that differ, in the order of the form."""
    return tuple(
        name for name in CallDraft.__struct_fields__ if getattr(before, name) != getattr(after, name)
    )


def may_correct(state: str, closes_at: datetime, now: datetime) -> None:
    """A call is corrected from its publication until its deadline, the last instant included: what has passed is not
    extended, and what was submitted in good faith not judged by other rules.

    Refused: "not_published", "call_cancelled", "too_late_to_correct".
    """
    if state == CallState.DRAFT:
        refuse("not_published")
    if state == CallState.CANCELLED:
        refuse("call_cancelled")
    if not runs(state, closes_at, now):
        refuse("too_late_to_correct")


def corrigendum_mistakes(
    before: CallDraft, after: CallDraft, now: datetime, *, least_notice: timedelta = LEAST_NOTICE
) -> list[Reason]:
    """Everything that stands against correcting the call from what is published to this, each at its field."""
    changed = changed_fields(before, after)
    if not changed:
        return [Reason("nothing_corrected")]
    return [
        *(reason for name in changed for reason in _mistakes(name, before, after, now, least_notice)),
        *_award_mistakes(changed, after),
    ]


def _mistakes(
    name: str, before: CallDraft, after: CallDraft, now: datetime, least_notice: timedelta
) -> Iterator[Reason]:
    rule = CORRIGENDUM[name]
    if isinstance(rule, Frozen):
        yield Reason(rule.value, name)
        return
    value = getattr(after, name)
    if rule is Corrected.LATER and after.mode is Mode.ROLLING:
        if value != max(after.cut_offs, default=value):
            yield Reason(Frozen.RHYTHM.value, name)
    elif rule is Corrected.LATER and value < getattr(before, name):
        yield Reason("deadline_only_later", name)
    if rule is Corrected.EACH_LATER:
        yield from _cut_off_mistakes(before.cut_offs, after.cut_offs, now)
    if rule is Corrected.AHEAD and value is not None and value < now:
        yield Reason("date_has_passed", name)
    if rule is Corrected.ADDED_TO and not only_added(before.form, after.form):
        yield Reason("form_only_added", name)
    if rule is Corrected.ADDED_TO:
        yield from form_mistakes(after.form)
    if rule in (Corrected.WITH_NOTICE, Corrected.ADDED_TO) and after.closes_at - now < least_notice:
        yield Reason("too_little_notice", name, {"days": str(least_notice.days)})


def _award_mistakes(changed: Sequence[str], after: CallDraft) -> Iterator[Reason]:
    """A correction promises no more than a draft may: nothing that nobody can get, and above the cap only for the reason that
    the call was published with."""
    if not {"amount", "award_max"}.isdisjoint(changed):
        yield from above_amount(after)
    if "award_max" in changed and not after.unusual_reason:
        yield from above_cap(after.rules)


def _cut_off_mistakes(
    before: Sequence[datetime], after: Sequence[datetime], now: datetime
) -> Iterator[Reason]:
    """As many as were announced; those that have passed stay."""
    if len(before) != len(after):
        yield Reason(Frozen.RHYTHM.value, "cut_offs")
        return
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        if new != old and old <= now:
            yield Reason("cut_off_has_passed", f"cut_offs.{i}")
        elif new < old:
            yield Reason("deadline_only_later", f"cut_offs.{i}")


def only_added(before: FormDefinition, after: FormDefinition) -> bool:
    """Whether a form asks what it asked, in the same order and the same words, and perhaps more."""
    kept = [section for section in after.sections if before.section(section.key)]
    return (
        [section.key for section in kept] == [section.key for section in before.sections]
        and all(section.kind is SectionKind.QUESTIONS for section in added_sections(before, after))
        and all(_more(old, new) for old, new in zip(before.sections, kept, strict=True))
    )


def _more(before: FormSection, after: FormSection) -> bool:
    keys = {field.key for field in before.fields}
    fields = tuple(field for field in after.fields if field.key in keys)
    return msgspec.structs.replace(after, fields=fields) == before


def added_questions(before: FormDefinition, after: FormDefinition) -> list[tuple[FormSection, Field]]:
    """What a form asks that it did not ask before: fields with their sections."""
    added: list[tuple[FormSection, Field]] = []
    for section in after.sections:
        old = before.section(section.key)
        known = {field.key for field in old.fields} if old else set()
        added += [(section, field) for field in section.fields if field.key not in known]
    return added


def added_sections(before: FormDefinition, after: FormDefinition) -> list[FormSection]:
    """The sections of a form that it did not have before."""
    return [section for section in after.sections if before.section(section.key) is None]


class Difference(msgspec.Struct, frozen=True):
    """A field of two versions that follow each other."""

    field: str
    before: object
    after: object


def differences(before: CallDraft, after: CallDraft) -> list[Difference]:
    """What changed from one version to the next, in the order of the form."""
    return [
        Difference(name, getattr(before, name), getattr(after, name))
        for name in changed_fields(before, after)
    ]
