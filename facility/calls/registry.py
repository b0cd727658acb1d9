"""What this room tells all others of calls and the first page: where they are found, their stages and tabs, and who has to do what with a
draft, a change or a question."""

from facility.calls.models.cancellation import REQUEST_STANDS_SQL
from facility.calls.queries.duties import ASSESSES
from facility.web.access import ANYONE, DECIDERS, STAFF, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import CALLS, nav
from facility.web.pictures import share
from facility.web.waiting import waits
from facility.web.workspace import stage, tab

WORKERS = (Role.OFFICER, Role.SECRETARIAT, Role.ASSESSOR, Role.AUTHORISING, Role.ADMINISTRATOR)
nav(N_("Calls"), "/calls", ANYONE, order=10, group=CALLS)
nav(N_("Manage calls"), "/staff/calls", *STAFF, order=8, group=CALLS, holds=("/staff",))
nav(N_("Work"), "/", *WORKERS, order=0, holds=("/waiting",))
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


share(N_("Committed"), order=10, amount="envelope.committed")
