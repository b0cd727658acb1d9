"""Calls for those who run and watch them: the list, and one call with what comes next."""

from uuid import UUID

from litestar import get, post

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.calls.models.cancellation import REQUEST_STANDS_SQL
from facility.calls.pages.shared import shown
from facility.calls.queries.duties import ASSESSES, why_not_run
from facility.calls.queries.lists import staff_calls
from facility.calls.queries.staff import batches, staff_call
from facility.calls.queries.steps import steps_of
from facility.calls.rules.standing import Standing
from facility.calls.service.archive import archive_call, take_from_archive
from facility.calls.words.calls import STANDINGS
from facility.contracts.queries import envelopes
from facility.web.access import ANYONE, DECIDERS, INTERNAL, STAFF, Role, allow
from facility.web.carried import key
from facility.web.deadlines import deadlines_of
from facility.web.fields import Fields
from facility.web.finding import finds
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import N_, _
from facility.web.navigation import CALLS, nav
from facility.web.pictures import overview_of, share
from facility.web.waiting import waits
from facility.web.workspace import stage, tab, workspace_of

nav(N_("Calls"), "/calls", ANYONE, order=10, group=CALLS)
nav(N_("Manage calls"), "/staff/calls", *STAFF, order=8, group=CALLS, holds=("/staff",))
stage(N_("Draft"), order=10, done="call.state <> 'draft'", at="call.published_at", whole_series=True)
stage(
    N_("Open"),
    order=20,
    done="call.state NOT IN ('draft', 'published')",
    at="call.closes_at",
    whole_series=True,
)
tab("overview", N_("Overview"), "/staff/calls/{id}", order=10)
tab(
    "questions",
    N_("Questions"),
    "/staff/questions?call={id}&which=all",
    order=30,
    when="call.state <> 'draft' AND call.series_id IS NULL",
)
share(N_("Committed"), order=10, amount="envelope.committed")
_WITH_WORDS = "({call} OR call.reference = upper(:typed))"
finds(
    N_("Calls"),
    *STAFF,
    order=10,
    more="/staff/calls?words=",
    rows=f"""SELECT id, title, reference AS about, '/staff/calls/' || id AS href, reference = upper(:typed) AS exact,
        closes_at AS at FROM call WHERE {_WITH_WORDS}""",  # noqa: S608 - our own text
)
finds(
    N_("Calls"),
    Role.OFFICER,
    Role.ASSESSOR,
    Role.ADMINISTRATOR,
    order=11,
    rows=f"""SELECT id, title, reference AS about, '/calls/' || reference AS href, reference = upper(:typed) AS exact,
        closes_at AS at FROM call WHERE state <> 'draft' AND series_id IS NULL AND {_WITH_WORDS}""",  # noqa: S608 - our own text
)
_CORRIGENDA = """SELECT call.reference || ' ' || call.title AS thing, '/staff/calls/' || call.id || '/corrigendum' AS href,
        call.reference AS call, call_version.drafted_at AS since, call.closes_at AS until
    FROM call_version JOIN call ON call.id = call_id
    WHERE call_version.published_at IS NULL AND call.state = 'published'"""
_CANCELLATIONS = f"""SELECT call.reference || ' ' || call.title AS thing, '/staff/calls/' || call.id || '/cancel' AS href,
        call.reference AS call, asked_at AS since, NULL AS until
    FROM call_cancellation JOIN call ON call.id = call_id WHERE {REQUEST_STANDS_SQL}"""  # noqa: S608 - our own text
waits(
    N_("Drafts of calls that a colleague wrote, to check and publish"),
    N_("Check and publish the call {thing}"),
    "/staff/calls?status=draft",
    Role.SECRETARIAT,
    rows="""SELECT reference || ' ' || title AS thing, '/staff/calls/' || id AS href,
            reference AS call, drafted_at AS since, opens_at AS until
        FROM call WHERE state = 'draft' AND drafted_by IS DISTINCT FROM :person_id""",
)
waits(
    N_("Your drafts of calls"),
    N_("A colleague checks and publishes your draft of {thing}"),
    "/staff/calls?status=draft",
    Role.SECRETARIAT,
    rows="""SELECT reference || ' ' || title AS thing, '/staff/calls/' || id AS href,
            reference AS call, drafted_at AS since, opens_at AS until
        FROM call WHERE state = 'draft' AND drafted_by = :person_id""",
    others=True,
)

