"""Work on consultations: answers to check, mails that did not get through, consultees who are asked."""

from facility.admission.models.consultation import Consultation
from facility.admission.queries import consultation as queries
from facility.admission.queries.asking import to_answer, to_correct
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

waits(
    N_("Answers of consultees to check"),
    N_("Check the answer on {thing}"),
    "/consultations",
    Role.SECRETARIAT,
    rows=queries.TO_CHECK,
)
waits(
    N_("Consultees who did not get our mail"),
    N_("Correct the address for {thing}"),
    "/consultations",
    Role.SECRETARIAT,
    rows=to_correct(Consultation, "consultee.name", queries.CONSULTEE),
)
waits(
    N_("Consultees who are asked"),
    N_("A consultee answers: {thing}"),
    "/consultations",
    Role.SECRETARIAT,
    rows=to_answer(Consultation, "consultee.name", queries.CONSULTEE),
    others=True,
)
