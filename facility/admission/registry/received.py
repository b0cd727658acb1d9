"""Where received applications are listed and searched; exceptions to decide."""

from facility.applications.models.sealing import TELLS_SQL
from facility.applications.queries.finding import NOT_CLOSED, SHOWN, among_many
from facility.web.access import STAFF, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits
from facility.web.workspace import tab

HERE = "/applications/received"
nav(
    N_("Applications"),
    HERE,
    *STAFF,
    order=30,
    holds=("/applications", "/consultations", "/consultees", "/initiatives"),
)
tab("applications", N_("Applications"), f"{HERE}?call={{reference}}", order=20, when="call.state <> 'draft'")
waits(
    N_("Exceptions to decide"),
    N_("Decide on the exception {thing}"),
    f"{HERE}?status=submitted&track=exception",
    Role.AUTHORISING,
    rows="""SELECT application.reference || ' ' || application.title AS thing,
        '/applications/' || application.id || '/exception' AS href,
        call.reference AS call, application.received_at AS since, NULL AS until
    FROM application JOIN call ON call.id = application.call_id
    WHERE application.status = 'submitted' AND application.track = 'exception' AND call.closed_at IS NOT NULL
        AND call.state <> 'cancelled' AND application.exception_decided_by IS DISTINCT FROM :person_id""",
)
# Not even by its whole reference, as the list does: what nobody may read yet leads nowhere.
finds(
    N_("Applications"),
    *STAFF,
    order=20,
    more=f"{HERE}?q=",
    rows=f"""SELECT application.id, {SHOWN}, '/applications/' || application.id AS href, application.received_at AS at
    FROM ({among_many(f"{TELLS_SQL} AND {NOT_CLOSED}")}) AS hit JOIN application ON application.id = hit.id
    JOIN institution ON institution.id = application.lead_institution_id""",  # noqa: S608 - our own text
)
