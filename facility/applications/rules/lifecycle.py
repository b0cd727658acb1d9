"""What may be submitted, confirmed, withdrawn, and what follows when a partner leaves (scenarios/README)."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import msgspec

from facility.accounts.rules.beneficiaries import WESTERN_BALKANS, distinct_beneficiaries
from facility.calls.rules.call import CallRules
from facility.refused import Reason, refuse, refuse_if

Track = Literal["joint", "exception"]

MAX_TITLE, MAX_CONSULTATION, MAX_REASON = 200, 5000, 3000
"""Characters that the texts may have."""
MAX_DOCUMENTS = 20
"""Documents that an application may carry at a time."""
DECLARATIONS = ("true_and_complete", "mandate", "no_double_funding", "nothing_classified")
"""What the lead declares when submitting: the answers are true, it may act for the partners, nothing here is paid
for twice (FR24 Art. 194(3), dossier 2d), and no classified information or case data is in it (dossier 7)."""


class Confirmation(StrEnum):
    """Whether a party has confirmed: void is a confirmation of an earlier version."""

    NONE = "none"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    VOID = "void"


ASKABLE = frozenset({Confirmation.NONE, Confirmation.DECLINED})
"""Partners that the button for all asks; who was asked already is reminded one by one."""


class ApplicationStatus(StrEnum):
    """Where an application stands; TRANSITIONS says what may follow what."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    NOT_ASSESSED = "not_assessed"
    BELOW_THRESHOLD = "below_threshold"
    AWARDED = "awarded"
    RESERVE = "reserve"
    COOLED_DOWN = "cooled_down"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    EXCEPTION_APPROVED = "exception_approved"
    EXCEPTION_REFUSED = "exception_refused"


S = ApplicationStatus
TRANSITIONS: dict[ApplicationStatus, frozenset[ApplicationStatus]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset(
        {S.ADMISSIBLE, S.INADMISSIBLE, S.EXCEPTION_APPROVED, S.EXCEPTION_REFUSED, S.WITHDRAWN, S.INELIGIBLE}
    ),
    S.ADMISSIBLE: frozenset(
        {
            S.NOT_ASSESSED,
            S.BELOW_THRESHOLD,
            S.AWARDED,
            S.RESERVE,
            S.COOLED_DOWN,
            S.WITHDRAWN,
            S.INELIGIBLE,
            S.INADMISSIBLE,
        }
    ),
    S.INADMISSIBLE: frozenset({S.ADMISSIBLE, S.WITHDRAWN}),
    S.NOT_ASSESSED: frozenset({S.ADMISSIBLE, S.WITHDRAWN, S.INELIGIBLE}),
    S.BELOW_THRESHOLD: frozenset(),
    S.AWARDED: frozenset({S.CLOSED, S.WITHDRAWN, S.INELIGIBLE}),
    S.RESERVE: frozenset({S.AWARDED, S.WITHDRAWN, S.INELIGIBLE}),
    S.COOLED_DOWN: frozenset(),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset({S.DRAFT}),
    S.INELIGIBLE: frozenset(),
    S.EXCEPTION_APPROVED: frozenset({S.WITHDRAWN}),
    S.EXCEPTION_REFUSED: frozenset({S.WITHDRAWN}),
}
"""What may follow what. Exits of withdrawn and not_assessed back into the procedure end with the decision."""

BEFORE_DECISION = frozenset(
    {S.SUBMITTED, S.ADMISSIBLE, S.INADMISSIBLE, S.NOT_ASSESSED, S.EXCEPTION_APPROVED, S.EXCEPTION_REFUSED}
)
"""What may be withdrawn until the call is decided."""
HOLDS_PLACE = frozenset({S.AWARDED, S.RESERVE})
"""What an exit can still end after the decision: a standing award, or a place on the reserve list."""


def scenario_status(status: ApplicationStatus, track: Track) -> str:
    """The status under which a rehearsal reports an application (scenarios/README, "Statuses").

    Only a decided call maps fully: an admissible application has no word there (ValueError).
    """
    if status is S.DRAFT:
        return "not_submitted"
    if status in (S.INADMISSIBLE, S.INELIGIBLE):
        return "ineligible"
    if track == "exception" and status is not S.WITHDRAWN:
        return "exception_track"
    if status in (S.SUBMITTED, S.ADMISSIBLE):
        raise ValueError(f"not decided yet: {status}")
    return status.value


