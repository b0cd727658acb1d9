"""What every answer to hostile input must be."""

from typing import Any

import httpx

from tests.hostile.conftest import Crowd
from tests.hostile.values import SCRIPT

ANSWERS = {200, 303, 400, 401, 403, 404, 408, 409, 413, 415, 422, 429}


def wrong(response: httpx.Response, crowd: Crowd) -> str | None:
    """What is wrong with this answer to a request of this crowd, or None."""
    if response.status_code not in ANSWERS:
        return f"status {response.status_code}"
    # What is typed in a part of an application is kept for its person whether it can be saved or not; wrong codes count.
    kept = [
        statement
        for statement in crowd.db.kept
        if not statement.startswith(("INSERT INTO unsaved", "DELETE FROM unsaved", "UPDATE sign_in_request"))
    ]
    if response.status_code >= 400 and kept:
        return f"{response.status_code}, but kept {kept}"
    if response.headers.get("content-type", "").startswith("text/html"):
        if "Traceback" in response.text:
            return "a traceback"
        if SCRIPT in response.text or "<img src=x" in response.text:
            return "not escaped"
    return None


def listed(mistakes: list[Any]) -> str:
    """Each on a line of its own."""
    return "\n".join(map(str, mistakes))
