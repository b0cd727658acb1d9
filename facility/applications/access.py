"""Who may: relations between a visitor and an application."""

from facility.applications.models.parties import TAKES_PART_SQL
from facility.web.access import ANYONE, STAFF, Role, allow, relation
from facility.web.limits import Rate

_EXISTS = "EXISTS (SELECT FROM application WHERE id = :application_id)"


LEAD = relation(
    "application.lead",
    sql="EXISTS (SELECT FROM application WHERE id = :application_id AND lead_institution_id = :institution_id)",
    exists=_EXISTS,
)


PARTY = relation(
    "application.party",
    sql=(
        "EXISTS (SELECT FROM party WHERE application_id = :application_id AND institution_id = :institution_id"
        f" AND {TAKES_PART_SQL})"
    ),
    exists=_EXISTS,
)


# To anybody else an application does not exist: what others apply for is nobody's business.
BY_LEAD = {"allow": allow(Role.OFFICER.when(LEAD), hidden=True)}


BY_PARTY = {"allow": allow(Role.OFFICER.when(PARTY), hidden=True)}


BY_PARTY_OR_STAFF = {"allow": allow(Role.OFFICER.when(PARTY), *STAFF, hidden=True)}


# An assessor is led on to the pages of the evaluation; one with a conflict of interests leaves a trace there.
BY_READERS = {
    "allow": allow(Role.OFFICER.when(PARTY), *STAFF, Role.ASSESSOR.when("application.assigned"), hidden=True)
}


EVERYBODY = {"allow": allow(ANYONE)}
"""For pages behind a partner's link, which is looked up by them."""


BY_LINK = Rate("partner-link", 60, 600)
