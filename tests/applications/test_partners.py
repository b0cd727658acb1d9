"""Partners: their own parts, what they want changed, what voids what they confirmed, who goes and comes, reminders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility.applications.lists import calls, own
from facility.applications.models import Application, ChangeRequest, ConfirmedContent, Party
from facility.applications.queries import shown
from facility.applications.rules.agreement import ChangeOutcome
from facility.applications.service import (
    add_party,
    answer_change,
    ask_for_change,
    change_party,
    confirm_party,
    decline_party,
    fill_in_part,
    invite_party,
    leave,
    remind_partners,
    remove_party,
    replace_party,
    save_answers,
    submit,
    take_up_again,
    tell_leads,
    withdraw,
)
from facility.calls.rules.forms import Required
from facility.db import Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.web.filters import instant
from tests.applications.asking import asked
from tests.applications.conftest import CLOSES, NOW, Stage, Times
from tests.applications.reading import kinds

SECRET = "Zwiebelfisch-Einheit"


@pytest.fixture
async def trio(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft of Omar's whose call asks every party for a part of its own, with XK and ME as partners; all amounts set."""
    application = await asked(db, stage, times)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await add_party(
            tx,
            application,
            institution_id=stage.prosecutor,
            role="Sends prosecutors",
            amount=Decimal("5000.00"),
            contact_name="Milena",
            contact_email="milena@example.org",
        )
    return application


async def parties(db: Database, application_id: UUID) -> list[Party]:
    """Those on board, the lead first."""
    async with db.transaction(now=NOW) as tx:
        query = select(Party).where(Party.application_id == application_id, Party.left_at.is_(None))
        return list((await tx.session.scalars(query.order_by(Party.position))).all())


async def states(db: Database, application_id: UUID) -> list[str]:
    """How far the partners' confirmations are."""
    return [party.confirmation for party in (await parties(db, application_id))[1:]]


async def confirm_all(db: Database, application_id: UUID, at: datetime = NOW) -> list[UUID]:
    """Every partner confirms; their ids."""
    ids = [party.id for party in (await parties(db, application_id))[1:]]
    for party_id_ in ids:
        async with db.transaction(now=at) as tx:
            await confirm_party(tx, party_id_, signatory_name="Vesa Gashi", signatory_function="Director")
    return ids


async def refused(
    db: Database, command: object, *args: object, at: datetime = NOW, **named: Any
) -> tuple[str, ...]:
    """The codes with which a command is refused."""
    with pytest.raises(Refused) as caught:
        async with db.transaction(now=at) as tx:
            await command(tx, *args, **named)  # type: ignore[operator]
    return caught.value.codes


async def test_a_party_fills_in_its_own_part(db: Database, trio: UUID) -> None:
    lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo.id, "own", {"part": "Hosts the workshop", "secret": SECRET})
        await fill_in_part(tx, kosovo.id, "own-role", {"role": "Hosts and feeds"})
    async with db.reader() as connection:
        application = await shown(connection, trio)
    section = application.form.section("own")
    assert section
    assert application.answers(section, kosovo.id) == {"part": "Hosts the workshop"}
    assert application.answers(section, kosovo.id, confidential=True)["secret"] == SECRET
    assert application.answers(section, lead.id) == {}
    assert application.parts.partners[0].role == "Hosts and feeds"
    assert (await kinds(db, trio)).count("PartFilledIn") == 2
    assert await refused(db, fill_in_part, kosovo.id, "ask", {"title": "Other"}) == ("not_found",)
    assert await refused(db, fill_in_part, kosovo.id, "own", {"nothing": "x"}) == ("not_found",)


async def test_the_lead_writes_for_a_partner_all_but_what_is_confidential(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo.id, "own", {"part": "Hosts"}, confidential=False)
    codes = await refused(db, fill_in_part, kosovo.id, "own", {"secret": "x"}, confidential=False)
    assert codes == ("not_found",)


