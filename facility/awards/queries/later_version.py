"""A new version of a decided ranking as it stands now: the version before, with what was assessed again in place of what it had; and what
was decided, as it was kept."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import text

from facility import clock
from facility.awards.models.offer import OFFER_OPEN_SQL
from facility.awards.queries import money
from facility.awards.queries.bundle_assessments import assessed_now
from facility.awards.queries.cool_down import cooling
from facility.awards.queries.versions import Version, versions
from facility.awards.rules.bundle import (
    Bundle,
    Cause,
    DecisionRecord,
    ProposedLine,
    RevisionRecord,
    version_of,
)
from facility.awards.rules.complaints import complaint_reference
from facility.awards.rules.later_version import (
    STILL_OPEN,
    Before,
    Place,
    Revised,
    above_and_reserve,
    served_at_once,
    still_limited,
)
from facility.awards.rules.money_line import Drawn, Request
from facility.awards.rules.recomputing import Recomputed, recompute, standing_of
from facility.evaluation.queries.standing import Reader, applicants
from facility.evaluation.rules.outcomes import OPEN, Applicant
from facility.evaluation.rules.ranking import Judged, Standing, stand
from facility.refused import refuse
from facility.zone import BRUSSELS

_DOCUMENT = text(
    """
    SELECT document FROM ranking_version
    WHERE call_id = :call AND decided_at IS NOT NULL AND version = coalesce(CAST(:version AS bigint),
        (SELECT max(version) FROM ranking_version AS latest WHERE latest.call_id = :call AND latest.decided_at IS NOT NULL))
    """
)


async def kept_document(reader: Reader, call_id: UUID, version: int | None = None) -> bytes | None:
    """The bundle of a decided version as JSON, None: of the one that stands. None where no version was kept, as of a ranking that was
    never made anew."""
    document: str | None = (
        await reader.execute(_DOCUMENT, {"call": call_id, "version": version})
    ).scalar_one_or_none()
    return document.encode() if document is not None else None


_IDS = text("SELECT reference, id FROM application WHERE reference = ANY (CAST(:references AS text[]))")


class Kept(msgspec.Struct, frozen=True):
    """A version read back from its bundle; the line by ids."""

    bundle: Bundle
    judged: tuple[Judged, ...]
    drawn: Drawn


async def kept_version(reader: Reader, call_id: UUID, version: int | None = None) -> Kept | None:
    """As `kept_document`, read."""
    document = await kept_document(reader, call_id, version)
    if document is None:
        return None
    bundle = msgspec.json.decode(document, type=Bundle)
    ids = await _ids(reader, bundle)
    return Kept(bundle, standing_of(bundle, ids).everyone, drawn_of(bundle, ids))


async def _ids(reader: Reader, bundle: Bundle) -> dict[str, UUID]:
    about = {"references": [record.reference for record in bundle.applications]}
    return {row.reference: row.id for row in await reader.execute(_IDS, about)}


def drawn_of(bundle: Bundle, ids: Mapping[str, UUID]) -> Drawn:
    """A bundle's line by ids."""
    line = bundle.line
    return Drawn(
        free=line.free,
        left=line.left,
        awards=tuple(ids[key] for key in line.awards),
        reserve=tuple(ids[key] for key in line.reserve),
        others={
            ids[record.application]: record.outcome.value for record in bundle.ranking if record.rank is None
        },
        carried=tuple(ids[key] for key in line.carried),
        cooled={ids[key]: why for key, why in line.cooled.items()},
        offered={ids[key]: amount for key, amount in (line.offered or {}).items()},
    )


_ROWS = text(
    f"""
    SELECT application.reference, application.status, award.id IS NOT NULL AS awarded,
        coalesce(reserve_entry.state = 'waiting', false) AS waits, reserve_entry.place,
        reserve_entry.valid_until, coalesce(partial_offer.amount, 0) AS held, application.requested
    FROM application LEFT JOIN award ON award.application_id = application.id
    LEFT JOIN reserve_entry ON reserve_entry.application_id = application.id
    LEFT JOIN partial_offer ON partial_offer.application_id = application.id AND {OFFER_OPEN_SQL}
    WHERE application.id = ANY (CAST(:ids AS uuid[]))
    """  # noqa: S608 - our own text
)


