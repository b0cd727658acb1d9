"""A ranking with everything that it follows from, as records with digests (facility/data/ranking.schema.json says what each holds).

A bundle is made and checked without a database: `facility verify-ranking` draws the ranking, the line and the reserve again by
the rules that the decision went by.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from facility.applications.rules.status import ApplicationStatus
from facility.awards.rules.money_line import Drawn, Offers
from facility.calls.rules.call import Grid
from facility.calls.rules.cool_down import CoolDown
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.rules.ranking import Judged
from facility.money import display

FORMAT = "facility-ranking"


def version_of(grid: Grid, *, offers: bool, revised: bool = False) -> int:
    """The version of the format: 1 says all of a call that names no rule that came later, 2 of one whose scores need no settling, 3 of one
    that offers nothing of what is left (`offers`), 4 of a ranking's first version; 5 of a later one (`revised`)."""
    if revised:
        return 5
    if offers:
        return 4
    if grid.settling:
        return 3
    return 1 if grid.is_plain else 2


SINGLE = ("call", "line", "decision", "revision")
SEVERAL = ("applications", "assessments", "consensus", "conflicts", "ranking")
"""The parts of a bundle that are a record, and those that are lists of records; there is a consensus from version 3 on, and a revision in
version 5."""
BEFORE = {
    Outcome.RANKED: ApplicationStatus.ADMISSIBLE,
    Outcome.BELOW_THRESHOLD: ApplicationStatus.ADMISSIBLE,
    Outcome.NOT_ASSESSED: ApplicationStatus.NOT_ASSESSED,
    Outcome.INELIGIBLE: ApplicationStatus.INELIGIBLE,
    Outcome.INADMISSIBLE: ApplicationStatus.INADMISSIBLE,
    Outcome.WITHDRAWN: ApplicationStatus.WITHDRAWN,
}
"""Where a decided application stood before the ranking, whatever has become of it since."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts in EUR; applications by their references."""

    digest: str = ""


class LotRecord(msgspec.Struct, frozen=True):
    """The draw by lot: what was published with the call, and the seed of which it is the SHA-256."""

    commitment: str
    seed: str


class CallRecord(Record, frozen=True, kw_only=True):
    """The call's rules, as they were published; lot: where one breaks the last ties; offers: where it offers what is left."""

    reference: str
    title: str
    mode: str
    currency: str = "EUR"
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    extended_to: tuple[str, ...]
    skip_unaffordable: bool
    carries_over: bool
    grid: Grid
    cool_down: CoolDown
    lot: LotRecord | UnsetType = UNSET
    offers: Offers | UnsetType = UNSET

    @property
    def spreads(self) -> bool:
        """Whether a rule of the call spreads awards."""
        return self.cool_down != CoolDown()


class Institution(msgspec.Struct, frozen=True):
    """As it was submitted."""

    name: str
    beneficiary: str
    lead: bool
    amount: Decimal


class ApplicationRecord(Record, frozen=True, kw_only=True):
    """An application, and where it stood before the ranking."""

    reference: str
    title: str
    received_at: datetime
    fingerprint: str
    requested: Decimal
    institutions: tuple[Institution, ...]
    on_board: tuple[str, ...]
    designation_note: str | None
    standing: ApplicationStatus
    carried_from: str | None
    same_lead: bool

    @property
    def lead(self) -> str:
        """The lead's beneficiary, by its code."""
        return next((party.beneficiary for party in self.institutions if party.lead), "")


class AssessmentRecord(Record, frozen=True, kw_only=True):
    """What one assessor gave, and whether it counts."""

    application: str
    assessor: str
    scores: dict[str, Decimal | None]
    counts: bool
    why_not: Literal["recused", "taken_off", "earlier_submission"] | None
    sent_at: datetime | UnsetType = UNSET


class Answer(msgspec.Struct, frozen=True):
    """What an assessor answered on the agreed scores; None: nothing, and it was closed without."""

    assessor: str
    answer: Literal["agrees", "dissents"] | None


