"""Where complaints are found, their tab, and who has to decide on them."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.queries.finding import NOT_CLOSED, WITH_WORDS, among_many
from facility.awards.models.complaint import COMPLAINT_OPEN_SQL
from facility.awards.queries.complaints import TOOK_PART_SQL
from facility.web.access import DECIDERS, INTERNAL, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import DELIVERY, nav
from facility.web.waiting import waits
from facility.web.workspace import tab
from facility.zone import last_second_sql

nav(N_("Complaints"), "/complaints", *INTERNAL, order=48, group=DELIVERY)
tab(
    "complaints",
    N_("Complaints"),
    "/awards/calls/{id}/complaints",
    order=65,
    when="EXISTS (SELECT FROM complaint WHERE complaint.call_id = call.id)",
)
waits(
    N_("Complaints to decide"),
    N_("Decide the complaint {thing}"),
    "/complaints",
    *DECIDERS,
    rows=f"""SELECT call.reference || '/C' || complaint.number || ' ' || application.title AS thing,
        '/complaints/' || complaint.id AS href, call.reference AS call, complaint.registered_at AS since,
        {last_second_sql("complaint.decide_by")} AS until
    FROM complaint JOIN application ON application.id = complaint.application_id JOIN call ON call.id = complaint.call_id
    WHERE {COMPLAINT_OPEN_SQL} AND NOT {TOOK_PART_SQL} AND NOT {shut_out(person=":person_id")}""",  # noqa: S608 - our own text
)
_REFERENCE = "call.reference || '/C' || complaint.number"
_SHOWN = f"""complaint.id, application.title, {_REFERENCE} || ' · ' || institution.name AS about,
    {_REFERENCE} = upper(:typed) AS exact, complaint.registered_at AS at"""
_AND_ITS = """JOIN call ON call.id = complaint.call_id JOIN application ON application.id = complaint.application_id
    JOIN institution ON institution.id = application.lead_institution_id"""
_COMPLAINED = "EXISTS (SELECT FROM complaint WHERE complaint.application_id = application.id)"
finds(
    N_("Complaints"),
    *INTERNAL,
    order=35,
    rows=f"""SELECT {_SHOWN}, '/complaints/' || complaint.id AS href FROM complaint {_AND_ITS}
        WHERE {NOT_CLOSED} AND (complaint.application_id IN ({among_many(f"{_COMPLAINED} AND {NOT_CLOSED}")})
            OR call.reference = split_part(upper(:typed), '/C', 1) AND {_REFERENCE} = upper(:typed))""",  # noqa: S608
)
finds(
    N_("Complaints"),
    Role.OFFICER,
    order=35,
    rows=f"""SELECT {_SHOWN}, '/applications/' || application.id || '/complaint' AS href FROM complaint {_AND_ITS}
        WHERE application.lead_institution_id = :institution_id AND {NOT_CLOSED}
            AND ({WITH_WORDS} OR {_REFERENCE} = upper(:typed))""",  # noqa: S608 - our own text
)
