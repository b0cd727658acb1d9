"""Work on releases by experts' superiors."""

from facility.deployments.queries import release as queries
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

waits(
    N_("Experts whose superior is not known"),
    N_("Name who can release an expert: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.UNKNOWN,
)
waits(
    N_("Experts whose superior is not confirmed"),
    N_("Confirm who can release an expert: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.UNCONFIRMED,
)
waits(
    N_("Releases that nobody answered"),
    N_("Ask for a release again, or cancel the booking: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.SILENT,
)
waits(
    N_("Releases that employers are asked for"),
    N_("An employer answers: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.ASKED,
    others=True,
)
