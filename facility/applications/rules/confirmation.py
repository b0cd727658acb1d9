"""When partners are asked, confirm, decline and are replaced (dossier 2); what they confirm, and which changes void it.

All that an application says is a list of statements. Most are everybody's business: title, themes, the lead's material
answers, activities, documents, who takes part and with which role, and the total that is asked for. Some are one party's
alone: its amount and its lines of the budget, and its own material answers, confidential ones included. A party confirms
the former and its own; what another party writes in its own part changes nothing that it agreed to (ADR 8).

A change touches a confirmation when what the party confirmed is no longer what stands. There is no other rule: it doesn't
matter who made the change, nor by which page.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from facility.applications.rules.drafting import may_edit
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.submission import fingerprint_of
from facility.forms.versions import Piece, compared
from facility.refused import refuse

ASKABLE = frozenset({Confirmation.NONE, Confirmation.DECLINED})
"""Partners that the button for all asks; who was asked already is reminded one by one."""


def may_confirm(*, editable: bool, confirmed: bool, declined: bool, left: bool, signatory: str) -> None:
    """A partner confirms a draft once, with a named signatory.

    Refused: "not_a_draft", "already_confirmed", "already_declined", "left", or "signatory_missing" (invalid).
    """
    may_answer_confirmation(editable=editable, confirmed=confirmed, declined=declined, left=left)
    if not signatory.strip():
        refuse("signatory_missing", kind="invalid", field="signatory")


def may_decline(*, editable: bool, confirmed: bool, declined: bool, left: bool, reason: str) -> None:
    """A partner declines a draft with a reason (Refused as for may_confirm, or "reason_missing", invalid)."""
    may_answer_confirmation(editable=editable, confirmed=confirmed, declined=declined, left=left)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_answer_confirmation(*, editable: bool, confirmed: bool, declined: bool, left: bool) -> None:
    """Whether a partner's link can still be answered (Refused as for may_confirm)."""
    may_edit(editable=editable)
    if left:
        refuse("left")
    if confirmed:
        refuse("already_confirmed")
    if declined:
        refuse("already_declined")


ASKED_WITHIN, MOST_ASKED = timedelta(days=1), 3
"""How often the lead may have one partner asked or reminded by mail, within how long."""


ASKED_ONCE_WITHIN = timedelta(minutes=1)
"""Within so long the same person asking the same partner is one press of a button that went twice."""


def may_ask_again(times: int) -> None:
    """A partner is not flooded with mails (Refused: "asked_enough"). asked: how often it was, within ASKED_WITHIN."""
    if times >= MOST_ASKED:
        refuse("asked_enough", most=str(MOST_ASKED))


def may_replace(*, editable: bool, is_lead: bool, left: bool) -> None:
    """A partner is replaced while the application is a draft. Later it would be another application: until the decision only
    evidence and clerical errors are clarified, never the substance (FR24 Art. 154, dossier 2a 5), and an award is changed by
    its own rules.

    Refused: "lead_stays", "left", "no_replacement".
    """
    if not editable:
        refuse("no_replacement")
    if is_lead:
        refuse("lead_stays")
    if left:
        refuse("left")


class Statement(msgspec.Struct, frozen=True):
    """One thing that an application says. `key` tells it from the others for good; `label` is read by people and may be
    said otherwise later (an institution is renamed) without anything having been changed. `own`: the party whose business
    it is alone, None for everybody's."""

    key: str
    label: str
    text: str
    own: UUID | None = None


def agreed(statements: Iterable[Statement], party_id: UUID) -> list[dict[str, str]]:
    """What this party confirms, as it is kept."""
    return [
        {"key": statement.key, "label": statement.label, "text": statement.text}
        for statement in statements
        if statement.own in (None, party_id)
    ]


def same(before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]) -> bool:
    """Whether two contents say the same, whatever things are called and in whatever order they stand."""
    return _texts(before) == _texts(now)


def _texts(content: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {item["key"]: item["text"] for item in content}


def seal_of(content: Sequence[Mapping[str, str]]) -> str:
    """A short name for exactly this content, by which a form says what its reader was shown."""
    return fingerprint_of({"said": _texts(content)})


def touched(
    statements: Sequence[Statement], confirmed: Mapping[UUID, Sequence[Mapping[str, str]] | None]
) -> list[UUID]:
    """The parties whose confirmation no longer holds. confirmed: what each party that has confirmed agreed to; None for
    confirmations from before this was kept, which never hold, since nobody can tell."""
    return [
        party_id
        for party_id, content in confirmed.items()
        if content is None or not same(content, agreed(statements, party_id))
    ]


class Difference(msgspec.Struct, frozen=True):
    """What became of one statement: its text in pieces that stayed, went or came."""

    key: str
    label: str
    pieces: tuple[Piece, ...]


def differences(
    before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]
) -> tuple[Difference, ...]:
    """What was changed, added and taken out, in the order of what stands now, then what is gone."""
    old, new = _texts(before), _texts(now)
    labels = {item["key"]: item["label"] for item in (*before, *now)}
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        Difference(key, labels[key], compared(old.get(key, ""), new.get(key, "")))
        for key in keys
        if old.get(key) != new.get(key)
    )
