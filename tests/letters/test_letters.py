"""Letters on paper: made once and the same from then on, also by their older names; and how they break over pages."""

import asyncio
import hashlib
import io
import re
from uuid import UUID

import jinja2
import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from facility.admission.service.letters import DecisionData, Item
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.letters.models import Letter, LetterOnPaper
from facility.letters.queries import letters_on
from facility.outbox.service import MAKERS
from facility.pdf import render_pdf
from facility.settings import Settings
from facility.web.render import environment
from tests.judging import DECIDED, Judging, judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """A is awarded."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.close()
    await made.score("elena", "A", "16", "64.6")
    await made.decide()
    return made


@pytest.fixture
async def letter_id(play: Judging) -> UUID:
    """The letter on the award."""
    async with play.db.reader() as connection:
        (line,) = await letters_on(connection, play.applications["A"])
    assert (line.kind, line.label) == ("award", "Letter on the award")
    return line.id


async def made(db: Database, templates: jinja2.Environment, letter_id: UUID, name: str = "letter") -> bytes:
    """The PDF as a mail takes it along."""
    async with db.reader() as connection:
        return (await MAKERS[name](connection, templates, letter_id)).content


def reworded(settings: Settings) -> jinja2.Environment:
    """Templates of a later release, which says it otherwise."""
    later = environment(settings)
    award = '{% extends "letters/base.html" %}{% block subject %}Good news{% endblock %}'
    assert later.loader is not None
    later.loader = jinja2.ChoiceLoader([jinja2.DictLoader({"letters/award.html": award}), later.loader])
    return later


async def test_a_letter_that_was_sent_stays_to_the_byte_whatever_becomes_of_its_template(
    db: Database, settings: Settings, letter_id: UUID
) -> None:
    sent = await made(db, environment(settings), letter_id)
    for name in ("letter", "award_letter", "decision_letter"):  # as mails of older releases call it
        assert await made(db, reworded(settings), letter_id, name) == sent
    async with db.reader() as connection:
        (kept,) = (await connection.execute(select(LetterOnPaper.letter_id, LetterOnPaper.sha256))).all()
    assert tuple(kept) == (letter_id, hashlib.sha256(sent).hexdigest())


async def test_two_who_ask_at_once_get_the_same(db: Database, settings: Settings, letter_id: UUID) -> None:
    templates = environment(settings)
    first, second = await asyncio.gather(*(made(db, templates, letter_id) for _ in range(2)))
    assert first == second


async def test_reconcile_names_a_letter_that_nobody_can_read_and_a_pdf_that_was_changed(
    db: Database, settings: Settings, letter_id: UUID
) -> None:
    await made(db, environment(settings), letter_id)
    assert not any((await reconcile(db)).values())
    async with db.transaction(now=DECIDED) as tx:
        await tx.session.execute(update(LetterOnPaper).values(content=b"%PDF-1.7 something else"))
        await tx.session.execute(update(Letter).where(Letter.id == letter_id).values(kind="forgotten"))
    off = {name: lines for name, lines in (await reconcile(db)).items() if lines}
    assert off == {
        "letters: kinds": [f"letter {letter_id}: nobody registers forgotten"],
        "letters: paper and hash": [f"letter {letter_id}: its PDF is not the one that was kept"],
    }


def letter_with(settings: Settings, lines: int, designation: str) -> str:
    """A letter with so many items that are not met."""
    stated = DecisionData(
        application="TAF-2026-01/001",
        title="Tracing firearms",
        call="TAF-2026-01",
        call_title="Joint initiatives",
        contact="Omar Hoxha",
        institution="Albanian State Police",
        designation=designation,
        decided_at=DECIDED,
        signed_by="Ada Berisha",
        reason="The mandate is missing.",
        items=[Item(f"Question {number}", "") for number in range(lines)],
    )
    return environment(settings).get_template("letters/inadmissible.html").render(letter=stated)


def pages(html: str) -> list[str]:
    """What each page of the letter says."""
    read = PdfReader(io.BytesIO(render_pdf(html, title="A letter")))
    return [" ".join(page.extract_text().split()) for page in read.pages]


@pytest.mark.parametrize("designation", ["Albania", "Kosovo*"])
def test_neither_signature_nor_footnote_stands_alone_and_no_heading_ends_a_page_or_comes_twice(
    settings: Settings, designation: str
) -> None:
    broken = 0
    for lines in range(8, 24):
        html = letter_with(settings, lines, designation)
        written = pages(html)
        broken += len(written) == 2
        ((last, signed, function),) = re.findall(
            r'([^.>]+\.)</p>\s*<div class="sign"><p>(.+)<br>(.+)</p>', html
        )
        assert " ".join([last.strip(), signed, function]) in written[-1], lines
        assert ("UNSCR 1244" in written[-1]) == (designation == "Kosovo*")
        whole = " ".join(written)
        headings = re.findall("<h2>([^<]+)</h2>", html)
        assert len(headings) == 2
        for heading in headings:
            assert whole.count(heading) == 1
            assert not any(re.search(rf"{heading}( \S+ \d / \d)?$", page) for page in written)
    assert 0 < broken < 16  # among these lengths is the one at which a second page begins
