"""The words of the Commission's pages."""

from datetime import datetime

import msgspec

from facility.events.base import from_data
from facility.monitoring.queries.overview import Headline
from facility.web.history import sentence_of
from facility.web.i18n import N_

UNITS = {
    "count": N_("number"),
    "level": N_("level"),
    "persons": N_("persons"),
    "percent_increase": N_("increase in per cent"),
    "units": N_("units"),
    "beneficiaries": N_("beneficiaries"),
}
"""What an indicator is counted in, untranslated."""

_PATHS = {
    "call": "/staff/calls/{id}",
    "award": "/awards/{id}",
    "application": "/applications/{id}",
    "activity": "/activities/{id}",
    "deployment": "/deployments/{id}",
    "envelope": "/contracts/{contract}#envelopes",
}


class Line(msgspec.Struct, frozen=True):
    """What happened, as a sentence about what `label` names; `new`: since the page was opened."""

    label: str
    href: str
    text: str
    at: datetime
    new: bool


def lines(headlines: list[Headline], seen: int | None) -> list[Line]:
    """The newest first; `seen`: the position of the newest when the page was opened."""
    return [
        Line(
            label=headline.label or "",
            href=_PATHS[headline.subject].format(id=headline.subject_id, contract=headline.contract),
            text=sentence_of(from_data(headline.kind, headline.data)),
            at=headline.at,
            new=seen is not None and headline.position > seen,
        )
        for headline in headlines
    ]
