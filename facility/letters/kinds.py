"""What a room registers: the kinds of its letters."""

from datetime import datetime

import msgspec


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What every letter on an application states. `signed_by`: empty where nobody signs."""

    application: str
    title: str
    call: str
    call_title: str
    contact: str
    institution: str
    designation: str
    decided_at: datetime
    signed_by: str


class Kind(msgspec.Struct, frozen=True):
    """`states`: what a letter of this kind freezes, which templates/letters/<name>.html sees as `letter`. `mail`: the template of the
    mail that takes it to the lead. `label`: how lists call it, for translation."""

    name: str
    states: type[Stated]
    mail: str
    label: str


KINDS: dict[str, Kind] = {}


def letter(name: str, *, states: type[Stated], mail: str, label: str) -> Kind:
    """Register a kind of letter, once. `label` is marked with N_."""
    if name in KINDS:
        raise TypeError(f"two kinds of letters are named {name}")
    KINDS[name] = Kind(name, states, mail, label)
    return KINDS[name]
