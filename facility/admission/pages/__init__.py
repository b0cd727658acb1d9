"""Pages of what came in: the staff's, and the links of those who are asked."""

from litestar import Router

from facility.admission.events import TOLD_TO_PARTIES
from facility.admission.pages import (
    admissibility,
    clarification_link,
    clarifications,
    consultation_link,
    consultations,
    consultees,
    exceptions,
    initiatives,
    one,
    opening,
    overlap,
    received,
    selected,
    views,
)
from facility.applications.pages.history import tell_parties

tell_parties(TOLD_TO_PARTIES)

router = Router(
    "/",
    route_handlers=[
        *received.HANDLERS,
        *selected.HANDLERS,
        *views.HANDLERS,
        *admissibility.HANDLERS,
        *one.HANDLERS,
        *opening.HANDLERS,
        *exceptions.HANDLERS,
        *consultees.HANDLERS,
        *consultations.HANDLERS,
        *consultation_link.HANDLERS,
        *overlap.HANDLERS,
        *clarifications.HANDLERS,
        *clarification_link.HANDLERS,
        *initiatives.HANDLERS,
    ],
)
