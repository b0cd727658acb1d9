"""What assessors read of an application: the questions that were asked, and no others."""

from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.calls.rules.presets import PLAIN
from facility.db import Database
from facility.forms.types import AskedIf, Field, FieldType, Option
from tests.browser import Browsers
from tests.judging import judging

RISK = Field(
    key="risk",
    label="Could it be used against human rights?",
    type=FieldType.ONE_OF,
    options=(Option("none", "No risk"), Option("real", "A risk")),
)
MEASURES = Field(
    key="measures",
    label="What you do about it",
    type=FieldType.LONG_TEXT,
    asked_if=AskedIf("risk", ("real",)),
)
OWN = FormSection(key="own", title="Of each party", by=By.PARTY, fields=(RISK, MEASURES))
FORM = FormDefinition(
    (*PLAIN.sections, FormSection(key="rights", title="Human rights", fields=(RISK, MEASURES)), OWN)
)


async def test_what_was_not_asked_is_not_shown(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    await play.call("TAF-2021-02", form=FORM)
    await play.apply("A", "10000.00", call="TAF-2021-02")
    await play.close("TAF-2021-02")
    await play.declare("elena", "A")
    elena = await browse(play.people["elena"])
    page = (await elena.get(f"/assessments/{play.applications['A']}")).text
    assert page.count(RISK.label) == 4
    assert MEASURES.label not in page
