"""Corrigenda: what may change, by whom, until when, and who hears of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import select, text

from facility.applications.models.application import Application
from facility.applications.service.answers import start_application
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.call import CallDraft
from facility.calls.rules.committee import Committee
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.corrigenda import CORRIGENDUM
from facility.calls.rules.deadlines import inform_by
from facility.calls.rules.forms import FormDefinition
from facility.calls.service.cancellation import confirm_cancellation
from facility.calls.service.closing import close_due, share_call
from facility.calls.service.corrigenda import draft_corrigendum, drop_corrigendum, publish_corrigendum
from facility.calls.words.changes import MEANINGS, NEW_QUESTION, meanings
from facility.db import Database
from facility.forms.types import Field, FieldType
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.web.i18n import filled
from tests.browser import Browsers, says, states
from tests.calls.reading import CALL, LATER, MID, changed, current_draft, events, mails, reconciled, refused
from tests.calls.test_cancellation import cancel as cancelled
from tests.judging import CLOSES, OPENS, Judging


async def correct(play: Judging, at: datetime = MID, **fields: object) -> None:
    """Ada drafts, Vera publishes."""
    key, draft = play.calls[CALL], await changed(play, **fields)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "More time is needed."), at)
    await play.act("vera", lambda tx: publish_corrigendum(tx, key), at)


def test_every_field_of_a_call_has_a_rule() -> None:
    assert set(CORRIGENDUM) == set(CallDraft.__struct_fields__)


async def test_the_deadline_is_extended_by_two_people_and_everybody_concerned_hears_of_it(
    play: Judging, db: Database
) -> None:
    await play.apply("submitted", "20000.00", received_at=MID)
    draft = await play.act(
        "milena",
        lambda tx: start_application(
            tx,
            call_id=play.calls[CALL],
            lead_institution_id=play.institutions["ME"],
            title="A draft",
            track="joint",
        ),
        MID,
    )
    await correct(play, closes_at=LATER, amount=Decimal("70000.00"))
    call = await play.row(Call, play.calls[CALL])
    assert (call.current_version, call.closes_at, call.amount) == (2, LATER, Decimal("70000.00"))
    assert (await events(db, call.id))[2:] == ["CorrigendumDrafted", "CallCorrected"]
    assert await mails(db, "applications/call_corrected") == [
        ("applications/call_corrected", "milena@example.org"),
        ("applications/call_corrected", "omar@example.org"),
    ]
    async with db.reader() as connection:
        context = (
            await connection.execute(select(Mail.context).where(Mail.to_address == "milena@example.org"))
        ).scalar_one()
    assert context["meanings"] == [
        filled(
            MEANINGS["closes_at"],
            after="Friday 6 August 2021, 12:00 Brussels time",
            before="Friday 30 July 2021, 12:00 Brussels time",
        ),
        filled(MEANINGS["amount"], after="EUR 70\u00a0000.00", before="EUR 80\u00a0000.00"),
    ]
    assert (context["draft"], context["reference"]) == (True, draft.reference)
    assert await close_due(db, CLOSES) == 0
    assert await close_due(db, LATER) == 1
    assert await reconciled(db) == []


async def test_a_submission_after_the_first_deadline_is_in_time_by_the_new_one(play: Judging) -> None:
    await correct(play, closes_at=LATER)
    key = await play.apply("late", "20000.00", received_at=LATER)
    assert (await play.row(Application, key)).status == "submitted"


async def test_the_day_by_which_applicants_hear_goes_with_the_deadline(play: Judging) -> None:
    await correct(play, closes_at=LATER)
    days = inform_by(CLOSES), inform_by(LATER)
    assert days[0] < days[1] == (await play.row(Call, play.calls[CALL])).inform_by


async def test_who_drafted_it_does_not_publish_it(play: Judging) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)
    assert await refused(play, "ada", lambda tx: publish_corrigendum(tx, key)) == [("same_person", None)]
    await play.act("vera", lambda tx: draft_corrigendum(tx, key, draft, "Why, better said."), MID)
    assert await refused(play, "vera", lambda tx: publish_corrigendum(tx, key)) == [("same_person", None)]
    await play.act("ada", lambda tx: publish_corrigendum(tx, key), MID)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("nothing_corrected", None)]),
        ({"closes_at": CLOSES - timedelta(seconds=1)}, [("deadline_only_later", "closes_at")]),
        ({"amount": Decimal("80000.01")}, [("above_envelope", "amount")]),
        ({"award_min": Decimal("70000.00")}, [("award_min_above_max", "award_min")]),
        ({"amount": Decimal("59999.99")}, [("award_max_above_amount", "award_max")]),
        ({"award_max": Decimal("60000.01")}, [("award_max_above_cap", "award_max")]),
        ({"min_beneficiaries": 3}, [("frozen_eligibility", "min_beneficiaries")]),
        ({"cool_down": CoolDown(1, 1)}, [("frozen_judging", "cool_down")]),
        (
            {"after_decision": AfterDecision(accept_days=5)},
            [("frozen_after_decision", "after_decision")],
        ),
        ({"committee": Committee(5)}, [("frozen_judging", "committee")]),
        ({"opens_at": OPENS - timedelta(days=1)}, [("frozen_opening", "opens_at")]),
        (
            {"questions_until": MID - timedelta(days=1), "answers_until": MID},
            [("date_has_passed", "questions_until")],
        ),
    ],
)
async def test_what_is_refused_and_at_which_field(
    play: Judging, fields: dict[str, object], expected: list[tuple[str, str | None]]
) -> None:
    key, draft = play.calls[CALL], await changed(play, **fields)
    assert await refused(play, "ada", lambda tx: draft_corrigendum(tx, key, draft, "Why.")) == expected


async def test_a_reason_is_needed(play: Judging) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    assert await refused(play, "ada", lambda tx: draft_corrigendum(tx, key, draft, " \n")) == [
        ("reason_missing", "reason")
    ]


async def test_the_grid_never_changes(play: Judging) -> None:
    grid = msgspec.structs.replace((await current_draft(play)).grid, min_assessments=2)
    key, draft = play.calls[CALL], await changed(play, grid=grid)
    assert await refused(play, "ada", lambda tx: draft_corrigendum(tx, key, draft, "Why.")) == [
        ("frozen_judging", "grid")
    ]


async def test_what_applicants_must_act_on_leaves_them_time(play: Judging) -> None:
    key, late = play.calls[CALL], CLOSES - timedelta(days=5) + timedelta(seconds=1)
    lower = await changed(play, award_max=Decimal("50000.00"))
    reasons = await refused(play, "ada", lambda tx: draft_corrigendum(tx, key, lower, "Why."), late)
    assert reasons == [("too_little_notice", "award_max")]
    both = msgspec.structs.replace(lower, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, both, "Why."), late)


async def test_after_the_deadline_nothing_is_corrected_even_when_it_was_drafted_before(
    play: Judging, db: Database
) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), CLOSES)
    after = CLOSES + timedelta(microseconds=1)
    assert await refused(play, "vera", lambda tx: publish_corrigendum(tx, key), after) == [
        ("too_late_to_correct", None)
    ]
    await play.act("vera", lambda tx: publish_corrigendum(tx, key), CLOSES)
    assert (await current_draft(play)).closes_at == LATER
    assert await close_due(db, after) == 0


async def test_a_closed_call_is_not_opened_again(play: Judging, db: Database) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), CLOSES)
    await close_due(db, CLOSES)
    assert await refused(play, "vera", lambda tx: publish_corrigendum(tx, key), CLOSES) == [
        ("too_late_to_correct", None)
    ]


async def test_two_people_publish_it_at_once_and_it_is_published_once(play: Judging, db: Database) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)

    async def publish() -> None:
        async with db.transaction(now=MID, actor=play.people["vera"]) as tx:
            await publish_corrigendum(tx, key)

    answers = await asyncio.gather(*(publish() for _ in range(5)), return_exceptions=True)
    assert [answer.codes for answer in answers if isinstance(answer, Refused)] == [("corrigendum_gone",)] * 4
    assert (await events(db, key)).count("CallCorrected") == 1
    assert await reconciled(db) == []


async def test_it_waits_for_submissions_under_way(play: Judging, db: Database) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)

    async def publish() -> None:
        async with db.transaction(now=MID, actor=play.people["vera"]) as tx:
            await publish_corrigendum(tx, key)

    async with db.transaction(now=MID) as submitting:
        await share_call(submitting, key)
        publishing = asyncio.ensure_future(publish())
        async with db.reader() as connection:
            while not (
                await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            ).scalar_one():
                pass
        assert not publishing.done()
        assert (await share_call(submitting, key)).current_version == 1
    await publishing
    assert (await play.row(Call, key)).current_version == 2


async def test_the_last_look_counts(play: Judging) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    first = await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)
    other = msgspec.structs.replace(draft, title="Another title")
    at = MID + timedelta(minutes=1)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, other, "Why."), at)
    for command in (
        lambda tx: publish_corrigendum(tx, key, seen=first.drafted_at),
        lambda tx: draft_corrigendum(tx, key, draft, "Why.", seen=first.drafted_at),
    ):
        assert await refused(play, "vera", command, at) == [("changed_meanwhile", None)]


async def test_one_that_is_thrown_away_leaves_nothing(play: Judging, db: Database) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)
    await play.act("vera", lambda tx: drop_corrigendum(tx, key), MID)
    async with db.reader() as connection:
        assert (await connection.execute(select(CallVersion.number))).scalars().all() == [1]
    assert await refused(play, "vera", lambda tx: publish_corrigendum(tx, key)) == [
        ("corrigendum_gone", None)
    ]
    assert await refused(play, "vera", lambda tx: confirm_cancellation(tx, key)) == [("not_asked", None)]


async def test_extending_over_the_change_of_clocks_keeps_the_hour_that_was_entered(play: Judging) -> None:
    winter = datetime(2021, 11, 2, 11, tzinfo=UTC)  # 12:00 in Brussels, as in summer at 10:00
    before = await current_draft(play)
    assert meanings(before, msgspec.structs.replace(before, closes_at=winter)) == [
        filled(
            MEANINGS["closes_at"],
            after="Tuesday 2 November 2021, 12:00 Brussels time",
            before="Friday 30 July 2021, 12:00 Brussels time",
        )
    ]
    await correct(play, closes_at=winter)
    assert (await current_draft(play)).closes_at == winter


async def test_checks_name_versions_that_were_tampered_with(play: Judging, db: Database) -> None:
    await correct(play, closes_at=LATER)
    key = play.calls[CALL]
    async with db.transaction(now=MID) as tx:
        await tx.session.execute(
            text(
                "UPDATE call_version SET content = jsonb_set(content, '{min_beneficiaries}', '1')"
                " WHERE number = 2"
            )
        )
    assert await reconciled(db) == [
        f"call {key}: differs from what was published in min_beneficiaries",
        f"call {key}: version 2 changes min_beneficiaries, which never changes",
    ]
    async with db.transaction(now=MID) as tx:
        await tx.session.execute(text("DELETE FROM call_version WHERE number = 1"))
    assert await reconciled(db) == [f"call {key}: its versions have gaps, or are not those that it counts"]


async def test_a_draft_begun_before_it_says_what_it_means(play: Judging, browse: Browsers) -> None:
    draft = await play.act(
        "milena",
        lambda tx: start_application(
            tx,
            call_id=play.calls[CALL],
            lead_institution_id=play.institutions["ME"],
            title="A draft",
            track="joint",
        ),
        MID,
    )
    at = MID + timedelta(hours=1)
    await correct(play, at, closes_at=LATER)
    milena = await browse(play.people["milena"])
    page = (await milena.get(f"/applications/{draft.id}")).text
    assert "changed-since-begun" in states(page)
    assert says(page, MEANINGS["closes_at"], after="Friday 6 August 2021, 12:00 Brussels time")
    await cancelled(play, at + timedelta(hours=1))
    page = (await milena.get(f"/applications/{draft.id}")).text
    assert "cancelled" in states(page)
    assert "changed-since-begun" not in states(page)


async def test_a_question_is_added_and_none_is_changed(play: Judging) -> None:
    form = (await current_draft(play)).form
    first, *others = form.sections
    added = Field(key="visibility", label="How will it be seen?", type=FieldType.LONG_TEXT)
    more = FormDefinition((msgspec.structs.replace(first, fields=(*first.fields, added)), *others))
    fewer = FormDefinition((msgspec.structs.replace(first, fields=first.fields[1:]), *others))
    draft = await changed(play, form=more)
    assert meanings(await current_draft(play), draft) == [
        filled(NEW_QUESTION, section=first.title, label="How will it be seen?")
    ]
    await correct(play, form=more)
    assert (await current_draft(play)).form == more
    wrong = await changed(play, form=fewer)
    reasons = await refused(
        play, "ada", lambda tx: draft_corrigendum(tx, play.calls[CALL], wrong, "Fewer."), MID
    )
    assert ("form_only_added", "form") in reasons
