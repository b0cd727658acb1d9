"""What a rule says when it says no: codes, never sentences (the pages turn codes into sentences)."""

from collections.abc import Callable, Iterable
from typing import Literal, NoReturn

import msgspec

Kind = Literal["invalid", "conflict", "forbidden", "missing"]
"""invalid: wrong input (422) · conflict: the state forbids it (409) · forbidden (403) · missing (404)."""


class Reason(msgspec.Struct, frozen=True):
    """One reason: a stable code, the field it belongs to, and what its sentence needs to say."""

    code: str
    field: str | None = None
    params: dict[str, str] = {}


class Refused(Exception):  # noqa: N818 - it is a rule's answer, not a fault
    """A command or a rule refuses, with every reason at once. Nothing has been changed."""

    def __init__(self, reasons: Iterable[Reason], kind: Kind = "conflict") -> None:
        self.reasons = tuple(reasons)
        self.kind: Kind = kind
        super().__init__(kind, *(reason.code for reason in self.reasons))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in their order."""
        return tuple(reason.code for reason in self.reasons)


def refuse(code: str, *, kind: Kind = "conflict", field: str | None = None, **params: str) -> NoReturn:
    """Raise Refused for a single reason."""
    raise Refused((Reason(code, field, params),), kind)


def passes[**P](rule: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether the rule has nothing against it: for a button that leads to what it guards."""
    try:
        rule(*args, **kwargs)
    except Refused:
        return False
    return True


def refuse_if(reasons: Iterable[Reason], kind: Kind = "invalid") -> None:
    """Raise Refused with all the reasons, if there are any."""
    if all_reasons := tuple(reasons):
        raise Refused(all_reasons, kind)