class Making(msgspec.Struct, frozen=True):
    """The next version as it stands now; previous: the one that stands. standing, drawn: by ids; waiting_for: the applications that lack
    assessments or a correction, or whose scores are to be settled. ids, statuses, places (the numbers of those who wait) by reference;
    last: the highest number that was ever given on the reserve list. served: who of the list would get an award at once with the EUR
    that are `free`; limited: who would wait although there is money, since its beneficiary has the most awards that the call gives."""

    version: Version
    previous: Bundle
    bundle: Bundle
    standing: Standing
    drawn: Drawn
    revised: Revised
    waiting_for: tuple[str, ...]
    ids: dict[str, UUID]
    statuses: dict[str, str]
    places: dict[str, int]
    last: int
    free: Decimal
    served: tuple[str, ...]
    limited: frozenset[str]

    @property
    def ready(self) -> bool:
        """Whether it may be proposed."""
        return bool(self.version.still_open) and not self.waiting_for

    @property
    def fingerprint(self) -> str:
        """Equal for equal versions that serve the same applications. Whoever confirms sends back the one that their
        page showed."""
        shown = (self.revised, self.bundle.ranking, self.served)
        return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:32]

    def decided(self, at: datetime) -> Bundle:
        """The bundle as it is decided at this instant."""
        decision = msgspec.structs.replace(
            self.bundle.decision, state="decided", decided_at=at, root_in_log=True
        )
        return msgspec.structs.replace(self.bundle, decision=decision)

    @property
    def differs(self) -> bool:
        """Whether it would change something else than was proposed."""
        return self.version.proposed is not None and self.version.proposed != self.revised


async def making(reader: Reader, call_id: UUID, at: datetime | None = None) -> Making:
    """The version of the call that is being made; at: when it would be decided (None: now). Refused: "not_ranked_again" where none is."""
    version = (await versions(reader, call_id)).making
    document = await kept_document(reader, call_id)
    if version is None or document is None:
        refuse("not_ranked_again")
    previous = msgspec.json.decode(document, type=Bundle)
    ids = await _ids(reader, previous)
    rows = {row.reference: row for row in await reader.execute(_ROWS, {"ids": list(ids.values())})}
    alone = [
        applicant
        for cause in version.still_open
        for applicant in await applicants(reader, call_id, cause.application_id)
    ]
    bundle = await _with_what_is_new(reader, version, previous, alone)
    judged = stand(alone, bundle.call.grid, bundle.call.min_beneficiaries)
    computed = recompute(bundle)
    before = _before(rows, previous)
    revised, bundle = _revised(bundle, version, computed, before)
    free = await money.free_money(reader, call_id)
    cool = msgspec.structs.replace(await cooling(reader, call_id), same_lead=frozenset())
    today = (at or clock.now()).astimezone(BRUSSELS).date()
    left = [_place(rows[key], ids[key]) for key in before.waiting if key not in revised.reserve]
    places = [_place(rows[key], ids[key], heads=key in revised.above) for key in revised.reserve]
    served = served_at_once(
        places, left, free, cool, today, skip_unaffordable=previous.call.skip_unaffordable
    )
    limited = still_limited(places, served, free, cool)
    lacking = {entry.applicant.reference for entry in judged.others if entry.outcome in OPEN}
    lacking |= {cause.application for cause in version.still_open if not cause.redone}
    return Making(
        version=version,
        previous=previous,
        bundle=bundle,
        standing=standing_of(bundle, ids),
        drawn=drawn_of(bundle, ids),
        revised=revised,
        waiting_for=tuple(sorted(lacking)),
        ids=ids,
        statuses={key: row.status for key, row in rows.items()},
        places={key: row.place for key, row in rows.items() if row.waits},
        last=max((row.place for row in rows.values() if row.place), default=0),
        free=free,
        served=tuple(key for key in revised.reserve if str(ids[key]) in served),
        limited=frozenset(key for key in revised.reserve if str(ids[key]) in limited),
    )


