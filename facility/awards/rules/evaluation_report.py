"""The sheet of an evaluation report that a voting member signs: the ranking that was proposed, as this member may see it."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from facility.awards.rules.bundle import canonical, line_of, ranking_of
from facility.awards.rules.money_line import Drawn
from facility.evaluation.rules.ranking import Judged

FORMAT, VERSION, WITH_REASONS = "facility-evaluation-report", 1, 2


def sheet(
    call: str,
    proposal: UUID,
    proposed_at: datetime,
    judged: Sequence[Judged],
    line: Drawn,
    closed: Collection[UUID],
    reasons: Mapping[UUID, tuple[str, str]] | None = None,
    number: int = 1,
) -> dict[str, Any]:
    """What a member signs, as JSON values. closed: the applications that are closed to the member. If there are any,
    ranks, awards and money are left out, and the rest is in order of reference: otherwise the member could work out how
    the closed ones did. reasons: strengths and weaknesses, in a call that gives them; number: of the version of the
    ranking, stated from the second on. proposal: its random id, which no page shows, so that nobody who knows the
    scores can guess a digest."""
    rows = [entry for entry in judged if entry.applicant.application_id not in closed]
    whole = len(rows) == len(judged)
    counts = Counter({entry.applicant.application_id: len(entry.applicant.assessments) for entry in judged})
    records = [
        {key: value for key, value in record.items() if key != "digest" and (whole or key != "rank")}
        for record in msgspec.to_builtins(list(ranking_of(rows, counts)))
    ]
    if not whole:
        records.sort(key=lambda record: str(record["application"]))
    signed = {
        "format": FORMAT,
        "version": VERSION if reasons is None else WITH_REASONS,
        "call": call,
        "proposal": str(proposal),
        "proposed_at": proposed_at.isoformat(),
        "whole": whole,
        "ranking": records,
    }
    if number > 1:
        signed["number"] = number
    if whole:
        references = {entry.applicant.application_id: entry.applicant.reference for entry in judged}
        drawn = msgspec.to_builtins(line_of(line, references, None))
        shown = {key: drawn[key] for key in ("awards", "reserve", "carried", "cooled")}
        if line.offered:
            shown["offered"] = {references[key]: str(amount) for key, amount in line.offered.items()}
        signed["line"] = shown
    if reasons is not None:
        texts = [_reasons(entry, reasons) for entry in rows if entry.applicant.application_id in reasons]
        signed["reasons"] = sorted(texts, key=lambda record: record["application"])
    return signed


def _reasons(entry: Judged, reasons: Mapping[UUID, tuple[str, str]]) -> dict[str, str]:
    strengths, weaknesses = reasons[entry.applicant.application_id]
    return {"application": entry.applicant.reference, "strengths": strengths, "weaknesses": weaknesses}


def digest_of(signed: dict[str, Any]) -> str:
    """SHA-256 of a sheet in its one spelling, in hexadecimal."""
    return hashlib.sha256(canonical(signed)).hexdigest()
