"""No page shows a link, and no mail holds one, that its reader can't follow."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.accounts.service.sessions import begin_session
from facility.db import Database
from facility.operations.pages.demo import linked
from facility.operations.queries.mails import MailShown
from facility.operations.queries.mails import mail as mail_shown
from facility.outbox.links import path_of
from facility.outbox.sender import text_of
from facility.web.access import Role, Visitor
from facility.web.entrances import entrance, open_to
from tests.browser import lent
from tests.databases import database_at
from tests.hostile.conftest import Crowd, GoingOn, Walk, crowding
from tests.hostile.forms import gets
from tests.hostile.judge import listed
from tests.house.links import Guarded, admitted, let_in
from tests.house.world import World

type Targets = Mapping[tuple[str, str], str]
"""What a person's pages may ask for (method and address), and one of the pages."""
TWO_HATS: dict[str, Collection[Role]] = {
    "Erik Dahl": set(Role) - {Role.OFFICER},  # has declared a conflict in a call under evaluation
    "Enzo Greco": set(Role) - {Role.OFFICER},  # has declared one in a call with awards
    "Jelena Petrović": {Role.OFFICER, Role.ADMINISTRATOR, Role.ASSESSOR},  # has nothing to do with any
}
AT_ONCE = 40
NOT_LINKED = {
    "/health": "for machines",
    "/demo": "in the demo alone",
    "/search": "a form in the header leads there",
    "/applications/{application_id}/clarifications/{clarification_id}/papers/{number}": "no answer has one",
    "/assessments/{application_id}/documents/{document_id}": "nobody assesses an application with documents",
    "/link/partner/{token}/application.pdf": "of the links that are open, none is about what was submitted",
    "/link/partner/{token}/receipt.pdf": "the same",
}
"""Pages that nothing in the story leads to, and why. What scripts ask for and what follows a form is not among them."""
NO_PAGES = ("/stream", "/count", "/find", "/institutions", "/check", "/registered")


async def closed(app: Litestar, session: str | None, targets: Targets) -> list[tuple[str, str, str]]:
    """Where the guard would not let this person pass, and on which page it is offered."""
    guarded = Guarded(app, session)
    return [
        (page, method, path)
        for (method, path), page in sorted(targets.items())
        if not await guarded.admitted(method, path)
    ]


async def test_the_guard_lets_pass_wherever_a_page_leads(
    standing_app: Litestar, going_on: GoingOn, sessions: dict[str, str], walked: Walk
) -> None:
    """Everything that a page may ask for, each as the person who saw it."""
    db = Database(going_on.url)
    lent(standing_app, db)
    refusals = [
        (name, *wrong)
        for name, targets in walked.targets.items()
        for wrong in await closed(standing_app, sessions.get(name), targets)
    ]
    await db.dispose()
    assert not refusals, listed(refusals)
    assert sum(map(len, walked.targets.values())) > 2000


async def test_something_leads_to_every_page(standing_app: Litestar, walked: Walk) -> None:
    """A page that nobody can find is none."""
    pages = {route.path_format for route, _ in gets(standing_app)} - walked.reached
    hidden = {
        path for path in pages if not path.endswith(NO_PAGES) and not path.startswith(("/static/", "/demo/"))
    }
    assert hidden == NOT_LINKED.keys()


async def test_what_is_led_to_is_there(walked: Walk) -> None:
    """What a handler itself refuses, after the guard: a page that is not for this person or not for now."""
    refusals = [
        (name, walked.targets[name].get(("GET", path), ""), path, answer.status_code)
        for (name, path), answer in walked.answers.items()
        if answer.status_code >= 400
    ]
    assert not refusals, listed(sorted(refusals))


@pytest_asyncio.fixture(scope="session")
async def hats(standing_app: Litestar, server: str, story: str, world: World) -> AsyncIterator[Crowd]:
    """Of a copy of the story in which some people have several roles."""
    db, made = Database(await database_at(server, "hats", of="story")), {}
    async with db.transaction(now=clock.now()) as tx:
        for name, roles in TWO_HATS.items():
            person = world.people[name].id
            await tx.session.execute(
                text(
                    "INSERT INTO person_role SELECT :person, unnest(CAST(:roles AS text[])) ON CONFLICT DO NOTHING"
                ),
                {"person": person, "roles": sorted(roles)},
            )
            made[name] = await begin_session(tx, person)
    await db.dispose()
    async with crowding(standing_app, db.url, made) as crowd:
        yield crowd


@pytest.mark.parametrize("name", TWO_HATS)
async def test_nor_does_a_page_lead_astray_who_has_several_roles(
    standing_app: Litestar, hats: Crowd, name: str
) -> None:
    walk, session = Walk(standing_app, hats), hats.sessions[name]
    await walk.walk(name, ["/"])
    lent(standing_app, hats.db)
    shut = await closed(standing_app, session, walk.targets[name])
    refused = [
        (path, answer.status_code) for (_, path), answer in walk.answers.items() if answer.status_code >= 400
    ]
    visitor = await let_in(standing_app, session, "/me")
    wrong = await differing(hats.db, standing_app, visitor, shut, walk.targets[name])
    assert not shut, listed(shut)
    assert not refused, listed(refused)
    assert not wrong, listed(wrong)


async def differing(
    db: Database, app: Litestar, visitor: Visitor, closed: Collection[Any], targets: Targets
) -> list[str]:
    """Pages of which a page would be told otherwise than the guard says."""
    paths = sorted(path for method, path in targets if method == "GET")
    shut = {path for _, method, path in closed if method == "GET"}
    opened: set[str] = set()
    async with db.reader() as connection:
        for n in range(0, len(paths), AT_ONCE):
            opened |= await open_to(app, connection, visitor, paths[n : n + AT_ONCE])
    return sorted((set(paths) - shut) ^ opened)


async def test_every_mail_leads_its_recipient_somewhere(standing_app: Litestar, going_on: GoingOn) -> None:
    """Who has an account signs in; who has none gets a link, or what anybody may open."""
    db, astray, seen = Database(going_on.url), [], set()
    lent(standing_app, db)
    async with db.reader() as connection:
        rows = (await connection.execute(text("SELECT id FROM mail ORDER BY created_at"))).scalars().all()
        mails = [await mail_shown(connection, key, None) for key in rows]
        people = (
            await connection.execute(text("SELECT email, id FROM person WHERE status = 'active'"))
        ).all()
    async with db.transaction(now=clock.now()) as tx:
        sessions = {email: await begin_session(tx, key) for email, key in people}
    for mail in mails:
        for path in paths(standing_app, mail):
            seen.add(mail.template)
            if not await leads(standing_app, sessions.get(mail.to_address), path):
                astray.append((mail.to_address, mail.template, path))
    await db.dispose()
    assert not astray, listed(astray)
    assert len(seen) > 10


def paths(app: Litestar, mail: MailShown) -> list[str]:
    """The pages of ours that a mail's words lead to."""
    base, templates = app.state.settings.base_url, app.state.renderer.environment
    url = base + (path_of(mail.link) if mail.link else "/")
    words = text_of(templates, mail.template, mail.context, to_name=mail.to_name, url=url, base_url=base)
    return [path for _, path in linked(words, base) if path]


async def leads(app: Litestar, session: str | None, path: str) -> bool:
    """Whether the guard lets in; whoever has no account can't sign in either."""
    place = entrance(app, path)
    if session is None:
        return place is not None and place.door.anyone
    return await admitted(app, session, "GET", path)
