"""Work on proposals: withdrawals of awards and larger envelopes, which a second person decides."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.web.access import DECIDERS
from facility.web.i18n import N_
from facility.web.waiting import waits

_WITHDRAWALS = f"""SELECT application.reference || ' ' || application.title AS thing, '/awards/' || award.id || '/withdrawal' AS href,
        call.reference AS call, proposed_at AS since, NULL AS until
    FROM award_withdrawal JOIN award ON award.id = award_id JOIN application ON application.id = application_id
    JOIN call ON call.id = application.call_id WHERE outcome IS NULL AND NOT lapse AND NOT {shut_out(person=":person_id")}"""  # noqa: S608
_ENLARGEMENTS = """SELECT contract.reference || ': ' || envelope.name AS thing,
        '/contracts/' || replace(contract.reference, ' ', '%20') || '/envelopes/' || envelope.id || '/enlargement' AS href,
        NULL AS call, proposed_at AS since, NULL AS until
    FROM envelope_enlargement JOIN envelope ON envelope.id = envelope_id JOIN contract ON contract.id = contract_id
    WHERE outcome IS NULL"""
waits(
    N_("Awards that a colleague proposes to withdraw"),
    N_("Decide whether to withdraw the award of {thing}"),
    "/awards",
    *DECIDERS,
    rows=f"{_WITHDRAWALS} AND proposed_by <> :person_id",
)
waits(
    N_("Awards that you propose to withdraw"),
    N_("A colleague decides whether to withdraw the award of {thing}"),
    "/awards",
    *DECIDERS,
    rows=f"{_WITHDRAWALS} AND proposed_by = :person_id",
    others=True,
)
waits(
    N_("Envelopes that a colleague proposes to enlarge"),
    N_("Decide whether to enlarge {thing}"),
    "/contracts",
    *DECIDERS,
    rows=f"{_ENLARGEMENTS} AND proposed_by <> :person_id",
)
waits(
    N_("Envelopes that you propose to enlarge"),
    N_("A colleague decides whether to enlarge {thing}"),
    "/contracts",
    *DECIDERS,
    rows=f"{_ENLARGEMENTS} AND proposed_by = :person_id",
    others=True,
)
