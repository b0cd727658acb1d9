"""From a stored call to its rules and its form."""

from functools import lru_cache
from typing import Any

import msgspec

from facility.calls.rules import CallRules, CoolDown, Grid
from facility.calls.rules.forms import FormDefinition


def rules_of(call: Any) -> CallRules:
    """The rules of a call: a Call, or a result row with its columns."""
    return CallRules(
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        amount=call.amount,
        award_min=call.award_min,
        award_max=call.award_max,
        min_beneficiaries=call.min_beneficiaries,
        extended_to=frozenset(call.extended_to),
        skip_unaffordable=call.skip_unaffordable,
        grid=msgspec.convert(call.grid, Grid),
        cool_down=msgspec.convert(call.cool_down, CoolDown),
    )


def form_of(call: Any) -> FormDefinition:
    """What a call asks for: of a Call, or of a result row with its columns."""
    return _read_form(msgspec.json.encode(call.form))


@lru_cache(maxsize=256)
def _read_form(encoded: bytes) -> FormDefinition:
    # Frozen, and the same for every application to a call: reading it anew would cost each page and submission a
    # fraction of a millisecond for each field.
    return msgspec.json.decode(encoded, type=FormDefinition, strict=False)
