"""One line for each thing that happened, for those who run the service.

A log is read by more people than a case file, so nothing personal gets in: no bodies, no query strings, no tokens of
links, and of an exception only its kind and place, since its text may quote what somebody typed.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

type Value = str | int | float | bool | None

_TOKEN = re.compile(r"(/link/(?:[a-z-]+/)?)[^\s/?#\"']+")  # /link/<purpose>/<token>
_QUERY = re.compile(r"\?[^\s\"']+")
_PLAIN = re.compile(r"[\w./:+@-]+")


class Log:
    """Writes named events with fields: ``log.info("delivery parked", delivery=7, attempts=5)``.

    Fields hold ids, counts, durations in seconds and words of our own; never names, addresses or free text.
    """

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **fields: Value) -> None:
        self._logger.debug(event, extra={"fields": fields})

    def info(self, event: str, **fields: Value) -> None:
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: Value) -> None:
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, **fields: Value) -> None:
        self._logger.error(event, extra={"fields": fields})

    def exception(self, event: str, **fields: Value) -> None:
        """An error with the kind and place of the exception that is being handled."""
        self._logger.error(event, exc_info=True, extra={"fields": fields})


def setup(*, as_json: bool = False, stream: IO[str] | None = None, level: int = logging.INFO) -> None:
    """Sends every record of the process, ours and the libraries', to one stream (stderr) in one form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(as_json=as_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "litestar", "dramatiq"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
    # Who asked for which page and when is personal; what people did stands in the history of each object.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    for name in ("alembic", "fontTools", "weasyprint", "asyncio", "PIL", "facility.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)


class LineFormatter(logging.Formatter):
    """Key=value for people, JSON for machines; both with the same fields."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Value] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": masked(record.getMessage()),
        }
        line |= {
            name: masked(value) if isinstance(value, str) else value
            for name, value in getattr(record, "fields", {}).items()
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = " < ".join(kinds_and_places(record.exc_info[1]))
        if self._as_json:
            return json.dumps(line, ensure_ascii=False)
        return " ".join(f"{name}={_plain(value)}" for name, value in line.items())


def masked(text: str) -> str:
    """The text without tokens of links and without query strings."""
    return _QUERY.sub("?…", _TOKEN.sub(r"\1…", text))


def kinds_and_places(error: BaseException) -> Iterator[str]:
    """For an exception and each one behind it: its kind and the last places in the code, newest first, without its text."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-6:]
        places = " ".join(f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in reversed(frames))
        yield f"{type(current).__module__}.{type(current).__qualname__} at {places or 'nowhere'}"
        if isinstance(current, BaseExceptionGroup):
            for inner in current.exceptions:
                yield from kinds_and_places(inner)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _plain(value: Value) -> str:
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