def may_become(status: ApplicationStatus, new: ApplicationStatus) -> None:
    """Refused ("wrong_status") unless the table of transitions holds this step."""
    if new not in TRANSITIONS[status]:
        refuse("wrong_status", status=status.value, wanted=new.value)


class Partner(msgspec.Struct, frozen=True):
    """A partner institution: its beneficiary's code, whether it confirmed, and when it left (UTC)."""

    beneficiary: str
    confirmed: bool = False
    left_at: datetime | None = None


class ApplicationView(msgspec.Struct, frozen=True):
    """What the rules for submission look at; requested is in EUR.

    consultation: one is recorded · marked_document: a document with a classification marking was handed in.
    """

    track: Track
    lead: str
    partners: tuple[Partner, ...]
    requested: Decimal
    consultation: bool = False
    marked_document: bool = False


def submission_reasons(
    application: ApplicationView, call: CallRules, received_at: datetime
) -> tuple[str, ...]:
    """Every reason, sorted, why the application may not be submitted; empty when it may.

    The exception track asks for a recorded consultation and for nothing else; a cancelled call takes nothing in at all.
    """
    if call.cancelled:
        return ("call_cancelled",)
    if application.track == "exception":
        return () if application.consultation else ("consultation_missing",)
    return tuple(sorted(_joint_reasons(application, call, received_at)))


def _joint_reasons(application: ApplicationView, call: CallRules, received_at: datetime) -> Iterator[str]:
    if received_at > call.closes_at:
        yield "late"
    if received_at < call.opens_at:
        yield "not_open"
    parties = [application.lead, *(partner.beneficiary for partner in application.partners)]
    if distinct_beneficiaries(parties) < call.min_beneficiaries:
        yield "too_few_beneficiaries"
    if not WESTERN_BALKANS.union(call.extended_to).issuperset(parties):
        yield "partner_not_eligible"
    if not all(partner.confirmed for partner in application.partners):
        yield "partner_not_confirmed"
    if application.requested > call.award_max:
        yield "above_award_max"
    if application.requested < call.award_min:
        yield "below_award_min"
    if application.marked_document:
        yield "classified_document"


def is_on_board(left_at: datetime | None, at: datetime | None = None) -> bool:
    """A party is on board until it is taken out of the draft or leaves. at: the instant that counts; None is now."""
    return left_at is None or (at is not None and left_at > at)


def on_board(lead: str, partners: Iterable[Partner], at: datetime) -> tuple[str, ...]:
    """The beneficiaries' codes of the lead and of the partners that had not left by this instant."""
    return (lead, *(p.beneficiary for p in partners if is_on_board(p.left_at, at)))


def still_eligible(parties_on_board: Iterable[str], min_beneficiaries: int) -> bool:
    """Whether enough distinct Western Balkans beneficiaries are still on board."""
    return distinct_beneficiaries(parties_on_board) >= min_beneficiaries


def may_withdraw(status: ApplicationStatus, decided_at: datetime | None, at: datetime) -> None:
    """The lead withdraws up to the decision (its instant included); later only an award or a reserve place.

    decided_at is None while the call is not decided. Refused: "nothing_to_withdraw".
    """
    decided = decided_at is not None and at > decided_at
    if status not in (HOLDS_PLACE if decided else BEFORE_DECISION | HOLDS_PLACE):
        refuse("nothing_to_withdraw", status=status.value)


def may_take_up_again(status: ApplicationStatus, call: CallRules, at: datetime) -> None:
    """A withdrawn application becomes a draft again while the call is open (Refused: wrong_status, call_cancelled, late)."""
    may_become(status, S.DRAFT)
    if call.cancelled:
        refuse("call_cancelled")
    if at > call.closes_at:
        refuse("late")


def may_start(*, published: bool) -> None:
    """An application is started to a call that has been published (Refused: "not_published")."""
    if not published:
        refuse("not_published")


def may_still_start(call: CallRules, track: Track, at: datetime) -> None:
    """Nobody begins on a page what can't be submitted any more (Refused: "call_cancelled", "late"); the exception track
    has no deadline."""
    if call.cancelled:
        refuse("call_cancelled")
    if track == "joint" and at > call.closes_at:
        refuse("late")


def may_edit(status: ApplicationStatus) -> None:
    """Only a draft is edited (Refused: "not_a_draft")."""
    if status is not S.DRAFT:
        refuse("not_a_draft", status=status.value)