async def _with_what_is_new(
    reader: Reader, version: Version, previous: Bundle, alone: Collection[Applicant]
) -> Bundle:
    """The previous version's bundle, in which the assessments and the parties on board of the applications that are
    assessed again are replaced by those of now."""
    again = {cause.application_id: cause.application for cause in version.still_open}
    new = await assessed_now(reader, version.call_id, previous.call.grid, again)
    on_board = {applicant.reference: applicant.on_board for applicant in alone}
    names = set(again.values())

    def replaced[R](old: tuple[R, ...], fresh: tuple[R, ...], key: str = "application") -> tuple[R, ...]:
        kept = [record for record in old if getattr(record, key) not in names]
        return tuple(
            sorted(
                [*kept, *fresh], key=lambda record: (getattr(record, key), getattr(record, "assessor", ""))
            )
        )

    return msgspec.structs.replace(
        previous,
        applications=tuple(
            msgspec.structs.replace(record, on_board=tuple(sorted(on_board[record.reference])))
            if record.reference in on_board
            else record
            for record in previous.applications
        ),
        assessments=replaced(previous.assessments, new.assessments),
        conflicts=replaced(previous.conflicts, new.conflicts),
        consensus=UNSET if previous.consensus is UNSET else replaced(previous.agreed, new.consensus),
        revision=UNSET,
    )


def _place(row: Any, application_id: UUID, *, heads: bool = False) -> Place:
    until = row.valid_until if row.waits and not heads else None
    return Place(Request(str(application_id), row.requested - row.held), row.held, until)


def _before(rows: Mapping[str, Any], previous: Bundle) -> Before:
    """How the applications of the previous ranking stand now: who has an award, who is gone (no award, and nothing open
    about it any more), and who waits, in order."""
    known = [rows[record.application] for record in previous.ranking]
    waiting = sorted((row for row in known if row.waits), key=lambda row: row.place)
    return Before(
        awarded=frozenset(row.reference for row in known if row.awarded),
        gone=frozenset(row.reference for row in known if not row.awarded and row.status not in STILL_OPEN),
        waiting=tuple(row.reference for row in waiting),
    )


def _revised(
    bundle: Bundle, version: Version, computed: Recomputed, before: Before
) -> tuple[Revised, Bundle]:
    """What the version changes, and the bundle with that as its revision."""
    again = [cause for cause in version.causes if cause.open]
    above, reserve = above_and_reserve(computed, before, [cause.application for cause in again])
    order = [record.application for record in computed.ranking]
    others = {record.application: record.outcome.value for record in computed.ranking if record.rank is None}
    line = computed.line
    proposed = ProposedLine(line.awards, line.reserve, line.carried, line.cooled, others, line.offered)
    revised = Revised(proposed, above, reserve)
    stated = version.proposed.line if version.proposed else proposed
    revision = RevisionRecord(
        number=version.version,
        previous=bundle.root,
        because=tuple(
            Cause(
                complaint_reference(version.call, cause.number),
                cause.application,
                "others" if cause.by_others else "correction",
            )
            for cause in again
        ),
        awarded=tuple(key for key in order if key in before.awarded),
        gone=tuple(key for key in order if key in before.gone),
        waiting=before.waiting,
        above=above,
        reserve=reserve,
    )
    decision = DecisionRecord(
        state="decided" if version.decided_at else "proposed",
        proposed_at=version.proposed_at or version.begun_at,
        decided_at=version.decided_at,
        proposed=stated,
        differs=stated != proposed,
        departures=bundle.decision.departures,
        root_in_log=False,
    )
    return revised, msgspec.structs.replace(
        bundle,
        version=version_of(bundle.call.grid, offers=bool(bundle.call.offers), revised=True),
        ranking=computed.ranking,
        line=line,
        decision=decision,
        revision=revision,
    )
