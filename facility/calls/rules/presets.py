"""Forms that a draft can start from."""

from decimal import Decimal

from msgspec.structs import replace

from facility.calls.rules.forms import By, FormDefinition, FormSection, SectionKind
from facility.forms.checks import NEEDED, AtLeast, Between, Length, Required
from facility.forms.types import AskedIf, Field, FieldType, Option

T = FieldType


def _text(key: str, label: str, hint: str, most: int, *, required: bool = True) -> Field:
    checks = (*(NEEDED if required else ()), Length(most=most))
    return Field(key=key, label=label, type=T.LONG_TEXT, hint=hint, checks=checks)


def _if(field: Field, other: str, *values: str) -> Field:
    return replace(field, asked_if=AskedIf(other, values))


_TITLE = Field(
    key="title",
    label="Title",
    type=T.SHORT_TEXT,
    hint="What it is about, in a line. No names of operations, cases or persons.",
    checks=NEEDED,
)
_SUMMARY = _text("summary", "Summary", "What you ask for, why, and what will be different afterwards.", 3000)
_PLAN = _text(
    "plan",
    "What will be done",
    "Workshops, seminars, study trips, internships, experts: what, for whom, when and where, and what each is for.",
    12_000,
)
_CASEWORK = replace(
    _text(
        "casework_origin",
        "Where it comes from in casework",
        "For example: requests through SIENA that stayed unanswered, joint investigations that failed for lack of a"
        " procedure.",
        5000,
    ),
    restricted=True,
)
_CASEWORK_HINT = (
    "Say which kind of problem in your daily work this answers. No case numbers, no names, nothing about persons or"
    " running investigations, nothing classified. Only the institutions in this application, the secretariat, and the"
    " assessors of this application read this part."
)
_ASK = FormSection(key="ask", title="What you ask for, and why", fields=(_TITLE, _SUMMARY, _PLAN))
_THEMES = FormSection(
    key="themes",
    title="Themes",
    fields=(
        Field(
            key="themes",
            label="What it is about",
            type=T.THEMES,
            hint="Choose all that apply. Experts are looked for by them.",
            checks=(Required(), AtLeast(1)),
        ),
    ),
)
_PARTNERS = FormSection(
    key="partners", title="Partners, amounts and confirmations", kind=SectionKind.PARTNERS
)
_DOCUMENTS = FormSection(key="documents", title="Documents", kind=SectionKind.DOCUMENTS)

PLAIN = FormDefinition(
    (
        _ASK,
        _THEMES,
        FormSection(
            key="casework",
            title="Where it comes from in casework",
            hint=_CASEWORK_HINT,
            fields=(_CASEWORK,),
        ),
        _PARTNERS,
        _DOCUMENTS,
    )
)
"""What the first calls asked for: three texts, themes, and an amount for each party."""

