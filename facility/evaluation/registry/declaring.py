"""Work on declarations to sign for a call."""

from facility.evaluation.models.committee import DECLARED_SQL, HAS_COMMITTEE_SQL, OF_COMMITTEE, on_committee
from facility.web.access import DECIDERS, Role
from facility.web.i18n import N_
from facility.web.waiting import waits

waits(
    N_("Declarations to sign for a call"),
    N_("Sign the declaration of objectivity and confidentiality for {thing}"),
    "/evaluation",
    *DECIDERS,
    Role.ASSESSOR,
    rows=f"""SELECT call.reference || ' ' || call.title AS thing, '/evaluation/' || call.id || '/declaration' AS href,
        call.reference AS call, call.closed_at AS since, NULL AS until
    FROM call WHERE call.state = 'closed' AND {HAS_COMMITTEE_SQL} AND NOT {DECLARED_SQL} AND ({on_committee()} OR EXISTS (
        SELECT FROM call_duty WHERE call_duty.call_id = {OF_COMMITTEE} AND call_duty.person_id = :person_id
            AND call_duty.duty <> 'assesses'))""",  # noqa: S608 - our own text
)
