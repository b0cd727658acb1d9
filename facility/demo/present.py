"""The present of the demo: a call that was decided lately, one that is being judged, one that is open, a draft."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.activities.service.activities import ActivityDraft, complete, plan_activity
from facility.activities.service.evidence import AttendanceRow
from facility.applications.models.application import Party
from facility.applications.rules.parties import Confirmation
from facility.applications.service.change_requests import ask_for_change
from facility.applications.service.documents import record_consultation, refuse_document
from facility.applications.service.withdrawal import withdraw
from facility.awards.rules.complaints import OF_LETTERS
from facility.awards.service.complaints import register_complaint
from facility.calls.forms.grid import preset
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.call import LOT
from facility.calls.rules.committee import Committee
from facility.calls.rules.scoring import Aggregate, Steps
from facility.db import Tx
from facility.demo import budgets, missions, review
from facility.demo.story import COMMENT, COMPLETE, Story, Wish
from facility.evaluation.rules.committee import Function
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.committee import appoint
from facility.evaluation.service.conflicts import declare_tie
from facility.letters.models import Letter
from facility.story.cast import OFFICERS, PLACES

ASSESSORS = ("elena", "erik", "emma")
FIREARMS = Wish(
    title="Tracing firearms across three borders",
    lead="omar",
    partners=("arta", "milena"),
    amounts=("24000.00", "15000.00", "12500.00"),
    themes=("OC.FIREARMS", "X.JIT"),
)
CYBER = Wish(
    title="Electronic evidence for cybercrime units",
    lead="jelena",
    partners=("amra",),
    amounts=("26000.00", "20000.00"),
    themes=("OC.CYBER", "X.EEVID"),
)
ONLINE = Wish(
    title="Online radicalisation: from referral to case",
    lead="zoran",
    partners=("amra",),
    amounts=("18000.00", "9000.00"),
    themes=("CT.ONLINE", "CT.PVE"),
)


BY_CRITERIA = msgspec.structs.replace(
    preset("prag_2018_criteria"),
    min_assessments=2,
    aggregate=Aggregate.MEDIAN,
    steps=Steps.WHOLE,
    comment_low=40,
    comment_high=100,
    tie_break=("relevance", "beneficiaries", LOT),
)
"""A grid with every rule of scoring that the demo shows."""
REDRESS = AfterDecision(complaint_days=60, answer_days=45)
_GOOD = frozenset({"financial.technical_expertise", "relevance.added_value", "implementation.action_plan"})


def _marks(mark: int, **others: int) -> dict[str, Decimal]:
    """The same score for every sub-criterion, one more for what is good, and others by the ends of their keys."""
    marks = {item.key: mark + (item.key in _GOOD) for item in BY_CRITERIA.items}
    return {key: Decimal(others.get(key.partition(".")[2], given)) for key, given in marks.items()}


async def tell_present(story: Story) -> UUID:
    """Tell what is going on now; the call that is open."""
    await _decided_call(story)
    await missions.candidate(story)
    await _call_under_evaluation(story)
    return await _open_call(story)


async def _decided_call(story: Story) -> None:
    """An award under way: experts asked, one activity to verify, one planned; and a place on the reserve list."""
    call_id = await story.call(
        1, "Joint initiatives, spring round", -120, -75, "90000.00", grid=BY_CRITERIA, after_decision=REDRESS
    )
    wishes = [FIREARMS, CYBER, ONLINE]
    received = story.noon(-76)
    ids = [await story.apply(call_id, wish, story.noon(-100)) for wish in wishes]
    for application_id, wish in zip(ids, wishes, strict=True):
        await story.submit(application_id, wish, received)
    await story.close(call_id, story.noon(-75))
    await story.admit(ids, story.noon(-72), COMPLETE)
    poor = {"stable_sources_of_finance": 1}
    given = {
        "elena": (_marks(4), _marks(3), _marks(3, **poor)),
        "erik": (_marks(4, risks=5), _marks(3, risks=4), _marks(3, **poor)),
        "emma": (_marks(4, impact=2), _marks(4), _marks(4, stable_sources_of_finance=2)),
    }
    for assessor in given:
        await story.appoint(assessor, ids, story.noon(-70))
    for assessor, marks in given.items():
        for application_id, scores in zip(ids, marks, strict=True):
            await story.score(application_id, assessor, scores, story.noon(-60), COMMENT)
    await story.decide(call_id, story.noon(-45), story.noon(-46))
    await story.sign(call_id, story.noon(-42))
    await _complaint(story, ids[2])
    await _activities(story, ids[0])
    await missions.one_is_asked_for(story, ids[0], story.monday(6))


async def _complaint(story: Story, application_id: UUID) -> None:
    """The lead whose application was not funded complains of the letter; nobody has answered yet."""
    async with story.db.reader() as connection:
        query = select(Letter.id).where(Letter.application_id == application_id, Letter.kind.in_(OF_LETTERS))
        letter_id = (await connection.execute(query)).scalar_one()
    text = (
        "Our finances were scored 1. The audited accounts of two years, which we attached, are not mentioned in any comment. "
        "We ask you to have them read."
    )
    name = OFFICERS[ONLINE.lead][0]
    await story.act(story.noon(-12), ONLINE.lead, register_complaint, letter_id, text=text, name=name)


async def _activities(story: Story, application_id: UUID) -> None:
    """A workshop that was reported and waits for a second person, and a study trip that is planned."""
    first, trip = story.monday(-2), story.monday(6)
    plan = story.noon(-40)
    tracing = ActivityDraft(
        application_id=application_id,
        kind="workshop",
        title="Tracing workshop",
        place="Tirana",
        starts_on=first,
        ends_on=first + timedelta(days=2),
    )
    study_trip = msgspec.structs.replace(
        tracing,
        kind="study_trip",
        title="Study trip to a national ballistics centre",
        place="Rome",
        starts_on=trip,
        ends_on=trip + timedelta(days=4),
    )
    workshop = await story.act(plan, "omar", plan_activity, tracing)
    await story.act(plan, "omar", plan_activity, study_trip)
    await missions.one_is_over(story, application_id, first)
    await _report(story, workshop.id)


async def _report(story: Story, activity_id: UUID) -> None:
    at = story.noon(-7)
    rows = [
        AttendanceRow(
            beneficiary_code=PLACES[place].beneficiary,
            institution_id=story.places[place],
            gender=gender,
            expected=expected,
            present=present,
        )
        for place, gender, expected, present in (
            ("albanian_police", "F", 4, 4),
            ("albanian_police", "M", 4, 4),
            ("kosovo_police", "F", 3, 3),
            ("kosovo_police", "M", 5, 4),
            ("montenegrin_prosecution", None, 8, 7),
        )
    ]
    await story.report(activity_id, rows, at)
    await story.act(at, "omar", complete, activity_id)


_DRUGS = Wish(
    title="Common picture of drugs routes",
    lead="ilir",
    partners=("arta",),
    amounts=("20000.00", "18000.00"),
    themes=("OC.DRUGS", "X.ILP"),
)
_BORDER = Wish(
    title="Document fraud at border crossings",
    lead="biljana",
    partners=("omar",),
    amounts=("15000.00", "12000.00"),
    themes=("OC.DOCFRAUD",),
)
_MENTORING = Wish(
    title="Mentoring in mutual legal assistance",
    lead="dragana",
    partners=(),
    amounts=("9000.00",),
    themes=("X.MLA",),
)


async def _call_under_evaluation(story: Story) -> None:
    """One application to check, one with an assessment missing and a recusal, one on the exception track. It is scored by
    sub-criteria."""
    call_id = await story.call(2, "Joint initiatives, summer round", -50, -6, "120000.00", grid=BY_CRITERIA)
    first, second, alone = [
        await story.apply(call_id, wish, story.noon(-40)) for wish in (_DRUGS, _BORDER, _MENTORING)
    ]
    await story.act(
        story.noon(-20),
        "dragana",
        record_consultation,
        alone,
        "The regional secretariat and the EU Delegation were consulted in writing and raised no objection.",
    )
    for application_id, wish in ((first, _DRUGS), (second, _BORDER), (alone, _MENTORING)):
        await story.submit(application_id, wish, story.noon(-7))
    lead = story.places[OFFICERS[_DRUGS.lead][1]]
    await story.act(
        story.noon(-30), "eva", declare_tie, lead, "Worked there as an adviser.", until=story.day(-300)
    )
    await story.close(call_id, story.noon(-6))
    await story.admit([first], story.noon(-5), COMPLETE)
    for assessor in ASSESSORS:
        await story.appoint(assessor, [first], story.noon(-4))
    await story.score(first, "elena", _marks(3), story.noon(-3), COMMENT)
    await story.act(
        story.noon(-3),
        "erik",
        evaluation.declare_conflict,
        first,
        conflict=True,
        reason="I worked for one of the partners until last year.",
    )
    await review.load_initiatives(story, story.noon(-41))
    known = await review.consultees(story, story.noon(-5))
    await review.consult(story, alone, known, story.now)
    await review.clarify(story, alone, story.now)
    await review.ask_the_unit(story, alone, known, story.now)


async def _open_call(story: Story) -> UUID:
    """An application in every state that an open call knows."""
    asks = {"questions_until": story.noon(5), "answers_until": story.noon(7)}
    call_id = await story.call(
        3,
        "Joint initiatives, autumn round",
        -14,
        8,
        "150000.00",
        form=budgets.BY_LINES,
        committee=Committee(3, 2),
        **asks,
    )
    await _committee(story, call_id)
    at = story.noon(-5)
    waiting = msgspec.structs.replace(FIREARMS, title="Joint investigation of parcel-post firearms")
    wanted = await story.apply(call_id, waiting, at, confirm=1, budget=budgets.WORKED)
    await story.act(story.noon(-4), "milena", _ask_for_other_days, wanted)
    ready = msgspec.structs.replace(
        CYBER, title="Ransomware: first hours of an investigation", lead="milena", partners=("omar",)
    )
    await story.apply(call_id, ready, at, budget=budgets.plain(ready.amounts))
    handed_in = msgspec.structs.replace(
        ONLINE, title="Reintegration after detention", lead="arta", partners=("zoran",), themes=("CT.REINT",)
    )
    submitted = await story.apply(call_id, handed_in, at, budget=budgets.plain(handed_in.amounts))
    await story.submit(submitted, handed_in, story.noon(-2))
    taken_back = msgspec.structs.replace(
        CYBER, title="Asset recovery across borders", lead="amra", partners=("jelena",)
    )
    withdrawn = await story.apply(call_id, taken_back, at, budget=budgets.plain(taken_back.amounts))
    await story.submit(withdrawn, taken_back, story.noon(-3))
    await story.act(story.noon(-2), "amra", withdraw, withdrawn)
    ports = Wish(
        title="Container control in two ports",
        lead="luan",
        partners=("sanja",),
        amounts=("14000.00", "13000.00"),
        themes=("OC.CONTAINER",),
    )
    refused = await story.apply(call_id, ports, at, confirm=0, budget=budgets.plain(ports.amounts))
    await story.act(story.noon(-4), "luan", refuse_document, refused, sha256="5b" * 32)
    return call_id


COMMITTEE = (
    ("ines", Function.CHAIR, "Programme office", ""),
    ("vera", Function.SECRETARY, "Facility", "Programme office"),
    ("elena", Function.VOTING, "Public Prosecutor’s Office of Rome", ""),
    ("erik", Function.VOTING, "Swedish Police Authority", ""),
    ("enzo", Function.SUBSTITUTE, "Carabinieri", ""),
)


async def _committee(story: Story, call_id: UUID) -> None:
    """Nearly all of the committee of the call; a voting member is missing."""
    for who, function, institution, under in COMMITTEE:
        person = story.people[who]
        await story.act(
            story.noon(-10), "paul", appoint, call_id, person, function, institution=institution, under=under
        )


async def _ask_for_other_days(tx: Tx, application_id: UUID) -> None:
    """The partner that was asked and has not answered wants another week."""
    waiting = select(Party.id).where(
        Party.application_id == application_id, Party.confirmation == Confirmation.INVITED
    )
    wish = "In the second week of November our prosecutors are before the court. Could the workshop be a week later?"
    await ask_for_change(tx, (await tx.session.scalars(waiting)).one(), wish=wish)
