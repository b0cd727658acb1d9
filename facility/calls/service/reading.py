"""From what is stored to rules, forms and drafts, and from a draft to what is stored."""

from datetime import UTC
from functools import lru_cache
from typing import Any

import msgspec

from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.call import CallDraft, CallRules, Grid
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.standing import CallState


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
        cancelled=call.state == CallState.CANCELLED,
    )


def after_decision_of(call: Any) -> AfterDecision:
    """What a call says about the time after its decision: of a Call, or of a result row with its column."""
    return msgspec.convert(call.after_decision, AfterDecision)


def form_of(call: Any) -> FormDefinition:
    """What a call asks for: of a Call, or of a result row with its columns."""
    return _read_form(msgspec.json.encode(call.form))


@lru_cache(maxsize=256)
def _read_form(encoded: bytes) -> FormDefinition:
    # Frozen, and the same for every application to a call: reading it anew would cost each page and submission a
    # fraction of a millisecond for each field.
    return msgspec.json.decode(encoded, type=FormDefinition, strict=False)


def draft_of(call: Any) -> CallDraft:
    """What a person entered of a call, as it stands now: a Call, or a result row with its columns."""
    fields = {name: getattr(call, name) for name in CallDraft.__struct_fields__}
    return msgspec.convert(fields, CallDraft, strict=False)


def content_of(draft: CallDraft) -> dict[str, Any]:
    """The draft as a version keeps it: JSON values."""
    return _json(draft)


def draft_from(content: dict[str, Any]) -> CallDraft:
    """The draft that a version keeps; fields that later releases brought have their defaults."""
    return msgspec.convert(content, CallDraft, strict=False)


def columns_of(draft: CallDraft) -> dict[str, Any]:
    """The draft as values of the table's columns."""
    fields = msgspec.structs.asdict(draft)
    return {
        **fields,
        "mode": draft.mode.value,
        "cut_offs": [at.astimezone(UTC).isoformat() for at in draft.cut_offs],
        "extended_to": sorted(set(draft.extended_to)),
        "only_themes": sorted(set(draft.only_themes)),
        "grid": _json(draft.grid),
        "cool_down": _json(draft.cool_down),
        "after_decision": _json(draft.after_decision),
        "committee": _json(draft.committee),
        "form": _json(draft.form),
    }


def _json(value: msgspec.Struct) -> dict[str, Any]:
    """As it comes back from the database: lists where there are tuples."""
    content: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return content
