"""What nobody should type, and everybody may: by what it pretends to be."""

import os
from collections.abc import Iterable

from tests.hostile.forms import Value

MARK = "Zwiebelfisch"
"""A word that stands in every text, to find it again where it has no business."""
SCRIPT = f'<script>alert("{MARK}")</script>'

TEXTS: dict[str, Value] = {
    "script": SCRIPT,
    "attribute": f'"><img src=x onerror=alert(1)> {MARK}',
    "template": "{{ 7*7 }}{% for x in () %}${7*7}#{7*7} %(name)s {0.__class__} %s",
    "right to left": "\u202e\u2066Zwiebel\u200ffisch\u2069",
    "no width": "\u200b\u200d\ufeff",
    "combining": "e" + "\u0301" * 500,
    "beyond the plane": "\U0001f9c5\U0010ffff\ufffe",
    "control": "a\x07b\x1bc\x85d",
    "line ends": "a\r\nSet-Cookie: b=c\r\n\r\nd\u2028e",
    "sql": "'; DROP TABLE event; --",
    "path": "../../../../etc/passwd",
    "long": MARK * 2000,
    "spaces": " \t\u00a0\u3000",
    "nul": b"a%00b",
    "broken utf-8": b"%FF%FE",
    "overlong utf-8": b"%C0%AF",
    "surrogate": b"%ED%A0%80",
    "half percent": b"100%",
}
NUMBERS: dict[str, Value] = {
    text: text
    for text in (
        "-1",
        "-0",
        "0",
        "-999999999999.99",
        "999999999999.99",
        "1000000000",
        "2147483648",
        "9223372036854775808",
        "9" * 400,
        "1.005",
        "0.001",
        "1e9",
        "1e999",
        "1E999999",
        "-1e-999",
        "1e-99999999",
        "9" * 5000,
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "0x10",
        "1_000",
        "+5",
        "--1",
        ".",
        ",",
        "1,2,3.4",
        "１２",
        "٣",
        "½",
        "²",
    )
}
DAYS: dict[str, Value] = {
    text: text
    for text in (
        "2026-02-30",
        "2026-13-01",
        "2026-00-00",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "99999-01-01",
        "-2026-01-01",
        "2026-W01-1",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        "٢٠٢٦-٠١-٠١",
    )
}
TIMES: dict[str, Value] = {
    text: text for text in ("24:00", "23:59:60", "-1:00", "12:00:00.5", "noon", "12:00+02:00", "٠١:٠٠")
}
INSTANTS: dict[str, Value] = {
    text: text
    for text in (
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59.999999+00:00",
        "0000-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00",
        "2026-W01-1T00:00:00+00:00",
        "2026-02-30T00:00:00Z",
        "-infinity",
        "now",
    )
}
"""As our own pages write instants into hidden fields and addresses; each is at the edge of what Python or PostgreSQL holds."""
CODES: dict[str, Value] = {
    text: text for text in ("é" * 6, "１２３４５６", "٣٤٥٦٧٨", "²²²²²²", "12345\u0301")
}
"""As somebody may type the code from a mail."""
CHANGES = {"skipped": ("2026-03-29", "02:30"), "repeated": ("2026-10-25", "02:30")}
"""Times in Brussels that don't exist, or twice."""
KEYS: dict[str, Value] = {
    "zero": "00000000-0000-0000-0000-000000000000",
    "unknown": "12345678-1234-4234-8234-123456789abc",
    "not a key": "not-a-key",
    "in braces": "{12345678-1234-4234-8234-123456789abc}",
    "urn": "urn:uuid:12345678-1234-4234-8234-123456789abc",
    "digits": "٣" * 32,
    "empty": "",
}
EVERYTHING = TEXTS | NUMBERS | DAYS | TIMES | INSTANTS | CODES | KEYS


def some[T](values: Iterable[T], place: int, one_in: int) -> list[T]:
    """One in so many of the values, others for each place, so that each value meets many forms. HOSTILE=all: all."""
    every = list(values)
    return every if os.environ.get("HOSTILE") == "all" else every[place % one_in :: one_in]


def examples(few: int, many: int) -> int:
    """How many examples a property is tried with. HOSTILE=all: many."""
    return many if os.environ.get("HOSTILE") == "all" else few
