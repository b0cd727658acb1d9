"""What the facility finds by itself for each item of a checklist, and how an officer's judgements must fit together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from facility.admission.rules.overlap import OverlapOutcome
from facility.applications.rules.judged_items import Finding
from facility.calls.rules.checklist import ChecklistItem
from facility.refused import Reason, refuse_if


class Verdict(StrEnum):
    """What an officer says of an item."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class Facts(msgspec.Struct, frozen=True):
    """What findings rest on. Amounts in EUR. eligible: every party is from a beneficiary of the call; unchecked:
    parties whose institution nobody has checked; declared: how many of
    the declarations were made, None where nothing was signed on a page; unread: pages that no machine can read;
    rights: whether the screening is answered, None where the call doesn't ask."""

    received_at: datetime
    opens_at: datetime
    closes_at: datetime
    beneficiaries: int
    min_beneficiaries: int
    eligible: bool
    unchecked: int
    partners: int
    confirmed: int
    requested: Decimal
    award_min: Decimal
    award_max: Decimal
    declared: int | None
    declarations: int
    documents: int
    unread: int
    refused_documents: int
    rights: bool | None
    consulted: int
    against: tuple[str, ...]
    overlap: OverlapOutcome | None


class ItemFinding(msgspec.Struct, frozen=True):
    """A finding with its figures, which its sentence names."""

    finding: Finding
    figures: dict[str, str] = {}


def find(key: str, facts: Facts) -> ItemFinding:
    """What the facility finds for an item with this key."""
    match key:
        case "in_time":
            inside = facts.opens_at <= facts.received_at <= facts.closes_at
            return _finding(
                inside, received=facts.received_at.isoformat(), closes=facts.closes_at.isoformat()
            )
        case "beneficiaries":
            enough = facts.beneficiaries >= facts.min_beneficiaries
            return _finding(enough, count=facts.beneficiaries, least=facts.min_beneficiaries)
        case "eligible_parties":
            if facts.eligible and facts.unchecked:
                figures = {"count": str(facts.partners + 1), "unchecked": str(facts.unchecked)}
                return ItemFinding(Finding.UNKNOWN, figures)
            return _finding(facts.eligible, count=facts.partners + 1)
        case "confirmations":
            return _finding(facts.confirmed == facts.partners, count=facts.confirmed, all=facts.partners)
        case "amounts":
            inside = facts.award_min <= facts.requested <= facts.award_max
            return _finding(inside, requested=facts.requested, least=facts.award_min, most=facts.award_max)
        case "declarations":
            if facts.declared is None:
                return ItemFinding(Finding.UNKNOWN)
            return _finding(
                facts.declared == facts.declarations, count=facts.declared, all=facts.declarations
            )
    return _find_further(key, facts)


def _find_further(key: str, facts: Facts) -> ItemFinding:
    match key:
        case "documents":
            figures = {"count": str(facts.documents), "unread": str(facts.unread)}
            return ItemFinding(Finding.UNKNOWN if facts.unread else Finding.MET, figures)
        case "classified":
            # What was refused is not in it; whether the rest is clean, an officer looks at then.
            finding = Finding.UNKNOWN if facts.refused_documents else Finding.MET
            return ItemFinding(finding, {"count": str(facts.refused_documents)})
        case "rights":
            return ItemFinding(Finding.UNKNOWN) if facts.rights is None else _finding(facts.rights)
        case "consultation":
            figures = {"count": str(facts.consulted)}
            if facts.against:
                return ItemFinding(Finding.NOT_MET, figures)
            return ItemFinding(Finding.MET if facts.consulted else Finding.UNKNOWN, figures)
        case "overlap":
            if facts.overlap is None:
                return ItemFinding(Finding.UNKNOWN)
            return _finding(facts.overlap is not OverlapOutcome.DUPLICATES, outcome=facts.overlap.value)
        case _:
            return ItemFinding(Finding.UNKNOWN)


def _finding(met: bool, **figures: object) -> ItemFinding:
    return ItemFinding(
        Finding.MET if met else Finding.NOT_MET, {name: str(value) for name, value in figures.items()}
    )


class Judged(msgspec.Struct, frozen=True):
    """An officer's judgement on an item."""

    verdict: Verdict
    reason: str = ""


def check_judgements(
    items: Sequence[ChecklistItem],
    findings: Mapping[str, ItemFinding],
    judged: Mapping[str, Judged],
    *,
    admissible: bool,
    reason: str,
) -> None:
    """Each item is judged, with a reason where it differs from what was found or where it is not met; and the conclusion
    follows: inadmissible needs an item that is not met, admissible in spite of one needs a reason.

    Refused (invalid): "item_not_judged", "difference_needs_reason", "not_met_needs_reason", "nothing_not_met",
    "in_spite_needs_reason", at the item's field or at "admissible" and "reason".
    """
    mistakes = []
    for item in items:
        judgement = judged.get(item.key)
        if judgement is None:
            mistakes.append(Reason("item_not_judged", f"{item.key}-verdict"))
        elif not judgement.reason.strip() and (
            code := _needs_reason(findings[item.key].finding, judgement.verdict)
        ):
            mistakes.append(Reason(code, f"{item.key}-reason"))
    not_met = any(judgement.verdict is Verdict.NOT_MET for judgement in judged.values())
    if not admissible and not not_met:
        mistakes.append(Reason("nothing_not_met", "admissible"))
    if admissible and not_met and not reason.strip():
        mistakes.append(Reason("in_spite_needs_reason", "reason"))
    refuse_if(mistakes)


def _needs_reason(finding: Finding, verdict: Verdict) -> str:
    if finding is not Finding.UNKNOWN and verdict.value != finding.value:
        return "difference_needs_reason"
    return "not_met_needs_reason" if verdict is Verdict.NOT_MET else ""


def by_findings(items: Sequence[ChecklistItem], findings: Mapping[str, ItemFinding]) -> dict[str, Judged]:
    """The judgements that follow from what is found, for those that a machine can tell: what stands where nobody judged item
    by item."""
    return {
        item.key: Judged(Verdict(findings[item.key].finding.value))
        for item in items
        if findings[item.key].finding is not Finding.UNKNOWN
    }
