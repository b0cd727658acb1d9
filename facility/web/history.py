"""The history of a thing as sentences: who, what, when."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import jinja2
import msgspec

from facility.clock import BRUSSELS
from facility.events.base import Event, Recorded
from facility.events.log import LATEST
from facility.web import filters
from facility.web.i18n import N_, Message, _, sentence, translated

BEGINS_EARLIER = N_("Earlier entries are not shown on this page.")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


class Moment(msgspec.Struct, frozen=True):
    """One line of a history; `who` did it, `at` is when it was recorded."""

    text: str
    at: datetime
    who: str


def sentence_of(event: Event, **words: str) -> str:
    """What happened, as a sentence for people: amounts, days, instants and codes as they read them. `{days}`: from `starts_on` to
    `ends_on`. words: for fields whose values a room has words for."""
    values = msgspec.structs.asdict(event)
    shown = {name: _shown(value) for name, value in values.items()}
    if {"starts_on", "ends_on"} <= values.keys():
        shown["days"] = filters.days(values["starts_on"], values["ends_on"])
    # A house test holds that every kind's sentence is a literal.
    return sentence(Message(type(event).sentence), **shown | words)


def _shown(value: object) -> object:
    match value:
        case Decimal():
            return filters.eur(value)
        case datetime():
            return filters.moment(value)
        case date():
            return filters.day(value)
        case list():
            return ", ".join(str(_shown(item)) for item in value)
        case str() if _CODE.fullmatch(value):
            return value.replace("_", " ")
        case _:
            return value


_NOBODY = UUID(int=0)
ABOUT = ("party_id", "assessor_id", "appointee_id")
"""Fields of events that say whom they are about."""


def about(event: Event) -> UUID | None:
    """The id of whom an event names beside its subject: a party, an assessor or a member of the committee."""
    return next((key for name in ABOUT if isinstance(key := getattr(event, name, None), UUID)), None)


def moments(events: Sequence[Recorded], names: Mapping[UUID, str]) -> list[Moment]:
    """Events with the names of those who acted, and of whom they are about where names has it, newest first. Where there are more
    than LATEST, a last line says so."""
    made = []
    for recorded in events[:LATEST]:
        text, named = (
            sentence_of(recorded.event),
            names.get(about(recorded.event) or _NOBODY),
        )
        who = names.get(recorded.actor_id, "") if recorded.actor_id else _nobody(recorded.event, named)
        if named and named != who:
            text = _("{text} ({name}).", text=text.removesuffix("."), name=named)
        made.append(Moment(text, recorded.recorded_at, who))
    for recorded in events[LATEST : LATEST + 1]:
        made.append(Moment(translated(BEGINS_EARLIER), recorded.recorded_at, ""))
    return made


def _nobody(event: Event, named: str | None) -> str:
    """What stands for who acted where nobody was signed in."""
    if event.by_link:
        return _("by mail link")
    return "" if named else _("the facility")


class Step(msgspec.Struct, frozen=True):
    """What one hand did in a row, newest first."""

    moments: list[Moment]

    @property
    def who(self) -> str:
        """Whose hand."""
        return self.moments[0].who

    @property
    def times(self) -> str:
        """ "14:02", or "13:40 to 14:02" in Brussels."""
        first, last = (filters.hour(at) for at in (self.moments[-1].at, self.moments[0].at))
        return last if first == last else _("{first} to {last}", first=first, last=last)


class Day(msgspec.Struct, frozen=True):
    """A day in Brussels, and what was done on it."""

    day: date
    steps: list[Step]


def by_day(moments: Sequence[Moment]) -> list[Day]:
    """A history, newest first, by the days in Brussels and by whose hand it was."""
    return [
        Day(day, [Step(list(step)) for _who, step in itertools.groupby(of_day, lambda moment: moment.who)])
        for day, of_day in itertools.groupby(moments, lambda moment: moment.at.astimezone(BRUSSELS).date())
    ]


def install(environment: jinja2.Environment) -> None:
    """Give the templates `by_day`."""
    environment.filters["by_day"] = by_day