async def test_two_who_fill_in_the_same_part_notice(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    codes = await refused(db, fill_in_part, kosovo.id, "own", {"part": "New"}, seen="0" * 64)
    assert codes == ("edited_meanwhile",)
    async with db.transaction(now=NOW) as tx:
        await decline_party(tx, kosovo.id, reason="No staff")
    assert await refused(db, fill_in_part, kosovo.id, "own", {"part": "New"}) == ("already_declined",)


async def test_what_a_party_writes_in_its_own_part_touches_itself_alone(db: Database, trio: UUID) -> None:
    kosovo, montenegro = await confirm_all(db, trio)
    async with db.reader() as connection:
        version = (await shown(connection, trio)).version
    codes = await refused(db, fill_in_part, kosovo, "own", {"part": "New"}, may_void=False)
    assert codes == ("voids_confirmations",)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo, "own", {"part": "New"})
    assert await states(db, trio) == ["void", "confirmed"]
    async with db.reader() as connection:
        assert (await shown(connection, trio)).version == version
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, montenegro, "own-role", {"role": "Sends six prosecutors"})
    assert await states(db, trio) == ["void", "void"]


async def test_a_share_that_moves_touches_whom_it_moves(db: Database, trio: UUID) -> None:
    _kosovo, montenegro = await confirm_all(db, trio)
    lead = (await parties(db, trio))[0].id
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, montenegro, amount=Decimal("5000.00"), contact_name="Somebody else")
    assert await states(db, trio) == ["confirmed", "confirmed"]
    with pytest.raises(Refused) as caught:
        async with db.transaction(now=NOW) as tx:
            await change_party(tx, montenegro, amount=Decimal("6000.00"), may_void=False)
    assert "Kosovo* Police and Supreme State" in caught.value.reasons[0].params["names"]
    async with db.transaction(now=NOW) as tx:
        await change_party(tx, lead, role="Leads and pays")
    assert await states(db, trio) == ["void", "void"]


async def test_what_is_not_material_touches_nobody(db: Database, trio: UUID) -> None:
    await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, trio, {"ask": {"note": "Not for the partners"}}, may_void=False)
    assert await states(db, trio) == ["confirmed", "confirmed"]
    assert (await reconcile(db))["applications: confirmations"] == []


async def test_what_was_confirmed_is_kept_as_it_was(db: Database, trio: UUID) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await save_answers(tx, trio, {"ask": {"summary": "A workshop for twelve"}})
        items = (
            await tx.session.scalars(
                select(ConfirmedContent.items).where(ConfirmedContent.party_id == kosovo)
            )
        ).one()
    assert {"key": "ask.title", "label": "Title", "text": "Firearms"} in items
    assert {"key": "ask.summary", "label": "Summary", "text": ""} in items
    assert {item["text"] for item in items if item["key"] == "amount"} == {"10000.50"}


