"""Letters on the decision: what they say is frozen in a row, the PDF is made from it whenever it is asked for."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.service.news import write_to_partners
from facility.awards.models import Letter, LetterKind
from facility.calls.rules.call import TOTAL, Grid
from facility.db import Tx, new_id
from facility.money import display, format_eur
from facility.outbox.service import Attachment, attachment, post
from facility.pdf import render_pdf
from facility.refused import refuse
from facility.web.i18n import _


class SectionScore(msgspec.Struct, frozen=True):
    """A section as a letter shows it: mean and threshold as people read them."""

    title: str
    mean: str
    max: str
    threshold: str | None
    missed: bool


class LetterData(msgspec.Struct, frozen=True):
    """What a letter says. Amounts in EUR; `outcome` and `missed` as in the frozen ranking.

    `place` and `rank` count from 1. `next_call`: the batch that it was carried over to.
    """

    call: str
    call_title: str
    application: str
    title: str
    contact: str
    email: str
    institution: str
    designation: str
    decided_at: datetime
    written_at: datetime
    signed_by: str
    outcome: str
    missed: list[str]
    rank: int | None
    ranked: int
    place: int | None
    requested: Decimal
    amount: Decimal | None
    from_reserve: bool
    assessments: int
    sections: list[SectionScore]
    total: SectionScore | None
    next_call: str | None = None
    next_closes_at: datetime | None = None
    cooled_down: str | None = None


_ROWS = text(
    """
    SELECT application.id, application.reference AS application, application.title, application.requested,
        call.reference AS call, call.title AS call_title, call.grid, call.decided_at,
        party.contact_name AS contact, party.contact_email AS email, institution.name AS institution,
        beneficiary.name AS designation, person.name AS signed_by,
        ranking_entry.cooled_down,
        ranking_entry.outcome, ranking_entry.missed, ranking_entry.rank, ranking_entry.assessments,
        ranking_entry.section_sums, reserve_entry.place, award.amount, coalesce(award.from_reserve, false) AS from_reserve,
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
    LEFT JOIN carry_over ON carry_over.application_id = application.id AND carry_over.from_call_id = call.id
    LEFT JOIN call AS following ON following.id = carry_over.to_call_id
    LEFT JOIN reserve_entry ON reserve_entry.application_id = application.id
    LEFT JOIN award ON award.application_id = application.id
    WHERE ranking_entry.call_id = :call AND application.id = ANY(:ids)
    ORDER BY application.reference COLLATE "C"
    """
)


def _scores(row: Any) -> tuple[list[SectionScore], SectionScore | None]:
    """The means by section and in all, as people read them."""
    if not row.section_sums:
        return [], None
    grid = msgspec.convert(row.grid, Grid)
    means = {key: Fraction(Decimal(row.section_sums[key])) / row.assessments for key in grid.keys}
    sections = [
        _score(grid, row.missed, section.key, section.title, means[section.key], section.max)
        for section in grid.sections
    ]
    whole = sum(means.values(), Fraction(0))
    return sections, _score(grid, row.missed, TOTAL, _("Total"), whole, sum(s.max for s in grid.sections))


def _score(
    grid: Grid, missed: Collection[str], key: str, title: str, mean: Fraction, most: int
) -> SectionScore:
    least = grid.thresholds.get(key)
    return SectionScore(
        title, display(mean), str(most), None if least is None else f"{least:f}", key in missed
    )


async def write_letters(tx: Tx, call_id: UUID, kind: LetterKind, application_ids: Collection[UUID]) -> None:
    """Freeze a letter of this kind for each application, on the decision of this call, and queue the mail that takes it to the lead, and
    those by which partners learn what was decided.

    A letter that was written before is not written again, so that a reaction may run twice.
    """
    if not application_ids:
        return
    known = await tx.session.execute(
        text("SELECT application_id FROM letter WHERE kind = :kind AND application_id = ANY(:ids)"),
        {"kind": kind.value, "ids": list(application_ids)},
    )
    missing = set(application_ids) - {row.application_id for row in known}
    for row in (await tx.session.execute(_ROWS, {"call": call_id, "ids": list(missing)})).all():
        await _write(tx, kind, row)


async def _write(tx: Tx, kind: LetterKind, row: Any) -> None:
    sections, total = _scores(row)
    fields = {name: value for name, value in row._mapping.items() if name in LetterData.__struct_fields__}
    if kind is not LetterKind.AWARD:
        fields |= {"amount": None, "from_reserve": False}
    data = LetterData(**fields, written_at=tx.now, sections=sections, total=total)
    letter = Letter(
        id=new_id(),
        application_id=row.id,
        kind=kind.value,
        data=msgspec.to_builtins(data),
        created_at=tx.now,
    )
    tx.add(letter)
    await tx.flush()
    amount = "" if data.amount is None else format_eur(data.amount)
    await write_to_partners(tx, row.id, what=kind.value, amount=amount, place=data.place)
    if data.email:
        await _send(tx, kind, letter, data)


async def _send(tx: Tx, kind: LetterKind, letter: Letter, data: LetterData) -> None:
    await post(
        tx,
        template=f"awards/{kind.value}",
        to=data.email,
        to_name=data.contact or data.institution,
        subject=_("Decision on application {application}", application=data.application),
        subject_id=letter.application_id,
        context={
            "call": data.call,
            "application": data.application,
            "path": f"/applications/{letter.application_id}/result",
        },
        attachments=[("award_letter", letter.id)],
    )


@attachment("award_letter")
async def award_letter(
    connection: AsyncConnection, templates: jinja2.Environment, letter_id: UUID
) -> Attachment:
    """The letter as PDF/UA. Raises Refused (missing)."""
    row = (
        await connection.execute(text("SELECT kind, data FROM letter WHERE id = :id"), {"id": letter_id})
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="letter")
    data = msgspec.convert(row.data, LetterData, strict=False)
    html = templates.get_template(f"letters/{row.kind}.html").render(letter=data)
    title = _("Decision on application {application}", application=data.application)
    content = await asyncio.to_thread(render_pdf, html, title=title)
    return Attachment(f"{data.application}-{row.kind}.pdf".replace("/", "-"), "application/pdf", content)
