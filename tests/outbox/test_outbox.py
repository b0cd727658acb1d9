"""Mails: sent once by a real server, tried again, parked, recognisable after a crash; links that open one thing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import jinja2
import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from facility.db import Database, Tx, new_id
from facility.mail import Mailer
from facility.outbox import links
from facility.outbox.models import Link, Mail, MailState
from facility.outbox.sender import STUCK_AFTER, Postman, Turn, hand_over_mails, send
from facility.outbox.service import Attachment, attachment, post, send_again
from facility.refused import Refused
from tests.events.bells import START, Clock
from tests.smtp import SmtpServer

TEMPLATES = {"mails/greeting.txt": "Dear {{ to_name }}, call {{ call }} waits at {{ url }}"}


@attachment("test.note")
async def note(connection: object, templates: object, about: UUID) -> Attachment:
    """For the tests: a file that says what it is about."""
    return Attachment("note.txt", "text/plain", str(about).encode())


@pytest_asyncio.fixture
async def postman(smtp: SmtpServer) -> AsyncIterator[Postman]:
    links.configure("a secret of the tests, long enough to sign with")
    yield Postman(
        mailer=Mailer(smtp.url, "facility@facility.test"),
        base_url="http://facility.test",
        domain="facility.test",
        templates=jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES), autoescape=False),  # noqa: S701 - text
    )


def test_no_link_is_made_before_its_key_is_known() -> None:
    links.configure("")
    try:
        with pytest.raises(RuntimeError, match=r"^the key of links is not set yet$"):
            links.token_of(new_id(), b"nonce")
    finally:
        links.configure("a secret of the tests, long enough to sign with")


async def write(db: Database, *, to: str = "arta@police.test", link: bool = True) -> UUID:
    async with db.transaction(now=START) as tx:
        made = await links.make_link(tx, "greeting", new_id()) if link else None
        return await post(
            tx,
            template="greeting",
            to=to,
            to_name="Arta",
            subject="Call TAF-1",
            context={"call": "TAF-1"},
            link=made,
            attachments=[("test.note", made.subject_id if made else new_id())],
        )


async def send_due(db: Database, postman: Postman, clock: Clock) -> list[bool]:
    return [await send(db, postman, turn, clock) for turn in await hand_over_mails(db, clock.at)]


async def the_mail(db: Database) -> Any:
    async with db.reader() as connection:
        return (await connection.execute(select(Mail.__table__))).one()


async def test_a_mail_arrives_with_its_link_and_its_attachment(
    db: Database,
    postman: Postman,
    smtp: SmtpServer,
) -> None:
    mail_id = await write(db)
    assert await send_due(db, postman, Clock()) == [True]
    [received] = smtp.received
    async with db.reader() as connection:
        link = (await connection.execute(select(Link.__table__))).one()
    path = received.text.rpartition("http://facility.test")[2].strip()
    assert received.text.startswith("Dear Arta, call TAF-1 waits at http://facility.test/link/greeting/")
    assert links.hash_of(path.rpartition("/")[2]) == link.token_hash
    assert received.message["Message-ID"] == f"<{mail_id}@facility.test>"
    assert received.attachments == {"note.txt": str(link.subject_id).encode()}
    assert (await the_mail(db)).state == MailState.SENT


async def test_a_mail_in_many_hands_is_sent_once(db: Database, postman: Postman, smtp: SmtpServer) -> None:
    await write(db)
    [turn] = await hand_over_mails(db, START)
    sent = await asyncio.gather(*(send(db, postman, turn, Clock()) for _ in range(4)))
    assert sorted(sent) == [False, False, False, True]
    assert len(smtp.received) == 1


async def test_a_sender_that_died_amid_a_mail_leaves_a_recognisable_repeat(
    db: Database,
    postman: Postman,
    smtp: SmtpServer,
) -> None:
    mail_id = await write(db)
    await send_due(db, postman, Clock())
    async with db.transaction(now=START) as tx:  # as a crash between sending and marking leaves it
        await tx.session.execute(
            update(Mail).values(state=MailState.SENDING, next_attempt_at=START + STUCK_AFTER)
        )
    clock = Clock()
    clock.at += STUCK_AFTER
    assert await hand_over_mails(db, START) == []
    assert await send_due(db, postman, clock) == [True]
    first, second = smtp.received
    assert first.message["Message-ID"] == second.message["Message-ID"] == f"<{mail_id}@facility.test>"
    assert first.text == second.text  # the same link again, not one that voids the first


async def test_a_server_that_says_later_is_tried_again(
    db: Database, postman: Postman, smtp: SmtpServer
) -> None:
    await write(db)
    smtp.greylist("arta@police.test")
    clock = Clock()
    assert await send_due(db, postman, clock) == [False]
    mail = await the_mail(db)
    assert (mail.state, mail.attempts, mail.next_attempt_at) == (
        MailState.WAITING,
        1,
        START + timedelta(seconds=2),
    )


async def test_an_address_refused_for_good_is_parked_and_can_be_sent_again(
    db: Database,
    postman: Postman,
    smtp: SmtpServer,
) -> None:
    mail_id = await write(db)
    smtp.refuse("arta@police.test")
    clock = Clock()
    assert await send_due(db, postman, clock) == [False]
    assert ((await the_mail(db)).state, (await the_mail(db)).error) == (MailState.PARKED, "PermanentFailure")
    smtp.reset()
    async with db.transaction(now=clock.at) as tx:
        assert await send_again(tx, mail_id)
    assert await send_due(db, postman, clock) == [True]


async def test_a_turn_that_is_over_sends_nothing(db: Database, postman: Postman, smtp: SmtpServer) -> None:
    mail_id = await write(db)
    assert not await send(db, postman, Turn(mail_id, 3), Clock())
    assert smtp.received == []


async def test_a_link_opens_one_thing_once_and_in_time(tx: Tx) -> None:
    about = new_id()
    link = await links.make_link(tx, "invitation", about, expires_at=tx.now + timedelta(hours=1))
    token = links.token_of(link.id, link.nonce)
    assert (await links.find_link(tx, "invitation", token)).subject_id == about
    links.use_link(tx, link)
    with pytest.raises(Refused) as refused:
        links.check_link(link, tx.now)
    assert refused.value.codes == ("link_used",)


async def test_a_link_is_good_at_its_last_instant_and_no_longer(tx: Tx) -> None:
    link = await links.make_link(tx, "invitation", new_id(), expires_at=tx.now)
    links.check_link(link, tx.now)
    with pytest.raises(Refused) as refused:
        links.check_link(link, tx.now + timedelta(microseconds=1))
    assert refused.value.codes == ("link_expired",)


async def test_a_revoked_link_and_one_of_another_purpose_open_nothing(tx: Tx) -> None:
    link = await links.make_link(tx, "partner", new_id())
    token = links.token_of(link.id, link.nonce)
    with pytest.raises(Refused) as unknown:
        await links.find_link(tx, "sign-in", token)
    await links.revoke_links(tx, "partner", link.subject_id)
    with pytest.raises(Refused) as revoked:
        links.check_link(await links.find_link(tx, "partner", token), tx.now)
    assert (unknown.value.codes, revoked.value.codes) == (("link_unknown",), ("link_revoked",))


async def test_who_waits_for_a_link_or_a_document_is_served_first(db: Database) -> None:
    async with db.transaction(now=START - timedelta(minutes=1)) as tx:
        news = await post(tx, template="outbox/none", to="a@example.org", to_name="A", subject="News")
    receipt = await write(db)
    assert [turn.mail_id for turn in await hand_over_mails(db, START, limit=1)] == [receipt]
    assert [turn.mail_id for turn in await hand_over_mails(db, START, limit=1)] == [news]


async def test_no_more_are_handed_over_than_asked_for_whatever_the_plan(database_url: str) -> None:
    """Where the planner has only nested loops, a subquery with a limit runs again for each row, and takes further rows."""
    db = Database(database_url, pool_size=1)
    try:
        async with db.engine.begin() as connection:
            for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
                await connection.execute(text(f"SET enable_{way} = off"))
        mails = [await write(db) for _ in range(5)]
        handed_over = [len(await hand_over_mails(db, START, limit=2)) for _ in range(4)]
        assert (handed_over, len(mails)) == ([2, 2, 1, 0], 5)
    finally:
        await db.dispose()
