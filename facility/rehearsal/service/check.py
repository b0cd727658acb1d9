"""Whether a scenario file can be played: all its mistakes at once, each named by its path."""

import msgspec

from facility.data import DATA
from facility.formats.mistakes import WrongFile
from facility.formats.schema import Format
from facility.formats.strict_json import read
from facility.rehearsal.rules.scenario import Scenario
from facility.rehearsal.service.sense import sense_mistakes

FORMAT = Format((DATA / "scenario.schema.json").read_bytes())


def check(raw: bytes) -> Scenario:
    """The scenario of a file's bytes; WrongFile names every mistake (scenarios/README, "a wrong file")."""
    file, mistakes = read(raw)
    if mistakes := [*mistakes, *FORMAT.mistakes(file), *sense_mistakes(file)]:
        raise WrongFile(mistakes)
    return msgspec.convert(file, Scenario)
