"""How work is sorted by how it presses."""

from datetime import UTC, datetime, timedelta

from facility.web.i18n import N_
from facility.web.waiting import SOON, WEEK, Kind, Task, Work

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def _task(until: datetime | None, *, others: bool = False) -> Task:
    kind = Kind("Calls to open", N_("Open {thing}"), "/staff/calls", (), "", others)
    return Task(kind, "TAF-2026-01", "/staff/calls/1", None, None, until)


def test_what_is_due_within_48_hours_presses_and_what_has_no_date_comes_last() -> None:
    tasks = {
        "over": _task(NOW - timedelta(days=3)),
        "in 48 hours": _task(NOW + SOON),
        "a moment later": _task(NOW + SOON + TICK),
        "in a week": _task(NOW + WEEK),
        "after it": _task(NOW + WEEK + TICK),
        "at any time": _task(None),
        "of others": _task(NOW, others=True),
    }
    groups = Work(NOW, 0, list(tasks.values()), {}).groups
    named = {id(task): name for name, task in tasks.items()}
    assert {group: [named[id(task)] for task in of_group] for group, of_group in groups.items()} == {
        "soon": ["over", "in 48 hours"],
        "week": ["a moment later", "in a week"],
        "later": ["after it", "at any time"],
        "others": ["of others"],
    }
