"""Work on clarifications: answers to read, mails that did not get through, leads who are asked."""

from facility.admission.models.clarification import Clarification
from facility.admission.queries.asking import as_work, to_answer, to_correct
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

waits(
    N_("Clarifications that were answered"),
    N_("Read the answer on {thing}"),
    "/applications/received",
    Role.SECRETARIAT,
    rows=as_work(
        Clarification,
        "application.title",
        "clarification.state = 'answered' AND settled_at IS NULL AND asked_by = :person_id",
        since="clarification.ended_at",
    ),
)
waits(
    N_("Leads who did not get our question"),
    N_("Correct the address of the lead of {thing}"),
    "/applications/received",
    Role.SECRETARIAT,
    rows=to_correct(Clarification, "application.title"),
)
waits(
    N_("Leads who are asked for a clarification"),
    N_("The lead answers our question on {thing}"),
    "/applications/received",
    Role.SECRETARIAT,
    rows=to_answer(Clarification, "application.title"),
    others=True,
)
