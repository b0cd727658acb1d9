"""What a call may say, when it is open, and who may publish it (scenarios/README; dossier 2c, 2d)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.calls.rules.after_decision import AfterDecision, after_decision_mistakes
from facility.calls.rules.committee import Committee, committee_mistakes
from facility.calls.rules.cool_down import CoolDown, cool_down_mistakes
from facility.calls.rules.forms import OF_PAGES, FormDefinition, form_mistakes
from facility.calls.rules.modes import Mode, mode_mistakes
from facility.calls.rules.presets import PLAIN
from facility.calls.rules.questions import question_dates_mistakes
from facility.calls.rules.scoring import Aggregate, Item, Section, Settles, Steps, criteria_mistakes
from facility.forms.keys import key_mistakes
from facility.money import format_eur
from facility.refused import Reason, refuse

TOTAL = "total"
BENEFICIARIES = "beneficiaries"
RECEIVED_AT = "received_at"
LOT = "lot"
TIES = frozenset({BENEFICIARIES, RECEIVED_AT, LOT})
"""What breaks ties beside the points of a section; a lot can only be the last, since it leaves none."""
RESERVED_KEYS = TIES | {TOTAL}
"""What thresholds and tie-breaks may name beside a section; no section bears one of these names."""


class Grid(msgspec.Struct, frozen=True, omit_defaults=True):
    """How applications are judged: thresholds by section key or "total", tie-breaks in their order.

    total: what the sections' most points must add up to; None where nobody declared it (scenarios). comment_low,
    comment_high: a score of at most, or at least, so many per cent of what is possible needs a comment. divergence: by how many
    points at most the totals of two assessors may differ; settles: what is asked for beyond it.
    """

    sections: tuple[Section, ...]
    thresholds: dict[str, Decimal]
    min_assessments: int
    tie_break: tuple[str, ...]
    # A factory of its own is always written out, as it was before there were rules that are left out where nobody names them.
    total: int | None = msgspec.field(default_factory=lambda: None)
    aggregate: Aggregate = Aggregate.MEAN
    steps: Steps = Steps.HUNDREDTH
    comment_low: int | None = None
    comment_high: int | None = None
    divergence: int | None = None
    settles: Settles = Settles.EITHER

    @property
    def points(self) -> int:
        """What the sections' most points add up to."""
        return sum(section.max for section in self.sections)

    @property
    def keys(self) -> tuple[str, ...]:
        """The section keys, in the grid's order."""
        return tuple(section.key for section in self.sections)

    @property
    def is_plain(self) -> bool:
        """Whether it names none of the rules that calls of earlier releases didn't know."""
        known = (self.sections, self.thresholds, self.min_assessments, self.tie_break, self.total)
        plain = all(section == Section(section.key, section.title, section.max) for section in self.sections)
        return plain and self == Grid(*known) and LOT not in self.tie_break

    @property
    def settling(self) -> bool:
        """Whether scores may have to be settled before they count: by a consensus, or by one more assessor."""
        return self.divergence is not None or self.aggregate is Aggregate.CONSENSUS

    @property
    def agreeing(self) -> bool:
        """Whether assessors may agree on scores."""
        return self.settling and (
            self.aggregate is Aggregate.CONSENSUS or self.settles is not Settles.ASSESSOR
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is scored, in the grid's order."""
        return tuple(item for section in self.sections for item in section.items)


class CallRules(msgspec.Struct, frozen=True):
    """The frozen rules of a call; instants in UTC, amounts in EUR.

    amount is what the call has out of its envelope (the scenario's "envelope"); extended_to holds the codes
    of beneficiaries outside the Western Balkans that may take part; a cancelled call takes nothing in any more.
    """

    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    extended_to: frozenset[str]
    skip_unaffordable: bool
    grid: Grid
    cool_down: CoolDown = CoolDown()
    cancelled: bool = False


class CallDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person enters of a call; instants in UTC, amounts in EUR (see CallRules).

    A rolling call closes at the last of its cut-offs; an urgent one is decided within so many hours of each receipt.
    unusual_reason: why it has rules that need a reason (strict.is_unusual).
    """

    reference: str
    title: str
    text: str
    opens_at: datetime
    closes_at: datetime
    questions_until: datetime | None = None
    answers_until: datetime | None = None
    envelope_id: UUID
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    extended_to: tuple[str, ...] = ()
    extension_decision: str | None = None
    skip_unaffordable: bool = False
    only_themes: tuple[str, ...] = ()
    grid: Grid
    cool_down: CoolDown = CoolDown()
    after_decision: AfterDecision = AfterDecision()
    committee: Committee = Committee()
    form: FormDefinition = PLAIN
    mode: Mode = Mode.DEADLINE
    cut_offs: tuple[datetime, ...] = ()
    decide_within_hours: int | None = None
    unusual_reason: str | None = None

    @property
    def rules(self) -> CallRules:
        """The rules that publication will freeze."""
        return CallRules(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            amount=self.amount,
            award_min=self.award_min,
            award_max=self.award_max,
            min_beneficiaries=self.min_beneficiaries,
            extended_to=frozenset(self.extended_to),
            skip_unaffordable=self.skip_unaffordable,
            grid=self.grid,
            cool_down=self.cool_down,
        )


def is_open(rules: CallRules, instant: datetime) -> bool:
    """Whether an application received at this instant is in time, both ends included."""
    return not rules.cancelled and rules.opens_at <= instant <= rules.closes_at


def call_mistakes(rules: CallRules) -> list[Reason]:
    """Everything wrong with a draft, each at its field; no stricter than the scenario format."""
    return [
        *_frame_mistakes(rules),
        *_section_mistakes(rules.grid),
        *_criteria_mistakes(rules.grid),
        *_divergence_mistakes(rules.grid),
        *cool_down_mistakes(rules.cool_down),
    ]


def _frame_mistakes(rules: CallRules) -> Iterator[Reason]:
    if rules.opens_at >= rules.closes_at:
        yield Reason("closes_before_it_opens", "closes_at")
    if rules.amount < 0:
        yield Reason("negative", "amount")
    if rules.award_min < 0:
        yield Reason("negative", "award_min")
    if rules.award_min > rules.award_max:
        yield Reason("award_min_above_max", "award_min")
    if rules.min_beneficiaries < 1:
        yield Reason("below_one", "min_beneficiaries")


def _section_mistakes(grid: Grid) -> Iterator[Reason]:
    if not grid.sections:
        yield Reason("no_section", "sections")
    if grid.min_assessments < 1:
        yield Reason("below_one", "min_assessments")
    count = Counter(grid.keys)
    for i, section in enumerate(grid.sections):
        if section.key in RESERVED_KEYS:
            yield Reason("reserved_section_key", f"sections.{i}.key", {"key": section.key})
        if count[section.key] > 1:
            yield Reason("section_key_twice", f"sections.{i}.key", {"key": section.key})
        if section.max < 1:
            yield Reason("below_one", f"sections.{i}.max")
        yield from criteria_mistakes(section, f"sections.{i}")
    if grid.sections and grid.total is not None and grid.points != grid.total:
        params = {"points": str(grid.points), "total": str(grid.total)}
        yield Reason("weights_do_not_add_up", "total", params)


def _criteria_mistakes(grid: Grid) -> Iterator[Reason]:
    for key, threshold in grid.thresholds.items():
        if key not in {*grid.keys, TOTAL}:
            yield Reason("unknown_threshold", f"thresholds.{key}", {"key": key})
        if not threshold >= 0:
            yield Reason("negative", f"thresholds.{key}")
    for i, key in enumerate(grid.tie_break):
        if key not in {*grid.keys, *TIES}:
            yield Reason("unknown_tie_break", f"tie_break.{i}", {"key": key})
        if key == LOT and i < len(grid.tie_break) - 1:
            yield Reason("lot_not_last", f"tie_break.{i}")


def _divergence_mistakes(grid: Grid) -> Iterator[Reason]:
    if grid.divergence is None:
        return
    if grid.divergence < 1:
        yield Reason("below_one", "divergence")
    if grid.aggregate is Aggregate.CONSENSUS:
        yield Reason("divergence_needless", "divergence")


def draft_mistakes(draft: CallDraft, envelope_amount: Decimal) -> list[Reason]:
    """Everything wrong with a draft: its rules, an amount above its whole envelope (in EUR), an extension without
    the decision that it rests on (dossier 1a, Q22), and keys of its form that can't be any. (What else its form lacks
    is asked for at publication.)"""
    mistakes = [
        *call_mistakes(draft.rules),
        *mode_mistakes(draft.mode, draft.opens_at, draft.cut_offs, draft.decide_within_hours),
        *after_decision_mistakes(draft.after_decision),
        *committee_mistakes(draft.committee),
    ]
    if draft.mode is Mode.ROLLING:
        # The cut-offs say it where they stand.
        mistakes = [reason for reason in mistakes if reason.code != "closes_before_it_opens"]
    if draft.amount > envelope_amount:
        mistakes.append(Reason("above_envelope", "amount", {"envelope": format_eur(envelope_amount)}))
    mistakes += question_dates_mistakes(draft.questions_until, draft.answers_until, draft.closes_at)
    if draft.extended_to and not draft.extension_decision:
        mistakes.append(Reason("decision_missing", "extension_decision"))
    mistakes += key_mistakes(draft.form.sections, OF_PAGES)
    return mistakes


AWARD_CAP = Decimal(60_000)
"""EUR: the most that one third party may be given as financial support (dossier 2d; FR24 Art. 207)."""
USUAL_TOTAL = 100


def doubts(rules: CallRules) -> list[Reason]:
    """What is allowed but rarely meant, for whoever is about to publish; nothing here forbids."""
    mistakes = []
    points = {section.key: section.max for section in rules.grid.sections}
    total = rules.grid.points
    if total != USUAL_TOTAL:
        mistakes.append(Reason("total_not_100", "sections", {"total": str(total)}))
    for key, threshold in rules.grid.thresholds.items():
        if threshold > (total if key == TOTAL else points[key]):
            mistakes.append(Reason("threshold_out_of_reach", f"thresholds.{key}", {"key": key}))
    return [*mistakes, *above_cap(rules)]


def above_cap(rules: CallRules) -> Iterator[Reason]:
    """An award may be larger than is usual: "award_max_above_cap"."""
    if rules.award_max > AWARD_CAP:
        yield Reason("award_max_above_cap", "award_max", {"cap": format_eur(AWARD_CAP)})


def may_publish[Person](drafted_by: Person, published_by: Person) -> None:
    """Four eyes: who drafted the call doesn't publish it (dossier 2d; Refused "same_person", forbidden)."""
    if drafted_by == published_by:
        refuse("same_person", kind="forbidden")


def may_still_publish(rules: CallRules, now: datetime) -> None:
    """A call that would be over when it appears isn't published (Refused "closes_in_the_past")."""
    if now > rules.closes_at:
        refuse("closes_in_the_past", field="closes_at")


def form_is_complete(form: FormDefinition) -> None:
    """A form with mistakes isn't published (Refused "form_incomplete")."""
    if form_mistakes(form):
        refuse("form_incomplete")


def may_close(rules: CallRules, now: datetime) -> None:
    """A call isn't closed before its time: the published deadline binds (Refused "still_open")."""
    if now < rules.closes_at:
        refuse("still_open")
