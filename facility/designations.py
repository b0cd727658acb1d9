"""What the beneficiaries are called (dossier 1e), and the footnotes of designations. Whatever leaves the facility asks here which go
with its words."""

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from facility.data import DATA

_DATA = DATA / "reference.json"
_IN_USE = {"TR": "Türkiye"}
"""Names in EU texts of today, where the action document has an older one."""


class Beneficiary(msgspec.Struct, frozen=True):
    """A territory of the action; `display` bears an asterisk where there is a `designation_note`."""

    code: str
    alpha3: str
    display: str
    western_balkans: bool
    designation_note: str | None


class _Reference(msgspec.Struct, frozen=True):
    beneficiaries: list[Beneficiary]


@cache
def beneficiaries() -> list[Beneficiary]:
    """Those of the action, in its order, by the names that every page prints."""
    return [
        msgspec.structs.replace(beneficiary, display=_IN_USE.get(beneficiary.code, beneficiary.display))
        for beneficiary in msgspec.json.decode(_DATA.read_bytes(), type=_Reference).beneficiaries
    ]


@cache
def _notes() -> Mapping[re.Pattern[str], str]:
    return {
        re.compile(rf"{re.escape(beneficiary.display)}|\b{beneficiary.code}\b"): beneficiary.designation_note
        for beneficiary in beneficiaries()
        if beneficiary.designation_note
    }


def footnotes(words: str) -> str:
    """The footnotes to the designations that these words print, by name or by code; "" where they print none."""
    return " ".join(note for printed, note in _notes().items() if printed.search(words))


def all_footnotes() -> str:
    """Those that stand on every page, since any may print a designation."""
    return " ".join(_notes().values())
