"""Whether what a scenario tells fits together: the rules of scenarios/README that no schema can say.

Works on the raw file and passes over what the schema already refuses, so that one look names every mistake.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from facility.calls.rules.call import BENEFICIARIES, RECEIVED_AT, RESERVED_KEYS, TOTAL
from facility.formats.instants import day, instant
from facility.formats.mistakes import Mistake, Path, mistake
from facility.web.i18n import gettext as _
from facility.zone import brussels_midnight

NAME_BYTES = 2000
"""The longest name in UTF-8 that an index of the database takes, rounded down."""


def sense_mistakes(file: Any) -> Iterator[Mistake]:
    """Every place where the parts of the file contradict each other."""
    root = _dict(file)
    call = _dict(root.get("call"))
    grid = _dict(call.get("grid"))
    yield from _names_fit(root)
    yield from _donors(_dict(root.get("contract")))
    yield from _call(call)
    yield from _grid(grid)
    yield from _applications(root, _maxima(grid))
    yield from _steps(root, _read(instant, call.get("decided_at")))
    yield from _experts(root)
    yield from _deployments(root)
    yield from _activities(root)


def _dict(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _texts(node: Any) -> list[str]:
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


def _objects(parent: dict[str, Any], key: str, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    node = parent.get(key)
    for i, item in enumerate(node if isinstance(node, list) else []):
        if isinstance(item, dict):
            yield (*path, key, i), item


def _read[T](reader: Callable[[str], T], node: Any) -> T | None:
    try:
        return reader(node) if isinstance(node, str) else None
    except ValueError:
        return None


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", text):
        raise ValueError(text)
    return Decimal(text)


def _before(
    first: Any, second: Any, reader: Callable[[str], Any], path: Path, message: str, *, equal: bool = False
) -> Iterator[Mistake]:
    """A mistake at the path if first is before second (or equal to it, where that is wrong too)."""
    a, b = _read(reader, first), _read(reader, second)
    if a is not None and b is not None and (a < b or (equal and a == b)):
        yield mistake(path, message)


def _unique(parent: dict[str, Any], key: str, field: str, path: Path = ()) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for at, item in _objects(parent, key, path):
        name = item.get(field)
        if isinstance(name, str) and name in seen:
            yield mistake((*at, field), _("is there before, in {place}", place=seen[name]))
        elif isinstance(name, str):
            seen[name] = f"{key}[{at[-1]}]"


def _names(root: dict[str, Any], key: str, field: str) -> set[Any]:
    return {item[field] for _, item in _objects(root, key) if isinstance(item.get(field), str)}


def _known_application(known: set[Any], path: Path, item: dict[str, Any]) -> Iterator[Mistake]:
    name = item.get("application")
    if isinstance(name, str) and name not in known:
        yield mistake((*path, "application"), _("is no application of this file"))


def _names_fit(root: dict[str, Any]) -> Iterator[Mistake]:
    for path, name in _kept_names(root):
        if isinstance(name, str) and len(name.encode(errors="surrogatepass")) > NAME_BYTES:
            yield mistake(path, _("holds too long a name (at most {most} bytes)", most=NAME_BYTES))


def _kept_names(root: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Whatever the database finds by its name."""
    for key in ("contract", "call"):
        yield (key, "reference"), _dict(root.get(key)).get("reference")
    for path, donor in _objects(_dict(root.get("contract")), "donors", ("contract",)):
        yield (*path, "name"), donor.get("name")
    for key, field in (
        ("applications", "reference"),
        ("experts", "id"),
        ("deployments", "reference"),
        ("activities", "reference"),
    ):
        for path, item in _objects(root, key):
            yield (*path, field), item.get(field)
            for part in ("themes", "languages"):
                names = item.get(part)
                yield from (
                    ((*path, part), name) for name in (names if isinstance(names, dict | list) else ())
                )


def _donors(contract: dict[str, Any]) -> Iterator[Mistake]:
    yield from _unique(contract, "donors", "name", ("contract",))
    amounts = [_read(_amount, donor.get("amount")) for _, donor in _objects(contract, "donors")]
    if amounts and not any(amount is None or amount > 0 for amount in amounts):
        yield mistake(("contract", "donors"), _("their amounts must sum to more than 0"))


def _call(call: dict[str, Any]) -> Iterator[Mistake]:
    opens, closes, decided = (call.get(key) for key in ("opens_at", "closes_at", "decided_at"))
    at: Path = ("call",)
    yield from _before(
        closes, opens, instant, (*at, "closes_at"), _("must be after call.opens_at"), equal=True
    )
    yield from _before(decided, closes, instant, (*at, "decided_at"), _("must not be before call.closes_at"))
    low, high = call.get("award_min"), call.get("award_max")
    yield from _before(high, low, _amount, (*at, "award_min"), _("must not be above call.award_max"))


