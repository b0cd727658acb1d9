"""Who may: those who run and watch requests for expertise. Names and reasons are for secretariat and auditor; the Commission and the
authorising officer read codes."""

from facility.evaluation.access import recusal
from facility.web.access import STAFF, Role, allow, shuts_out

READERS = {"allow": allow(*STAFF)}
SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}

shuts_out(
    recusal("deployment.recused", "SELECT application_id FROM deployment WHERE id = :deployment_id"),
    where="deployment_id",
)
