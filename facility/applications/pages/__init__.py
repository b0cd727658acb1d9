"""Pages of applications: the lead's and its partners', the partners' links, and what staff see."""

from litestar import Router

from facility.applications.pages import (
    activities,
    admissibility,
    answers,
    budget,
    check,
    consultation_link,
    consultations,
    consultees,
    documents,
    exception_text,
    exceptions,
    exits,
    initiatives,
    link,
    mine,
    one,
    opening,
    overlap,
    partners,
    staff,
)

router = Router(
    "/",
    route_handlers=[
        *mine.HANDLERS,
        *staff.HANDLERS,
        *admissibility.HANDLERS,
        *one.HANDLERS,
        *answers.HANDLERS,
        *exception_text.HANDLERS,
        *partners.HANDLERS,
        *activities.HANDLERS,
        *budget.HANDLERS,
        *documents.HANDLERS,
        *check.HANDLERS,
        *exits.HANDLERS,
        *opening.HANDLERS,
        *link.HANDLERS,
        *exceptions.HANDLERS,
        *consultees.HANDLERS,
        *consultations.HANDLERS,
        *consultation_link.HANDLERS,
        *overlap.HANDLERS,
        *initiatives.HANDLERS,
    ],
)
