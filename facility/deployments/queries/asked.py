"""Invitations as work: of the secretariat, and of the experts who are asked."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.deployments.models.invitation import Invitation
from facility.deployments.rules.answers import MOST_PIN_TRIES
from facility.inquiries.delivery import undelivered_sql

_UNDELIVERED = undelivered_sql(Invitation)
_LOCKED_LINK = f"(outcome = 'open' AND sensitive AND pin_tries >= {MOST_PIN_TRIES})"
_INVITED = f"""
    SELECT deployment.reference || ' ' || expert.code AS thing, '/deployments/' || deployment.id AS href,
        call.reference AS call, invited_at AS since, {{until}} AS until
    FROM invitation JOIN deployment ON deployment.id = deployment_id JOIN expert ON expert.id = expert_id
    LEFT JOIN application ON application.id = deployment.application_id LEFT JOIN call ON call.id = application.call_id
    WHERE NOT {shut_out("deployment.application_id", ":person_id")} AND
"""  # noqa: S608 - our own text
TO_CORRECT = _INVITED.format(until="NULL") + _UNDELIVERED
"""Invitations whose mail did not get through."""
LOCKED = _INVITED.format(until="respond_by") + _LOCKED_LINK
"""Invitations at whose link the PIN was wrong too often: nobody can accept by it."""
ASKED = (
    f"{_INVITED.format(until='respond_by')} outcome = 'open' AND NOT ({_UNDELIVERED}) AND NOT {_LOCKED_LINK}"
)
"""Invitations that an expert can answer."""
