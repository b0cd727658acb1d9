"""Letters on the decision of a call: to those who get an award, to the reserve, to those who are ranked again, and to the others."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.accounts.models import Person
from facility.admission.service.letters import DecisionData
from facility.applications.models.application import Application
from facility.applications.queries.content import parts_of
from facility.applications.service.news import write_to_partners
from facility.awards.models.award import Award, AwardAcceptance, ExceptionalAward
from facility.awards.models.offer import ACCEPTED_SQL, OfferState
from facility.awards.models.reasons import GIVES_REASONS_SQL
from facility.awards.queries.held_back import held_back
from facility.awards.queries.proposals import ROOT_SQL
from facility.awards.queries.ranking import shown
from facility.awards.service.letter_versions import by_later_version
from facility.calls.models.call import Call
from facility.calls.rules.call import TOTAL, Grid
from facility.calls.rules.scoring import Aggregate, Item
from facility.calls.service.reading import after_decision_of
from facility.db import Tx
from facility.evaluation.rules.means import SectionMeans, means_kept
from facility.letters.kinds import Decision, Kind, letter
from facility.letters.service import write_letter
from facility.money import format_eur
from facility.proposals import Settlement
from facility.web.filters import weekday
from facility.web.i18n import N_, _


class SectionScore(msgspec.Struct, frozen=True):
    """A section as a letter shows it, or a sub-criterion of the one before: the score that counts and threshold as people read
    them. rejects: the sub-score that rejects an application."""

    title: str
    mean: str
    max: str
    threshold: str | None
    missed: bool
    is_sub_score: bool = False
    rejects: str | None = None


class LetterData(Decision, frozen=True, kw_only=True):
    """What a letter on the decision states. Amounts in EUR; `outcome` and `missed` as in the frozen ranking.

    `place` and `rank` count from 1. `accept_by`, `valid_until`: the last days for accepting the award, and of the reserve list. `next_call`: the batch that it was carried over to. `root`: of the ranking, as it stands in the log.
    `strengths`, `weaknesses`: where the call gives them. `agreed`: the scores are those of a consensus. `offered`: what is offered of the
    request, until `answer_by`; `partial`: the award is such a part. `version`: of the ranking, where there are several, and the complaints
    `because` of which it was made. `held_back`: it waits only since other leads of its beneficiary have the most awards of the call.
    """

    email: str
    written_at: datetime
    outcome: str
    missed: list[str]
    rank: int | None
    ranked: int
    place: int | None
    requested: Decimal
    amount: Decimal | None
    from_reserve: bool
    accept_by: date | None = None
    valid_until: date | None = None
    assessments: int
    sections: list[SectionScore]
    total: SectionScore | None
    next_call: str | None = None
    next_closes_at: datetime | None = None
    cooled_down: str | None = None
    root: str | None = None
    aggregate: Aggregate = Aggregate.MEAN
    strengths: str = ""
    weaknesses: str = ""
    agreed: bool = False
    offered: Decimal | None = None
    answer_by: date | None = None
    partial: bool = False
    held_back: bool = False
    version: int | None = None
    because: tuple[str, ...] = ()


AWARD = letter("award", states=LetterData, mail="awards/award", label=N_("Letter on the award"))
RESERVE = letter(
    "reserve",
    states=LetterData,
    mail="awards/reserve",
    label=N_("Letter on the reserve list"),
    contestable=True,
)
NOT_FUNDED = letter(
    "not_funded",
    states=LetterData,
    mail="awards/not_funded",
    label=N_("Letter on the decision"),
    contestable=True,
)
CARRIED_OVER = letter(
    "carried_over", states=LetterData, mail="awards/carried_over", label=N_("Letter on the next ranking")
)


class ExceptionalData(DecisionData, frozen=True, kw_only=True):
    """What the letter on an award on an approved exception states; amount in EUR; accept_by: the last day for accepting it."""

    amount: Decimal
    accept_by: date | None


EXCEPTIONAL = letter(
    "exceptional_award", states=ExceptionalData, mail="awards/exceptional", label=N_("Letter on the award")
)


_ROWS = text(
    f"""
    SELECT application.id, application.reference AS application, application.title, application.requested,
        call.reference AS call, call.title AS call_title, call.grid, call.after_decision, call.decided_at,
        party.contact_name AS contact, party.contact_email AS email, institution.name AS institution,
        beneficiary.name AS designation, person.name AS signed_by,
        ranking_entry.cooled_down, {ROOT_SQL} AS root,
        ranking_entry.outcome, ranking_entry.missed, ranking_entry.rank, ranking_entry.assessments,
        coalesce(reasons.strengths, '') AS strengths, coalesce(reasons.weaknesses, '') AS weaknesses,
        ranking_entry.counted, ranking_entry.agreed, reserve_entry.place, reserve_entry.valid_until, award.amount, award_acceptance.accept_by, coalesce(award.from_reserve, false) AS from_reserve,
        partial_offer.amount AS offered, partial_offer.state AS offer, CAST((partial_offer.ends_at - interval '1 second') AT TIME ZONE 'Europe/Brussels' AS date) AS answer_by,
        coalesce({ACCEPTED_SQL}, false) AS partial,
        following.reference AS next_call, following.closes_at AS next_closes_at,
        (SELECT count(*) FROM ranking_entry AS other WHERE other.call_id = call.id AND other.rank IS NOT NULL) AS ranked
    FROM ranking_entry
    JOIN application ON application.id = ranking_entry.application_id
    JOIN call ON call.id = ranking_entry.call_id
    JOIN award_decision ON award_decision.call_id = call.id
    JOIN person ON person.id = award_decision.decided_by
    JOIN party ON party.application_id = application.id AND party.is_lead
    JOIN institution ON institution.id = party.institution_id
    JOIN beneficiary ON beneficiary.code = party.beneficiary_code
    LEFT JOIN LATERAL (SELECT strengths, weaknesses FROM reasons_version
        WHERE reasons_version.application_id = application.id AND {GIVES_REASONS_SQL} AND written_at <= coalesce(
            (SELECT max(ranking_version.decided_at) FROM ranking_version WHERE ranking_version.call_id = call.id), call.decided_at)
        ORDER BY version DESC LIMIT 1) AS reasons ON true
    LEFT JOIN carry_over ON carry_over.application_id = application.id AND carry_over.from_call_id = call.id
    LEFT JOIN call AS following ON following.id = carry_over.to_call_id
    LEFT JOIN reserve_entry ON reserve_entry.application_id = application.id
    LEFT JOIN partial_offer ON partial_offer.application_id = application.id AND partial_offer.call_id = call.id
    LEFT JOIN award ON award.application_id = application.id
    LEFT JOIN award_acceptance ON award_acceptance.award_id = award.id
    WHERE ranking_entry.call_id = :call AND application.id = ANY(:ids)
    ORDER BY application.reference COLLATE "C"
    """  # noqa: S608 - our own text
)


def _scores(
    grid: Grid, counted: SectionMeans | None, missed: Collection[str]
) -> tuple[list[SectionScore], SectionScore | None]:
    """The means by section and in all, as people read them."""
    if counted is None:
        return [], None
    sections: list[SectionScore] = []
    for section in grid.sections:
        sections.append(_score(grid, missed, section.key, section.title, counted, section.max))
        if section.criteria:
            sections += [_sub_score(item, missed, counted) for item in section.items]
    return sections, _score(grid, missed, TOTAL, _("Total"), counted, grid.points)


def _score(
    grid: Grid, missed: Collection[str], key: str, title: str, counted: SectionMeans, most: int
) -> SectionScore:
    least = grid.thresholds.get(key)
    return SectionScore(
        title, shown(counted.of(key)), str(most), None if least is None else f"{least:f}", key in missed
    )


def _sub_score(item: Item, missed: Collection[str], counted: SectionMeans) -> SectionScore:
    rejecting = item.section.reject_at
    return SectionScore(
        item.title,
        shown(counted.of(item.key)),
        str(item.most),
        None,
        item.key in missed,
        is_sub_score=True,
        rejects=None if rejecting is None else f"{rejecting:f}",
    )


async def write_exceptional(tx: Tx, application_id: UUID, amount: Decimal) -> None:
    """The letter to the lead of an approved exception on the award that was agreed to, of so many EUR, and the mails to its partners."""
    agreed = select(ExceptionalAward).filter_by(application_id=application_id, outcome=Settlement.AGREED)
    proposal = (await tx.session.scalars(agreed)).one()
    assert proposal.settled_by is not None
    assert proposal.settled_at is not None
    application = await tx.get(Application, application_id)
    call = await tx.get(Call, application.call_id)
    asked = select(AwardAcceptance.accept_by).join(Award).where(Award.application_id == application_id)
    accept_by = (await tx.session.scalars(asked)).first()
    lead = (await parts_of(await tx.session.connection(), application_id)).lead
    stated = ExceptionalData(
        application=application.reference,
        title=application.title,
        call=call.reference,
        call_title=call.title,
        contact=lead.contact_name,
        institution=lead.institution,
        designation=lead.designation,
        decided_at=proposal.settled_at,
        signed_by=(await tx.get(Person, proposal.settled_by)).name,
        reason=proposal.reason,
        items=[],
        amount=amount,
        accept_by=accept_by,
    )
    context = {
        "application": application.reference,
        "accept_by": accept_by and weekday(accept_by),
        "path": f"/applications/{application_id}/result",
    }
    if await write_letter(tx, EXCEPTIONAL, application_id, stated, to=lead.contact_email, context=context):
        await write_to_partners(tx, application_id, what=AWARD.name, amount=format_eur(amount), place=None)


async def write_letters(tx: Tx, call_id: UUID, kind: Kind, application_ids: Collection[UUID]) -> None:
    """A letter of this kind to the lead of each application, on the decision of this call, and the mails by which partners learn what was
    decided."""
    if not application_ids:
        return
    rows = (await tx.session.execute(_ROWS, {"call": call_id, "ids": list(application_ids)})).all()
    by_version = await by_later_version(tx, call_id)
    waiting = await held_back(tx.session, call_id) if kind is RESERVE else frozenset[UUID]()
    for row in rows:
        await _write(tx, kind, row, by_version.get(row.id), held_back=row.id in waiting)


async def _write(tx: Tx, kind: Kind, row: Any, later: dict[str, Any] | None, *, held_back: bool) -> None:
    known = {**row._mapping, "counted": means_kept(row.counted)} | (later or {})
    grid = msgspec.convert(row.grid, Grid)
    sections, total = _scores(grid, known["counted"], known["missed"])
    fields = {name: value for name, value in known.items() if name in LetterData.__struct_fields__}
    if kind is not AWARD:
        fields |= {"amount": None, "from_reserve": False, "accept_by": None, "partial": False}
    if kind is not RESERVE or (later and row.offer != OfferState.OPEN):
        fields |= {"offered": None, "answer_by": None}
    if kind is not RESERVE:
        fields |= {"valid_until": None}
    if kind.contestable:
        fields |= after_decision_of(row).redress(tx.now)
    stated = LetterData(
        **fields,
        written_at=tx.now,
        sections=sections,
        total=total,
        aggregate=grid.aggregate,
        held_back=held_back,
    )
    context = {
        "call": stated.call,
        "application": stated.application,
        "path": f"/applications/{row.id}/result",
        "accept_by": stated.accept_by and weekday(stated.accept_by),
        "valid_until": stated.valid_until and weekday(stated.valid_until),
    }
    if await write_letter(tx, kind, row.id, stated, to=stated.email, context=context):
        amount = "" if stated.amount is None else format_eur(stated.amount)
        await write_to_partners(tx, row.id, what=kind.name, amount=amount, place=stated.place)
