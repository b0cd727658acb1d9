"""Every route × every role × own, foreign and missing objects: who may is what the access data says, and nothing is 5xx."""

from typing import Any

import pytest
from litestar import Litestar

from facility.web.access import Allow, Role
from facility.web.guard import handlers
from facility.web.sentences import SENTENCES
from tests.browser import Browser
from tests.hostile.forms import read
from tests.house.links import Guarded
from tests.house.story import TakingBack, fill, may, objects
from tests.house.world import EVERYBODY, TakesBack, World

NOT_YOURS = str(SENTENCES["not_yours"])
FIRST = {role: name for name, role in reversed(EVERYBODY.items())}.values()
"""One person of each role."""


def expected_denial(rule: Allow, world: World, ids: dict[str, Any]) -> int:
    """404 where the object is missing or a secret, else 403."""
    relations = {item.relation for item in rule.items if item.relation}
    there = all(world.exists(relation, ids) for relation in relations)
    return 404 if rule.hidden or not there else 403


def by_role(rule: Allow, name: str) -> bool:
    """Whether the person's role is enough, whatever it is about."""
    return any(
        item.relation is None and (item.anyone or item.role in (None, EVERYBODY[name])) for item in rule.items
    )


def wrongs(response: Any, rule: Allow, world: World, name: str, ids: dict[str, Any]) -> str | None:
    """What is wrong with this answer, or None."""
    if response.status_code >= 500:
        return "5xx"
    if is_kept(response):
        return "may be kept"
    if may(rule, world, name, ids):
        refused = response.status_code == 401 or (response.status_code == 403 and NOT_YOURS in response.text)
        return "refused somebody who may" if refused else None
    expected = expected_denial(rule, world, ids)
    return None if response.status_code == expected else f"expected {expected}"


def is_kept(response: Any) -> bool:
    """The answer to somebody who is signed in, to a form, or to the holder of a link may be kept by a browser or a proxy."""
    path = response.request.url.path
    return not path.startswith("/static/") and response.headers.get("cache-control") != "no-store"


@pytest.mark.parametrize("name", EVERYBODY)
async def test_every_route_lets_pass_whom_the_access_data_names(
    name: str, standing_app: Litestar, untouched: TakesBack, sessions: dict[str, str], world: World
) -> None:
    """Whoever may pass asks by HTTP, the first of each role for all whom the role alone lets pass; and so does the first who may not,
    once at each route. About the other objects and for the others the guard is asked, once for each rule and object."""
    problems: list[Any] = []
    targets: dict[tuple[str, str], str] = {}
    guarded = Guarded(standing_app, sessions[name])
    async with TakingBack(standing_app, untouched, sessions[name]) as browser:
        for route, handler in handlers(standing_app):
            rule, turned_away, requested = handler.opt["allow"], set[str](), set[tuple[str, str]]()
            for label, ids in (
                objects(world).items() if route.path_parameters else [("none", {"reference": ""})]
            ):
                path, passes = fill(route.path_format, ids), may(rule, world, name, ids)
                for method in {method for method in handler.http_methods if (method, path) not in requested}:
                    place = (method, route.path_format, label)
                    requested.add((method, path))
                    if not passes and (method in turned_away or name not in FIRST):
                        refusal = await guarded.refusal(method, path)
                        if refusal != (expected := expected_denial(rule, world, ids)):
                            problems.append((*place, refusal, f"expected {expected}"))
                        continue
                    if by_role(rule, name) and name not in FIRST and not await guarded.refusal(method, path):
                        continue
                    response = await _ask(browser, method, path)
                    if wrong := wrongs(response, rule, world, name, ids):
                        problems.append((*place, response.status_code, wrong))
                    targets |= dict.fromkeys(read(response).targets, path)
                    if not passes:
                        turned_away.add(method)
        problems += [
            (page, *target) for target, page in sorted(targets.items()) if not await guarded.admitted(*target)
        ]
    assert problems == []


async def test_nobody_signed_in_passes_only_where_anyone_may(
    standing_app: Litestar, untouched: TakesBack, world: World
) -> None:
    problems = []
    ids = objects(world)["awarded"]
    async with TakingBack(standing_app, untouched, None) as browser:
        for route, handler in handlers(standing_app):
            anyone = any(item.anyone for item in handler.opt["allow"].items)
            for method in handler.http_methods:
                path = fill(route.path_format, ids)
                response = await _ask(browser, method, path)
                to_sign_in = response.headers.get("location", "").startswith("/sign-in")
                stopped = response.status_code == 401 or (response.status_code == 303 and to_sign_in)
                kept = (method == "POST" or path.startswith("/link/")) and is_kept(response)
                if (
                    kept
                    or response.status_code >= 500
                    or (stopped and anyone)
                    or (not stopped and not anyone)
                ):
                    problems.append((method, route.path_format, response.status_code))
    assert problems == []


async def _ask(browser: Browser, method: str, path: str) -> Any:
    if method == "GET":
        if path.endswith("/stream"):
            return await browser.head(path)
        return await browser.get(path)
    return await browser.send_form(path)


def test_somebody_walks_for_every_role() -> None:
    assert set(EVERYBODY.values()) == {role.value for role in Role}
