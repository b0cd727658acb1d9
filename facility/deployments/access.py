"""Who may: those who run and watch requests for expertise. Names and reasons are for secretariat and auditor; the Commission and the
authorising officer read codes."""

from facility.evaluation.access import recusal
from facility.web.access import Role, allow, shuts_out

ROLES = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
READERS = {"allow": allow(*ROLES)}
SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
PRIVATE = (Role.SECRETARIAT, Role.AUDITOR)
"""Who may know which expert stands behind a code."""

shuts_out(
    recusal("deployment.recused", "SELECT application_id FROM deployment WHERE id = :deployment_id"),
    where="deployment_id",
)