class ConsensusRecord(Record, frozen=True, kw_only=True):
    """The scores on which the assessors of an application agreed. They count instead of the assessments, which stay as they are."""

    application: str
    rapporteur: str
    scores: dict[str, Decimal | None]
    answers: tuple[Answer, ...]


class ConflictRecord(Record, frozen=True, kw_only=True):
    """A declared conflict, and how it was handled."""

    application: str
    assessor: str
    effect: Literal["not_counted", "no_assessment"]


class Mean(msgspec.Struct, frozen=True):
    """As a fraction, and as people read it."""

    exact: str
    shown: str


class RankRecord(Record, frozen=True, kw_only=True):
    """How an application came out. criteria: the scores of sub-criteria that count, where the grid has any."""

    application: str
    outcome: Outcome
    rank: int | None
    assessments: int
    means: dict[str, Mean | None] | None
    total: Mean | None
    missed: tuple[str, ...]
    criteria: dict[str, Mean | None] | UnsetType = UNSET


class LineRecord(Record, frozen=True, kw_only=True):
    """Where the money ends. taken: awards of this call before, by the lead's beneficiary; None where that was not kept. offered: of what
    is left, by application, where the call offers it."""

    free: Decimal
    committed: Decimal
    left: Decimal
    awards: tuple[str, ...]
    reserve: tuple[str, ...]
    carried: tuple[str, ...]
    cooled: dict[str, str]
    taken: dict[str, int] | None
    offered: dict[str, Decimal] | UnsetType = UNSET


class ProposedLine(msgspec.Struct, frozen=True):
    """The line that was proposed; others: the outcome of what was not ranked."""

    awards: tuple[str, ...]
    reserve: tuple[str, ...]
    carried: tuple[str, ...]
    cooled: dict[str, str]
    others: dict[str, str]
    offered: dict[str, Decimal] | UnsetType = UNSET


class Departure(msgspec.Struct, frozen=True):
    """A rule that somebody set aside for an application, and why."""

    application: str
    rule: Literal["cool_down"]
    reason: str


class DecisionRecord(Record, frozen=True, kw_only=True):
    """What was proposed, and whether the decision differs from it."""

    state: Literal["proposed", "decided"]
    proposed_at: datetime
    decided_at: datetime | None
    proposed: ProposedLine
    differs: bool
    departures: tuple[Departure, ...]
    root_in_log: bool


class Cause(msgspec.Struct, frozen=True):
    """An upheld complaint, and how its application was assessed again."""

    complaint: str
    application: str
    how: Literal["others", "correction"]


class RevisionRecord(Record, frozen=True, kw_only=True):
    """What makes this a later version of a ranking, and what it changes; applications in rank order, `waiting` in that of the reserve list
    before. previous: the root of the version before. awarded: had got an award by then, whatever became of it; gone: had left, or lost
    their beneficiaries. above: lie above the line and had none, so they head the reserve list; reserve: that list from its top.
    """

    number: int
    previous: str
    because: tuple[Cause, ...]
    awarded: tuple[str, ...]
    gone: tuple[str, ...]
    waiting: tuple[str, ...]
    above: tuple[str, ...]
    reserve: tuple[str, ...]

    @property
    def reopened(self) -> tuple[str, ...]:
        """The applications that were assessed again."""
        return tuple(cause.application for cause in self.because)


class Bundle(msgspec.Struct, frozen=True):
    """The whole bundle. `root` covers every record and their order."""

    format: str
    version: int
    call: CallRecord
    applications: tuple[ApplicationRecord, ...]
    assessments: tuple[AssessmentRecord, ...]
    conflicts: tuple[ConflictRecord, ...]
    ranking: tuple[RankRecord, ...]
    line: LineRecord
    decision: DecisionRecord
    root: str = ""
    consensus: tuple[ConsensusRecord, ...] | UnsetType = UNSET
    revision: RevisionRecord | UnsetType = UNSET

    @property
    def number(self) -> int:
        """Which version of the ranking this is."""
        return self.revision.number if self.revision else 1

    @property
    def agreed(self) -> tuple[ConsensusRecord, ...]:
        """Each consensus; there is none before version 3."""
        return self.consensus or ()


