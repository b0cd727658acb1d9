"""Where requests for experts are found, what the secretariat has to do with them, and what ends with an award."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.queries.finding import of_awards
from facility.awards.service.consequences import ends_with_the_award
from facility.deployments.models.invitation import INVITATION_STANDS_SQL
from facility.deployments.queries import asked
from facility.deployments.queries import requests as queries
from facility.deployments.queries.wishes import TO_COMPLETE
from facility.web.access import STAFF, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import DELIVERY, nav
from facility.web.waiting import waits
from facility.zone import TODAY_SQL

nav(N_("Deployments"), "/deployments", *STAFF, order=46, group=DELIVERY, holds=("/travel-windows",))
_REQUESTS = f"""SELECT deployment.reference || ' ' || deployment.place AS thing, '/deployments/' || deployment.id AS href,
        call.reference AS call, requested_at AS since,
        CAST(deployment.starts_on AS timestamp) AT TIME ZONE 'Europe/Brussels' AS until
    FROM deployment LEFT JOIN application ON application.id = deployment.application_id
    LEFT JOIN call ON call.id = application.call_id
    WHERE NOT {shut_out("deployment.application_id", ":person_id")}"""  # noqa: S608 - our own text
waits(
    N_("Orders of experts to confirm"),
    N_("Confirm the order of experts {thing}"),
    "/deployments?status=requested",
    Role.SECRETARIAT,
    rows=f"{_REQUESTS} AND deployment.state = 'requested'",
)
waits(
    N_("Requests for experts whose list has run out"),
    N_("Find more experts for {thing}"),
    "/deployments?status=exhausted",
    Role.SECRETARIAT,
    rows=f"{_REQUESTS} AND deployment.state = 'exhausted'",
)
waits(
    N_("Experts booked on days without an activity"),
    N_("Cancel or move the experts of {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=f"{_REQUESTS} AND deployment.id IN ({queries.ADRIFT})",
)
waits(
    N_("Experts that leads ask for"),
    N_("Complete the request for experts of {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=TO_COMPLETE,
)
waits(
    N_("Experts who did not get our invitation"),
    N_("Correct the address of an expert: {thing}"),
    "/deployments?status=asking",
    Role.SECRETARIAT,
    rows=asked.TO_CORRECT,
)
waits(
    N_("Invitations locked by a wrong PIN"),
    N_("Speak to an expert, and send a new link: {thing}"),
    "/deployments?status=asking",
    Role.SECRETARIAT,
    rows=asked.LOCKED,
)
waits(
    N_("Experts who are asked"),
    N_("An expert answers: {thing}"),
    "/deployments?status=asking",
    Role.SECRETARIAT,
    rows=asked.ASKED,
    others=True,
)
_OF_ACTIVITY = f"EXISTS (SELECT FROM activity WHERE {queries.SERVES} AND {{activity}})"
finds(
    N_("Deployments"),
    *STAFF,
    order=34,
    rows=f"""SELECT deployment.id, deployment.place AS title, deployment.reference || ' · ' || application.title AS about,
        '/deployments/' || deployment.id AS href, upper(:typed) IN (deployment.reference, application.reference) AS exact,
        deployment.requested_at AS at
    FROM deployment JOIN application ON application.id = deployment.application_id
    WHERE deployment.id IN ({of_awards("deployment", _OF_ACTIVITY, latest="requested_at")})""",  # noqa: S608
)
ends_with_the_award(
    N_("Experts who are booked or asked get a mail that they are not needed:"),
    rows=f"""SELECT deployment.reference || ', ' || expert.code AS label, starts_on AS day
        FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
        WHERE award_id = :award_id AND state <> 'ended' AND {INVITATION_STANDS_SQL}
        AND ends_on >= {TODAY_SQL}""",  # noqa: S608 - our own text
)