waits(
    N_("Corrigenda that a colleague wrote, to check and publish"),
    N_("Check and publish the corrigendum to {thing}"),
    "/staff/calls?status=open",
    Role.SECRETARIAT,
    rows=f"{_CORRIGENDA} AND call_version.drafted_by <> :person_id AND NOT {ASSESSES}",
)
waits(
    N_("Your drafts of corrigenda"),
    N_("A colleague checks and publishes your corrigendum to {thing}"),
    "/staff/calls?status=open",
    Role.SECRETARIAT,
    rows=f"{_CORRIGENDA} AND call_version.drafted_by = :person_id",
    others=True,
)
waits(
    N_("Calls that a colleague asks to cancel"),
    N_("Confirm or refuse the cancellation of {thing}"),
    "/staff/calls",
    *DECIDERS,
    rows=f"{_CANCELLATIONS} AND asked_by <> :person_id",
)
waits(
    N_("Calls that you ask to cancel"),
    N_("A colleague confirms or refuses the cancellation of {thing}"),
    "/staff/calls",
    *DECIDERS,
    rows=f"{_CANCELLATIONS} AND asked_by = :person_id",
    others=True,
)
waits(
    N_("Questions on calls to answer"),
    N_("Answer the question on {thing}"),
    "/staff/questions",
    Role.SECRETARIAT,
    rows="""SELECT call.reference || ': ' || left(question.text, 100) AS thing,
            '/staff/questions/' || question.id AS href,
            call.reference AS call, question.asked_at AS since, call.answers_until AS until
        FROM question JOIN call ON call.id = question.call_id
        WHERE question.version = 0 AND set_aside_at IS NULL AND call.state = 'published'""",
)


@get("/staff/calls", opt={"allow": allow(*STAFF)})
async def calls(
    view: View,
    read: Read,
    status: FromQuery[str | None] = None,
    envelope: FromQuery[str | None] = None,
    words: FromQuery[str | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """All calls, drafts too, the latest closing first; what is archived only where it is asked for."""
    now = clock.now()
    chosen = Standing(status) if status in set(Standing) else None
    of = key(envelope)
    lines, older = await staff_calls(
        read, now, standing=chosen, envelope=of, words=words or "", before=before
    )
    filters = {"status": chosen and chosen.value, "envelope": of and str(of), "words": words}
    given = {name: value for name, value in filters.items() if value}
    return view.page(
        "calls/staff_calls.html",
        calls=[(line, *STANDINGS[line.standing(now)]) for line in lines],
        older=older,
        before=before,
        form=Fields.showing(given),
        filters=given,
        standings=STANDINGS,
        envelopes=await envelopes(read),
        may_draft=view.me.has(Role.SECRETARIAT),
    )


@get("/staff/calls/{call_id:uuid}", opt={"allow": allow(*STAFF)})
async def call(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """One call: where it stands, its rules, the money behind it, its history."""
    now = clock.now()
    call = await staff_call(read, call_id)
    standing = call.public.standing(now)
    runs = view.me.has(Role.SECRETARIAT) and call.series_id is None
    why_not = await why_not_run(read, call_id, view.me.id) if runs else ""
    steps = steps_of(call, view.me, now)
    return view.page(
        "calls/staff_call.html",
        **shown(call),
        workspace=await workspace_of(view, read, call_id, "overview"),
        figures=await overview_of(read, call_id, view.me.id) if standing is not Standing.DRAFT else None,
        deadlines=await deadlines_of(read, call_id, now.astimezone(clock.BRUSSELS).date()),
        steps=steps,
        opened=await view.open_to_me(read, [step.href for step in steps if step.href]),
        batches=await batches(read, call.series_id or call_id) if call.public.mode != "deadline" else [],
        history=await history_lines(read, call_id) if view.me.has(*INTERNAL) else [],
        may_change=runs and standing is Standing.DRAFT,
        may_publish=runs and standing is Standing.DRAFT and call.drafted_by != view.me.id,
        may_correct=runs
        and standing in (Standing.COMING, Standing.OPEN)
        and not call.corrigendum
        and not why_not,
        why_not=why_not,
        may_cancel=runs and call.cancellable and not call.cancellation,
        may_clone=runs and standing is not Standing.DRAFT,
        may_archive=runs and standing in (Standing.DECIDED, Standing.CANCELLED),
        may_rehearse=view.me.has(*DECIDERS) and call.series_id is None,
        may_take_out=runs and standing is Standing.ARCHIVED,
    )


@post("/staff/calls/{call_id:uuid}/archive", opt={"allow": allow(Role.SECRETARIAT)})
async def archive(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Put a call away that is over."""
    Fields(form).check()
    await archive_call(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The call has been archived. Lists no longer show it."))


@post("/staff/calls/{call_id:uuid}/take-out", opt={"allow": allow(Role.SECRETARIAT)})
async def take_out(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    await take_from_archive(tx, call_id)
    return view.go(f"/staff/calls/{call_id}", _("The call is in the lists again."))


HANDLERS = [calls, call, archive, take_out]
