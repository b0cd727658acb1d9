"""Where an application has ended, as SQL."""

from enum import StrEnum

from facility.applications.rules.ending import ENDED, MISSED


def _listed(values: frozenset[StrEnum]) -> str:
    return ", ".join(sorted(repr(value.value) for value in values))


HAS_ENDED_ITSELF = f"application.status IN ({_listed(ENDED)})"
"""The row `application` is at an end of its own, whatever its call does."""
HAS_ENDED = f"""(call.state = 'cancelled' OR {HAS_ENDED_ITSELF}
    OR (application.status = 'not_assessed' AND call.state = 'decided')
    OR (application.status = 'draft' AND application.track = 'joint' AND call.state IN ({_listed(MISSED)})))"""
"""`rules.ending.has_ended` of the row `application` and its `call`."""
