"""Where a page or a mail leads, and whether somebody is let in there: the guard is asked, not the page."""

from typing import Any

from litestar import Litestar

from facility.web import cookies
from facility.web.access import Visitor
from facility.web.entrances import Entrance, entrance
from facility.web.guard import Caller


async def admitted(app: Litestar, session: str | None, method: Any, path: str) -> bool:
    """Whether the guard lets this person pass there; nobody signed in is led to the sign-in page by a link."""
    place = entrance(app, path, method)
    if place is None or (session is None and method == "GET"):
        return place is not None
    return await Caller(_scope(app, session, path, place), place.door).admitted()


async def let_in(app: Litestar, session: str, path: str) -> Visitor:
    """Who is let in there. Raises Stop where they are not."""
    place = entrance(app, path)
    assert place is not None
    scope = _scope(app, session, path, place)
    await Caller(scope, place.door).enter()
    visitor: Visitor = scope["state"]["visitor"]
    return visitor


def _scope(app: Litestar, session: str | None, path: str, place: Entrance) -> Any:
    cookie = [(b"cookie", f"{cookies.SESSION}={session}".encode())] if session else []
    return {
        "litestar_app": app,
        "headers": cookie,
        "path_params": place.params,
        "path": path,
        "state": {},
    }
