"""What this room tells all others of the pool, the rota and the themes: where they are found, and what the secretariat has to do."""

from facility.experts.queries import candidacies, renewals, rota
from facility.web.access import PRIVATE, REGISTERS, Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import MORE, nav
from facility.web.waiting import waits

nav(N_("Experts"), "/experts", *PRIVATE, order=50, holds=("/rota",))
nav(N_("Themes"), "/themes", *REGISTERS, order=92, group=MORE)
waits(
    N_("Candidates for the pool of experts"),
    N_("Validate or refuse the candidate {thing}"),
    "/experts/candidates",
    Role.SECRETARIAT,
    rows=candidacies.WAITING,
)
finds(
    N_("Experts"),
    *PRIVATE,
    order=60,
    rows="""SELECT id, name AS title, code AS about, '/experts/' || id AS href, upper(code) = upper(:typed) AS exact,
        CAST(NULL AS timestamptz) AS at
    FROM expert WHERE {expert} OR expert.email = lower(:typed)""",
)
waits(
    N_("Renewals of experts that did not get through"),
    N_("Correct the mail address of the expert {thing}"),
    "/experts",
    Role.SECRETARIAT,
    rows=renewals.UNDELIVERED,
)
waits(
    N_("Gaps in the stand-by rota"),
    N_("Put an expert on call for {thing}"),
    "/rota",
    Role.SECRETARIAT,
    rows=rota.GAPS,
)
waits(
    N_("Offers of weeks on call that did not get through"),
    N_("Correct the mail address of the expert {thing}"),
    "/rota",
    Role.SECRETARIAT,
    rows=rota.UNDELIVERED,
)
