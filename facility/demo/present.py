"""The present of the demo: a call that was decided lately, one that is being judged, one that is open, a draft."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from facility.activities.service.activities import ActivityDraft, complete, plan_activity
from facility.activities.service.evidence import AttendanceRow, attach_evidence, set_attendance
from facility.admission.service.admissibility import check_admissibility
from facility.applications.service.documents import record_consultation, refuse_document
from facility.applications.service.withdrawal import withdraw
from facility.awards.service.deciding import decide, propose
from facility.demo import budgets, review
from facility.demo.story import Story, Wish
from facility.demo.wishes import ask_for_other_days
from facility.deployments.service.expertise import RequestDraft, confirm_shortlist, request_expertise
from facility.evaluation.service import assessing as evaluation

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


async def tell_present(story: Story) -> UUID:
    """Tell what is going on now; the call that is open."""
    await _decided_call(story)
    await _call_under_evaluation(story)
    return await _open_call(story)


async def _assessed(story: Story, call_id: UUID, application_ids: Sequence[UUID], at: datetime) -> None:
    """Admissible, with three assessors who have declared that they are bound."""
    for assessor in ("elena", "erik", "emma"):
        for application_id in application_ids:
            await story.act(at, "ada", evaluation.assign, application_id, story.troupe.people[assessor])
        await story.act(at, assessor, evaluation.sign_declaration, call_id)


async def _decided_call(story: Story) -> None:
    """An award under way: experts asked, one activity to verify, one planned; and a place on the reserve list."""
    call_id = await story.call(1, "Joint initiatives, spring round", -120, -75, "90000.00")
    wishes = [FIREARMS, CYBER, ONLINE]
    received = story.noon(-76)
    ids = [await story.apply(call_id, wish, story.noon(-100)) for wish in wishes]
    for application_id, wish in zip(ids, wishes, strict=True):
        await story.submit(application_id, wish, received)
    closed = story.noon(-75)
    await story.close(call_id, closed)
    for application_id in ids:
        await story.act(
            story.noon(-72),
            "ada",
            check_admissibility,
            application_id,
            admissible=True,
            reason="Complete, signed and in time.",
        )
    await _assessed(story, call_id, ids, story.noon(-70))
    for application_id, scores in zip(
        ids, ([17, 18, 13, 12, 12, 12], [15, 16, 12, 11, 11, 12], [11, 16, 11, 11, 11, 11]), strict=True
    ):
        for assessor in ("elena", "erik", "emma"):
            await story.score(application_id, assessor, scores, story.noon(-60))
    await story.act(story.noon(-46), "vera", propose, call_id)
    await story.act(story.noon(-45), "paul", decide, call_id)
    await _activities(story, ids[0])
    await _experts_asked(story, ids[0])


async def _activities(story: Story, application_id: UUID) -> None:
    """A workshop that was reported and waits for a second person, and a study trip that is planned."""
    first, trip = story.monday(-2), story.monday(6)
    plan = story.noon(-40)
    workshop = await story.act(
        plan,
        "omar",
        plan_activity,
        ActivityDraft(
            application_id=application_id,
            kind="workshop",
            title="Tracing workshop",
            place="Tirana",
            starts_on=first,
            ends_on=first + timedelta(days=2),
        ),
    )
    await story.act(
        plan,
        "omar",
        plan_activity,
        ActivityDraft(
            application_id=application_id,
            kind="study_trip",
            title="Study trip to a national ballistics centre",
            place="Rome",
            starts_on=trip,
            ends_on=trip + timedelta(days=4),
        ),
    )
    await _report(story, workshop.id)


async def _report(story: Story, activity_id: UUID) -> None:
    at = story.noon(-7)
    rows = [
        AttendanceRow(
            beneficiary_code=code,
            institution_id=story.troupe.places[place],
            gender=gender,
            expected=expected,
            present=present,
        )
        for code, place, gender, expected, present in (
            ("AL", "albanian_police", "F", 4, 4),
            ("AL", "albanian_police", "M", 4, 4),
            ("XK", "kosovo_police", "F", 3, 3),
            ("XK", "kosovo_police", "M", 5, 4),
            ("ME", "montenegrin_prosecution", None, 8, 7),
        )
    ]
    await story.act(at, "omar", set_attendance, activity_id, rows)
    for kind in ("agenda", "attendance_list", "report"):
        words = kind.replace("_", " ")
        size, sha256 = story.troupe.paper(f"Tracing workshop: {words}", "A paper of the demo story.")
        await story.act(
            at,
            "omar",
            attach_evidence,
            activity_id,
            kind=kind,
            name=f"{words}.pdf",
            size=size,
            sha256=sha256,
        )
    await story.act(at, "omar", complete, activity_id)


async def _experts_asked(story: Story, application_id: UUID) -> None:
    """Two seats for the study trip: an invitation that can be answered now."""
    starts_on = story.monday(6)
    asked_at = story.now - timedelta(hours=20)
    deployment = await story.act(
        asked_at,
        "ada",
        request_expertise,
        RequestDraft(
            application_id=application_id,
            place="Rome",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=4),
            seats=2,
            language="en",
            language_level="B2",
            themes={"X.JIT": 3, "OC.FIREARMS": 2},
            min_theme_level=3,
            bonus_regional_language=2,
            bonus_no_recent_deployment=1,
            respond_within_hours=72,
        ),
    )
    await story.act(asked_at, "ada", confirm_shortlist, deployment.id)


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
    """One application to check, one with an assessment missing and a recusal, one on the exception track."""
    call_id = await story.call(2, "Joint initiatives, summer round", -50, -6, "120000.00")
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
    closed = story.noon(-6)
    await story.close(call_id, closed)
    await story.act(
        story.noon(-5),
        "ada",
        check_admissibility,
        first,
        admissible=True,
        reason="Complete, signed and in time.",
    )
    await _assessed(story, call_id, [first], story.noon(-4))
    await story.score(first, "elena", [16, 17, 12, 12, 11, 12], story.noon(-3))
    await story.act(
        story.noon(-3),
        "erik",
        evaluation.declare_conflict,
        first,
        conflict=True,
        reason="I worked for one of the partners until last year.",
    )
    await review.load_initiatives(story.troupe, story.noon(-41))
    known = await review.consultees(story.troupe, story.noon(-5))
    await review.clarify(story.troupe, alone, story.now)
    await review.consult(story.troupe, alone, known, story.now)


async def _open_call(story: Story) -> UUID:
    """An application in every state that an open call knows."""
    call_id = await story.call(
        3, "Joint initiatives, autumn round", -14, 8, "150000.00", budgets.BY_LINES, asks=(5, 7)
    )
    at = story.noon(-5)
    waiting = msgspec.structs.replace(FIREARMS, title="Joint investigation of parcel-post firearms")
    wanted = await story.apply(call_id, waiting, at, confirm=1, budget=budgets.WORKED)
    await story.act(story.noon(-4), "milena", ask_for_other_days, wanted)
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
