"""Forms that a draft can start from."""

from facility.calls.rules.forms import (
    AtLeast,
    Field,
    FieldType,
    FormDefinition,
    FormSection,
    Length,
    Required,
    SectionKind,
)

PLAIN = FormDefinition(
    (
        FormSection(
            key="ask",
            title="What you ask for, and why",
            fields=(
                Field(
                    key="title",
                    label="Title",
                    type=FieldType.SHORT_TEXT,
                    hint="What it is about, in a line. No names of operations, cases or persons.",
                    checks=(Required(),),
                ),
                Field(
                    key="summary",
                    label="Summary",
                    type=FieldType.LONG_TEXT,
                    hint="What you ask for, why, and what will be different afterwards.",
                    checks=(Required(), Length(most=3000)),
                ),
                Field(
                    key="plan",
                    label="What will be done",
                    type=FieldType.LONG_TEXT,
                    hint="Workshops, seminars, study trips, internships, experts: what, for whom, when and where,"
                    " and what each is for.",
                    checks=(Required(), Length(most=12_000)),
                ),
            ),
        ),
        FormSection(
            key="themes",
            title="Themes",
            fields=(
                Field(
                    key="themes",
                    label="What it is about",
                    type=FieldType.THEMES,
                    hint="Choose all that apply. Experts are looked for by them.",
                    checks=(Required(), AtLeast(1)),
                ),
            ),
        ),
        FormSection(
            key="casework",
            title="Where it comes from in casework",
            hint="Say which kind of problem in your daily work this answers. No case numbers, no names, nothing about"
            " persons or running investigations, nothing classified. Only the institutions in this application, the"
            " secretariat, and the assessors of this application read this part.",
            fields=(
                Field(
                    key="casework_origin",
                    label="Where it comes from in casework",
                    type=FieldType.LONG_TEXT,
                    hint="For example: requests through SIENA that stayed unanswered, joint investigations that"
                    " failed for lack of a procedure.",
                    checks=(Required(), Length(most=5000)),
                    restricted=True,
                ),
            ),
        ),
        FormSection(key="partners", title="Partners, amounts and confirmations", kind=SectionKind.PARTNERS),
        FormSection(key="documents", title="Documents", kind=SectionKind.DOCUMENTS),
    )
)
"""What the first calls asked for: three texts, themes, and an amount for each party."""
