"""Working copies, what each save replaced, and a party's own sections."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.accounts.service.people import add_user
from facility.applications.models.application import SectionAnswers
from facility.applications.models.writing import SectionChange
from facility.applications.queries.writing import section_changes, writing
from facility.applications.rules.submission import canonical, salted_hash
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.calls.models.call import Call
from facility.calls.service.closing import close_call, mark_decided
from facility.db import Database
from facility.drafting.handlers import opened
from facility.drafting.models import UnsavedText
from facility.drafting.queries import copies_of
from facility.drafting.service import KEPT_FOR, MOST_BY_LINK, MOST_KEPT, Holder, end, forget
from facility.drafting.service import keep as keep_typed
from facility.events.log import history
from facility.forms.sections import Section
from facility.forms.types import FieldType, ask
from facility.forms.versions import Whose, base_of, changes, compared
from facility.refused import Refused
from facility.web.access import Role
from tests.applications.asking import asking_draft
from tests.applications.conftest import CLOSES, NOW, Stage, Times, party_id
from tests.browser import Browsers

LATER = NOW + timedelta(minutes=12)


@pytest.fixture
async def besa(db: Database, stage: Stage) -> UUID:
    """A colleague of Omar's."""
    async with db.transaction(now=NOW) as tx:
        person = await add_user(
            tx, name="Besa Hoxha", email="besa@example.org", roles=[Role.OFFICER], institution_id=stage.police
        )
    return person.id


async def keep(db: Database, draft: UUID, who: UUID, summary: str, *, based_on: int = 0) -> None:
    async with db.transaction(now=NOW, actor=who) as tx:
        lead = await party_id(tx, draft, lead=True)
        await keep_typed(tx, lead, "ask", Holder(who), {"summary": [summary]}, based_on=based_on)


async def keep_by_link(db: Database, draft: UUID, second: int = 0) -> None:
    async with db.transaction(now=NOW + timedelta(seconds=second)) as tx:
        party = await party_id(tx, draft)
        await keep_typed(tx, party, "own", opened(), {"part": ["Typed"]})


async def test_a_working_copy_is_kept_as_typed_and_nothing_else_happens(
    db: Database, stage: Stage, confirmed: UUID, besa: UUID
) -> None:
    async with db.reader() as connection:
        before = len(await history(connection, confirmed))
    await keep(db, confirmed, stage.omar, "  half a sent")
    async with db.transaction(now=LATER, actor=stage.omar) as tx:
        lead = await party_id(tx, confirmed, lead=True)
        await keep_typed(tx, lead, "ask", Holder(stage.omar), {"summary": ["half a sentence"]})
    await keep(db, confirmed, besa, "Besa's")
    async with db.reader() as connection:
        writers = await writing(connection, lead, "ask", stage.omar)
        copies = await copies_of(connection, [lead], stage.omar)
        after = len(await history(connection, confirmed))
        confirmation = await connection.scalar(
            select(SectionAnswers.version).where(SectionAnswers.application_id == confirmed)
        )
    assert writers.own is not None
    assert (writers.own.typed, writers.own.started_at, writers.own.saved_at) == (
        {"summary": ["half a sentence"]},
        NOW,
        LATER,
    )
    assert [colleague.name for colleague in writers.colleagues] == ["Besa Hoxha"]
    assert writers.colleagues[0].writes_at(LATER)
    assert not writers.colleagues[0].writes_at(NOW + timedelta(hours=1))
    assert list(copies) == [(lead, "ask")]
    assert (after, confirmation) == (before, None)


async def test_others_who_are_not_of_the_institution_do_not_show(
    db: Database, stage: Stage, draft: UUID
) -> None:
    await keep(db, draft, stage.vesa, "Not of the house")
    async with db.transaction(now=NOW) as tx:
        lead = await party_id(tx, draft, lead=True)
        writers = await writing(await tx.session.connection(), lead, "ask", stage.omar)
    assert (writers.own, writers.colleagues) == (None, ())


