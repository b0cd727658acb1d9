"""The demo's mail reader: everybody's mails, with links that work."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import select

from facility.accounts.service.sessions import ask_to_sign_in
from facility.app import create_app
from facility.db import Database, new_id
from facility.outbox.models import Mail
from facility.outbox.service import Attachment, attachment, post
from facility.settings import Settings
from tests.browser import NOW, Browsers, living
from tests.cast import Cast


@attachment("test.words")
async def words(connection: object, templates: object, about: object) -> Attachment:
    """For the tests: a file with two words."""
    return Attachment("words.txt", "text/plain", b"two words")


@pytest_asyncio.fixture
async def app(settings: Settings, db: Database) -> AsyncIterator[Litestar]:
    """The app as a demo."""
    demo = msgspec.structs.replace(settings, demo=True)
    async with living(create_app(demo, db, freeze=False)) as made:
        yield made


async def test_mails_are_read_by_recipient_and_their_links_work(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    for email in ("omar@example.org", "arta@example.org"):
        async with db.transaction(now=NOW) as tx:
            await ask_to_sign_in(tx, email)
    browser = await browse()
    page = await browser.get("/demo/mails")
    options = re.findall(r'<option value="([0-9a-f-]{36})">([^<]+)</option>', page.text)
    assert [label for _, label in options] == [
        "Arta Krasniqi · arta@example.org",
        "Omar Hoxha · omar@example.org",
    ]
    narrowed = await browser.get(f"/demo/mails?same={options[1][0]}")
    [path] = re.findall(r'href="(/demo/mails/[0-9a-f-]{36})"', narrowed.text)
    mail = await browser.get(path)
    [link] = re.findall(r'<a href="(/link/[^"]+)">http://facility.test/link/', mail.text)
    assert (await browser.get(link)).status_code == 200


async def test_a_file_that_goes_with_a_mail_is_made_for_the_reader(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    async with db.transaction(now=NOW) as tx:
        await post(
            tx,
            template="accounts/declined",
            to="omar@example.org",
            to_name="Omar Hoxha",
            subject="Your registration",
            context={"reason": "<b>none</b>"},
            attachments=[("test.words", new_id())],
        )
    async with db.reader() as connection:
        mail_id = (await connection.execute(select(Mail.id))).scalar_one()
    browser = await browse()
    page = await browser.get(f"/demo/mails/{mail_id}")
    assert "&lt;b&gt;none&lt;/b&gt;" in page.text
    file = await browser.get(f"/demo/mails/{mail_id}/attachments/1")
    assert (file.status_code, file.content) == (200, b"two words")
    assert file.headers["content-disposition"].startswith("attachment;")
    assert (await browser.get(f"/demo/mails/{mail_id}/attachments/2")).status_code == 404
    assert (await browser.get(f"/demo/mails/{new_id()}")).status_code == 404
