"""The urgent call: its tab with all steps, and applications to decide."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.rules.urgent import STANDS
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.web.access import DECIDERS
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

tab(
    "urgent",
    N_("All steps"),
    "/urgent/{id}",
    order=35,
    when="(call.mode = 'urgent' AND call.series_id IS NOT NULL)",
)
waits(
    N_("Urgent applications to decide"),
    N_("Follow {thing} to its decision"),
    "/urgent",
    *DECIDERS,
    rows=f"""SELECT reference || ' ' || title AS thing, '/urgent/' || id AS href,
            reference AS call, closes_at AS since,
            {DECIDE_BY_SQL} AS until
        FROM call WHERE mode = 'urgent' AND series_id IS NOT NULL AND state = 'closed' AND {STANDS}
            AND NOT {ASSESSES} AND NOT EXISTS (SELECT FROM application WHERE call_id = call.id AND {shut_out(person=":person_id")})""",  # noqa: S608 - our own text
    others=True,
)