async def test_saving_ends_the_own_copy_and_keeps_what_was_replaced(
    db: Database, stage: Stage, draft: UUID, besa: UUID
) -> None:
    await keep(db, draft, stage.omar, "Mine")
    await keep(db, draft, besa, "Hers")
    for at, summary in ((NOW, "First"), (LATER, "Second")):
        async with db.transaction(now=at, actor=stage.omar) as tx:
            saved = await save_answers(tx, draft, {"ask": {"title": "Firearms", "summary": summary}})
            version = saved.version
    async with db.transaction(now=LATER) as tx:
        left = (await tx.session.scalars(select(UnsavedText.person_id))).all()
        connection = await tx.session.connection()
        lead = await party_id(tx, draft, lead=True)
        changes = await section_changes(connection, draft, lead, "ask", seen=0)
    assert left == [besa]
    assert [
        (change.version, change.saved_by, change.saved_at, change.before, change.after) for change in changes
    ] == [
        (2, "Omar Hoxha", LATER, {"summary": "First"}, {"summary": "Second"}),
        (1, "Omar Hoxha", NOW, {"summary": ""}, {"summary": "First"}),
    ]
    assert changes[0].application_version == version


async def test_a_copy_is_discarded_and_a_submitted_application_takes_none(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await keep(db, confirmed, stage.omar, "Mine")
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        lead = await party_id(tx, confirmed, lead=True)
        await end(tx, lead, ["ask"])
        assert (await tx.session.scalars(select(UnsavedText.section))).all() == []
        await submit(tx, confirmed, received_at=NOW)
    omar = await browse(stage.omar)
    late = await omar.send_form(f"/applications/{confirmed}/answers/ask/copy", {"summary": "Mine"})
    assert late.status_code == 409
    async with db.transaction(now=NOW) as tx:
        assert (await tx.session.scalars(select(UnsavedText.section))).all() == []


async def test_what_is_left_lying_is_forgotten(db: Database, stage: Stage, draft: UUID) -> None:
    await keep(db, draft, stage.omar, "Left lying")
    await keep_by_link(db, draft)
    assert await forget(db, NOW + KEPT_FOR - timedelta(seconds=1)) == 0
    assert await forget(db, NOW + KEPT_FOR) == 2
    assert await forget(db, NOW + KEPT_FOR) == 0


async def test_a_decided_call_keeps_no_copies(db: Database, stage: Stage, draft: UUID) -> None:
    await keep(db, draft, stage.omar, "Too late")
    await keep_by_link(db, draft)
    async with db.transaction(now=CLOSES) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
        mark_decided(tx, await tx.lock(Call, stage.call))
    assert await forget(db, CLOSES) == 2


async def test_a_link_keeps_its_newest_copies(db: Database, draft: UUID) -> None:
    for second in range(MOST_BY_LINK + 1):
        await keep_by_link(db, draft, second)
    async with db.transaction(now=NOW) as tx:
        kept = (await tx.session.scalars(select(UnsavedText.saved_at))).all()
    assert (len(kept), min(kept)) == (MOST_BY_LINK, NOW + timedelta(seconds=1))


async def test_an_endless_copy_is_refused(db: Database, stage: Stage, draft: UUID) -> None:
    with pytest.raises(Refused) as refused:
        await keep(db, draft, stage.omar, "x" * (MOST_KEPT + 1))
    assert (refused.value.codes, refused.value.kind) == (("copy_too_long",), "invalid")


async def test_a_party_has_sections_of_its_own_and_others_get_a_hash(
    db: Database, stage: Stage, times: Times
) -> None:
    application = await asking_draft(db, stage, times)
    async with db.transaction(now=NOW, actor=stage.vesa) as tx:
        own, lead = await party_id(tx, application), await party_id(tx, application, lead=True)
        await save_answers(
            tx, application, {"own": {"part": "We host", "secret": "Our informants"}}, party_id=own
        )
        for wrong, key, by in (("ask", "summary", own), ("own", "part", None), ("own", "none", own)):
            with pytest.raises(Refused) as refused:
                await save_answers(tx, application, {wrong: {key: "x"}}, party_id=by)
            assert refused.value.codes == ("not_found",)
        await confirm_party(tx, own, signatory_name="Vesa", signatory_function="Head")
        submitted = await submit(tx, application, received_at=NOW)
        row = await tx.get(SectionAnswers, (application, own, "own"))
        assert await tx.session.get(SectionAnswers, (application, lead, "own")) is None
    snapshot = submitted.submission
    assert snapshot is not None
    assert b"informants" not in canonical(snapshot)
    assert row.answers == {"part": "We host", "secret": "Our informants"}
    assert snapshot["parties"][1]["sections"][0]["answers"] == [
        {"key": "part", "label": "What you do", "type": "long_text", "answer": "We host"},
        {
            "key": "secret",
            "label": "What others may not read",
            "type": "long_text",
            "confidential": True,
            "sha256": salted_hash("Our informants", row.salts["secret"]),
        },
        {"key": "topics", "label": "Your themes", "type": "themes", "chosen": [], "answer": ""},
    ]
    assert snapshot["parties"][0]["sections"][0]["answers"][1]["sha256"] is None
    assert len(row.salts["secret"]) == 32


async def test_a_new_answer_has_a_new_salt(db: Database, stage: Stage, times: Times) -> None:
    application = await asking_draft(db, stage, times)
    salts = []
    for secret in ("One", "Two"):
        async with db.transaction(now=NOW, actor=stage.vesa) as tx:
            own = await party_id(tx, application)
            await save_answers(tx, application, {"own": {"secret": secret}}, party_id=own)
            salts.append((await tx.get(SectionAnswers, (application, own, "own"))).salts["secret"])
            kept = (await tx.session.scalars(select(SectionChange.after))).all()
    assert len(set(salts)) == 2
    assert {"secret": "Two"} in kept


def test_differences_are_told_by_words() -> None:
    pieces = [
        (piece.mark.value, piece.text) for piece in compared("We host a workshop", "We lead a workshop now")
    ]
    assert pieces == [
        ("same", "We "),
        ("gone", "host"),
        ("new", "lead"),
        ("same", " a workshop"),
        ("new", " now"),
    ]
    assert compared("", "") == ()
    rewritten = compared("One thing entirely", "Quite something else, on the whole")
    assert [piece.mark.value for piece in rewritten] == ["gone", "new"]
    assert [piece.mark.value for piece in compared("", "New")] == ["new"]
    assert [piece.mark.value for piece in compared("a " * 3000, "b")] == ["gone", "new"]
    assert "".join(piece.text for piece in compared("a\n\nb", "a\n\nb")) == "a\n\nb"


def test_who_has_changed_what_is_seen_from_what_both_began_with() -> None:
    base = base_of(
        {"a": "theirs", "b": "theirs", "c": "same", "d": ["x"]},
        [{"a": "earlier"}, {"a": "base", "b": "base"}],
    )
    assert base == {"a": "base", "b": "base", "c": "same", "d": ["x"]}
    mine: dict[str, str | list[str]] = {"a": "mine", "b": "base", "c": "mine", "d": ["x"]}
    section = Section(
        key="s", title="S", fields=tuple(ask(key, key, FieldType.SHORT_TEXT) for key in "abcde")
    )
    changed = changes(section, {"a": "theirs", "b": "theirs", "c": "same", "d": ["x"]}, mine, base)
    assert [(change.field.key, change.whose) for change in changed] == [
        ("a", Whose.BOTH),
        ("b", Whose.THEIRS),
        ("c", Whose.MINE),
    ]
    assert changes(section, {}, {"e": []}, {}) == []
