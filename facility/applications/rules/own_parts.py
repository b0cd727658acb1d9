"""The part that each party fills in for itself: what is missing in it, and who may read and write what."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from facility.applications.rules.drafting import may_edit
from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.forms.checks import Answers, Check, Length, Required
from facility.forms.findings import findings
from facility.forms.types import Field, FieldType
from facility.refused import Reason, refuse

MAX_ROLE = 1000
"""Characters that a party's role may have."""
_ROLE_CHECKS: tuple[Check, ...] = (Required(), Length(most=MAX_ROLE))
ROLE = FormSection(
    key="own-role",
    title="What your institution does in it",
    by=By.PARTY,
    fields=(
        Field(
            key="role",
            label="What your institution does in it",
            type=FieldType.LONG_TEXT,
            hint="For example: hosts the workshop, sends six investigators. All parties read and confirm it.",
            checks=_ROLE_CHECKS,
        ),
    ),
)
"""A part of every form that has partners; the answer stands in the party's own row."""


def own_sections(form: FormDefinition) -> tuple[FormSection, ...]:
    """What a partner fills in for itself."""
    return (ROLE, *form.questions(By.PARTY))


def readable(section: FormSection, *, confidential: bool) -> tuple[Field, ...]:
    """The fields that may be read and written: confidential ones only by the party itself."""
    return tuple(field for field in section.fields if confidential or not field.confidential)


def without_confidential(section: FormSection, answers: Answers) -> dict[str, Any]:
    """The answers that all parties may read."""
    hidden = {field.key for field in section.fields if field.confidential}
    return {key: answer for key, answer in answers.items() if key not in hidden}


def may_fill_in(*, editable: bool, left: bool, declined: bool) -> None:
    """A party's part is filled in while the application is a draft and the party takes part.

    Refused: "not_a_draft", "left", "already_declined".
    """
    may_edit(editable=editable)
    if left:
        refuse("left")
    if declined:
        refuse("already_declined")


def part_is_complete(form: FormDefinition, answers_of: Callable[[FormSection], Answers]) -> None:
    """A partner confirms its own part with the application, so nothing may be missing in it: to fill it in afterwards would
    make the confirmation void.

    Refused: "own_part_incomplete" (invalid), with the labels of what is missing.
    """
    missing = [
        reason for section in form.questions(By.PARTY) for reason in findings(section, answers_of(section))
    ]
    if missing:
        labels = dict.fromkeys(reason.params.get("label") or reason.params["labels"] for reason in missing)
        refuse("own_part_incomplete", kind="invalid", field="answer", missing=", ".join(labels))


def part_findings[Party](
    form: FormDefinition,
    parties: Sequence[tuple[Party, str]],
    answers_of: Callable[[FormSection, Party], Answers],
) -> Iterator[Reason]:
    """What is missing in each party's own part, the lead's first. `parties`: each with the name of its institution.

    To the lead, a partner's reasons name the institution; of what is confidential they say only that it isn't complete.
    The field is "<section>.<field>" in the lead's own part and "part:<party>.<section>.<field>" in a partner's.
    """
    for number, (party, name) in enumerate(parties):
        for section in form.questions(By.PARTY):
            reasons = findings(section, answers_of(section, party))
            yield from reasons if number == 0 else _as_the_lead_reads(reasons, section, party, name)


def _as_the_lead_reads[Party](
    reasons: Sequence[Reason], section: FormSection, party: Party, name: str
) -> Iterator[Reason]:
    open_ = {f"{section.key}.{field.key}" for field in readable(section, confidential=False)}
    for reason in reasons:
        if reason.field in open_:
            params = {**reason.params, "label": f"{name}: {reason.params.get('label', '')}"}
            yield Reason(reason.code, f"part:{party}.{reason.field}", params)
    if any(reason.field not in open_ for reason in reasons):
        yield Reason("confidential_part_missing", f"part:{party}", {"name": name})
