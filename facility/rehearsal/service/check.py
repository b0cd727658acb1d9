"""Whether a scenario file can be played: all its mistakes at once, each named by its path."""

import msgspec

from facility.rehearsal.rules.mistakes import Mistake, WrongScenario
from facility.rehearsal.rules.scenario import Scenario
from facility.rehearsal.service.format import format_mistakes
from facility.rehearsal.service.sense import sense_mistakes
from facility.rehearsal.service.strict_json import read

__all__ = ["Mistake", "WrongScenario", "check"]


def check(raw: bytes) -> Scenario:
    """The scenario of a file's bytes; WrongScenario names every mistake (scenarios/README, "a wrong file")."""
    file, mistakes = read(raw)
    if mistakes := [*mistakes, *format_mistakes(file), *sense_mistakes(file)]:
        raise WrongScenario(mistakes)
    return msgspec.convert(file, Scenario)
