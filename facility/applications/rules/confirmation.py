"""When partners are asked, confirm, decline and are replaced (dossier 2)."""

from datetime import timedelta

from facility.applications.rules.drafting import may_edit
from facility.applications.rules.parties import Confirmation
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
