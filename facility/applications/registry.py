"""What the room that lets applications in adds to their pages."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.application import ApplicationShown

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