async def test_a_partner_asks_for_a_change_and_is_answered(db: Database, trio: UUID, stage: Stage) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    assert await refused(db, ask_for_change, kosovo.id, wish=" ") == ("wish_missing",)
    async with db.transaction(now=NOW) as tx:
        request = await ask_for_change(tx, kosovo.id, wish=" Two days instead of three. ")
    assert await refused(db, ask_for_change, kosovo.id, wish="And more") == ("change_waits",)
    codes = await refused(db, answer_change, request.id, outcome=ChangeOutcome.NOT_DONE, answer=" ")
    assert codes == ("word_missing",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await answer_change(tx, request.id, outcome=ChangeOutcome.NOT_DONE, answer="Three are needed.")
    codes = await refused(db, answer_change, request.id, outcome=ChangeOutcome.DONE)
    assert codes == ("change_answered",)
    async with db.transaction(now=NOW) as tx:
        kept = await tx.get(ChangeRequest, request.id)
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    assert (kept.wish, kept.outcome, kept.answered_by) == (
        "Two days instead of three.",
        "not_done",
        stage.omar,
    )
    await drain(db, lambda: NOW)
    letters = await mails(db)
    assert {(one.template, one.to_address) for one in letters} >= {
        ("applications/change_wanted", "omar@example.org"),
        ("applications/answered", "omar@example.org"),
    }
    assert not any(
        "Three are needed" in str(one.context) or "Two days" in str(one.context) for one in letters
    )


async def test_who_answers_itself_waits_for_no_answer(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    for party in (kosovo, montenegro):
        async with db.transaction(now=NOW) as tx:
            await ask_for_change(tx, party.id, wish="Other days")
    async with db.transaction(now=NOW) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
        await decline_party(tx, montenegro.id, reason="No")
        outcomes = (await tx.session.scalars(select(ChangeRequest.outcome))).all()
    assert outcomes == ["dropped", "dropped"]
    assert await refused(db, ask_for_change, kosovo.id, wish="Late") == ("already_confirmed",)


async def test_a_partner_is_replaced_in_one_step(db: Database, trio: UUID, stage: Stage) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    new: dict[str, Any] = {"contact_name": "Ayşe", "contact_email": "ayse@example.org"}
    codes = await refused(db, replace_party, kosovo, institution_id=stage.turkish, may_void=False, **new)
    assert codes == ("voids_confirmations",)
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        came = await replace_party(tx, kosovo, institution_id=stage.turkish, **new)
    async with db.transaction(now=NOW) as tx:
        went = await tx.get(Party, kosovo)
    assert (went.left_at, went.replaced_by, went.confirmation) == (NOW, came.id, "none")
    assert (came.role, came.amount, came.confirmation) == ("Hosts", Decimal("10000.50"), "invited")
    assert await states(db, trio) == ["void", "invited"]
    assert (await kinds(db, trio))[-3:] == ["ApplicationChanged", "PartnerReplaced", "PartnerInvited"]
    await drain(db, lambda: NOW)
    assert ("applications/ask", "ayse@example.org") in {
        (one.template, one.to_address) for one in await mails(db)
    }
    for institution, code in ((stage.police, "partner_is_lead"), (stage.prosecutor, "already_party")):
        assert await refused(db, replace_party, came.id, institution_id=institution, **new) == (code,)
    lead = (await parties(db, trio))[0].id
    assert await refused(db, replace_party, lead, institution_id=stage.partner, **new) == ("lead_stays",)
    assert await refused(db, replace_party, kosovo, institution_id=stage.partner, **new) == ("left",)


async def test_nobody_is_replaced_after_submission(db: Database, trio: UUID, stage: Stage) -> None:
    kosovo, _montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await submit(tx, trio, received_at=NOW)
    new: dict[str, Any] = {"contact_name": "", "contact_email": "x@example.org"}
    assert await refused(db, replace_party, kosovo, institution_id=stage.turkish, **new) == (
        "no_replacement",
    )
    assert await refused(db, fill_in_part, kosovo, "own", {"part": "New"}) == ("not_a_draft",)
    assert await refused(db, ask_for_change, kosovo, wish="New") == ("not_a_draft",)


async def test_whoever_is_taken_out_is_told_if_it_was_asked(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        await remove_party(tx, kosovo.id)
        await remove_party(tx, montenegro.id)
    await drain(db, lambda: NOW)
    assert [one.to_address for one in await mails(db) if one.template == "applications/removed"] == [
        "vesa@example.org"
    ]


async def test_a_partner_that_left_meanwhile_is_missed_when_it_is_taken_up_again(
    db: Database, trio: UUID
) -> None:
    _kosovo, montenegro = await confirm_all(db, trio)
    async with db.transaction(now=NOW) as tx:
        await submit(tx, trio, received_at=NOW)
    async with db.transaction(now=NOW + timedelta(hours=1)) as tx:
        await leave(tx, montenegro, reason="No staff")
    assert (await reconcile(db))["applications: confirmations"] == []
    async with db.transaction(now=NOW + timedelta(hours=2)) as tx:
        await withdraw(tx, trio)
        await take_up_again(tx, trio)
        application = await tx.get(Application, trio)
    assert await states(db, trio) == ["void"]
    assert application.requested == Decimal("30000.50")
    found = await reconcile(db)
    assert {name: lines for name, lines in found.items() if lines} == {}


async def test_missing_parts_are_named_to_the_lead_and_secrets_are_not(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.reader() as connection:
        application = await shown(connection, trio)
    own = application.form.section("own")
    assert own
    fields = tuple(msgspec.structs.replace(field, checks=(Required(),)) for field in own.fields[:2])
    sections = tuple(
        msgspec.structs.replace(one, fields=fields) if one.key == "own" else one
        for one in application.form.sections
    )
    application = msgspec.structs.replace(
        application, form=msgspec.structs.replace(application.form, sections=sections)
    )
    told = [
        (reason.code, reason.field)
        for reason in application.reasons_now(NOW)
        if "own" in (reason.field or "") or (reason.field or "").startswith("part:")
    ]
    assert told == [
        ("answer_missing", "own.part"),
        ("answer_missing", "own.secret"),
        ("answer_missing", f"part:{kosovo.id}.own.part"),
        ("confidential_part_missing", f"part:{kosovo.id}"),
        ("answer_missing", f"part:{montenegro.id}.own.part"),
        ("confidential_part_missing", f"part:{montenegro.id}"),
    ]


async def mails(db: Database) -> Sequence[Mail]:
    """All, the oldest first."""
    async with db.transaction(now=NOW) as tx:
        return (await tx.session.scalars(select(Mail).order_by(Mail.created_at, Mail.id))).all()


async def reminded(db: Database, at: datetime) -> int:
    """How many partners a step of the scheduler reminds."""
    done = await remind_partners(db, at)
    await drain(db, lambda: at)
    return done


async def test_partners_are_reminded_before_the_deadline(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        await invite_party(tx, montenegro.id)
    days = [10, 7, 6.9, 2, 1.9]
    assert [await reminded(db, CLOSES - timedelta(days=n)) for n in days] == [0, 2, 0, 2, 0]
    async with db.transaction(now=CLOSES - timedelta(days=1.5)) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    assert [await reminded(db, CLOSES - timedelta(days=n)) for n in (1, 0.5, 0, -1)] == [1, 0, 0, 0]
    letters = [one for one in await mails(db) if one.template == "applications/reminder"]
    assert [one.to_address for one in letters].count("milena@example.org") == 3
    assert [one.to_address for one in letters].count("vesa@example.org") == 2
    assert all("Firearms" not in one.subject for one in letters)


async def test_after_an_outage_only_the_latest_reminder_goes(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
    at = CLOSES - timedelta(hours=5)
    assert [await reminded(db, at), await reminded(db, at + timedelta(hours=1))] == [1, 0]
    async with db.reader() as connection:
        recorded = (await history(connection, trio))[0]
    assert (recorded.due_at, recorded.recorded_at) == (CLOSES - timedelta(days=1), at)


async def test_in_a_rolling_call_the_next_cut_off_counts(db: Database, stage: Stage, times: Times) -> None:
    first = CLOSES - timedelta(days=12)
    application = await asked(db, stage, times, (first, CLOSES))
    lead, kosovo = await parties(db, application)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        page = await own(await tx.session.connection(), lead.institution_id)
        choice = next(
            one for one in await calls(await tx.session.connection(), closes_after=NOW) if one.cut_offs
        )
    assert (page.lines[0].submit_by(NOW), choice.submit_by(first), choice.submit_by(CLOSES)) == (
        first,
        first,
        CLOSES,
    )
    days = [9, 7, 2, 1, 0, -4, -5]
    assert [await reminded(db, first - timedelta(days=n)) for n in days] == [0, 1, 1, 1, 0, 0, 1]
    assert [await tell_leads(db, at - timedelta(days=n)) for at in (first, CLOSES) for n in (3, 2)] == [
        0,
        1,
        0,
        1,
    ]
    await drain(db, lambda: CLOSES - timedelta(days=2))
    letters = {one.template: one for one in await mails(db)}
    assert (
        letters["applications/ask"].context["closes"],
        letters["applications/ask"].context["rolling"],
    ) == (
        instant(first),
        True,
    )
    assert letters["applications/reminder"].context["closes"] == instant(CLOSES)
    assert letters["applications/missing"].context["closes"] == instant(CLOSES)


async def test_the_lead_learns_once_who_is_missing(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    told = [await tell_leads(db, CLOSES - timedelta(days=n)) for n in (3, 2, 1, 0)]
    assert told == [0, 1, 0, 0]
    await drain(db, lambda: CLOSES - timedelta(days=2))
    letter = next(one for one in await mails(db) if one.template == "applications/missing")
    assert letter.context["institutions"] == ["Supreme State Prosecutor's Office"]


async def test_a_partner_is_asked_three_times_a_day_at_most(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    for _time in range(3):
        async with db.transaction(now=NOW) as tx:
            await invite_party(tx, kosovo.id)
    assert await refused(db, invite_party, kosovo.id) == ("asked_enough",)
    async with db.transaction(now=NOW + timedelta(days=1, seconds=1)) as tx:
        await invite_party(tx, kosovo.id)
