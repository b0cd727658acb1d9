"""What must be true before an application is submitted, its signature and its fingerprint (dossier 2d; scenarios/README)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from facility.accounts.rules.beneficiaries import WESTERN_BALKANS
from facility.applications.rules.parties import enough_beneficiaries, is_on_board
from facility.applications.rules.status import Track
from facility.calls.rules.call import CallRules
from facility.refused import Reason, refuse_if

DECLARATIONS = ("true_and_complete", "mandate", "no_double_funding", "nothing_classified")
"""What the lead declares when submitting: the answers are true, it may act for the partners, nothing here is paid
for twice (FR24 Art. 194(3), dossier 2d), and no classified information or case data is in it (dossier 7)."""


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
    if not enough_beneficiaries(parties, call.min_beneficiaries):
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


def on_board(lead: str, partners: Iterable[Partner], at: datetime) -> tuple[str, ...]:
    """The beneficiaries' codes of the lead and of the partners that had not left by this instant."""
    return (lead, *(p.beneficiary for p in partners if is_on_board(p.left_at, at)))


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
