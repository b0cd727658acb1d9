"""What a room registers: the kinds of its letters."""

from datetime import date, datetime

import msgspec

from facility.web.i18n import N_, Message


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What every letter on an application states: its reference and title, and the call's."""

    application: str
    title: str
    call: str
    call_title: str


class Decision(Stated, frozen=True, kw_only=True):
    """What a letter on a decision states besides. `signed_by`: empty where nobody signs. `complain_until`: the last day for complaining
    of it; `answer_days`: how many days the answer takes at most; None where no complaints are taken."""

    contact: str
    institution: str
    designation: str
    decided_at: datetime
    signed_by: str
    complain_until: date | None = None
    answer_days: int | None = None


class Kind(msgspec.Struct, frozen=True):
    """`states`: what a letter of this kind freezes, which its template sees as `letter`. `mail`: the template of the mail that takes it
    along. `label`: how lists call it; `title`: its title with {application}; both are translated when they are shown. `apart`: it has an
    address and access of its own, and does not stand among the letters on the application. `contestable`: its lead may complain of
    what it decides, where the call takes complaints.
    """

    name: str
    states: type[Stated]
    template: str
    mail: str
    label: Message
    title: Message
    apart: bool
    contestable: bool


KINDS: dict[str, Kind] = {}
DECISION = N_("Decision on application {application}")


def letter(
    name: str,
    *,
    states: type[Stated],
    mail: str,
    label: Message,
    title: Message = DECISION,
    template: str = "",
    apart: bool = False,
    contestable: bool = False,
) -> Kind:
    """Register a kind of letter, once. `label` and `title` are marked with N_. `template`: letters/<name>.html where nothing else is
    said."""
    if name in KINDS:
        raise TypeError(f"two kinds of letters are named {name}")
    template = template or f"letters/{name}.html"
    KINDS[name] = Kind(name, states, template, mail, label, title, apart, contestable)
    return KINDS[name]
