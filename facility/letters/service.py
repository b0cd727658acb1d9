"""Writing a letter, and the letter on paper."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.db import Tx, new_id
from facility.letters.kinds import KINDS, Decision, Kind, Stated
from facility.letters.models import Letter, LetterOnPaper
from facility.outbox.links import make_link
from facility.outbox.service import Attachment, attachment, post
from facility.pdf import render_pdf
from facility.refused import refuse
from facility.web.filters import weekday
from facility.web.i18n import filled

ATTACHMENT = "letter"
COMPLAINT = "complaint"
"""The purpose of links by which somebody complains of what a letter decides; their subject is the letter."""
NAMES_BEFORE = ("award_letter", "decision_letter")
"""How mails that wait since an older release may call it."""


async def freeze(tx: Tx, kind: Kind, application_id: UUID, stated: Stated) -> UUID | None:
    """Write down what a letter states; its id. None, and nothing written, where the event that the transaction follows has called for
    this letter before: a reaction may run twice."""
    written = (
        insert(Letter)
        .values(
            id=new_id(),
            application_id=application_id,
            kind=kind.name,
            event_id=tx.causation,
            data=msgspec.to_builtins(stated),
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "application_id", "kind"])
        .returning(Letter.id)
    )
    letter_id: UUID | None = (await tx.session.execute(written)).scalar()
    return letter_id


async def write_letter(
    tx: Tx, kind: Kind, application_id: UUID, stated: Decision, *, to: str, context: Mapping[str, Any]
) -> bool:
    """Freeze a letter on a decision, and queue the mail that takes it to `to`; without an address it is only there to read. `context`:
    what the template of the mail says. Where somebody may complain of it, the mail holds the link for that. False where it was written before, as `freeze`."""
    letter_id = await freeze(tx, kind, application_id, stated)
    if letter_id is None:
        return False
    if to:
        link = None
        if stated.complain_until:
            link = await make_link(tx, COMPLAINT, letter_id)
            context = {**context, "complain_until": weekday(stated.complain_until)}
        await post(
            tx,
            template=kind.mail,
            to=to,
            to_name=stated.contact or stated.institution,
            subject=_title(kind, stated),
            subject_id=application_id,
            context=context,
            link=link,
            attachments=[(ATTACHMENT, letter_id)],
        )
    return True


def _title(kind: Kind, stated: Stated) -> str:
    return filled(kind.title, application=stated.application)


def lay_out(templates: jinja2.Environment, kind: Kind, stated: Stated) -> bytes:
    """The PDF, which nobody keeps. Blocks for some 50 ms: call it in a thread."""
    html = templates.get_template(kind.template).render(letter=stated)
    return render_pdf(html, title=_title(kind, stated))


@attachment(ATTACHMENT)
async def letter_on_paper(
    connection: AsyncConnection, templates: jinja2.Environment, letter_id: UUID
) -> Attachment:
    """The letter as PDF/UA. The first time it is made and kept, outside any transaction of the caller's; from then on it is the same to
    the byte. Raises Refused (missing)."""
    row = (await connection.execute(_LETTER.where(Letter.id == letter_id))).first()
    if row is None:
        refuse("not_found", kind="missing", what="letter")
    kind = KINDS[row.kind]
    stated = msgspec.convert(row.data, kind.states, strict=False)
    content = row.content or await _make(connection, templates, letter_id, kind, stated)
    return Attachment(f"{stated.application}-{kind.name}.pdf".replace("/", "-"), "application/pdf", content)


_LETTER = select(Letter.kind, Letter.data, LetterOnPaper.content).outerjoin(
    LetterOnPaper, LetterOnPaper.letter_id == Letter.id
)

for _name in NAMES_BEFORE:
    attachment(_name)(letter_on_paper)


async def _make(
    connection: AsyncConnection, templates: jinja2.Environment, letter_id: UUID, kind: Kind, stated: Stated
) -> bytes:
    made = await asyncio.to_thread(lay_out, templates, kind, stated)
    keep = insert(LetterOnPaper).values(
        letter_id=letter_id,
        content=made,
        sha256=hashlib.sha256(made).hexdigest(),
        made_at=clock.now(),
    )
    kept = await connection.execute(keep.on_conflict_do_nothing().returning(LetterOnPaper.letter_id))
    if kept.first():
        return made
    # Somebody else was faster: what is kept is what everybody gets.
    first = select(LetterOnPaper.content).where(LetterOnPaper.letter_id == letter_id)
    content: bytes = (await connection.execute(first)).scalar_one()
    return content
