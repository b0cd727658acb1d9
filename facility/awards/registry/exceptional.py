"""Work on awards of approved exceptions: to propose, and to decide by a second person; and how far a call's exceptions got."""

from facility.applications.models.conflict_of_interest import closed_in, shut_out
from facility.awards.models.award import GOT_AWARD_SQL
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.pictures import OF_CALL, exception_level
from facility.web.waiting import waits

_APPROVED = f"""SELECT application.reference || ' ' || application.title AS thing,
        '/applications/' || application.id || '/exceptional-award' AS href, call.reference AS call,
        {{since}} AS since, NULL AS until
    FROM application JOIN call ON call.id = application.call_id {{join}}
    WHERE application.status = 'exception_approved' AND call.cancelled_at IS NULL AND NOT {shut_out(person=":person_id")}"""  # noqa: S608
_PROPOSED = _APPROVED.format(
    since="proposed_at",
    join="JOIN exceptional_award ON application_id = application.id AND outcome IS NULL",
)
# Who held one of its consultations decides nothing about it (rules.may_award_exception).
_NOT_MINE = """application.consulted_by IS DISTINCT FROM :person_id AND NOT EXISTS (SELECT FROM consultation
    WHERE consultation.application_id = application.id AND asked_by = :person_id)"""
waits(
    N_("Approved exceptions without an award"),
    N_("Propose the award on the exception {thing}"),
    "/applications/received?status=exception_approved",
    Role.SECRETARIAT,
    rows=_APPROVED.format(since="exception_decided_at", join="")
    + f""" AND {_NOT_MINE} AND NOT EXISTS (SELECT FROM exceptional_award
        WHERE application_id = application.id AND (outcome IS NULL OR outcome = 'refused'))""",
)
waits(
    N_("Awards on exceptions that a colleague proposes"),
    N_("Decide the award on the exception {thing}"),
    "/applications/received?status=exception_approved",
    Role.AUTHORISING,
    rows=f"{_PROPOSED} AND proposed_by <> :person_id AND {_NOT_MINE}",
)
waits(
    N_("Awards on exceptions that you propose"),
    N_("An authorising officer decides the award on the exception {thing}"),
    "/applications/received?status=exception_approved",
    Role.SECRETARIAT,
    rows=f"{_PROPOSED} AND proposed_by = :person_id",
    others=True,
)
# As the Commission's page counts: what was withdrawn before it got an award did not come in.
_RECEIVED = f"""count(*) FROM application WHERE call_id = ANY(ARRAY{OF_CALL}) AND track = 'exception' AND received_at IS NOT NULL
    AND (status <> 'withdrawn' OR {GOT_AWARD_SQL})"""
_IF_NOT_CLOSED = f"SELECT CASE WHEN NOT {closed_in(OF_CALL)} THEN (SELECT {_RECEIVED}"
exception_level(N_("Received"), order=10, number=f"SELECT {_RECEIVED}")
exception_level(
    N_("Approved"),
    order=20,
    number=f"{_IF_NOT_CLOSED} AND (status = 'exception_approved' OR {GOT_AWARD_SQL})) END",
)
exception_level(N_("Awarded"), order=30, number=f"{_IF_NOT_CLOSED} AND {GOT_AWARD_SQL}) END")
