"""Strengths and weaknesses: their tab, and applications that lack them."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.reasons import GIVES_REASONS_SQL, TO_WRITE_SQL
from facility.calls.models.standing import DECIDE_BY_SQL
from facility.calls.queries.duties import ASSESSES
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.web.workspace import tab

tab(
    "reasons",
    N_("Reasons"),
    "/evaluation/{id}/reasons",
    order=45,
    when=f"({GIVES_REASONS_SQL} AND call.opened_at IS NOT NULL)",
)
waits(
    N_("Applications whose strengths and weaknesses are to be written"),
    N_("Write the strengths and weaknesses of {thing}"),
    "/evaluation",
    Role.SECRETARIAT,
    rows=f"""SELECT application.reference || ' ' || application.title AS thing,
        '/evaluation/applications/' || application.id || '/reasons' AS href, call.reference AS call,
        (SELECT max(sent_at) FROM assessment WHERE assessment.application_id = application.id) AS since, {DECIDE_BY_SQL} AS until
    FROM application JOIN call ON call.id = application.call_id
    WHERE {TO_WRITE_SQL} AND NOT {shut_out(person=":person_id")} AND NOT {ASSESSES}""",  # noqa: S608 - our own text
)
