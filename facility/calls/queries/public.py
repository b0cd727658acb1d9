"""One published call with all its rules: one statement, by hand, since many people look at it."""

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.queries.lists import standing_of
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.call import TOTAL, CallDraft, Grid
from facility.calls.rules.committee import Committee
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.deadlines import SIGN_MONTHS, inform_by
from facility.calls.rules.forms import FormDefinition, FormSection, SectionKind
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import Standing
from facility.refused import refuse


class BeneficiaryName(msgspec.Struct, frozen=True):
    """A beneficiary as it is printed. `counts`: it belongs to the Western Balkans."""

    code: str
    name: str
    counts: bool


class Version(msgspec.Struct, frozen=True):
    """A published version of a call, with the reason where it is a corrigendum."""

    number: int
    content: dict[str, Any]
    reason: str
    published_at: datetime

    @property
    def draft(self) -> CallDraft:
        """What the call said and asked in this version."""
        return msgspec.convert(self.content, CallDraft, strict=False)


class Step(msgspec.Struct, frozen=True):
    """A corrigendum: a version and the one before it."""

    before: Version
    after: Version


class LotShown(msgspec.Struct, frozen=True):
    """The draw by lot of a call or of a batch; the seed once a ranking was proposed."""

    reference: str
    commitment: str
    seed: str | None


class CallPublic(msgspec.Struct, frozen=True, kw_only=True):
    """A published call with all that its public page says; instants in UTC, amounts in EUR.

    versions: those that were published, where there is a corrigendum; answered: how many questions are; lots: of the call, or of
    its batches.
    """

    reference: str
    title: str
    text: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    unusual_reason: str | None
    min_beneficiaries: int
    extended_to: list[str]
    extension_decision: str | None
    skip_unaffordable: bool
    grid: Grid
    cool_down: CoolDown
    after_decision: AfterDecision
    committee: Committee
    form: FormDefinition
    mode: Mode
    cut_offs: tuple[datetime, ...]
    decide_within_hours: int | None
    state: str
    decided_at: datetime | None
    beneficiaries: list[BeneficiaryName]
    questions_until: datetime | None = None
    answers_until: datetime | None = None
    only_themes: tuple[str, ...] = ()
    taxonomy: tuple[tuple[str, str], ...] = ()
    current_version: int = 1
    published_at: datetime | None = None
    opened_at: datetime | None = None
    evaluating_since: datetime | None = None
    cancelled_at: datetime | None = None
    archived_at: datetime | None = None
    cancelled_because: str | None = None
    answered: int = 0
    lots: tuple[LotShown, ...] = ()
    versions: tuple[Version, ...] = ()

    def standing(self, now: datetime) -> Standing:
        """Where it stands at this instant."""
        return standing_of(self, now)

    @property
    def theme_names(self) -> list[str]:
        """Names of the themes that the call is for; in a draft, whose taxonomy is not frozen, their codes."""
        names = dict(self.taxonomy)
        return [names.get(code, code) for code in self.only_themes]

    @property
    def corrigenda(self) -> list[Step]:
        """The corrigenda, the latest first."""
        return [Step(before, after) for before, after in pairwise(self.versions)][::-1]

    def next_cut_off(self, at: datetime) -> datetime:
        """The cut-off by which what is submitted at this instant is ranked; the closing where there is none."""
        return next((cut_off for cut_off in self.cut_offs if at <= cut_off), self.closes_at)

    @property
    def hear_by(self) -> list[tuple[datetime, date]]:
        """Each deadline, with the last day on which its applicants hear of the outcome; none of a call that promises hours."""
        if self.mode is Mode.URGENT:
            return []
        return [(deadline, inform_by(deadline)) for deadline in self.cut_offs or (self.closes_at,)]

    @property
    def sign_months(self) -> int:
        """Months within which the agreement on an award is signed."""
        return SIGN_MONTHS

    @property
    def budget(self) -> FormSection | None:
        """The budget that it asks for by lines, with its limits."""
        return self.form.of(SectionKind.BUDGET)

    @property
    def counting(self) -> list[str]:
        """Names of the beneficiaries of the Western Balkans."""
        return [beneficiary.name for beneficiary in self.beneficiaries if beneficiary.counts]

    @property
    def extended(self) -> list[str]:
        """Names of the others that may take part."""
        return [
            beneficiary.name
            for beneficiary in self.beneficiaries
            if beneficiary.code in self.extended_to and not beneficiary.counts
        ]

    @property
    def points(self) -> int:
        """The most points in all."""
        return self.grid.points

    @property
    def threshold(self) -> Decimal | None:
        """The fewest points in all, where there is such a limit."""
        return self.grid.thresholds.get(TOTAL)


