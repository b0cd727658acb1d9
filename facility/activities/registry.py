"""What this room tells all others of activities: where they are found, who has to plan and verify them, and what ends with an award."""

from facility.activities.queries.counting import WROTE
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.queries.finding import NOT_CLOSED, OF_MY_INSTITUTION, of_awards
from facility.applications.queries.tracker import step
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.awards.service.consequences import ends_with_the_award
from facility.deployments.queries.requests import SERVES
from facility.web.access import STAFF, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import DELIVERY, nav
from facility.web.waiting import waits
from facility.web.workspace import stage
from facility.zone import TODAY_SQL

nav(N_("Activities"), "/activities", Role.OFFICER, *STAFF, order=47, group=DELIVERY)
waits(
    N_("Reported activities to verify"),
    N_("Verify {thing}"),
    "/activities?status=completed",
    Role.SECRETARIAT,
    rows=f"""SELECT activity.reference || ' ' || activity.title AS thing, '/activities/' || activity.id AS href,
            call.reference AS call, reported_at AS since, NULL AS until
        FROM activity JOIN application ON application.id = activity.application_id
        JOIN call ON call.id = application.call_id WHERE activity.state = 'completed' AND NOT EXISTS (
            SELECT FROM event WHERE event.subject_id = activity.id AND actor_id = :person_id AND {WROTE})
            AND NOT {shut_out("activity.application_id", ":person_id")}""",  # noqa: S608 - our own text
)
waits(
    N_("Awards without an activity"),
    N_("Plan the activities of {thing}"),
    "/applications?status=awarded",
    Role.OFFICER,
    rows=f"""SELECT application.reference || ' ' || application.title AS thing,
            '/applications/' || application.id AS href, call.reference AS call, award.made_at AS since, NULL AS until
        FROM award JOIN application ON application.id = award.application_id JOIN call ON call.id = application.call_id
        WHERE application.lead_institution_id = :institution_id AND {AWARD_STANDS_SQL}
            AND NOT EXISTS (SELECT FROM activity WHERE activity.award_id = award.id AND activity.state <> 'cancelled')""",  # noqa: S608
)
_SEARCHED = """SELECT activity.id, activity.title, concat_ws(' · ', activity.reference, nullif(activity.place, '')) AS about,
        '/activities/' || activity.id AS href, upper(:typed) IN (activity.reference, application.reference) AS exact,
        activity.starts_on AS at
    FROM activity JOIN application ON application.id = activity.application_id"""
finds(
    N_("Activities"),
    *STAFF,
    order=32,
    rows=f"{_SEARCHED} WHERE activity.id IN ({of_awards('activity', latest='ends_on')})",
)
finds(
    N_("Activities"),
    Role.OFFICER,
    order=32,
    rows=f"""{_SEARCHED} WHERE {OF_MY_INSTITUTION} AND {NOT_CLOSED}
        AND ({{activity}} OR {{application}} OR upper(:typed) IN (activity.reference, application.reference))""",
)
finds(
    N_("Activities"),
    Role.OFFICER,
    order=33,
    rows=f"""SELECT activity.id, activity.title, request.reference || ' · ' || activity.reference AS about,
        '/activities/' || activity.id AS href, upper(:typed) = request.reference AS exact, activity.starts_on AS at
    FROM activity JOIN application ON application.id = activity.application_id JOIN LATERAL (
        SELECT deployment.reference FROM deployment LEFT JOIN wish ON wish.id = deployment.wish_id
        WHERE {{deployment}} AND (wish.activity_id = activity.id OR {SERVES})
        ORDER BY upper(:typed) = deployment.reference DESC, deployment.requested_at DESC LIMIT 1) AS request ON true
    WHERE {OF_MY_INSTITUTION} AND {NOT_CLOSED}""",  # noqa: S608 - our own text
)
_PLANNED = """FROM activity JOIN application ON application.id = activity.application_id
    WHERE application.call_id = call.id AND activity.state <> 'cancelled'"""
stage(
    N_("Delivery"),
    order=80,
    done=f"(call.decided_at IS NOT NULL AND NOT EXISTS (SELECT FROM award WHERE award.call_id = call.id AND {AWARD_STANDS_SQL}))",
    number=f"(SELECT count(*) {_PLANNED} AND activity.state = 'verified')",
    of=f"(SELECT count(*) {_PLANNED})",
)
_OF_IT = "FROM activity WHERE activity.application_id = application.id AND activity.state <> 'cancelled'"
step(
    N_("Delivered"),
    order=60,
    done="application.status = 'closed'",
    number=f"(SELECT count(*) {_OF_IT} AND activity.state = 'verified')",
    of=f"nullif((SELECT count(*) {_OF_IT}), 0)",
)
ends_with_the_award(
    N_("Activities that have not started are cancelled:"),
    rows=f"""SELECT reference || ' ' || title AS label, starts_on AS day FROM activity
        WHERE award_id = :award_id AND state IN ('planned', 'postponed')
        AND starts_on > {TODAY_SQL}""",  # noqa: S608 - our own text
)
ends_with_the_award(
    N_("Activities that nobody has reported as completed yet. They can still be reported, but not be moved:"),
    rows=f"""SELECT reference || ' ' || title AS label, starts_on AS day FROM activity
        WHERE award_id = :award_id AND state IN ('planned', 'postponed')
        AND starts_on <= {TODAY_SQL}""",  # noqa: S608 - our own text
)