def several(document: Mapping[str, Any]) -> list[str]:
    """The parts of this document that are lists of records."""
    return [part for part in SEVERAL if part in document]


def single(document: Mapping[str, Any]) -> list[str]:
    """The parts of this document that are a record; what every one has, also where it is missing."""
    return [part for part in SINGLE if part != "revision" or part in document]


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value that digests cover."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return text.encode("utf-8", "surrogatepass")


def digest_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record without its digest, in hexadecimal."""
    return hashlib.sha256(canonical({key: record[key] for key in record if key != "digest"})).hexdigest()


def root_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document with the digest of each record in its place, in hexadecimal."""
    covered: dict[str, Any] = {key: document[key] for key in ("format", "version")}
    covered |= {part: digest_of(document[part]) for part in single(document)}
    covered |= {part: [digest_of(record) for record in document[part]] for part in several(document)}
    return hashlib.sha256(canonical(covered)).hexdigest()


def document_of(bundle: Bundle) -> dict[str, Any]:
    """The bundle as JSON values, in the order of the rules of its format, with all digests and its root."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(bundle))
    document["applications"].sort(key=lambda record: record["reference"])
    for part in ("assessments", "conflicts"):
        document[part].sort(key=lambda record: (record["application"], record["assessor"]))
    for record in document.get("consensus", ()):
        record["answers"].sort(key=lambda answer: answer["assessor"])
    document.get("consensus", []).sort(key=lambda record: record["application"])
    for part in single(document):
        document[part] = _sealed(document[part])
    for part in several(document):
        document[part] = [_sealed(record) for record in document[part]]
    document["root"] = root_of(document)
    return document


def _sealed(record: dict[str, Any]) -> dict[str, Any]:
    del record["digest"]
    return {**record, "digest": digest_of(record)}


def ranking_of(judged: Iterable[Judged], counts: Mapping[UUID, int]) -> Iterator[RankRecord]:
    """A record for each, in this order. counts: how many assessments of each count."""
    for entry in judged:
        mean = entry.means
        yield RankRecord(
            application=entry.applicant.reference,
            outcome=entry.outcome,
            rank=entry.rank,
            assessments=counts[entry.applicant.application_id],
            means=means_of(mean.sections) if mean else None,
            total=mean_of(mean.total) if mean else None,
            missed=entry.missed,
            criteria=means_of(mean.criteria) if mean and mean.criteria else UNSET,
        )


def means_of(values: Mapping[str, Fraction | None]) -> dict[str, Mean | None]:
    """By key; None where something does not apply."""
    return {key: None if value is None else mean_of(value) for key, value in values.items()}


def mean_of(value: Fraction) -> Mean:
    """In lowest terms, and with two decimals."""
    return Mean(f"{value.numerator}/{value.denominator}", display(value))


def line_of(
    drawn: Drawn, references: Mapping[UUID, str], taken: dict[str, int] | None, *, offers: bool = False
) -> LineRecord:
    """The funding line by references. offers: the call offers what is left."""
    return LineRecord(
        free=drawn.free,
        committed=drawn.committed,
        left=drawn.left,
        awards=tuple(references[key] for key in drawn.awards),
        reserve=tuple(references[key] for key in drawn.reserve),
        carried=tuple(references[key] for key in drawn.carried),
        cooled={references[key]: why for key, why in drawn.cooled.items()},
        taken=taken,
        offered={references[key]: amount for key, amount in drawn.offered.items()} if offers else UNSET,
    )


def proposed_of(drawn: Drawn, references: Mapping[UUID, str], *, offers: bool = False) -> ProposedLine:
    """The proposed line by references."""
    line = line_of(drawn, references, None, offers=offers)
    others = {references[key]: outcome for key, outcome in drawn.others.items()}
    return ProposedLine(line.awards, line.reserve, line.carried, line.cooled, others, line.offered)
