"""Signing in while strangers ask in one's name, and guess: it slows them down, and locks nobody out."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import event, text

from facility import clock
from facility.accounts.rules.accounts import CODE_ATTEMPTS, CODES_AN_HOUR, MAILS_AT_A_TIME, code_of
from facility.accounts.service import people, sessions
from facility.accounts.service.sessions import ask_to_sign_in
from facility.db import Database
from facility.outbox.links import token_of
from facility.outbox.models import Link
from facility.web import cookies
from tests.accounts.letters import letters, link_to
from tests.browser import Browser, Browsers, errors, states
from tests.cast import Cast

ADA = "ada@example.org"


class FromAddress(Browser):
    """A browser at an address of the network."""

    def __init__(self, app: Litestar, address: str) -> None:
        super().__init__(app)
        self._transport = httpx.ASGITransport(app=app, client=(address, 4711))  # type: ignore[arg-type]


async def mails(db: Database, address: str) -> int:
    """How many letters went to this address."""
    return [to for _template, to in await letters(db)].count(address)


async def code_for(db: Database, page: str) -> str:
    """The code in the mail of the request whose page this is."""
    async with db.transaction(now=clock.now()) as tx:
        link = await tx.get(Link, page.partition("?")[0].rsplit("/", 1)[1])
        return code_of(token_of(link.id, link.nonce))


async def ask(browser: Browser, email: str = ADA) -> str:
    """Asks for a mail; the page that takes its code."""
    answer = await browser.send_form("/sign-in", {"email": email})
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


def wrong(code: str) -> str:
    return "000000" if code != "000000" else "000001"


async def test_a_strangers_requests_take_nothing_from_the_owner(
    app: Litestar, db: Database, cast: Cast
) -> None:
    owner, stranger = FromAddress(app, "192.0.2.1"), FromAddress(app, "203.0.113.9")
    page = await ask(owner)
    link = await link_to(db, ADA)
    answers = [(await stranger.send_form("/sign-in", {"email": ADA})).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert (await owner.send_form(page, {"code": await code_for(db, page)})).status_code == 303
    assert (await FromAddress(app, "192.0.2.2").send_form(link)).status_code == 409  # used up by its code


async def test_after_a_strangers_requests_the_owner_is_sent_a_mail_of_their_own(
    app: Litestar, db: Database, cast: Cast
) -> None:
    owner, stranger = FromAddress(app, "192.0.2.1"), FromAddress(app, "2001:db8::1")
    for _ in range(5):
        await ask(stranger)
    assert (await FromAddress(app, "2001:db8::2").send_form("/sign-in", {"email": ADA})).status_code == 429
    page = await ask(owner)
    assert await mails(db, ADA) == 6
    assert (await owner.send_form(await link_to(db, ADA))).status_code == 303
    assert (await owner.send_form(page, {"code": await code_for(db, page)})).status_code == 422


async def test_many_strangers_send_so_many_mails_and_each_link_is_good(
    app: Litestar, db: Database, cast: Cast
) -> None:
    for number in range(MAILS_AT_A_TIME + 8):
        await ask(FromAddress(app, f"203.0.113.{number}"))
    assert await mails(db, ADA) == MAILS_AT_A_TIME
    owner = FromAddress(app, "192.0.2.1")
    await ask(owner)
    assert await mails(db, ADA) == MAILS_AT_A_TIME
    assert (await owner.send_form(await link_to(db, ADA))).status_code == 303


async def test_requests_at_the_same_moment_are_counted_one_by_one(db: Database, cast: Cast) -> None:
    async def ask_once() -> None:
        async with db.transaction(now=clock.now()) as tx:
            await ask_to_sign_in(tx, ADA)

    await asyncio.gather(*(ask_once() for _ in range(MAILS_AT_A_TIME + 6)))
    assert await mails(db, ADA) == MAILS_AT_A_TIME


async def test_a_link_that_is_over_offers_a_new_one(browse: Browsers, db: Database, cast: Cast) -> None:
    nobody, again = await browse(), await browse()
    await ask(nobody)
    link = await link_to(db, ADA)
    assert states(await nobody.get(link)) == []
    assert (await nobody.send_form(link)).status_code == 303
    # Whoever has signed in by it needs no other; anybody else gets a form that sends one.
    assert states(await nobody.get(link)) == ["over"]
    assert 'action="/sign-in"' not in (await nobody.get(link)).text
    for page in (await again.get(link), await again.send_form(link)):
        assert (states(page), 'action="/sign-in"' in page.text) == (["over"], True)
    assert (await again.send_form(link)).status_code == 409
    assert (await again.get(f"{link[:-4]}AAAA")).status_code == 404


async def test_a_used_link_ends_those_before_it_and_leaves_those_after(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    nobody = await browse()
    links = []
    for minute in range(3):
        async with db.transaction(now=clock.now() - timedelta(minutes=3 - minute)) as tx:
            await ask_to_sign_in(tx, ADA)
        links.append(await link_to(db, ADA))
    answers = [(await nobody.send_form(links[number])).status_code for number in (1, 0, 2)]
    assert answers == [303, 409, 303]


async def test_five_wrong_codes_end_a_request_and_its_link_stays_good(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    nobody = await browse()
    page = await ask(nobody)
    code = await code_for(db, page)
    answers = [(await nobody.send_form(page, {"code": wrong(code)})).status_code for _ in range(5)]
    assert answers == [422] * 5
    assert (await nobody.send_form(page, {"code": code})).status_code == 422
    assert nobody.cookies.get(cookies.SESSION) is None
    other = await ask(nobody)
    assert (await nobody.send_form(other, {"code": await code_for(db, other)})).status_code == 303
    assert (await (await browse()).send_form(await link_to(db, ADA))).status_code == 409


async def test_codes_tried_at_the_same_moment_are_counted_one_by_one(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    page = await ask(await browse())
    request_id = UUID(page.rsplit("/", 1)[1])
    code = await code_for(db, page)

    async def guess() -> str | None:
        async with db.transaction(now=clock.now()) as tx:
            return await sessions.try_code(tx, request_id, wrong(code))

    assert set(await asyncio.gather(*(guess() for _ in range(20)))) == {None}
    async with db.reader() as connection:
        assert (await connection.execute(text("SELECT attempts FROM sign_in_request"))).scalar_one() == 5
    async with db.transaction(now=clock.now()) as tx:
        assert await sessions.try_code(tx, request_id, code) is None


async def test_an_account_takes_so_many_codes_an_hour_and_its_links_stay_good(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    for number in range(CODES_AN_HOUR // CODE_ATTEMPTS):
        at = clock.now() - timedelta(minutes=50 - number)
        async with db.transaction(now=at) as tx:
            request_id = await ask_to_sign_in(tx, ADA)
            for _ in range(CODE_ATTEMPTS):
                await sessions.try_code(tx, request_id, "no code")
    nobody = await browse()
    page = await ask(nobody)
    answer = await nobody.send_form(page, {"code": await code_for(db, page)})
    assert (answer.status_code, errors(answer)) == (422, ["code"])
    assert (await nobody.send_form(await link_to(db, ADA))).status_code == 303


async def statements(db: Database, email: str) -> Sequence[str]:
    """What is asked of the database for one request."""
    executed: list[str] = []

    def see(*args: object) -> None:
        executed.append(" ".join(str(args[2]).split()[:3]))

    event.listen(db.engine.sync_engine, "before_cursor_execute", see)
    async with db.transaction(now=clock.now()) as tx:
        await ask_to_sign_in(tx, email)
    event.remove(db.engine.sync_engine, "before_cursor_execute", see)
    return executed


async def test_as_much_is_asked_for_an_address_that_nobody_has(db: Database, cast: Cast) -> None:
    known, unknown = await statements(db, ADA), await statements(db, "nobody@example.org")
    for _ in range(MAILS_AT_A_TIME):
        enough = await statements(db, ADA)
    assert unknown == enough
    assert sorted({*known} ^ {*unknown}) == ["INSERT INTO mail", "UPDATE link SET"]


@pytest.mark.parametrize("email", ["new@example.org", ADA])
async def test_letters_to_register_are_as_few(app: Litestar, db: Database, cast: Cast, email: str) -> None:
    for number in range(MAILS_AT_A_TIME + 3):
        answer = await FromAddress(app, f"203.0.113.{number}").send_form("/register", {"email": email})
        assert answer.status_code == 303
    assert await mails(db, email) == MAILS_AT_A_TIME
    if email != ADA:
        owner = FromAddress(app, "192.0.2.1")
        assert (await owner.get(await link_to(db, email))).status_code == 200


async def test_a_pending_account_is_told_to_wait_as_rarely(app: Litestar, db: Database, cast: Cast) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await people.ask_to_register(tx, "pending@example.org")
    token = (await link_to(db, "pending@example.org")).rsplit("/", 1)[-1]
    async with db.transaction(now=clock.now()) as tx:
        await people.register(tx, token, name="Pending", institution=cast.albanian_police)
    before = await mails(db, "pending@example.org")
    for number in range(MAILS_AT_A_TIME + 3):
        await ask(FromAddress(app, f"203.0.113.{number}"), "pending@example.org")
    assert await mails(db, "pending@example.org") == before + MAILS_AT_A_TIME
