"""The faults that are planted to try the tests can be planted: their text stands once where they say."""

from collections import Counter

import pytest

from facility.settings import ROOT
from tests.planted.faults import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_can_be_planted(fault: Fault) -> None:
    assert (ROOT / fault.module).read_text().count(fault.text) == 1
    assert fault.instead not in (fault.text, "") or fault.text.endswith("\n")
    assert [name for name in fault.tests.split() if not (ROOT / name).exists()] == []


def test_every_room_has_three() -> None:
    rooms = Counter(fault.module.split("/")[1] for fault in FAULTS)
    few = {room for room, count in rooms.items() if count < 3}
    assert few <= {"db.py", "events", "files", "outbox", "pool.py", "web"}
    assert rooms.keys() >= {
        room.name for room in (ROOT / "facility").iterdir() if (room / "rules.py").exists()
    }
    assert len(FAULTS) >= 60