_RISKS = (
    Option("none", "No risk that we can see"),
    Option("low", "A low risk, which we can handle"),
    Option("real", "A real risk, which needs measures"),
)
STANDARD = FormDefinition(
    (
        _ASK,
        FormSection(
            key="casework",
            title="Where it comes from in casework",
            hint=_CASEWORK_HINT,
            fields=(
                Field(
                    key="from_casework",
                    label="Does it arise from concrete casework?",
                    type=T.YES_NO,
                    checks=NEEDED,
                ),
                _if(_CASEWORK, "from_casework", "yes"),
            ),
        ),
        _THEMES,
        FormSection(
            key="activities",
            title="Activities",
            kind=SectionKind.ACTIVITIES,
        ),
        FormSection(
            key="results",
            title="Results",
            fields=(
                _text(
                    "results",
                    "What there will be afterwards",
                    "Results that can be seen: people trained, a procedure agreed, a network that works.",
                    3000,
                ),
                _text(
                    "follow_up",
                    "How it goes on",
                    "Who keeps it up in your institutions, and what happens when trained people change posts.",
                    3000,
                ),
            ),
        ),
        FormSection(
            key="rights",
            title="Human rights",
            hint="Support for security services is screened for its effect on human rights, as the Operational Human"
            " Rights Guidance for EU external cooperation asks.",
            fields=(
                Field(
                    key="rights_risk",
                    label="Could what is taught or given be used against human rights?",
                    type=T.ONE_OF,
                    options=_RISKS,
                    checks=NEEDED,
                ),
                _if(
                    _text("rights_measures", "What you do about it", "Selection, content, oversight.", 2000),
                    "rights_risk",
                    "low",
                    "real",
                ),
                Field(
                    key="oversight",
                    label="Do the units that take part stand under independent oversight?",
                    type=T.YES_NO,
                    checks=NEEDED,
                ),
            ),
        ),
        FormSection(
            key="visibility",
            title="Visibility",
            hint="Whoever receives EU funding shows it, unless that would put people or work at risk"
            " (Regulation (EU, Euratom) 2024/2509, Article 204).",
            fields=(
                Field(
                    key="visible",
                    label="Can the activities be shown in public as funded by the European Union?",
                    type=T.YES_NO,
                    checks=NEEDED,
                    material=False,
                ),
                _if(
                    replace(
                        _text("visibility_plan", "How it is shown", "Where, to whom, by whom.", 1500),
                        material=False,
                    ),
                    "visible",
                    "yes",
                ),
                _if(
                    replace(
                        _text("waiver_reason", "Why not", "The reason for which you ask for a waiver.", 1500),
                        material=False,
                    ),
                    "visible",
                    "no",
                ),
            ),
        ),
        FormSection(
            key="data_protection",
            title="Data protection",
            fields=(
                Field(
                    key="personal_data",
                    label="Will data of persons be exchanged, other than names and functions of those who take part?",
                    type=T.YES_NO,
                    checks=NEEDED,
                ),
                _if(
                    _text(
                        "data_measures",
                        "Which, on which legal basis, and how they are protected",
                        "No such data in this application itself.",
                        2000,
                    ),
                    "personal_data",
                    "yes",
                ),
            ),
        ),
        FormSection(
            key="overlap",
            title="What else is done about it",
            fields=(
                _text(
                    "other_results",
                    "Support from other parts of the action",
                    "Results R1 to R9 of the action: what they do on the same subject, and what this adds.",
                    2000,
                ),
                Field(
                    key="other_donors",
                    label="Do other donors support the same subject?",
                    type=T.YES_NO,
                    checks=NEEDED,
                ),
                _if(
                    _text("which_donors", "Who, with what, until when", "And why it does not overlap.", 2000),
                    "other_donors",
                    "yes",
                ),
            ),
        ),
        _PARTNERS,
        FormSection(
            key="part",
            title="Your own part",
            by=By.PARTY,
            hint="Every institution that takes part fills this in for itself.",
            fields=(
                _text("contribution", "What you contribute", "People, rooms, knowledge, contacts.", 2000),
                Field(
                    key="participants",
                    label="How many of your people will take part",
                    type=T.NUMBER,
                    checks=(Required(), Between(Decimal(1), Decimal(500))),
                ),
                replace(
                    _text(
                        "confidential",
                        "What only the facility should know",
                        "Constraints or needs that the other institutions should not read. Only the secretariat and"
                        " the assessors of this application read it. Nothing classified.",
                        2000,
                        required=False,
                    ),
                    confidential=True,
                    material=False,
                ),
            ),
        ),
        FormSection(key="budget", title="Budget", kind=SectionKind.BUDGET),
        _DOCUMENTS,
    )
)
"""What the facility asks for in a call with a deadline or with cut-offs (dossier 1a, 3, 6)."""

SHORT = FormDefinition(
    (
        _ASK,
        FormSection(
            key="urgency",
            title="Why it is urgent",
            fields=(
                replace(
                    _text(
                        "why_urgent",
                        "Why it cannot wait for a call",
                        "What happens if help comes later. No case data, nothing classified.",
                        2000,
                    ),
                    restricted=True,
                ),
                Field(key="needed_by", label="When you need it at the latest", type=T.DAY, checks=NEEDED),
            ),
        ),
        _THEMES,
        _PARTNERS,
        _DOCUMENTS,
    )
)
"""The short form of the urgent track."""

FORMS: dict[str, FormDefinition] = {"standard": STANDARD, "short": SHORT, "plain": PLAIN}
"""By the name under which a draft is started from one."""
