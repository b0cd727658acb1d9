"""Pages of applications: the lead's and its partners', and the partners' links."""

from litestar import Router

from facility.applications.pages import (
    activities,
    answers,
    budget,
    changes_wanted,
    check,
    documents,
    exception_text,
    exits,
    link,
    link_question,
    mine,
    own_part,
    part_copies,
    partner,
    partners,
    replacing,
)

router = Router(
    "/",
    route_handlers=[
        *mine.HANDLERS,
        *answers.HANDLERS,
        *exception_text.HANDLERS,
        *partners.HANDLERS,
        *activities.HANDLERS,
        *budget.HANDLERS,
        *replacing.HANDLERS,
        *partner.HANDLERS,
        *own_part.HANDLERS,
        *part_copies.HANDLERS,
        *changes_wanted.HANDLERS,
        *documents.HANDLERS,
        *check.HANDLERS,
        *exits.HANDLERS,
        *link.HANDLERS,
        *link_question.HANDLERS,
    ],
)
