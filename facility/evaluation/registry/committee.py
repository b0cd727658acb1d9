"""The committee's tab, and committees to appoint."""

from facility.calls.queries.duties import ASSESSES
from facility.evaluation.models.committee import FULL_COMMITTEE_SQL, HAS_COMMITTEE_SQL
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

tab(
    "committee",
    N_("Committee"),
    "/evaluation/{id}/committee",
    order=38,
    when=f"(call.state <> 'draft' AND {HAS_COMMITTEE_SQL})",
)
waits(
    N_("Committees to appoint"),
    N_("Appoint the committee of {thing}"),
    "/staff/calls",
    Role.AUTHORISING,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/committee' AS href,
        call.reference AS call, call.published_at AS since, call.closes_at AS until
    FROM call WHERE call.series_id IS NULL AND call.state IN ('published', 'closed') AND {HAS_COMMITTEE_SQL}
        AND NOT {FULL_COMMITTEE_SQL} AND NOT {ASSESSES}""",  # noqa: S608 - our own text
)