def _maxima(grid: dict[str, Any]) -> dict[str, Any]:
    sections = (section for _, section in _objects(grid, "sections"))
    return {section["key"]: section.get("max") for section in sections if isinstance(section.get("key"), str)}


def _grid(grid: dict[str, Any]) -> Iterator[Mistake]:
    path: Path = ("call", "grid")
    yield from _unique(grid, "sections", "key", path)
    for at, section in _objects(grid, "sections", path):
        if isinstance(key := section.get("key"), str) and key in RESERVED_KEYS:
            yield mistake((*at, "key"), _("no section may be named {key}", key=key))
    keys = _maxima(grid)
    for key in _dict(grid.get("thresholds")):
        if key not in {*keys, TOTAL}:
            yield mistake((*path, "thresholds", key), _("names neither a section nor total"))
    ties = grid.get("tie_break")
    for i, tie in enumerate(ties if isinstance(ties, list) else []):
        if isinstance(tie, str) and tie not in {*keys, BENEFICIARIES, RECEIVED_AT}:
            yield mistake(
                (*path, "tie_break", i), _("names neither a section nor beneficiaries nor received_at")
            )


def _applications(root: dict[str, Any], maxima: dict[str, Any]) -> Iterator[Mistake]:
    yield from _unique(root, "applications", "reference")
    for path, item in _objects(root, "applications"):
        received, text = item.get("received_at"), _("must not be before the application's received_at")
        yield from _before(item.get("withdrawn_at"), received, instant, (*path, "withdrawn_at"), text)
        for at, partner in _objects(item, "partners", path):
            yield from _before(partner.get("withdrew_at"), received, instant, (*at, "withdrew_at"), text)
        for assessor, scores in _dict(item.get("assessments")).items():
            yield from _scores(scores, maxima, (*path, "assessments", assessor))


def _scores(scores: Any, maxima: dict[str, Any], path: Path) -> Iterator[Mistake]:
    if not isinstance(scores, dict):
        return
    yield from (mistake((*path, key), _("is not scored")) for key in maxima if key not in scores)
    for key, text in scores.items():
        score, most = _read(_amount, text), maxima.get(key)
        if key not in maxima:
            yield mistake((*path, key), _("is no section of the grid"))
        elif score is not None and isinstance(most, int) and score > most:
            yield mistake((*path, key), _("must be at most {most}", most=most))


def _steps(root: dict[str, Any], decided: datetime | None) -> Iterator[Mistake]:
    known = _names(root, "applications", "reference")
    for path, step in _objects(root, "after_award"):
        yield from _known_application(known, path, step)
        at = _read(instant, step.get("at"))
        if at and decided and at < decided:
            yield mistake((*path, "at"), _("must not be before call.decided_at"))
        if step.get("what") == "closed" and "final_cost" not in step:
            yield mistake((*path, "final_cost"), _("is missing: an award is closed with a final cost"))


def _experts(root: dict[str, Any]) -> Iterator[Mistake]:
    yield from _unique(root, "experts", "id")
    for path, expert in _objects(root, "experts"):
        days = _texts(expert.get("available"))
        if len(days) == 2:
            yield from _before(days[1], days[0], day, (*path, "available"), _("ends before it starts"))


def _deployments(root: dict[str, Any]) -> Iterator[Mistake]:
    yield from _unique(root, "deployments", "reference")
    known, experts = _names(root, "applications", "reference"), _names(root, "experts", "id")
    for path, item in _objects(root, "deployments"):
        yield from _known_application(known, path, item)
        yield from _before(
            item.get("end"), item.get("start"), day, (*path, "end"), _("must not be before start")
        )
        for expert in _dict(item.get("replies")):
            if expert not in experts:
                yield mistake((*path, "replies", expert), _("is no expert of this file"))
        if "replies" in item:
            yield from _windows(item, len(experts), (*path, "respond_within_hours"))


def _windows(item: dict[str, Any], experts: int, path: Path) -> Iterator[Mistake]:
    at, hours = _read(instant, item.get("invited_at")), item.get("respond_within_hours")
    if at is None or not isinstance(hours, int):
        return
    # one after the other they may all let their window pass; the last instant must still fit a calendar
    if hours * experts >= (datetime.max.replace(tzinfo=UTC) - at) // timedelta(hours=1) - 24:
        yield mistake(path, _("is so long that replies may be due after the year 9999"))


def _activities(root: dict[str, Any]) -> Iterator[Mistake]:
    yield from _unique(root, "activities", "reference")
    known = _names(root, "applications", "reference")
    for path, item in _objects(root, "activities"):
        yield from _known_application(known, path, item)
        yield from _before(
            item.get("end"), item.get("start"), day, (*path, "end"), _("must not be before start")
        )
        if (start := _read(day, item.get("start"))) is not None:
            try:
                brussels_midnight(start)
            except OverflowError:
                yield mistake((*path, "start"), _("begins before the year 1"))
