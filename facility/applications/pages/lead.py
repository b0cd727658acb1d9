"""An application as its lead sees it: the task list of a draft, the overview of what was submitted."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications import words
from facility.applications.pages import tasks
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.history import told_to_parties
from facility.applications.queries.news import news
from facility.applications.rules.status import BEFORE_DECISION
from facility.applications.words import WORDS
from facility.calls.words.changes import meanings
from facility.web import render
from facility.web.handler import Page


async def lead_page(view: render.View, read: AsyncConnection, found: ApplicationShown) -> Page:
    """What the lead finds at the application's address."""
    lines = await told_to_parties(read, found.id)
    since = await news(read, found.id)
    told: dict[str, Any] = {
        "news": since,
        "meanings": [one for before, after in since.corrigenda for one in meanings(before, after)],
    }
    if found.is_draft:
        made = tasks.tasks(found, clock.now(), (await Unsaved.of(read, found, view.me.id)).sections())
        return view.page(
            "applications/tasks.html",
            application=found,
            tasks=made,
            next=tasks.next_task(made),
            history=lines,
            **told,
            **WORDS,
        )
    decided = found.call_decided_at is not None
    return view.page(
        "applications/submitted.html",
        application=found,
        state=words.told_to_parties(found.status, decided=decided),
        may_withdraw=not decided and found.status in BEFORE_DECISION,
        may_take_up=found.withdrawn_at is not None
        and found.can_be_taken_up(clock.now())
        and not found.call.cancelled,
        history=lines,
        **told,
        **WORDS,
    )
