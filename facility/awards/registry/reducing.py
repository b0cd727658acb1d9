"""Work on awards that are to be reduced since a partner left, which a second person decides."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL, LEFT_AFTER_SQL
from facility.awards.models.offer import PART_SQL
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

_PARTS = f"""SELECT application.reference || ': ' || institution.name || ', EUR '
            || replace(to_char({PART_SQL}, 'FM999,999,999,999,990.00'), ',', chr(160)) AS thing,
        '/awards/' || award.id || '/parts/' || party.id AS href, call.reference AS call, {{since}} AS since, NULL AS until
    FROM award JOIN application ON application.id = award.application_id JOIN call ON call.id = award.call_id
    JOIN party ON party.application_id = application.id JOIN institution ON institution.id = party.institution_id {{join}}
    WHERE {AWARD_STANDS_SQL} AND {LEFT_AFTER_SQL} AND NOT {shut_out(person=":person_id")}"""  # noqa: S608 - our own text
_PROPOSED = _PARTS.format(
    since="proposed_at",
    join="JOIN award_reduction ON award_reduction.party_id = party.id AND award_reduction.outcome IS NULL",
)
waits(
    N_("Awards to reduce since a partner left"),
    N_("A partner left: propose to reduce the award {thing}"),
    "/awards",
    Role.SECRETARIAT,
    rows=_PARTS.format(since="left_at", join="")
    + """ AND party.amount > 0 AND NOT EXISTS (SELECT FROM award_reduction WHERE award_reduction.party_id = party.id
        AND coalesce(award_reduction.outcome, 'open') IN ('open', 'agreed', 'refused'))""",
)
waits(
    N_("Awards that a colleague proposes to reduce"),
    N_("A partner left: decide whether to reduce the award {thing}"),
    "/awards",
    Role.AUTHORISING,
    rows=f"{_PROPOSED} AND proposed_by <> :person_id",
)
waits(
    N_("Awards that you propose to reduce"),
    N_("An authorising officer decides whether to reduce the award {thing}"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"{_PROPOSED} AND proposed_by = :person_id",
    others=True,
)