def may_confirm(
    status: ApplicationStatus, *, confirmed: bool, declined: bool, left: bool, signatory: str
) -> None:
    """A partner confirms a draft once, with a named signatory.

    Refused: "not_a_draft", "already_confirmed", "already_declined", "left", or "signatory_missing" (invalid).
    """
    may_answer_confirmation(status, confirmed=confirmed, declined=declined, left=left)
    if not signatory.strip():
        refuse("signatory_missing", kind="invalid", field="signatory")


def may_decline(
    status: ApplicationStatus, *, confirmed: bool, declined: bool, left: bool, reason: str
) -> None:
    """A partner declines a draft with a reason (Refused as for may_confirm, or "reason_missing", invalid)."""
    may_answer_confirmation(status, confirmed=confirmed, declined=declined, left=left)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_answer_confirmation(
    status: ApplicationStatus, *, confirmed: bool, declined: bool, left: bool
) -> None:
    """Whether a partner's link can still be answered (Refused as for may_confirm)."""
    may_edit(status)
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


def may_ask_again(asked: int) -> None:
    """A partner is not flooded with mails (Refused: "asked_enough"). asked: how often it was, within ASKED_WITHIN."""
    if asked >= MOST_ASKED:
        refuse("asked_enough", most=str(MOST_ASKED))


class Signature(msgspec.Struct, frozen=True):
    """Who signs a submission for the lead, and what they declare (of DECLARATIONS)."""

    name: str
    function: str
    declared: tuple[str, ...]


def check_signature(signature: Signature) -> None:
    """Refused (invalid) with each that is missing: signatory_missing, function_missing, declaration_missing."""
    refuse_if(_signature_mistakes(signature))


def _signature_mistakes(signature: Signature) -> Iterator[Reason]:
    if not signature.name.strip():
        yield Reason("signatory_missing", "signatory_name")
    if not signature.function.strip():
        yield Reason("function_missing", "signatory_function")
    for name in DECLARATIONS:
        if name not in signature.declared:
            yield Reason("declaration_missing", name)


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """The bytes that the fingerprint covers: JSON in UTF-8, keys sorted, no spaces, no newline."""
    return msgspec.json.encode(snapshot, order="sorted")


def fingerprint_of(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: what `sha256sum` prints for the downloaded file."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def salted_hash(answer: str | list[str], salt: str) -> str:
    """SHA-256, in hexadecimal, of the salt and the answer as JSON: what others get of a confidential answer. Whoever has
    both can show later that this was the answer."""
    return hashlib.sha256(salt.encode() + msgspec.json.encode(answer)).hexdigest()


def may_attach(sha256: str, attached: Collection[str]) -> None:
    """Refused: "document_twice" for the same bytes again (invalid), and as `has_room`."""
    if sha256 in attached:
        refuse("document_twice", kind="invalid", field="document")
    has_room(len(attached), 1)


def has_room(attached: int, more: int) -> None:
    """Refused: "too_many_documents" beyond MAX_DOCUMENTS (invalid)."""
    if attached + more > MAX_DOCUMENTS:
        refuse("too_many_documents", kind="invalid", field="document", most=str(MAX_DOCUMENTS))


def may_consult(track: str, text: str) -> None:
    """Only the exception track has a consultation (Refused: "wrong_track", or "consultation_missing", invalid)."""
    if track != "exception":
        refuse("wrong_track")
    if not text.strip():
        refuse("consultation_missing", kind="invalid", field="consultation")


def may_leave(*, is_lead: bool, left: bool, reason: str | None) -> None:
    """A partner may leave at any time, with a reason (None: nobody was asked for one); the lead withdraws instead.

    Refused: "lead_cannot_leave", "left", or "reason_missing" (invalid).
    """
    if is_lead:
        refuse("lead_cannot_leave")
    if left:
        refuse("left")
    if reason is not None and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_replace(status: ApplicationStatus, *, is_lead: bool, left: bool) -> None:
    """A partner is replaced while the application is a draft. Later it would be another application: until the decision only
    evidence and clerical errors are clarified, never the substance (FR24 Art. 154, dossier 2a 5), and an award is changed by
    its own rules.

    Refused: "lead_stays", "left", "no_replacement".
    """
    if status is not S.DRAFT:
        refuse("no_replacement", status=status.value)
    if is_lead:
        refuse("lead_stays")
    if left:
        refuse("left")
