"""Pages about calls: what anyone sees, and what those who run them see."""

from litestar import Router

from facility.calls.pages import (
    added_questions,
    added_sections,
    cancellation,
    checklist,
    cloning,
    corrigenda,
    drafts,
    feeds,
    form,
    public,
    publication,
    questions,
    staff,
)
from facility.calls.pages.shared import READERS
from facility.web.access import ANYONE, Role
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

nav(N_("Calls"), "/calls", ANYONE, order=10)
nav(N_("Manage calls"), "/staff/calls", *READERS, order=20)
waits(
    N_("Drafts of calls that a colleague wrote, to check and publish"),
    "/staff/calls?status=draft",
    Role.SECRETARIAT,
    rows="""SELECT reference || ' ' || title AS label, '/staff/calls/' || id AS href
        FROM call WHERE state = 'draft' AND drafted_by IS DISTINCT FROM :person_id ORDER BY opens_at, id""",
)

waits(
    N_("Corrigenda that a colleague wrote, to check and publish"),
    "/staff/calls?status=open",
    Role.SECRETARIAT,
    rows="""SELECT call.reference || ' ' || call.title AS label, '/staff/calls/' || call.id || '/corrigendum' AS href
        FROM call_version JOIN call ON call.id = call_id
        WHERE call_version.published_at IS NULL AND call_version.drafted_by <> :person_id
        AND call.state = 'published' ORDER BY call.closes_at, call.id""",
)
waits(
    N_("Calls that a colleague asks to cancel"),
    "/staff/calls",
    Role.SECRETARIAT,
    Role.AUTHORISING,
    rows="""SELECT call.reference || ' ' || call.title AS label, '/staff/calls/' || call.id || '/cancel' AS href
        FROM call_cancellation JOIN call ON call.id = call_id
        WHERE dropped_at IS NULL AND confirmed_at IS NULL AND asked_by <> :person_id
        ORDER BY call.closes_at, call.id""",
)
waits(
    N_("Questions on calls to answer"),
    "/staff/questions",
    Role.SECRETARIAT,
    rows="""SELECT call.reference || ' ' || left(question.text, 100) AS label,
            '/staff/questions/' || question.id AS href
        FROM question JOIN call ON call.id = question.call_id
        WHERE question.version = 0 AND set_aside_at IS NULL AND call.state = 'published'
        ORDER BY question.asked_at, question.id""",
)

router = Router(
    "/",
    route_handlers=[
        *public.HANDLERS,
        *staff.HANDLERS,
        *drafts.HANDLERS,
        *publication.HANDLERS,
        *form.HANDLERS,
        *checklist.HANDLERS,
        *corrigenda.HANDLERS,
        *added_questions.HANDLERS,
        *added_sections.HANDLERS,
        *cancellation.HANDLERS,
        *cloning.HANDLERS,
        *questions.HANDLERS,
        *feeds.HANDLERS,
    ],
)
