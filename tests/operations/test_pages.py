"""Pages for those who run the facility: who sees what, what is withheld, what can be run again."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from sqlalchemy import select, text, update

from facility.accounts.events import PersonInvited
from facility.accounts.service.sessions import ask_to_sign_in
from facility.db import Database, new_id
from facility.events.log import record
from facility.events.models import Delivery, EventRow
from facility.message import Message
from facility.operations.events import MailQueuedAgain
from facility.operations.pages.demo import linked
from facility.outbox.models import Mail
from facility.outbox.service import post
from facility.web.filters import moment
from tests.browser import NOW, Browsers, errors, says, states
from tests.cast import Cast
from tests.statements import count_statements

STAFF = ("ada", "paul", "root", "greta", "carl", "elena", "omar")


async def write(db: Database, to: str = "omar@example.org", state: str = "waiting", **given: Any) -> UUID:
    """A mail of the outbox, in this state."""
    named = {
        "template": "accounts/declined",
        "subject": "Your registration",
        "context": {"reason": "a reason"},
    }
    async with db.transaction(now=NOW) as tx:
        mail_id = await post(tx, to=to, to_name="Omar Hoxha", **{**named, **given})
        await tx.flush()
        values = {"state": state, "attempts": 8, "error": "ConnectionRefusedError"}
        if state == "parked":
            await tx.session.execute(update(Mail).where(Mail.id == mail_id).values(values))
    return mail_id


async def park(db: Database, person_id: UUID) -> int:
    """A delivery that has failed too often."""
    async with db.transaction(now=NOW) as tx:
        await record(tx, PersonInvited(person_id=person_id))
    async with db.transaction(now=NOW) as tx:
        await tx.session.execute(
            update(Delivery).values(state="parked", attempts=8, error="KeyError", next_attempt_at=NOW)
        )
        return (await tx.session.execute(select(Delivery.id))).scalars().all()[-1]


async def state_of(db: Database, mail_id: UUID) -> str:
    async with db.reader() as connection:
        return str((await connection.execute(select(Mail.state).where(Mail.id == mail_id))).scalar_one())


async def statuses(browse: Browsers, cast: Cast, path: str) -> dict[str, int]:
    return {who: (await (await browse(getattr(cast, who))).get(path)).status_code for who in STAFF}


@pytest.mark.parametrize(
    ("path", "welcome"),
    [
        ("/operations", {"root", "greta"}),
        ("/operations/outbox", {"root", "ada"}),
        ("/operations/parked", {"root"}),
        ("/operations/log", {"root", "greta"}),
    ],
)
async def test_each_page_is_for_its_roles_alone(
    browse: Browsers, cast: Cast, path: str, welcome: set[str]
) -> None:
    expected = {who: 200 if who in welcome else 403 for who in STAFF}
    assert await statuses(browse, cast, path) == expected
    assert (await (await browse()).get(path)).status_code == 303


async def test_every_mail_is_listed_with_its_fate_newest_first(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    await write(db, subject="The first")
    await write(db, to="arta@example.org", state="parked", subject="The second")
    page = await (await browse(cast.ada)).get("/operations/outbox")
    assert re.findall(r">The (first|second)<", page.text) in (["second", "first"], ["first", "second"])
    assert re.findall(r"status--\w+\">([^<]+)<", page.text) in (["Parked", "Waiting"], ["Waiting", "Parked"])
    parked = await (await browse(cast.ada)).get("/operations/outbox?fate=parked")
    assert re.findall(r">The (first|second)<", parked.text) == ["second"]


async def test_the_list_goes_on_where_the_page_ends(browse: Browsers, db: Database, cast: Cast) -> None:
    for number in range(27):
        await write(db, subject=f"Mail {number:02}")
    browser = await browse(cast.ada)
    first = await browser.get("/operations/outbox")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older is not None
    second = await browser.get(older[1])
    subjects = re.findall(r">Mail (\d\d)<", first.text), re.findall(r">Mail (\d\d)<", second.text)
    assert (len(subjects[0]), len(subjects[1])) == (25, 2)
    assert sorted(subjects[0] + subjects[1]) == [f"{number:02}" for number in range(27)]
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("path", ["/operations/outbox", "/operations/parked", "/operations/log"])
async def test_a_list_takes_as_many_statements_for_three_rows_as_for_one(
    browse: Browsers, db: Database, cast: Cast, path: str
) -> None:
    root = await browse(cast.root)
    counted = []
    for rows in (1, 2):
        for _ in range(rows):
            await write(db)
            await park(db, cast.elena)
        with count_statements(db) as statements:
            assert (await root.get(path)).status_code == 200
        counted.append(len(statements))
    assert (
        counted
        == {
            "/operations/outbox": [3, 3],
            "/operations/parked": [4, 4],
            "/operations/log": [4, 4],
        }[path]
    )


async def test_mails_to_one_address_are_found_without_the_address_in_a_page_s_own(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    await write(db, to="arta@example.org", subject="To Arta")
    await write(db, subject="To Omar")
    ada = await browse(cast.ada)
    answer = await ada.send_form("/operations/outbox", {"email": "Arta@example.org"})
    assert answer.status_code == 303
    assert "arta" not in answer.headers["location"]
    page = await ada.get(answer.headers["location"])
    assert re.findall(r">To (\w+)<", page.text) == ["Arta"]
    missing = await ada.send_form("/operations/outbox", {"email": "nobody@example.org"})
    assert (missing.status_code, errors(missing)) == (422, ["email"])
    assert 'value="nobody@example.org"' in missing.text


async def test_a_mail_is_shown_without_its_link_and_its_code(
    browse: Browsers, db: Database, cast: Cast, app: Litestar
) -> None:
    async with db.transaction(now=NOW) as tx:
        await ask_to_sign_in(tx, "omar@example.org")
    async with db.reader() as connection:
        mail_id = (await connection.execute(select(Mail.id))).scalar_one()
    page = await (await browse(cast.ada)).get(f"/operations/outbox/{mail_id}")
    assert "[link withheld]" in page.text
    assert "[code withheld]" in page.text
    assert "/link/" not in page.text


async def test_an_administrator_reads_nothing_of_the_procedure(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    context = {"application": "TAF-1/001", "call": "TAF-1", "path": "/applications/1"}
    mail_id = await write(db, template="awards/award", subject="Call TAF-1", context=context)
    about_accounts = await write(db)
    root, ada = await browse(cast.root), await browse(cast.ada)
    assert "TAF-1/001" in (await ada.get(f"/operations/outbox/{mail_id}")).text
    assert "TAF-1/001" not in (await root.get(f"/operations/outbox/{mail_id}")).text
    assert "a reason" in (await root.get(f"/operations/outbox/{about_accounts}")).text


async def test_a_parked_mail_is_sent_again_by_an_administrator_alone(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    mail_id = await write(db, state="parked")
    again = f"/operations/outbox/{mail_id}/again"
    assert (await (await browse(cast.ada)).send_form(again)).status_code == 403
    root = await browse(cast.root)
    assert "Send again" in (await root.get(f"/operations/outbox/{mail_id}")).text
    assert (await root.send_form(again)).status_code == 303
    assert await state_of(db, mail_id) == "waiting"
    assert (await root.send_form(again)).status_code == 409
    assert (await root.send_form(f"/operations/outbox/{new_id()}/again")).status_code == 404
    assert says(await root.get("/operations/log"), Message(MailQueuedAgain.sentence))


async def test_a_parked_delivery_says_what_happened_and_is_run_again(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    await park(db, cast.elena)
    delivery_id = await park(db, cast.erik)
    root = await browse(cast.root)
    page = await root.get("/operations/parked")
    assert page.text.count("accounts.tell_the_invited</span></td>") == 2
    assert page.text.count(">KeyError<") == 2
    assert (await root.send_form(f"/operations/parked/{delivery_id}/again")).status_code == 303
    assert (await root.send_form(f"/operations/parked/{delivery_id}/again")).status_code == 409
    assert (await root.send_form("/operations/parked/again")).status_code == 303
    assert (await root.send_form("/operations/parked/again")).status_code == 409
    assert "Nothing is parked" in (await root.get("/operations/parked")).text
    async with db.reader() as connection:
        rows = await connection.execute(select(Delivery.state, Delivery.attempts))
        assert [tuple(row) for row in rows] == [("waiting", 0), ("waiting", 0)]
        kinds = await connection.execute(select(EventRow.kind).order_by(EventRow.seq))
        assert kinds.scalars().all()[-2:] == ["ReactionRunAgain", "ReactionRunAgain"]


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "9" * 40, "x"])
async def test_numbers_that_no_delivery_has_are_missing(browse: Browsers, cast: Cast, number: str) -> None:
    root = await browse(cast.root)
    assert (await root.send_form(f"/operations/parked/{number}/again")).status_code in (400, 404)
    assert (await root.get(f"/operations/parked?before={number}")).status_code in (200, 400)
    assert (await root.get(f"/operations/log?before={number}")).status_code in (200, 400)


async def test_the_log_says_who_did_what_to_what_and_when(browse: Browsers, db: Database, cast: Cast) -> None:
    due_at = datetime(2026, 3, 1, 23, tzinfo=UTC)
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await record(tx, PersonInvited(person_id=cast.elena), due_at=due_at)
    greta = await browse(cast.greta)
    page = await greta.get(f"/operations/log?actor={cast.ada}&subject=person&day=2026-03-02")
    rows = re.findall(r"<tr><td.*?</tr>", page.text, re.S)
    assert len(rows) == 1
    words = " ".join(re.sub(r"<[^>]+>", " ", rows[0]).split())
    assert words.startswith(f"{moment(NOW)} due {moment(due_at)} ")
    assert words.endswith(" Person Elena Rossi Ada Berisha")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("day=2026-05-06", 1),
        ("day=2026-05-05", 0),
        ("day=2026-05-07", 0),
        ("day=2026-05-06&actor=nonsense&subject=nonsense", 1),
        ("day=2026-05-06&subject=person", 1),
        ("day=2026-05-06&subject=call", 0),
        ("day=2026-05-06&actor=facility", 1),
        ("day=2026-05-06&actor=00000000-0000-0000-0000-000000000000", 0),
    ],
)
async def test_the_log_is_narrowed_by_days_of_brussels_people_and_kinds(
    browse: Browsers, db: Database, cast: Cast, query: str, count: int
) -> None:
    async with db.transaction(now=datetime(2026, 5, 5, 22, 30, tzinfo=UTC)) as tx:
        await record(tx, PersonInvited(person_id=cast.elena))
    page = await (await browse(cast.greta)).get(f"/operations/log?{query}")
    assert len(re.findall(r"<tr><td", page.text)) == count


async def test_a_subject_s_chain_is_verified_and_a_change_is_found(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    async with db.transaction(now=NOW) as tx:
        await record(tx, PersonInvited(person_id=cast.elena))
    greta = await browse(cast.greta)
    path = f"/operations/log/{cast.elena}"
    assert states(await greta.get(path)) == ["chain-holds"]
    async with db.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        changed = update(EventRow).where(EventRow.subject_id == cast.elena, EventRow.version == 2)
        await connection.execute(changed.values(actor_id=cast.ada))
    assert states(await greta.get(path)) == ["chain-broken-from-2"]
    assert (await greta.get(f"/operations/log/{new_id()}")).status_code == 404


async def test_the_overview_tells_how_far_everything_has_come(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    await park(db, cast.elena)
    await write(db, state="parked")
    root = await browse(cast.root)
    with count_statements(db) as statements:
        page = await root.get("/operations")
    assert len(statements) == 5
    assert "1 delivery is parked" in page.text
    assert "1 mail is parked" in page.text
    greta = await browse(cast.greta)
    assert 'href="/operations/parked"' not in (await greta.get("/operations")).text


async def test_the_administrator_s_navigation_leads_to_nothing_of_the_procedure(
    browse: Browsers, cast: Cast
) -> None:
    page = await (await browse(cast.root)).get("/operations")
    nav = re.search(r'<nav class="nav".*?</nav>', page.text, re.S)
    assert nav is not None
    places = set(re.findall(r'href="([^"]+)"', nav[0]))
    assert places >= {"/operations", "/operations/outbox", "/people"}
    assert not places & {"/contracts", "/staff/calls", "/rehearsal", "/commission"}


@pytest.mark.parametrize(
    "path", ["/demo/mails", f"/demo/mails/{UUID(int=1)}", f"/demo/mails/{UUID(int=1)}/attachments/1"]
)
async def test_the_mail_reader_is_in_the_demo_only(browse: Browsers, cast: Cast, path: str) -> None:
    assert [(await (await browse(who)).get(path)).status_code for who in (None, cast.root)] == [404, 404]


def test_addresses_of_ours_become_links_and_others_do_not() -> None:
    text = "See http://facility.test/link/x/y_z- and\nhttp://facility.testing/a, http://elsewhere.test/"
    assert linked(text, "http://facility.test") == [
        ("See ", None),
        ("http://facility.test/link/x/y_z-", "/link/x/y_z-"),
        (" and\nhttp://facility.testing/a, http://elsewhere.test/", None),
    ]


async def test_the_log_is_narrowed_by_words_and_not_by_names_of_tables(browse: Browsers, cast: Cast) -> None:
    page = (await (await browse(cast.greta)).get("/operations/log")).text
    choice = re.search(r'<select[^>]*name="subject".*?</select>', page, re.DOTALL)
    assert choice
    kinds = re.findall(r'<option value="([a-z_]+)"[^>]*>([^<]+)</option>', choice[0])
    assert [kind for kind, word in kinds if word == kind or "_" in word] == []