RULES = """
    call.reference, call.title, call.text, call.opens_at, call.closes_at, call.amount, call.award_min, call.award_max,
    call.unusual_reason, call.min_beneficiaries, call.extended_to::text AS extended_to, call.extension_decision, call.skip_unaffordable,
    call.questions_until, call.answers_until, call.only_themes::text AS only_themes, call.taxonomy::text AS taxonomy,
    call.current_version, call.published_at, call.opened_at, call.evaluating_since, call.cancelled_at, call.archived_at,
    call.grid::text AS grid, call.cool_down::text AS cool_down, call.after_decision::text AS after_decision, call.committee::text AS committee,
    call.form::text AS form, call.mode,
    call.cut_offs::text AS cut_offs, call.decide_within_hours, call.state, call.decided_at,
    (SELECT json_agg(json_build_object('code', code, 'name', name, 'counts', western_balkans) ORDER BY sort_order)
     FROM beneficiary)::text AS beneficiaries,
    (SELECT reason FROM call_cancellation WHERE call_id = call.id AND confirmed_at IS NOT NULL) AS cancelled_because,
    CASE WHEN call.grid -> 'tie_break' @> '["lot"]' THEN (
        SELECT json_agg(json_build_object('reference', own.reference, 'commitment', commitment,
            'seed', CASE WHEN revealed_at IS NOT NULL THEN seed END) ORDER BY own.batch)
        FROM lot JOIN call AS own ON own.id = lot.call_id
        WHERE own.id = call.id OR own.series_id = call.id)::text END AS lots,
    (SELECT count(*) FROM question WHERE question.call_id = call.id AND question.version > 0) AS answered,
    CASE WHEN call.current_version > 1 THEN (
        SELECT json_agg(json_build_object('number', number, 'content', content, 'reason', reason,
            'published_at', call_version.published_at) ORDER BY number)
        FROM call_version WHERE call_id = call.id AND call_version.published_at IS NOT NULL)::text END AS versions
"""
STATEMENT = text(
    f"SELECT {RULES} FROM call WHERE reference = :reference AND state <> 'draft' AND series_id IS NULL"  # noqa: S608
)
_grid = msgspec.json.Decoder(Grid)
_cool_down = msgspec.json.Decoder(CoolDown)
_after_decision = msgspec.json.Decoder(AfterDecision)
_committee = msgspec.json.Decoder(Committee)
_form = msgspec.json.Decoder(FormDefinition)
_instants = msgspec.json.Decoder(tuple[datetime, ...])
_versions = msgspec.json.Decoder(tuple[Version, ...])
_lots = msgspec.json.Decoder(tuple[LotShown, ...])
_taxonomy = msgspec.json.Decoder(tuple[tuple[str, str], ...])
_themes = msgspec.json.Decoder(tuple[str, ...])
_codes = msgspec.json.Decoder(list[str])
_names = msgspec.json.Decoder(list[BeneficiaryName])


def public_from(row: Any) -> CallPublic:
    """The call in a result row with the columns RULES."""
    fields = dict(row._mapping)
    fields |= {
        "extended_to": _codes.decode(row.extended_to),
        "grid": _grid.decode(row.grid),
        "only_themes": _themes.decode(row.only_themes),
        "taxonomy": _taxonomy.decode(row.taxonomy),
        "versions": _versions.decode(row.versions or "[]"),
        "lots": _lots.decode(row.lots or "[]"),
        "cool_down": _cool_down.decode(row.cool_down),
        "after_decision": _after_decision.decode(row.after_decision),
        "committee": _committee.decode(row.committee),
        "form": _form.decode(row.form),
        "mode": Mode(row.mode),
        "cut_offs": _instants.decode(row.cut_offs),
        "beneficiaries": _names.decode(row.beneficiaries or "[]"),
    }
    return CallPublic(**{name: fields[name] for name in CallPublic.__struct_fields__})


async def public_call(connection: AsyncConnection, reference: str) -> CallPublic:
    """A published call: one statement. Raises Refused (missing), for a draft too."""
    row = (await connection.execute(STATEMENT, {"reference": reference})).first()
    if row is None:
        refuse("not_found", kind="missing")
    return public_from(row)


async def published_id(connection: AsyncConnection, reference: str) -> UUID:
    """The id of the published call with this reference. Raises Refused (missing)."""
    query = text("SELECT id FROM call WHERE reference = :reference AND state <> 'draft'")
    row = (await connection.execute(query, {"reference": reference})).first()
    if row is None:
        refuse("not_found", kind="missing")
    call_id: UUID = row.id
    return call_id
