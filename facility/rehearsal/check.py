"""Whether a scenario file can be played: all its mistakes at once, each named by its path."""

import msgspec

from facility.rehearsal.format import format_mistakes
from facility.rehearsal.mistakes import Mistake, WrongScenario
from facility.rehearsal.scenario import Scenario
from facility.rehearsal.sense import sense_mistakes
from facility.rehearsal.strict_json import read

__all__ = ["Mistake", "WrongScenario", "check"]


def check(raw: bytes) -> Scenario:
    """The scenario of a file's bytes; WrongScenario names every mistake (scenarios/README, "a wrong file")."""
    file, found = read(raw)
    if found := [*found, *format_mistakes(file), *sense_mistakes(file)]:
        raise WrongScenario(found)
    return msgspec.convert(file, Scenario)
