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
from facility.applications.queries.tracker import tracker
from facility.applications.rules.status import BEFORE_DECISION
from facility.applications.words import WORDS
from facility.calls.words.changes import meanings
from facility.web import render
from facility.web.handler import Page


async def lead_page(view: render.View, read: AsyncConnection, application: ApplicationShown) -> Page:
    """What the lead finds at the application's address."""
    lines = await told_to_parties(read, application.id)
    since = await news(read, application.id)
    news_lines: dict[str, Any] = {
        "news": since,
        "meanings": [meaning for before, after in since.corrigenda for meaning in meanings(before, after)],
    }
    if application.editable:
        made = tasks.tasks(
            application, clock.now(), (await Unsaved.of(read, application, view.me.id)).sections()
        )
        return view.page(
            "applications/tasks.html",
            application=application,
            tasks=made,
            next=tasks.next_task(made),
            history=lines,
            **news_lines,
            **WORDS,
        )
    decided = application.call_decided_at is not None
    return view.page(
        "applications/submitted.html",
        application=application,
        state=words.told_to_parties(application.status, decided=decided),
        tracker=await tracker(read, application.id, staff=False),
        may_change=application.can_be_changed(clock.now()),
        may_withdraw=not decided and application.status in BEFORE_DECISION,
        may_take_up=application.withdrawn_at is not None
        and application.can_be_taken_up(clock.now())
        and not application.call.cancelled,
        history=lines,
        **news_lines,
        **WORDS,
    )
