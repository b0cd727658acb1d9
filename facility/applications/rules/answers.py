"""What is still missing in the answers to a call's form."""

from collections.abc import Callable, Iterator

from facility.calls.rules.forms import By, FormDefinition, FormSection, SectionKind
from facility.forms.checks import Answers
from facility.forms.findings import findings
from facility.refused import Reason


def form_findings(
    form: FormDefinition, answers_of: Callable[[FormSection], Answers], *, lead_role: str
) -> tuple[Reason, ...]:
    """Everything in the lead's answers that stands against submitting, in the order of the form: what every section's
    checks find, and "lead_role_missing" where the partners stand."""
    return tuple(_form_findings(form, answers_of, lead_role))


def _form_findings(
    form: FormDefinition, answers_of: Callable[[FormSection], Answers], lead_role: str
) -> Iterator[Reason]:
    for section in form.sections:
        if section.kind is SectionKind.QUESTIONS and section.by is By.LEAD:
            yield from findings(section, answers_of(section))
        elif section.kind is SectionKind.PARTNERS and not lead_role.strip():
            yield Reason("lead_role_missing", section.key)
