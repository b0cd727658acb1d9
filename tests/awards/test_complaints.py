"""Complaints: in the time that the letter gives, numbered, decided by who took no part, and what an upheld one opens again."""

import asyncio
import io
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pypdf
import pytest
from sqlalchemy import select

from facility import clock
from facility.accounts.service.people import join_accounts
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.consultations import answer_consultation, start_consultations
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.admission.service.exceptions import decide_exception
from facility.applications.models.application import Application
from facility.applications.service.answers import start_application
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.awards.models.complaint import Complaint
from facility.awards.rules.complaints import OF_LETTERS
from facility.awards.service.complaints import decide_complaint, register_complaint
from facility.awards.service.deciding import decide, propose
from facility.awards.service.signing import record_signature
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database, Tx, new_id
from facility.evaluation.models.committee import CommitteeMember
from facility.evaluation.rules.committee import Function
from facility.events.reconcile import reconcile
from facility.letters.kinds import KINDS
from facility.letters.models import Letter
from facility.letters.service import letter_on_paper
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from facility.refused import Refused
from facility.settings import Settings
from facility.web.render import environment
from tests.browser import Browsers, errors, gives_reason, work
from tests.calls.reading import mails, refused
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once

RULES = AfterDecision(complaint_days=14, answer_days=30, suspends_signing=True)
LAST = datetime(2021, 9, 15, 21, 59, tzinfo=UTC)
"""The last minute of the fourteenth day after the decision, in Brussels."""
SAYS = {"text": "The second section was misread.", "name": "Omar Hoxha, head of unit"}


async def judged(db: Database, rules: AfterDecision, at: datetime = DECIDED) -> Judging:
    """EUR 100: A gets 80, B waits for 60, C is below a threshold; N was found inadmissible by Ada. Vera proposed, Paul decided."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=rules)
    for name, amount in (("A", "80.00"), ("B", "60.00"), ("C", "10.00"), ("N", "10.00")):
        await made.apply(name, amount)
    await made.close()
    await made.act("ada", lambda tx: inadmissible(tx, made.applications["N"]), CLOSES)
    for name, points in (("A", "70"), ("B", "60"), ("C", "1")):
        await made.score("elena", name, "16", points)
    if at > CLOSES:
        await made.decide(at=at)
    return made


async def inadmissible(tx: Tx, application_id: UUID) -> None:
    await check_admissibility(tx, application_id, admissible=False, reason="A party does not exist.")


@built_once
async def play(db: Database) -> Judging:
    return await judged(db, RULES)


@built_once
async def undecided(db: Database) -> Judging:
    """The same, before the decision."""
    return await judged(db, RULES, CLOSES)


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree."""
    return await judged(db, RULES, clock.now())


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def letter(play: Judging, name: str, kind: str) -> Letter:
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Letter).where(Letter.application_id == play.applications[name], Letter.kind == kind)
        return (await tx.session.scalars(query)).one()


async def complain(
    play: Judging, name: str, kind: str, at: datetime = DECIDED, says: Mapping[str, str] = SAYS
) -> Complaint:
    key = (await letter(play, name, kind)).id
    return await play.act("omar", lambda tx: register_complaint(tx, key, **says), at)


async def answer(play: Judging, who: str, key: UUID, at: datetime = DECIDED, **given: Any) -> Complaint:
    return await play.act(
        who, lambda tx: decide_complaint(tx, key, **{"upheld": False, "reason": "No.", **given}), at
    )


async def cannot(play: Judging, who: str, key: UUID, at: datetime = DECIDED, **given: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        await answer(play, who, key, at, **given)
    return [f"{reason.code} {reason.field or ''}".strip() for reason in refusal.value.reasons]


async def link_of(play: Judging, name: str, kind: str) -> str:
    """The path of the link in the mail with this letter."""
    key = (await letter(play, name, kind)).id
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Link).join(Mail, Mail.link_id == Link.id).where(Link.subject_id == key)
        return path_of((await tx.session.scalars(query)).one())


