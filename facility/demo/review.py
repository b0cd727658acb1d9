"""What the secretariat asks and finds about applications of the demo: consultations under way and ended by silence."""

from datetime import date, datetime, timedelta
from uuid import UUID

from facility.admission.rules.clarification import ClarificationKind
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.rules.overlap import DONOR, InitiativeLine
from facility.admission.service.clarifications import answer_clarification, ask_for_clarification
from facility.admission.service.consultations import (
    answer_consultation,
    end_consultations_due,
    start_consultations,
)
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.admission.service.initiatives import import_initiatives
from facility.demo.story import Story
from facility.events.relay import deliver_all

CONSULTEES = {
    "delegation": ConsulteeData(
        name="EU Delegation, operations section",
        kind=ConsulteeKind.DELEGATION,
        email="delegation@facility.example",
    ),
    "iisg": ConsulteeData(name="IISG support team", kind=ConsulteeKind.IISG, email="iisg@facility.example"),
    "unit": ConsulteeData(
        name="Geographic unit, regional programmes",
        kind=ConsulteeKind.GEOGRAPHIC_UNIT,
        email="unit@facility.example",
    ),
}


async def consultees(story: Story, at: datetime) -> dict[str, UUID]:
    """Neutral samples, by their short names."""
    return {name: (await story.act(at, "vera", add_consultee, data)).id for name, data in CONSULTEES.items()}


INITIATIVES = (
    InitiativeLine(
        result="R3",
        title="Information exchange on firearms trafficking",
        text="Embedded country teams help investigators to answer requests on firearms and to prepare joint teams.",
        beneficiaries=("AL", "BA", "ME", "XK"),
        themes=("OC.FIREARMS", "X.JIT"),
        starts_on=date(2024, 1, 1),
        ends_on=date(2027, 12, 31),
        source="Work plan, sample",
    ),
    InitiativeLine(
        result="R8",
        title="Electronic evidence and online crime proceeds",
        text="Courses for prosecutors and cybercrime units on electronic evidence and the search for proceeds of crime.",
        beneficiaries=("AL", "BA", "ME", "MK", "RS", "XK"),
        themes=("X.EEVID", "OC.CYBER"),
        starts_on=date(2023, 6, 1),
        ends_on=date(2026, 6, 30),
        source="Work plan, sample",
    ),
    InitiativeLine(
        result=DONOR,
        title="Размена на искуства за контрола на контејнери",
        text="Курсеви за царински и полициски тимови во пристаништа.",
        beneficiaries=("MK", "ME"),
        themes=("OC.CONTAINER",),
        starts_on=None,
        ends_on=None,
        source="Donor list, sample",
    ),
)


async def load_initiatives(story: Story, at: datetime) -> None:
    """What other results and donors do."""
    await story.act(at, "ada", import_initiatives, "sample.csv", INITIATIVES)


async def consult(story: Story, application_id: UUID, known: dict[str, UUID], now: datetime) -> None:
    """The IISG is silent, the Delegation has agreed."""
    asked_at = now - timedelta(days=5)
    _silent, agreed = await story.act(
        asked_at,
        "ada",
        start_consultations,
        application_id,
        [known["iisg"], known["delegation"]],
        days=1,
        more_days=0,
        question="Does this meet with something that you plan or support already?",
    )
    await story.act(
        asked_at + timedelta(hours=3),
        None,
        answer_consultation,
        agreed.id,
        objects=False,
        name="Head of the operations section",
    )


async def clarify(story: Story, application_id: UUID, now: datetime) -> None:
    """The secretariat has asked for a mandate, and the lead has answered."""
    clarification = await story.act(
        now - timedelta(days=3),
        "ada",
        ask_for_clarification,
        application_id,
        kind=ClarificationKind.EVIDENCE,
        question="Which of your units hosts the experts, and until when is the head of unit appointed?",
    )
    if clarification.ends_at > now - timedelta(days=2):
        await story.act(
            now - timedelta(days=2),
            None,
            answer_clarification,
            clarification.id,
            text="The unit for mutual legal assistance; the head is appointed until the end of next year.",
            name="Dragana Ilić, prosecutor",
        )


async def ask_the_unit(story: Story, application_id: UUID, known: dict[str, UUID], now: datetime) -> None:
    """The unit is being asked now; the time of the IISG is over."""
    await story.act(now - timedelta(hours=2), "ada", start_consultations, application_id, [known["unit"]])
    await end_consultations_due(story.db, now)
    await deliver_all(story.db, lambda: now)
