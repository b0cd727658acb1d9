"""What is done already and looks like an application: beside the form while one writes, and for the officer to judge."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.admission import words
from facility.admission.pages.staff import unsealed
from facility.admission.queries.overlap import Similar, compared_keys, compared_text, judgements, similar
from facility.admission.rules.overlap import OverlapOutcome, may_judge_overlap, period_of
from facility.admission.service.overlap import judge_overlap
from facility.applications.access import BY_PARTY, BY_PARTY_OR_STAFF
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.rules.drafting import MAX_REASON, MAX_TITLE
from facility.applications.words import WORDS
from facility.calls.rules.forms import TITLE, By
from facility.refused import passes
from facility.web import render
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

JUDGES = {"allow": allow(Role.SECRETARIAT)}
MOST = 10
BESIDE = 4
"""How many are shown beside a form."""
LONGEST = 6000
"""Characters of what is being typed that are looked at."""


async def _like(
    view: render.View,
    connection: AsyncConnection,
    application: ApplicationShown,
    title: str,
    text: str,
    most: int,
    *,
    public: bool,
) -> list[Similar]:
    return await similar(
        connection,
        text,
        {party.beneficiary for party in application.parts.on_board},
        application.themes,
        most,
        viewer=view.me.id,
        title=title,
        public=public,
        besides=application.id,
        period=period_of(application.plan.activities),
    )


def _words(view: render.View) -> dict[str, Any]:
    return {"results": words.RESULTS, "today": clock.now().astimezone(clock.BRUSSELS).date()}


@get("/applications/{application_id:uuid}/overlap", opt=BY_PARTY_OR_STAFF)
async def overlap(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """For those who apply: what is public. For staff: also what was admitted, and what officers said about it."""
    if view.me.has(*STAFF):
        return await _staff_page(view, read, application_id, Fields.showing())
    application = await shown(read, application_id)
    return view.page(
        "admission/overlap.html",
        part="admission/_overlap.html",
        application=application,
        similar=await _like(
            view, read, application, application.title, compared_text(application), MOST, public=True
        ),
        **_words(view),
        **WORDS,
    )


@post("/applications/{application_id:uuid}/overlap/look", opt=BY_PARTY)
async def look(view: View, form: Form, read: Read, application_id: FromPath[UUID]) -> Page:
    """The part beside a form, for what is being typed in it. Changes nothing and keeps nothing."""
    application = await shown(read, application_id)
    fields = Fields(form)
    fields.ignore(*(field.key for section in application.form.questions(By.LEAD) for field in section.fields))
    fields.check()
    given = form.fields
    title = " ".join(given.get(TITLE, [])).strip() or application.title
    typed = [" ".join(given[key]) for key in compared_keys(application) if key in given]
    text = "\n".join(typed)[:LONGEST] if typed else compared_text(application)
    return view.page(
        "admission/_overlap.html",
        similar=await _like(view, read, application, title[:MAX_TITLE], text, BESIDE, public=True),
        **_words(view),
    )


async def _staff_page(
    view: render.View, connection: AsyncConnection, application_id: UUID, fields: Fields, *, status: int = 200
) -> Page:
    application = await unsealed(connection, application_id)
    return view.page(
        "admission/overlap_staff.html",
        status=status,
        application=application,
        similar=await _like(
            view, connection, application, application.title, compared_text(application), MOST, public=False
        ),
        judgements=await judgements(connection, application_id, view.me.id),
        outcomes=words.OVERLAPS,
        may_judge=view.me.has(Role.SECRETARIAT) and _may_judge(application),
        form=fields,
        **_words(view),
        **WORDS,
    )


def _may_judge(application: ApplicationShown) -> bool:
    decided = application.track == "joint" and application.call_decided_at is not None
    return passes(
        may_judge_overlap,
        application.status,
        sealed=application.sealed,
        decided=decided,
        outcome=OverlapOutcome.NONE,
        reason="",
    )


@post("/applications/{application_id:uuid}/overlap", opt=JUDGES)
async def judge(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    outcome = fields.one_of("outcome", OverlapOutcome)
    reason = fields.text("reason", missing=None, most=MAX_REASON, multiline=True)
    about = fields.keys("initiatives", required=False)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _staff_page(view, connection, application_id, fields, status=status)

    async with redrawn(tx, fields, again):
        await judge_overlap(tx, application_id, outcome=outcome, reason=reason, initiative_ids=about)
    return view.go(f"/applications/{application_id}/overlap", _("The assessment is saved."))


HANDLERS = [overlap, look, judge]
