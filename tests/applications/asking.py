"""A call whose form has every type of field, and sections that each party fills in for itself."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.calls.models.call import Call
from facility.calls.rules.forms import By, FormDefinition, FormSection, SectionKind
from facility.calls.rules.modes import Mode
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database
from facility.forms.checks import Between, Length, Required
from facility.forms.types import AskedIf, Field, FieldType, Option
from facility.story.calls import CALL
from facility.story.drafts import Part, write_draft
from tests.applications.conftest import GRID, Stage, Times

KINDS = (Option("seminar", "Seminar"), Option("visit", "Study trip"))
FORM = FormDefinition(
    (
        FormSection(
            key="ask",
            title="What you ask for",
            fields=(
                Field(key="title", label="Title", type=FieldType.SHORT_TEXT, checks=(Required(),)),
                Field(key="themes", label="Themes", type=FieldType.THEMES),
                Field(
                    key="summary",
                    label="Summary",
                    type=FieldType.LONG_TEXT,
                    checks=(Required(), Length(least=10, most=3000)),
                ),
                Field(key="note", label="A note", type=FieldType.SHORT_TEXT, material=False),
            ),
        ),
        FormSection(
            key="figures",
            title="Figures",
            hint="Rough figures will do.",
            fields=(
                Field(key="trips", label="Are there trips?", type=FieldType.YES_NO, checks=(Required(),)),
                Field(
                    key="cost",
                    label="What they cost",
                    type=FieldType.AMOUNT,
                    checks=(Required(), Between(least=Decimal(10), most=Decimal(5000))),
                    asked_if=AskedIf("trips", ("yes",)),
                ),
                Field(key="people", label="People", type=FieldType.NUMBER),
                Field(key="begins", label="Begins on", type=FieldType.DAY),
                Field(key="kind", label="Main kind", type=FieldType.ONE_OF, options=KINDS),
                Field(key="kinds", label="All kinds", type=FieldType.SOME_OF, options=KINDS),
            ),
        ),
        FormSection(
            key="own",
            title="Your own part",
            by=By.PARTY,
            fields=(
                Field(key="part", label="What you do", type=FieldType.LONG_TEXT),
                Field(
                    key="secret",
                    label="What others may not read",
                    type=FieldType.LONG_TEXT,
                    confidential=True,
                ),
                Field(key="topics", label="Your themes", type=FieldType.THEMES),
            ),
        ),
        FormSection(key="partners", title="Partners", kind=SectionKind.PARTNERS),
        FormSection(key="documents", title="Documents", kind=SectionKind.DOCUMENTS),
    )
)


def requiring(key: str, section: str = "own") -> FormDefinition:
    """The same form, in which this question of a section must be answered."""
    return msgspec.structs.replace(
        FORM,
        sections=tuple(
            msgspec.structs.replace(
                form_section, fields=tuple(_required(field, key) for field in form_section.fields)
            )
            if form_section.key == section
            else form_section
            for form_section in FORM.sections
        ),
    )


def _required(field: Field, key: str) -> Field:
    return msgspec.structs.replace(field, checks=(Required(),)) if field.key == key else field


async def asking_draft(
    db: Database, stage: Stage, times: Times, cut_offs: Sequence[datetime] = (), form: FormDefinition = FORM
) -> UUID:
    """A draft of Omar's to such a call, with Kosovo* Police as its partner; with cut-offs, to a rolling one."""
    async with db.transaction(now=times.before, actor=stage.sara) as tx:
        other = await tx.get(Call, stage.call)
        draft = msgspec.structs.replace(
            CALL,
            reference="TAF-2021-02",
            title="Every kind of question",
            opens_at=times.opens,
            closes_at=times.closes,
            envelope_id=other.envelope_id,
            amount=Decimal("50000.00"),
            grid=GRID,
            form=form,
            mode=Mode.ROLLING if cut_offs else Mode.DEADLINE,
            cut_offs=tuple(cut_offs),
        )
        call = (await draft_call(tx, draft)).id
    async with db.transaction(now=times.before, actor=stage.anna) as tx:
        await publish_call(tx, call)
    lead = Part(stage.police, "Leads", Decimal("20000.00"))
    partner = Part(stage.partner, "Hosts", Decimal("10000.50"), "Vesa Gashi", "vesa@example.org")
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        return (await write_draft(tx, call, "Firearms", lead, [partner])).id
