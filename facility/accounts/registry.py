"""What this room tells all others: who a visitor is; what its people have to do, and where they find it."""

from facility.accounts.queries.people import ENDED, VISITOR
from facility.web.access import REGISTERS, Role, visitor_from
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import waits

nav(
    N_("People"),
    "/people",
    *REGISTERS,
    order=91,
    group=MORE,
    holds=("/institutions",),
)
visitor_from(VISITOR, ended=ENDED)


waits(
    N_("New institutions to check"),
    N_("Check the institution {thing}"),
    "/institutions?status=pending",
    Role.SECRETARIAT,
    # Those of a registration are decided on with the person.
    rows="""SELECT name AS thing, '/institutions/' || id AS href, NULL AS call, NULL AS since, NULL AS until
        FROM institution WHERE status = 'pending' AND NOT EXISTS
        (SELECT FROM person WHERE person.institution_id = institution.id AND person.status = 'pending')""",
)
finds(
    N_("Institutions"),
    *REGISTERS,
    order=40,
    more="/institutions?q=",
    rows="""SELECT institution.id, institution.name AS title, beneficiary.name AS about, '/institutions/' || institution.id AS href,
        upper(institution.abbreviation) = upper(:typed) AS exact, CAST(NULL AS timestamptz) AS at
    FROM institution JOIN beneficiary ON beneficiary.code = institution.beneficiary_code
    WHERE institution.status IN ('pending', 'approved') AND {institution}""",
)
waits(
    N_("Registrations to approve"),
    N_("Approve or refuse the registration of {thing}"),
    "/people?status=pending",
    Role.SECRETARIAT,
    rows="""SELECT name AS thing, '/people/' || id AS href, NULL AS call, created_at AS since, NULL AS until
        FROM person WHERE status = 'pending'""",
)
finds(
    N_("People"),
    *REGISTERS,
    order=50,
    more="/people?q=",
    rows="""SELECT person.id, person.name AS title, coalesce(institution.name, person.email) AS about,
        '/people/' || person.id AS href, person.email = lower(:typed) AS exact, CAST(NULL AS timestamptz) AS at
    FROM person LEFT JOIN institution ON institution.id = person.institution_id
    WHERE {person} OR person.email = lower(:typed)""",
)
