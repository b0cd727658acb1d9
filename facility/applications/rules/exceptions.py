"""What is asked for on the exception track beside the call's form: why one beneficiary alone is to be supported (dossier 1a,
Q12)."""

from facility.applications.rules.drafting import MAX_CONSULTATION
from facility.applications.rules.status import Track
from facility.calls.rules.forms import FormDefinition, FormSection
from facility.forms.checks import Check, Length, Required
from facility.forms.types import Field, FieldType

_CHECKS: tuple[Check, ...] = (Required(), Length(least=50, most=5000))
JUSTIFICATION = FormSection(
    key="single-beneficiary",
    title="Why a single beneficiary",
    fields=(
        Field(
            key="justification",
            label="Why support for a single beneficiary is needed",
            type=FieldType.LONG_TEXT,
            hint="Why it cannot be a joint application, and why it cannot wait for one. Those who are consulted and the"
            " authorising officer read it; the decision rests on it.",
            checks=_CHECKS,
        ),
    ),
)
"""The hyphen keeps it apart from the sections of any call."""
CONSULTATION = FormSection(
    key="consultation",
    title="Consultation",
    fields=(
        Field(
            key="consultation",
            label="Whom you consulted, when, and what came of it",
            type=FieldType.LONG_TEXT,
            hint="Offices and dates. The authorising officer decides on the ground of this, and may not be the person who writes"
            " it.",
            checks=(Required(), Length(most=MAX_CONSULTATION)),
        ),
    ),
)
"""What the lead says about its own consultations; it stands in the application's row, and partners do not confirm it."""


def asked_for(form: FormDefinition, track: Track) -> FormDefinition:
    """What an application on this track must say: what the call asks for, and on the exception track the justification."""
    if track != "exception":
        return form
    return FormDefinition((JUSTIFICATION, *form.sections))
