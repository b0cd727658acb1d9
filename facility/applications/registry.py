"""What this room tells all others of applications: where leads find them, what they have to do, and the first step; and the page of an
application that a later room shows to staff."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.models.sealing import EDITABLE_SQL
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.finding import NOT_CLOSED, OF_MY_INSTITUTION, SHOWN, WITH_WORDS
from facility.applications.queries.tracker import step
from facility.calls.models.standing import SUBMIT_BY_SQL
from facility.web.access import Role
from facility.web.finding import finds
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

if TYPE_CHECKING:  # commands load what has registered, and no pages
    from litestar.response.base import ASGIResponse

    from facility.web.render import View

type StaffPage = Callable[[View, AsyncConnection, ApplicationShown], Awaitable[ASGIResponse]]

_pages: list[StaffPage] = []


def shown_to_staff(page: StaffPage) -> StaffPage:
    """Register the page that staff find at an application's address: there is one."""
    assert not _pages or _pages == [page], "there is one page for staff"
    _pages[:] = [page]
    return page


async def staff_page(view: "View", read: AsyncConnection, application: ApplicationShown) -> "ASGIResponse":
    """What staff find at the application's address."""
    return await _pages[0](view, read, application)


step(N_("Received"), order=10, done="received_at IS NOT NULL", at="received_at", exceptions=True)
nav(N_("My applications"), "/applications", Role.OFFICER, order=20, holds=("/unit-costs",))
_PRESSING = """SELECT application.title AS thing, '/applications/' || application.id || '{page}' AS href,
    call.reference AS call, {since} AS since, CASE WHEN track = 'joint' THEN {due} END AS until"""
_DRAFTS = f"""FROM application JOIN call ON call.id = application.call_id
    WHERE {EDITABLE_SQL} AND call.state = 'published'
        AND application.lead_institution_id = :institution_id"""
_TO_ANSWER = f"""FROM party JOIN application ON application.id = party.application_id
    JOIN call ON call.id = application.call_id
    WHERE party.institution_id = :institution_id AND NOT is_lead AND {ON_BOARD_SQL}
        AND confirmation IN ('invited', 'void') AND {EDITABLE_SQL} AND call.state = 'published'"""
_CHANGE_WAITS = "FROM change_request WHERE change_request.party_id = party.id AND outcome IS NULL"
_ASKED_SINCE = """(SELECT min(asked_at) FROM change_request
    WHERE change_request.application_id = application.id AND outcome IS NULL)"""
waits(
    N_("Your drafts that can still be submitted"),
    N_("Finish and submit {thing}"),
    "/applications?status=draft",
    Role.OFFICER,
    rows=f"{_PRESSING.format(since='started_at', due=SUBMIT_BY_SQL, page='')} {_DRAFTS}",
)
waits(
    N_("Changes that partners have requested"),
    N_("Answer the change requested in {thing}"),
    "/applications?status=draft",
    Role.OFFICER,
    rows=f"{_PRESSING.format(since=_ASKED_SINCE, due=SUBMIT_BY_SQL, page='/changes')} {_DRAFTS} AND {_ASKED_SINCE} IS NOT NULL",
)
waits(
    N_("Applications to confirm or decline"),
    N_("Confirm or decline your part in {thing}"),
    "/applications?status=draft",
    Role.OFFICER,
    rows=f"{_PRESSING.format(since='party.invited_at', due=SUBMIT_BY_SQL, page='')} {_TO_ANSWER}",
)
waits(
    N_("Drafts that partners have to confirm"),
    N_("Partners confirm their parts in {thing}"),
    "/applications?status=draft",
    Role.OFFICER,
    rows=f"""{_PRESSING.format(since="started_at", due=SUBMIT_BY_SQL, page="")} {_DRAFTS} AND EXISTS (SELECT FROM party
        WHERE party.application_id = application.id AND NOT is_lead AND {ON_BOARD_SQL}
        AND confirmation IN ('invited', 'void') AND NOT EXISTS (SELECT {_CHANGE_WAITS}))""",
    others=True,
)
waits(
    N_("Applications that are being examined"),
    N_("The facility examines {thing}"),
    "/applications?status=submitted",
    Role.OFFICER,
    rows=f"""SELECT application.title AS thing, '/applications/' || application.id AS href, call.reference AS call,
            received_at AS since, NULL AS until
        FROM application JOIN call ON call.id = application.call_id
        WHERE application.status IN ('submitted', 'admissible') AND NOT {EDITABLE_SQL} AND call.decided_at IS NULL AND call.state <> 'cancelled'
            AND EXISTS (SELECT FROM party WHERE party.application_id = application.id
                AND party.institution_id = :institution_id AND {ON_BOARD_SQL})""",  # noqa: S608 - our own text
    others=True,
)
finds(
    N_("Applications"),
    Role.OFFICER,
    order=20,
    rows=f"""SELECT application.id, {SHOWN}, '/applications/' || application.id AS href, application.started_at AS at
    FROM application JOIN institution ON institution.id = application.lead_institution_id
    WHERE {OF_MY_INSTITUTION} AND {NOT_CLOSED} AND {WITH_WORDS}""",  # noqa: S608 - our own text
)
