"""One person presses a button several times, at once and then again: it is done once, told once and written once."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from facility.accounts.service import institutions
from facility.accounts.service import people as accounts
from facility.activities.service.activities import ActivityDraft, change_activity, plan_activity, postpone
from facility.activities.service.evidence import AttendanceRow, attach_evidence, set_attendance
from facility.admission.rules.clarification import ClarificationKind
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.rules.overlap import InitiativeLine, OverlapOutcome
from facility.admission.service.clarifications import ask_for_clarification
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.admission.service.initiatives import import_initiatives
from facility.admission.service.opening import start_opening
from facility.admission.service.overlap import judge_overlap
from facility.applications.service.answers import start_application
from facility.applications.service.confirmations import invite_party
from facility.awards.service.deciding import propose
from facility.awards.service.ending import propose_closing
from facility.calls.rules.call import CallDraft
from facility.calls.service.cancellation import ask_cancellation
from facility.calls.service.closing import close_call
from facility.calls.service.corrigenda import draft_corrigendum
from facility.calls.service.questions import ask_question
from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.contracts.service import money as contracts
from facility.db import Database, Tx
from facility.deployments.service.requesting import request_expertise
from facility.evaluation.service import assessing as evaluation
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.refused import Refused
from facility.story.after_award import REQUEST
from facility.story.drafts import Part, write_draft
from tests.browser import Browsers
from tests.calls.reading import MID, current_draft
from tests.doing import FIRST, LAST, planned
from tests.judging import CLOSES, DECIDED, OPENS, Judging

type Press = tuple[str, str, Callable[[Tx], Awaitable[object]], datetime]
"""What it is, who presses, the command, and when."""
AT_ONCE, AGAIN = 4, 2
NOTICE = re.compile(r'<div class="notice notice--\w+" role="status"><p>([^<]+)</p>')
SEALED, SCORED, OPEN = "TAF-2021-02", "TAF-2021-03", "TAF-2021-04"


async def counts_of(db: Database) -> Counter[str]:
    """Events by their kind, mails by template and address."""
    async with db.reader() as connection:
        rows = await connection.execute(
            text("SELECT kind FROM event UNION ALL SELECT template || ' to ' || to_address FROM mail")
        )
        return Counter(rows.scalars())


async def press(play: Judging, what: Press) -> None:
    _name, actor, command, at = what
    try:
        async with play.db.transaction(now=at, actor=play.people[actor]) as tx:
            await command(tx)
    except (Refused, IntegrityError):
        pass  # a page of 409


async def pressed(play: Judging, what: Press) -> Counter[str]:
    """What several presses have done, all together."""
    before = await counts_of(play.db)
    await asyncio.gather(*(press(play, what) for _ in range(AT_ONCE)))
    for _ in range(AGAIN):
        await press(play, what)
    await drain(play.db, lambda: what[3])
    return await counts_of(play.db) - before


async def open_call(play: Judging) -> None:
    """A published call about which questions are answered."""
    draft = msgspec.structs.replace(
        await current_draft(play),
        reference=OPEN,
        questions_until=CLOSES - timedelta(days=9),
        answers_until=CLOSES - timedelta(days=5),
    )
    await play.publish(draft)


async def stage(play: Judging) -> UUID:
    """A decided call with an award, a closed call that is sealed, one that is assessed, an open one with a draft. The draft's
    partner."""
    await play.call(SEALED)
    await play.call(SCORED)
    await open_call(play)
    await play.apply("A", "20000.00")
    await play.apply("S", "10000.00", call=SEALED)
    await play.apply("R", "10000.00", call=SCORED)
    await play.close()
    await play.score("elena", "A", "16", "70")
    await play.decide()
    await play.close(SCORED)
    await play.score("elena", "R", "16", "70")
    sealed = play.calls[SEALED]
    await play.act(None, lambda tx: close_call(tx, sealed, due_at=CLOSES), CLOSES)

    async def write(tx: Tx) -> UUID:
        lead = Part(play.institutions["AL"], "lead", Decimal(0))
        partner = Part(play.institutions["XK"], "partner", Decimal(0), "Petra", "petra@example.org")
        return (await write_draft(tx, play.calls[OPEN], "Draft", lead, [partner])).partners[0]

    return await play.act("omar", write, MID)


def in_calls(play: Judging, draft: CallDraft, partner: UUID) -> list[Press]:
    """While a call is open."""
    key, police = play.calls[OPEN], play.institutions["AL"]
    start: dict[str, Any] = {"call_id": key, "lead_institution_id": police, "title": "New", "track": "joint"}
    return [
        ("corrigendum", "ada", lambda tx: draft_corrigendum(tx, key, draft, "A typo."), MID),
        ("question", "omar", lambda tx: ask_question(tx, key, "May we?"), MID),
        ("cancellation", "ada", lambda tx: ask_cancellation(tx, key, "No money."), MID),
        ("start", "omar", lambda tx: start_application(tx, **start), MID),
        ("ask a partner", "omar", lambda tx: invite_party(tx, partner), MID),
    ]


def in_procedure(play: Judging) -> list[Press]:
    """From the opening to the decision."""
    scored, key = play.calls[SCORED], play.applications["R"]
    office = ConsulteeData(name="Office", kind=ConsulteeKind.DELEGATION, email="o@example.org")
    line = InitiativeLine("R3", "Firearms", "Training", ("AL",), (), None, None, "R3 list")
    question: dict[str, Any] = {"kind": ClarificationKind.EVIDENCE, "question": "Where is the mandate?"}
    return [
        ("opening", "ada", lambda tx: start_opening(tx, play.calls[SEALED]), CLOSES),
        ("clarification", "ada", lambda tx: ask_for_clarification(tx, key, **question), CLOSES),
        ("overlap", "ada", lambda tx: judge_overlap(tx, key, outcome=OverlapOutcome.NONE), CLOSES),
        ("consultee", "ada", lambda tx: add_consultee(tx, office), CLOSES),
        ("list of others", "ada", lambda tx: import_initiatives(tx, "r3.csv", [line]), CLOSES),
        ("assign", "ada", lambda tx: evaluation.assign(tx, key, play.people["erik"]), CLOSES),
        ("propose", "vera", lambda tx: propose(tx, scored), DECIDED),
    ]


def after_award(play: Judging, award: UUID, activity: UUID) -> list[Press]:
    """What is done under an award."""
    key = play.applications["A"]
    plan = ActivityDraft(
        application_id=key, kind="seminar", title="Seminar", place="Skopje", starts_on=FIRST, ends_on=LAST
    )
    rows = [AttendanceRow(beneficiary_code="AL", expected=4, present=3)]
    agenda: dict[str, Any] = {"kind": "agenda", "name": "agenda.pdf", "size": 7, "sha256": "a" * 64}
    moved: dict[str, Any] = {"starts_on": FIRST, "ends_on": LAST + timedelta(days=1), "reason": "A strike."}
    wanted = msgspec.structs.replace(REQUEST, application_id=key, starts_on=FIRST, ends_on=LAST)
    return [
        ("plan", "omar", lambda tx: plan_activity(tx, plan), DECIDED),
        (
            "change",
            "omar",
            lambda tx: change_activity(tx, activity, title="B", place="Durrës"),
            DECIDED,
        ),
        ("postpone", "omar", lambda tx: postpone(tx, activity, **moved), DECIDED),
        ("attendance", "omar", lambda tx: set_attendance(tx, activity, rows), DECIDED),
        ("evidence", "omar", lambda tx: attach_evidence(tx, activity, **agenda), DECIDED),
        ("request", "ada", lambda tx: request_expertise(tx, wanted), DECIDED),
        (
            "closing",
            "ada",
            lambda tx: propose_closing(tx, award, final_cost=Decimal(9000), reason="Cheaper."),
            DECIDED,
        ),
    ]


def elsewhere(play: Judging) -> list[Press]:
    """Institutions, people, tables."""
    police = play.institutions["AL"]
    signs: dict[str, Any] = {"name": "Sava", "function": "Head", "since": FIRST, "until": None}
    cost = UnitCostRow(
        kind=UnitCostKind.FEE,
        country="AL",
        unit="day",
        amount=Decimal(90),
        valid_from=FIRST,
        source="Decree 4",
    )
    return [
        ("signatory", "ada", lambda tx: institutions.name_signatory(tx, police, **signs), MID),
        ("rename", "omar", lambda tx: accounts.rename(tx, play.people["omar"], "Omar H."), MID),
        ("unit cost", "ada", lambda tx: contracts.enter_unit_costs(tx, [cost]), MID),
        (
            "new institution",
            "ada",
            lambda tx: institutions.add_institution(tx, name="New", kind="POLICE", beneficiary_code="RS"),
            MID,
        ),
    ]


async def test_what_is_pressed_at_once_is_done_once(play: Judging, db: Database) -> None:
    partner = await stage(play)
    corrected = msgspec.structs.replace(await current_draft(play, OPEN), title="Joint work")
    award = (await play.award("A")).id
    activity = await planned(play, "A")
    presses = [
        *in_calls(play, corrected, partner),
        *in_procedure(play),
        *after_award(play, award, activity),
        *elsewhere(play),
    ]
    await drain(db, lambda: OPENS)
    done = {what[0]: await pressed(play, what) for what in presses}
    more = {name: {key: n for key, n in counts.items() if n > 1} for name, counts in done.items()}
    assert {name: counts for name, counts in more.items() if counts} == {}
    assert [name for name, counts in done.items() if not counts] == []
    assert {name: lines for name, lines in (await reconcile(db)).items() if lines} == {}


async def test_what_differs_is_done(play: Judging, db: Database) -> None:
    """Said otherwise, by somebody else, or after something has changed, it is another act."""
    partner = await stage(play)
    scored, key = play.calls[SCORED], play.applications["R"]
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["erik"]), CLOSES)
    for actor in ("vera", "ada", "vera"):
        await play.act(actor, lambda tx: propose(tx, scored), DECIDED)
    assert (await counts_of(db))["AwardsProposed"] == 1 + 3  # the first was that of the decided call
    for question in ("Where?", "When?"):
        arguments: dict[str, Any] = {"kind": ClarificationKind.EVIDENCE, "question": question}
        await play.act("ada", partial(ask_for_clarification, application_id=key, **arguments), CLOSES)
    assert (await counts_of(db))["ClarificationAsked"] == 2
    for at in (MID, MID + timedelta(minutes=2)):
        await play.act("omar", lambda tx: invite_party(tx, partner), at)
    assert (await counts_of(db))["applications/ask to petra@example.org"] == 2


async def test_the_page_says_what_stands_already(play: Judging, db: Database, browse: Browsers) -> None:
    await stage(play)
    vera = await browse(play.people["vera"])
    here = f"/evaluation/{play.calls[SCORED]}"
    there = f"/openings/{play.calls[SEALED]}"
    for path, back in ((f"{here}/propose", f"{here}/ranking"), (f"{there}/start", there)):
        notices: list[str] = []
        for _ in range(2):
            answer = await vera.send_form(path)
            assert (answer.status_code, answer.headers["location"]) == (303, back)
            notices += NOTICE.findall((await vera.get(back)).text)
        assert len(notices) == len(set(notices)) == 2
