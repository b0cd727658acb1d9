"""The table of who hears of what is whole, and what it promises is there."""

from collections.abc import Iterator

from litestar import Litestar
from sqlalchemy import text

from facility.audience import AUDIENCE, ROLES, TO_OTHERS, Mail, Page, Task, Way
from facility.db import Database
from facility.events.base import KINDS
from facility.events.reactions import all_subscriptions
from facility.settings import ROOT
from facility.web.access import Role
from facility.web.guard import handlers
from facility.web.waiting import KINDS as TASKS

MAILS = ROOT / "templates" / "mails"
IS = {
    "lead": Role.OFFICER,
    "partner": Role.OFFICER,
    "assessor": Role.ASSESSOR,
    "expert": None,  # comes by a link
    "officer": Role.SECRETARIAT,
    "decider": Role.AUTHORISING,
}


def cells() -> Iterator[tuple[str, str, Way]]:
    """Event, role and way, for each way of the table."""
    for kind, row in AUDIENCE.items():
        for role in ROLES:
            for way in getattr(row, role):
                yield kind.__name__, role, way


def test_every_kind_of_event_has_its_row_and_a_reason_for_who_hears_nothing() -> None:
    known = {kind for kind in KINDS.values() if kind.__module__.startswith("facility.")}
    assert known == AUDIENCE.keys()
    assert [kind.__name__ for kind, row in AUDIENCE.items() if not row.why.strip()] == []


def test_every_mail_has_its_template_and_its_row() -> None:
    templates = {way.template for _kind, _role, way in cells() if isinstance(way, Mail)}
    there = {str(path.relative_to(MAILS).with_suffix("")) for path in MAILS.glob("*/*.txt")}
    assert templates | TO_OTHERS.keys() == there
    assert templates.isdisjoint(TO_OTHERS)


def test_what_sends_a_mail_reacts_to_its_event() -> None:
    subscriptions = all_subscriptions()
    assert [
        (kind, way.template)
        for kind, _role, way in cells()
        if isinstance(way, Mail) and not subscriptions.get(kind)
    ] == []


def test_every_page_is_there_and_open_to_its_role(standing_app: Litestar) -> None:
    open_to = {
        route.path_format: handler.opt["allow"].items
        for route, handler in handlers(standing_app)
        if "GET" in handler.http_methods
    }
    for kind, role, way in cells():
        if isinstance(way, Page):
            items = open_to[way.path]
            assert any(item.anyone or item.role in (None, IS[role]) for item in items), (kind, role, way)


def test_every_task_waits_for_its_role() -> None:
    waits = {task.label: task.roles for task in TASKS.values()}
    done_here = {task.label for task in TASKS.values() if not task.others}
    for kind, role, way in cells():
        if isinstance(way, Task):
            assert IS[role] in waits[way.label], (kind, role, way)
    assert {way.label for _kind, _role, way in cells() if isinstance(way, Task)} >= {
        label for label, roles in waits.items() if label in done_here and Role.ADMINISTRATOR not in roles
    }


async def test_the_demo_story_sends_no_mail_that_the_table_does_not_name(story: str) -> None:
    db = Database(story)
    named = {(kind, way.template) for kind, _role, way in cells() if isinstance(way, Mail)}
    statement = text("SELECT DISTINCT kind, template FROM mail JOIN event ON event.id = mail.event_id")
    async with db.reader() as connection:
        sent = {(row.kind, row.template) for row in await connection.execute(statement)}
    await db.dispose()
    assert {(kind, template) for kind, template in sent if template not in TO_OTHERS} - named == set()
    assert len(sent) > 20
