"""Work on mission reports and what they pay."""

from facility.deployments.queries import report as queries
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

waits(
    N_("Mission reports that are late"),
    N_("Ask the expert for the report of {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.LATE,
)
waits(
    N_("Experts who did not get the mail about their report"),
    N_("Correct the address of an expert, or send the mail again: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.UNDELIVERED,
)
waits(
    N_("Mission reports that experts write"),
    N_("An expert reports: {thing}"),
    "/deployments",
    Role.SECRETARIAT,
    rows=queries.ASKED,
    others=True,
)
waits(
    N_("Missions to give feedback on"),
    N_("Say how the expert was: {thing}"),
    "/applications?status=awarded",
    Role.OFFICER,
    rows=queries.TO_SAY,
)
