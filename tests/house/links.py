"""Where a page or a mail leads, and whether somebody is let in there: the guard is asked, not the page."""

from typing import Any

from litestar import Litestar

from facility.web import cookies
from facility.web.access import Visitor
from facility.web.entrances import Entrance, entrance
from facility.web.guard import Caller
from facility.web.stops import Stop


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


class Guarded:
    """What the guard answers one person: asked once for each rule and object, however many routes share them."""

    def __init__(self, app: Litestar, session: str | None) -> None:
        self._app = app
        self._session = session
        self._known: dict[tuple[Any, ...], int | None] = {}
        self._admitted: dict[tuple[Any, ...], bool] = {}

    async def refusal(self, method: Any, path: str) -> int | None:
        """The status with which the person is turned away, or None where the guard lets them pass."""
        place = entrance(self._app, path, method)
        assert place is not None
        key = _asked(place)
        if key not in self._known:
            self._known[key] = await self._ask(path, place)
        return self._known[key]

    async def admitted(self, method: Any, path: str) -> bool:
        """Whether the guard lets the person pass; no trace is left where it does not."""
        place = entrance(self._app, path, method)
        if place is None:
            return False
        key = (*_asked(place), self._session is None and method == "GET")
        if key not in self._admitted:
            self._admitted[key] = await admitted(self._app, self._session, method, path)
        return self._admitted[key]

    async def _ask(self, path: str, place: Entrance) -> int | None:
        try:
            await Caller(_scope(self._app, self._session, path, place), place.door).enter()
        except Stop as stop:
            return stop.status
        return None


def _asked(place: Entrance) -> tuple[Any, ...]:
    """What the guard's answer depends on."""
    objects = (str(place.params[name]) for name in sorted(place.door.params))
    return (place.door.rule, place.door.shuts_out, *objects)


def _scope(app: Litestar, session: str | None, path: str, place: Entrance) -> Any:
    cookie = [(b"cookie", f"{cookies.SESSION}={session}".encode())] if session else []
    return {
        "litestar_app": app,
        "headers": cookie,
        "path_params": place.params,
        "path": path,
        "state": {},
    }
