"""Complaints: in the time that the letter gives, numbered, decided by who took no part, and what an upheld one opens again."""

import asyncio
import re
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

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
from facility.awards.service.complaints import register_complaint
from facility.awards.service.deciding import decide, propose
from facility.awards.service.signing import record_signature
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database, Tx, new_id
from facility.evaluation.models.committee import CommitteeMember
from facility.evaluation.rules.committee import Function
from facility.letters.kinds import KINDS
from facility.outbox.models import Mail
from facility.settings import Settings
from tests.awards.complaining import LAST, RULES, SAYS, answer, cannot, clean, complain, judged, letter, paper
from tests.calls.reading import mails, refused
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    return await judged(db, RULES)


@built_once
async def undecided(db: Database) -> Judging:
    """The same, before the decision."""
    return await judged(db, RULES, CLOSES)


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
