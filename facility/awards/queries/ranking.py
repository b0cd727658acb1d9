"""The ranking of a call as pages, exports and the report show it: as it stands now, or as it was decided."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import beneficiaries
from facility.applications.rules.status import ApplicationStatus
from facility.awards.queries import money
from facility.awards.queries.cool_down import cooling
from facility.awards.queries.later_version import kept_version
from facility.awards.queries.proposals import Proposal, proposal
from facility.awards.queries.versions import NO_VERSIONS, Version, Versions, versions
from facility.awards.rules.bundle import Bundle
from facility.awards.rules.money_line import Drawn, draw, offers_of
from facility.calls.queries.public import LotShown
from facility.calls.rules.call import LOT, Grid
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.queries import board
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.means import SectionMeans, means_kept
from facility.evaluation.rules.outcomes import Applicant, Outcome
from facility.evaluation.rules.ranking import Judged, drawn_by_lot, stand
from facility.money import display
from facility.web.i18n import _


class RankLine(msgspec.Struct, frozen=True):
    """One row: means as people read them, by section; sub_scores: of sections with sub-criteria, by title; `left`: EUR that remain after an award.

    agreed: the scores are those of a consensus. `line`: "award", "reserve", "carried", "cooled" or None where it is not ranked; `place`: on the reserve list; `offered`: EUR of what is left; `carried_to`: the
    batch that ranks it again; `by_lot`: only the lot decided its rank; `cooled`: the cool-down rule that passes it over; `overridden`: why that was set aside. `status` is today's.
    """

    application_id: UUID
    reference: str
    title: str
    chips: list[str]
    rank: int | None
    means: list[str]
    sub_scores: list[tuple[str, list[tuple[str, str]]]]
    total: str | None
    missed: list[str]
    outcome: Outcome
    requested: Decimal
    left: Decimal | None
    line: str | None
    place: int | None
    offered: Decimal | None
    carried_to: str | None
    by_lot: bool
    cooled: str | None
    overridden: str | None
    status: str
    award_id: UUID | None
    why: str | None
    agreed: bool = False


class Ranking(msgspec.Struct, frozen=True):
    """The whole page. `drawn`: the line, from the money that is free now or was when the call was decided. version: which one this is, where
    there are several."""

    call: board.CallShown
    lines: list[RankLine]
    drawn: Drawn
    proposal: Proposal | None
    ready: bool
    assessors: int
    assessments: int
    recusals: int
    lot: LotShown | None = None
    version: Version | None = None
    versions: Versions = NO_VERSIONS

    @property
    def later(self) -> bool:
        """Whether this is a later version than the first: its line says who lies above it, and awards that were made stay."""
        return self.version is not None and self.version.version > 1

    @property
    def ranked(self) -> list[RankLine]:
        return [line for line in self.lines if line.rank is not None]

    @property
    def others(self) -> list[RankLine]:
        """What is not ranked, by reference."""
        return [line for line in self.lines if line.rank is None]

    @property
    def first_reserve(self) -> RankLine | None:
        """The first request that the money is not enough for."""
        return next((line for line in self.ranked if line.line in ("reserve", "carried")), None)

    @property
    def left_there(self) -> Decimal:
        """What was left, in EUR, when the money was not enough for the first request."""
        left = self.drawn.free
        for line in self.ranked:
            if line.line in ("reserve", "carried"):
                break
            if line.line == "award":
                left -= line.requested
        return left

    @property
    def is_decided(self) -> bool:
        """Whether this is how the call was decided."""
        return self.proposal is not None and self.proposal.decided is not None


async def ranking(connection: AsyncConnection, call_id: UUID, version: int | None = None) -> Ranking:
    """The ranking of a call; of a decided one the version that stands, or this one. Raises Refused (missing)."""
    call = await board.call(connection, call_id)
    made = await proposal(connection, call_id)
    several = await versions(connection, call_id) if made and made.decided else NO_VERSIONS
    shown_version = several.of(version)
    kept_one = await kept_version(connection, call_id, shown_version.version) if shown_version else None
    if made and kept_one and shown_version:
        judged, drawn, ready = list(kept_one.judged), kept_one.drawn, True
        if shown_version.version > 1:
            drawn = drawn.without_offers
        made = _proposal_of(shown_version, made, drawn)
    elif made and made.decided:
        kept = (await decided(connection, [call_id])).get(call_id, [])
        judged, drawn, ready = [entry.judged for entry in kept], made.decided, True
    else:
        judged, drawn, ready = await _as_it_stands(connection, call)
    known = {line.id: line for line in await board.applications(connection, call_id, with_carried=True)}
    carried = await money.carried_to(connection, call_id)
    chips = {
        beneficiary.code: beneficiary.code + ("*" if beneficiary.designation_note else "")
        for beneficiary in await beneficiaries(connection)
    }
    awards = await _awards(connection, call_id)
    counts = _counts_of(kept_one.bundle) if kept_one else await _counts(connection, call_id)
    lines = _lines(
        judged, drawn, known, chips, awards, carried, await _overrides(connection, call_id), call.grid
    )
    lot = await _lot(connection, call) if LOT in call.grid.tie_break else None
    return Ranking(
        call=call,
        lines=lines,
        drawn=drawn,
        proposal=made,
        ready=ready,
        lot=lot,
        version=shown_version,
        versions=several,
        **counts,
    )


async def _as_it_stands(
    connection: AsyncConnection, call: board.CallShown
) -> tuple[list[Judged], Drawn, bool]:
    """What a call comes to before it is decided, and whether it is ready for that."""
    stands = stand(await applicants(connection, call.id), call.grid, call.min_beneficiaries)
    drawn = draw(
        stands,
        await money.free_money(connection, call.id),
        call.skip_unaffordable,
        may_carry=await money.may_be_carried(connection, call.id),
        cooling=await cooling(connection, call.id),
        offers=offers_of(call.after, call.award_min),
    )
    return list(stands.everyone), drawn, stands.ready


def _proposal_of(version: Version, first: Proposal, drawn: Drawn) -> Proposal:
    """Who proposed and decided a version. Of a later one, what was proposed stands with it."""
    if version.version == 1 or version.proposed_by is None or version.proposed_at is None:
        return first
    return Proposal(
        proposed_by=version.proposed_by,
        proposer=version.proposer or "",
        proposed_at=version.proposed_at,
        proposed=drawn,
        decider=version.decider,
        decided_at=version.decided_at,
        decided=drawn,
        root=version.root,
    )


def _counts_of(bundle: Bundle) -> dict[str, int]:
    people = {record.assessor for record in bundle.assessments}
    people |= {record.assessor for record in bundle.conflicts}
    return {
        "assessors": len(people),
        "assessments": sum(record.counts for record in bundle.assessments),
        "recusals": len(bundle.conflicts),
    }


async def _lot(connection: AsyncConnection, call: board.CallShown) -> LotShown | None:
    query = text("SELECT commitment, seed, revealed_at FROM lot WHERE call_id = :call")
    row = (await connection.execute(query, {"call": call.id})).first()
    return LotShown(call.reference, row.commitment, row.seed if row.revealed_at else None) if row else None


def _lines(
    judged: Sequence[Judged],
    drawn: Drawn,
    known: Mapping[UUID, board.ApplicationLine],
    chips: Mapping[str, str],
    awards: Mapping[UUID, UUID],
    carried: Mapping[UUID, str],
    overridden: Mapping[UUID, str],
    grid: Grid,
) -> list[RankLine]:
    left = drawn.free
    by_lot = drawn_by_lot([entry for entry in judged if entry.rank is not None], grid)
    made = []
    for entry in judged:
        key = entry.applicant.application_id
        awarded = key in drawn.awards
        if awarded:
            left -= entry.applicant.requested
        place = drawn.reserve.index(key) + 1 if key in drawn.reserve else None
        made.append(
            RankLine(
                application_id=key,
                reference=entry.applicant.reference,
                title=known[key].title,
                chips=[chip for code, chip in chips.items() if code in entry.applicant.on_board],
                rank=entry.rank,
                means=[shown(entry.means.sections[name]) for name in grid.keys] if entry.means else [],
                sub_scores=list(_sub_scores(entry.means, grid)) if entry.means else [],
                total=display(entry.means.total) if entry.means else None,
                missed=list(entry.missed),
                outcome=entry.outcome,
                requested=entry.applicant.requested,
                left=left if awarded else None,
                line=_line_of(key, drawn),
                place=place,
                offered=drawn.offered.get(key),
                carried_to=carried.get(key),
                by_lot=key in by_lot,
                cooled=drawn.cooled.get(key),
                overridden=overridden.get(key),
                status=known[key].status,
                award_id=awards.get(key),
                why=known[key].set_aside if entry.outcome is Outcome.NOT_ASSESSED else known[key].checked,
                agreed=entry.agreed,
            )
        )
    return made


def shown(points: Fraction | None) -> str:
    """Points as people read them, also where something does not apply."""
    return _("n/a") if points is None else display(points)


def _sub_scores(counted: SectionMeans, grid: Grid) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for section in grid.sections:
        if section.criteria:
            yield section.title, [(item.title, shown(counted.of(item.key))) for item in section.items]


def _line_of(key: UUID, drawn: Drawn) -> str | None:
    groups = {
        "award": drawn.awards,
        "reserve": drawn.reserve,
        "carried": drawn.carried,
        "cooled": drawn.cooled,
    }
    return next((name for name, keys in groups.items() if key in keys), None)


_ENTRIES = text(
    """
    SELECT ranking_entry.call_id, ranking_entry.application_id, application.reference, application.status,
        application.received_at, rank, assessments, counted, missed, outcome, ranking_entry.requested, on_board, agreed
    FROM ranking_entry JOIN application ON application.id = ranking_entry.application_id
    WHERE ranking_entry.call_id = ANY (CAST(:calls AS uuid[]))
    ORDER BY rank NULLS LAST, application.reference COLLATE "C"
    """
)


class Kept(msgspec.Struct, frozen=True):
    """How an application stood when its call was decided, and how many assessments counted."""

    judged: Judged
    assessments: int


async def decided(connection: AsyncConnection, call_ids: Collection[UUID]) -> dict[UUID, list[Kept]]:
    """The rankings of decided calls as they were kept: those with a rank in its order, then the others by reference."""
    kept: dict[UUID, list[Kept]] = defaultdict(list)
    for row in await connection.execute(_ENTRIES, {"calls": list(call_ids)}):
        kept[row.call_id].append(Kept(_judged(row), row.assessments))
    return kept


def _judged(row: Any) -> Judged:
    applicant = Applicant(
        application_id=row.application_id,
        reference=row.reference,
        status=ApplicationStatus(row.status),
        requested=row.requested,
        received_at=row.received_at,
        on_board=tuple(row.on_board),
        assessments=(),
    )
    means = means_kept(row.counted)
    return Judged(applicant, Outcome(row.outcome), means, tuple(row.missed), row.rank, row.agreed)


async def _overrides(connection: AsyncConnection, call_id: UUID) -> dict[UUID, str]:
    query = text("SELECT application_id, reason FROM cool_down_override WHERE call_id = :call")
    return {row.application_id: row.reason for row in await connection.execute(query, {"call": call_id})}


async def _awards(connection: AsyncConnection, call_id: UUID) -> dict[UUID, UUID]:
    rows = await connection.execute(
        text("SELECT application_id, id FROM award WHERE call_id = :call"), {"call": call_id}
    )
    return {row.application_id: row.id for row in rows}


_COUNTS = text(
    f"""
    SELECT count(DISTINCT assignment.assessor_id) AS assessors,
        count(*) FILTER (WHERE {counts("mine", until="until")}) AS assessments,
        count(*) FILTER (WHERE declared.conflict AND declared.at <= until) AS recusals
    FROM (SELECT id AS application_id, received_at, CAST('infinity' AS timestamptz) AS until
            FROM application WHERE call_id = :call
          UNION ALL SELECT application_id, received_at, at
            FROM carry_over JOIN application ON application.id = application_id WHERE from_call_id = :call) AS mine
    JOIN assignment ON assignment.application_id = mine.application_id AND assignment.at <= until
    LEFT JOIN assessment ON assessment.application_id = assignment.application_id
        AND assessment.assessor_id = assignment.assessor_id
    LEFT JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
        AND declared.assessor_id = assignment.assessor_id
    """  # noqa: S608 - our own text
)
"""What a batch carried over counts as it stood then."""


async def _counts(connection: AsyncConnection, call_id: UUID) -> dict[str, int]:
    return dict((await connection.execute(_COUNTS, {"call": call_id})).mappings().one())
