"""Accounts as people see them: signing in and out, registering, the lists, the demo."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar import Router
from sqlalchemy import event, text

from facility import clock, rooms
from facility.accounts.events import PersonInvited, RoleGiven
from facility.accounts.rules.accounts import code_of
from facility.accounts.service import people as service
from facility.app import create_app
from facility.db import Database
from facility.settings import Settings
from facility.web import cookies, public, static
from facility.web.access import Role
from facility.web.history import sentence_of
from facility.web.render import environment
from tests.accounts.letters import letters, link_to, request_of
from tests.browser import Browser, Browsers, gives_reason, living, states
from tests.cast import Cast


async def who(browser: Browser) -> str:
    """Whose name stands on the page."""
    page = (await browser.get("/help")).text
    return page.split('<p class="strong">')[1].split("<")[0] if '<p class="strong">' in page else "nobody"


async def test_signing_in_by_link_needs_a_button_and_works_once(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    nobody = await browse()
    answer = await nobody.send_form("/sign-in", {"email": " Ada@Example.org ", "next": "/people"})
    assert answer.status_code == 303
    path = await link_to(db, "ada@example.org")
    assert ((await nobody.get(path)).status_code, await who(nobody)) == (200, "nobody")
    assert ((await nobody.send_form(path)).status_code, await who(nobody)) == (303, "Ada Berisha")
    other = await browse()
    again = await other.send_form(path)
    assert (again.status_code, await who(other)) == (409, "nobody")
    assert states(again) == ["over"]


async def test_signing_in_by_code_leads_on_and_uses_up_the_link(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    nobody = await browse()
    page = (await nobody.send_form("/sign-in", {"email": "ada@example.org", "next": "/people"})).headers[
        "location"
    ]
    assert (await nobody.get(page)).status_code == 200
    link = await link_to(db, "ada@example.org")
    code = code_of(link.rsplit("/", 1)[-1])
    answer = await nobody.send_form(page.split("?")[0], {"code": f"{code[:3]} {code[3:]}", "next": "/people"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert await who(nobody) == "Ada Berisha"
    assert (await (await browse()).send_form(link)).status_code == 409


@pytest.mark.parametrize(
    "email", ["ada@example.org", "nobody@example.org", "omar@example.org", "pending@example.org"]
)
async def test_the_answer_does_not_show_who_has_an_account(
    browse: Browsers, db: Database, cast: Cast, email: str
) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await service.ask_to_register(tx, "pending@example.org")
    token = (await link_to(db, "pending@example.org")).rsplit("/", 1)[-1]
    async with db.transaction(now=clock.now()) as tx:
        await service.register(tx, token, name="Pending", institution=cast.albanian_police)
    async with db.transaction(now=clock.now(), actor=cast.root) as tx:
        await service.deactivate(tx, cast.omar)
    nobody = await browse()
    answer = await nobody.send_form("/sign-in", {"email": email})
    page, _, query = answer.headers["location"].partition("?")
    shape = (answer.status_code, page.rsplit("/", 1)[0], query, sorted(answer.headers))
    assert shape == (303, "/sign-in/check", "next=/", SHAPE_HEADERS)
    assert (await nobody.send_form(page, {"code": "123456"})).status_code == 422
    mails = [
        template
        for template, to in await letters(db)
        if to == email and template in ("accounts/sign_in", "accounts/waiting")
    ]
    assert mails == {
        "ada@example.org": ["accounts/sign_in"],
        "pending@example.org": ["accounts/waiting"],
    }.get(email, [])


SHAPE_HEADERS = sorted(
    [
        "cache-control",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "location",
        "permissions-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-frame-options",
    ]
)


async def test_a_link_ends_after_fifteen_minutes(browse: Browsers, db: Database, cast: Cast) -> None:
    from facility.accounts.service.sessions import ask_to_sign_in

    async with db.transaction(now=clock.now() - timedelta(minutes=15, seconds=1)) as tx:
        await ask_to_sign_in(tx, "ada@example.org")
    path = await link_to(db, "ada@example.org")
    code = code_of(path.rsplit("/", 1)[-1])
    nobody = await browse()
    by_code = await nobody.send_form(f"/sign-in/check/{await request_of(db, path)}", {"code": code})
    assert ((await nobody.send_form(path)).status_code, by_code.status_code) == (409, 422)


async def test_the_code_may_be_typed_in_any_digits(browse: Browsers, db: Database, cast: Cast) -> None:
    nobody = await browse()
    page = (await nobody.send_form("/sign-in", {"email": "ada@example.org"})).headers["location"]
    code = code_of((await link_to(db, "ada@example.org")).rsplit("/", 1)[-1])
    other_letters = await nobody.send_form(page.partition("?")[0], {"code": "é" * 6})
    wide = code.translate({ord(str(n)): ord("０") + n for n in range(10)})
    other_digits = await nobody.send_form(page.partition("?")[0], {"code": f"{wide[:3]} {wide[3:]}"})
    assert (other_letters.status_code, other_digits.status_code) == (422, 303)


async def test_the_mail_holds_link_and_code(
    browse: Browsers, db: Database, cast: Cast, settings: Settings
) -> None:
    await (await browse()).send_form("/sign-in", {"email": "ada@example.org"})
    url = f"http://facility.test{await link_to(db, 'ada@example.org')}"
    written = (
        environment(settings)
        .get_template("mails/accounts/sign_in.txt")
        .render(url=url, to_name="Ada Berisha")
    )
    assert f"\n\n{url}\n\n" in written
    assert code_of(url.rsplit("/", 1)[-1]) in written


@pytest.mark.parametrize(
    "target", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/a b"]
)
async def test_signing_in_leads_nowhere_else(browse: Browsers, cast: Cast, target: str) -> None:
    answer = await (await browse()).send_form("/sign-in", {"email": "ada@example.org", "next": target})
    assert answer.headers["location"].endswith("?next=/")


async def test_signing_out_here_and_everywhere(browse: Browsers, cast: Cast) -> None:
    first, second, third = [await browse(cast.ada) for _ in range(3)]
    await first.send_form("/sign-out")
    assert [await who(browser) for browser in (first, second, third)] == [
        "nobody",
        "Ada Berisha",
        "Ada Berisha",
    ]
    await second.send_form("/sign-out/everywhere")
    assert [await who(browser) for browser in (second, third)] == ["nobody", "nobody"]


async def test_a_closed_account_is_nobody_at_once(browse: Browsers, db: Database, cast: Cast) -> None:
    omar, root = await browse(cast.omar), await browse(cast.root)
    assert (await root.send_form(f"/people/{cast.omar}/close")).status_code == 303
    assert await who(omar) == "nobody"


async def test_an_officer_registers_and_is_approved(browse: Browsers, db: Database, cast: Cast) -> None:
    nobody, ada = await browse(), await browse(cast.ada)
    assert (await nobody.send_form("/register", {"email": "ivo@example.mk"})).status_code == 303
    path = await link_to(db, "ivo@example.mk")
    assert "ivo@example.mk" in (await nobody.get(path)).text
    wrong = await nobody.send_form(
        path, {"name": "", "institution": "new", "institution_name": "Carinska uprava", "kind": "x"}
    )
    assert wrong.status_code == 422
    assert 'value="Carinska uprava"' in wrong.text
    assert [
        f'href="#f-{name}"' in wrong.text for name in ("name", "kind", "beneficiary", "institution_name")
    ] == [True, True, True, False]
    form = {"name": "Ivo Ilievski", "institution": "new", "institution_name": "Carinska uprava"}
    good = await nobody.send_form(path, form | {"kind": "CUSTOMS", "beneficiary": "MK"})
    assert (good.status_code, good.headers["location"]) == (303, "/registered")
    over = await nobody.get(path)
    assert (states(over), "Ivo Ilievski" in over.text, 'name="name"' in over.text) == (["over"], False, False)
    people = (await ada.get("/people")).text
    assert people.index("Ivo Ilievski") < people.index(">Ada Berisha</a>")
    async with db.reader() as connection:
        ivo = (
            await connection.execute(text("SELECT id FROM person WHERE email = 'ivo@example.mk'"))
        ).scalar_one()
    assert (await ada.send_form(f"/people/{ivo}/approve")).status_code == 303
    assert (await ada.send_form(f"/people/{ivo}/approve")).status_code == 409
    await nobody.send_form(await link_to(db, "ivo@example.mk"))
    assert await who(nobody) == "Ivo Ilievski"


async def test_declining_needs_a_reason(browse: Browsers, db: Database, cast: Cast) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await service.ask_to_register(tx, "ivo@example.mk")
    token = (await link_to(db, "ivo@example.mk")).rsplit("/", 1)[-1]
    async with db.transaction(now=clock.now()) as tx:
        ivo = await service.register(tx, token, name="Ivo", institution=cast.albanian_police)
    ada = await browse(cast.ada)
    answers = [
        await ada.send_form(f"/people/{ivo.id}/decline", {"reason": reason}) for reason in ("", "Unknown")
    ]
    assert [answer.status_code for answer in answers] == [422, 303]
    assert "Unknown" in (await ada.get(f"/people/{ivo.id}")).text


async def test_inviting_and_roles(browse: Browsers, db: Database, cast: Cast) -> None:
    ada = await browse(cast.ada)
    wrong = await ada.send_form(
        "/people/invite", {"name": "Nina", "email": "ada@example.org", "role": "assessor"}
    )
    assert (wrong.status_code, gives_reason(wrong, "address_taken")) == (422, True)
    denied = await ada.send_form(
        "/people/invite", {"name": "Nina", "email": "n@example.org", "role": "administrator"}
    )
    assert denied.status_code == 403
    good = await ada.send_form(
        "/people/invite", {"name": "Nina", "email": "n@example.org", "role": "assessor"}
    )
    nina = good.headers["location"]
    none = await ada.send_form(f"{nina}/roles", {})
    both = await ada.send_form(f"{nina}/roles", {"roles": ["assessor", "secretariat"]})
    assert (none.status_code, both.status_code) == (422, 303)
    page = (await ada.get(nina)).text
    key = UUID(nina.rpartition("/")[2])
    happened = RoleGiven(person_id=key, role="secretariat"), PersonInvited(person_id=key)
    assert [page.count(sentence_of(event)) for event in happened] == [1, 1]


async def test_a_list_costs_the_same_for_few_and_many(browse: Browsers, db: Database, cast: Cast) -> None:
    ada = await browse(cast.ada)
    executed: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    counts = []
    for path in ("/people?q=berisha", "/people?role=assessor", "/institutions", f"/people/{cast.omar}"):
        executed.clear()
        assert (await ada.get(path)).status_code == 200
        counts.append(len([statement for statement in executed if not statement.startswith("NOTIFY")]))
    assert counts == [3, 3, 3, 4]


async def test_a_list_longer_than_a_page_goes_on(browse: Browsers, db: Database, cast: Cast) -> None:
    async with db.transaction(now=clock.now()) as tx:
        for n in range(30):
            await service.add_user(tx, name=f"Zed {n:02}", email=f"z{n}@example.org", roles=[Role.ASSESSOR])
    ada = await browse(cast.ada)
    pages = [
        (await ada.get(f"/people?q=zed&page={n}")).text.count('<th scope="row">')
        for n in (1, 2, 3, -1, 10**9)
    ]
    assert pages == [25, 5, 0, 25, 0]


async def test_ones_own_name(browse: Browsers, cast: Cast) -> None:
    omar = await browse(cast.omar)
    answers = [await omar.send_form("/me", {"name": name}) for name in (" ", "Omar Hoxha-Çela")]
    assert [answer.status_code for answer in answers] == [422, 303]
    assert await who(omar) == "Omar Hoxha-Çela"


async def test_institutions_are_entered_once_and_bear_their_names_as_printed(
    browse: Browsers, cast: Cast
) -> None:
    ada = await browse(cast.ada)
    form = {"institution_name": "Forensic Agency", "kind": "POLICE", "beneficiary": "XK"}
    answers = [(await ada.send_form("/institutions/new", form)).status_code for _ in range(2)]
    unknown = await ada.send_form("/institutions/new", form | {"beneficiary": "XX"})
    assert (answers, unknown.status_code) == ([303, 422], 422)
    page = (await ada.get("/institutions")).text
    assert (
        page.index("Border Police of Bosnia") < page.index("Forensic Agency") < page.index("Kosovo* Police")
    )


async def test_the_cast_can_be_played_in_the_demo_only(
    browse: Browsers, settings: Settings, db: Database, cast: Cast
) -> None:
    nobody = await browse()
    assert [
        (await nobody.get("/demo")).status_code,
        (await nobody.send_form("/demo", {"person": str(cast.ada)})).status_code,
    ] == [404, 404]
    demo = msgspec.structs.replace(settings, demo=True)
    made = create_app(
        demo,
        db,
        routers=[static.router, public.router, Router("/", route_handlers=rooms.handlers("accounts"))],
        freeze=False,
    )
    async with living(made), Browser(made) as browser:
        assert "Vera Novak" in (await browser.get("/demo")).text
        missing = await browser.send_form("/demo", {"person": str(uuid4())})
        played = await browser.send_form("/demo", {"person": str(cast.vera)})
        assert (missing.status_code, played.status_code, await who(browser)) == (404, 303, "Vera Novak")
        assert browser.cookies.get(cookies.SESSION)