async def paper(play: Judging, settings: Settings, name: str, kind: str) -> str:
    key = (await letter(play, name, kind)).id
    async with play.db.reader() as read:
        made = await letter_on_paper(read, environment(settings), key)
    pages = pypdf.PdfReader(io.BytesIO(made.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_what_can_be_complained_of_is_what_letters_say() -> None:
    assert {name for name, kind in KINDS.items() if kind.contestable} == set(OF_LETTERS)


async def test_letters_say_until_when_and_who_answers(play: Judging, settings: Settings) -> None:
    for name, kind, until in (
        ("A", "award", None),
        ("B", "reserve", "2021-09-15"),
        ("C", "not_funded", "2021-09-15"),
        ("N", "inadmissible", "2021-08-13"),
    ):
        data = (await letter(play, name, kind)).data
        assert (name, data["complain_until"], data["answer_days"]) == (name, until, 30 if until else None)
    words = await paper(play, settings, "C", "not_funded")
    assert "15 September 2021" in words
    assert re.search(r"\b30 \w+ \w+\.", words)  # days to answer
    assert "15 September 2021" not in await paper(play, settings, "A", "award")
    assert "13 August 2021" in await paper(play, settings, "N", "inadmissible")


@pytest.mark.as_worded
async def test_a_call_without_complaints_says_what_it_said(db: Database, settings: Settings) -> None:
    play = await judged(db, AfterDecision())
    words = await paper(play, settings, "C", "not_funded")
    assert "Write to the secretariat of the facility, and say why." in words
    key = (await letter(play, "C", "not_funded")).id
    assert await refused(play, "omar", lambda tx: register_complaint(tx, key, **SAYS), DECIDED) == [
        ("no_complaints", None)
    ]
    async with db.reader() as read:
        assert (await read.execute(select(Mail.link_id).where(Mail.template == "awards/reserve"))).all() == [
            (None,)
        ]


async def test_complaints_are_numbered_and_confirmed_and_made_once(play: Judging, db: Database) -> None:
    first = await complain(play, "C", "not_funded")
    second = await complain(play, "B", "reserve", LAST)
    assert [(made.number, made.about, made.decide_by) for made in (first, second)] == [
        (1, "decision", date(2021, 10, 1)),
        (2, "decision", date(2021, 10, 15)),
    ]
    assert (await complain(play, "C", "not_funded")).id == first.id
    key = (await letter(play, "C", "not_funded")).id
    other = {**SAYS, "text": "Something else."}
    assert await refused(play, "omar", lambda tx: register_complaint(tx, key, **other), DECIDED) == [
        ("complaint_made", None)
    ]
    assert (
        await mails(db, "awards/complaint_registered")
        == [("awards/complaint_registered", "omar@example.org")] * 2
    )
    await clean(db)


async def test_of_complaints_at_once_each_has_a_number(play: Judging, db: Database) -> None:
    made = await asyncio.gather(
        complain(play, "C", "not_funded"), complain(play, "B", "reserve"), complain(play, "C", "not_funded")
    )
    assert sorted({complaint.number for complaint in made}) == [1, 2]
    assert made[0].id == made[2].id
    await clean(db)


async def test_what_cannot_be_complained_of(play: Judging) -> None:
    missed = (await letter(play, "C", "not_funded")).id
    after = LAST + timedelta(minutes=1)
    assert await refused(play, "omar", lambda tx: register_complaint(tx, missed, **SAYS), after) == [
        ("complaint_late", None)
    ]
    award = (await letter(play, "A", "award")).id
    assert await refused(play, "omar", lambda tx: register_complaint(tx, award, **SAYS), DECIDED) == [
        ("no_complaints", None)
    ]
    await play.withdraw_award("A", "It ended.")  # B, on the reserve list, gets the money
    reserve = (await letter(play, "B", "reserve")).id
    assert await refused(play, "omar", lambda tx: register_complaint(tx, reserve, **SAYS), DECIDED) == [
        ("decision_changed", None)
    ]
    assert await refused(
        play, "omar", lambda tx: register_complaint(tx, missed, text=" ", name=""), DECIDED
    ) == [("complaint_missing", "text"), ("complainant_missing", "name")]


async def test_who_had_a_part_in_the_decision_does_not_decide(
    play: Judging, db: Database, settings: Settings
) -> None:
    made = await complain(play, "C", "not_funded")
    for who in ("vera", "paul", "elena"):  # proposed, decided, assessed
        assert (who, await cannot(play, who, made.id)) == (who, ["took_part"])
    assert await cannot(play, "ada", made.id, reason="") == ["reason_missing reason"]
    assert await cannot(play, "ada", made.id, upheld=True) == ["follow_up_missing follow_up"]
    done = "The authorising officer decides on an award outside the ranking."
    await answer(play, "ada", made.id, upheld=True, reason="The section was misread.", follow_up=done)
    assert await cannot(play, "ines", made.id) == ["complaint_decided"]
    assert (await play.statuses())["C"] == "below_threshold"
    words = await paper(play, settings, "C", "complaint_decided")
    for part in ("TAF-2021-01/C1 is upheld", "The section was misread.", done):
        assert part in words
    assert await mails(db, "awards/complaint_decided") == [("awards/complaint_decided", "omar@example.org")]
    await clean(db)


@pytest.mark.as_worded
async def test_letters_say_in_words_where_else_to_turn(play: Judging, settings: Settings) -> None:
    award = await paper(play, settings, "A", "award")
    assert ("Write to the secretariat" in award, "Ombudsman" in award) == (True, True)
    made = await complain(play, "C", "not_funded")
    await answer(play, "ada", made.id, upheld=False, reason="It was read well.")
    assert "Ombudsman" in await paper(play, settings, "C", "complaint_decided")


async def test_nor_does_their_second_account_or_who_sat_on_the_committee(play: Judging) -> None:
    made = await complain(play, "C", "not_funded")

    async def sat(tx: Tx) -> None:
        """As a row: the call asks for no committee."""
        seat = {"function": Function.OBSERVER, "institution": "Facility", "under": "", "appointed_at": tx.now}
        tx.add(CommitteeMember(id=new_id(), call_id=made.call_id, person_id=play.people["ada"], **seat))

    await play.act("ada", lambda tx: join_accounts(tx, play.people["ines"], "paul@example.org"))
    await play.act(None, sat)
    for who in ("ines", "ada"):
        assert (who, await cannot(play, who, made.id)) == (who, ["took_part"])


async def test_an_upheld_complaint_opens_the_check_again_for_somebody_else(
    undecided: Judging, db: Database
) -> None:
    play, at = undecided, CLOSES + timedelta(days=2)
    made = await complain(play, "N", "inadmissible", at)
    key = play.applications["N"]
    assert await cannot(play, "ada", made.id, at) == ["took_part"]
    done = await answer(play, "vera", made.id, at, upheld=True, reason="The party exists.")
    assert done.reopened
    assert (await play.statuses())["N"] == "submitted"
    assert await refused(
        play, "ada", lambda tx: check_admissibility(tx, key, admissible=False, reason="Still."), at
    ) == [("checked_before", None)]
    await play.act("vera", lambda tx: check_admissibility(tx, key, admissible=True), at)
    assert (await play.statuses())["N"] == "admissible"
    await clean(db)


async def test_a_rejected_one_and_one_after_the_decision_open_nothing(
    undecided: Judging, db: Database
) -> None:
    play, at = undecided, CLOSES + timedelta(days=2)
    await complain(play, "N", "inadmissible", at)
    async with db.reader() as read:
        (key,) = (await read.execute(select(Complaint.id))).scalars()
    await play.decide(at=at)
    assert await cannot(play, "vera", key, at, upheld=True, reason="It exists.") == [
        "follow_up_missing follow_up"
    ]
    await answer(play, "vera", key, at)
    assert (await play.statuses())["N"] == "inadmissible"
    await clean(db)


async def test_a_refused_exception_is_decided_again_by_another_officer(
    undecided: Judging, db: Database
) -> None:
    play, at = undecided, CLOSES + timedelta(days=2)

    async def alone(tx: Tx) -> UUID:
        made = await start_application(
            tx,
            call_id=play.calls["TAF-2021-01"],
            lead_institution_id=play.institutions["AL"],
            title="Alone",
            track="exception",
        )
        await record_consultation(tx, made.id, "We wrote to the Delegation.")
        await submit(tx, made.id, received_at=tx.now)
        return made.id

    async def consulted(tx: Tx) -> None:
        office = ConsulteeData(name="Office", kind=ConsulteeKind.DELEGATION, email="office@example.org")
        (consultation,) = await start_consultations(tx, key, [(await add_consultee(tx, office)).id], days=5)
        await answer_consultation(tx, consultation.id, objects=False, name="Eva")

    key = play.applications["E"] = await play.act("omar", alone, CLOSES - timedelta(days=1))
    await play.act("vera", consulted, at)

    async def decides(tx: Tx, *, approved: bool) -> None:
        await decide_exception(tx, key, approved=approved, reason="Not needed.")

    await play.act("paul", lambda tx: decides(tx, approved=False), at)
    made = await complain(play, "E", "exception_refused", at)
    for who in ("paul", "vera"):  # decided, consulted
        assert (who, await cannot(play, who, made.id, at)) == (who, ["took_part"])
    await answer(play, "ada", made.id, at, upheld=True, reason="It is needed.")
    assert (await play.statuses())["E"] == "submitted"
    assert await refused(play, "paul", lambda tx: decides(tx, approved=False), at) == [("same_person", None)]
    await play.act("ines", lambda tx: decides(tx, approved=True), at)
    row = await play.row(Application, key)
    assert (row.status, row.exception_decided_by) == ("exception_approved", play.people["ines"])
    await clean(db)


async def test_nothing_is_decided_while_a_complaint_is_open_where_the_call_says_so(db: Database) -> None:
    at = CLOSES + timedelta(days=2)
    play = await judged(db, msgspec.structs.replace(RULES, suspends_decision=True), CLOSES)
    made = await complain(play, "N", "inadmissible", at)
    call = play.calls["TAF-2021-01"]
    await play.act("vera", lambda tx: propose(tx, call), at)
    assert await refused(play, "paul", lambda tx: decide(tx, call), at) == [("decision_suspended", None)]
    await answer(play, "ines", made.id, at)
    await play.act("paul", lambda tx: decide(tx, call), at)
    await clean(db)


async def test_nothing_is_signed_while_a_complaint_is_open(play: Judging) -> None:
    made = await complain(play, "C", "not_funded")
    key = (await play.award("A")).id

    async def sign(tx: Tx) -> None:
        await record_signature(tx, key, signed_on=DECIDED.date(), subject="Workshops")

    assert await refused(play, "ada", sign, DECIDED) == [("signing_suspended", None)]
    await answer(play, "ada", made.id)
    await play.act("ada", sign)


async def test_the_lead_complains_on_its_page_and_somebody_who_may_decides(
    today: Judging, browse: Browsers
) -> None:
    application = today.applications["C"]
    here = f"/applications/{application}/complaint"
    omar, arta, ada, vera, carl, greta = [
        await browse(today.people[name]) for name in ("omar", "arta", "ada", "vera", "carl", "greta")
    ]
    assert here in (await omar.get(f"/applications/{application}/result")).text
    assert (await arta.get(here)).status_code == 404
    wrong = await omar.send_form(here, {**SAYS, "text": ""})
    assert (wrong.status_code, errors(wrong), SAYS["name"] in wrong.text) == (422, ["text"], True)
    assert (await omar.send_form(here, SAYS)).status_code == 303
    assert "TAF-2021-01/C1" in (await omar.get(here)).text
    assert (await omar.send_form(here, {**SAYS, "text": "Once more."})).status_code == 409
    assert "awards-whose-agreement-is-to-be-signed" not in work(await ada.get("/"))
    assert "complaints-to-decide" in work(await ada.get("/"))
    assert "complaints-to-decide" not in work(await vera.get("/"))
    async with today.db.reader() as read:
        key = (await read.execute(select(Complaint.id))).scalar_one()
    there = f"/complaints/{key}"
    for browser, status in ((ada, 200), (vera, 200), (greta, 200), (carl, 403), (omar, 403)):
        assert (await browser.get(there)).status_code == status
        assert (await browser.get("/complaints")).status_code == status
    assert gives_reason(await vera.get(there), "took_part")
    assert "<form" not in (await vera.get(there)).text.partition("<main")[2].partition("</main")[0]
    given = {"outcome": "rejected", "reason": "It was read well.", "follow_up": ""}
    assert (await vera.send_form(f"{there}/decide", given)).status_code == 403
    wrong = await ada.send_form(f"{there}/decide", {**given, "outcome": "upheld", "reason": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason", "follow_up"])
    assert (await ada.send_form(f"{there}/decide", given)).status_code == 303
    assert "It was read well." in (await omar.get(here)).text
    assert "Rejected" in (await greta.get("/complaints")).text
    own = f"/awards/calls/{today.calls['TAF-2021-01']}"
    assert f'href="{own}/complaints"' in (await greta.get(own)).text
    assert f'href="{own}/complaints"' not in (await carl.get(own)).text
    assert "TAF-2021-01/C1" in (await greta.get(f"{own}/complaints")).text


async def test_the_link_in_the_mail_shows_and_registers(today: Judging, browse: Browsers) -> None:
    path = await link_of(today, "B", "reserve")
    anybody = await browse(None)
    page = await anybody.get(path)
    assert (page.status_code, "Joint work B" in page.text) == (200, True)
    assert (await anybody.get("/link/complaint/no-such-token")).status_code == 404
    wrong = await anybody.send_form(path, {**SAYS, "name": ""})
    assert (wrong.status_code, SAYS["text"] in wrong.text) == (422, True)
    assert (await anybody.send_form(path, SAYS)).status_code == 303
    assert "TAF-2021-01/C1" in (await anybody.get(path)).text
    late = await anybody.send_form(path, {**SAYS, "text": "Another thing."})
    assert (late.status_code, "Another thing." in late.text) == (409, True)
    async with today.db.reader() as read:
        row = (await read.execute(select(Complaint.name, Complaint.registered_by))).one()
    assert row == (SAYS["name"], None)
