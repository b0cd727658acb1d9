"""Letters on the decision: who gets which, what they say, and that they say it still when things have changed."""

import io
import re
from typing import Any

import pypdf
import pytest
from sqlalchemy import func, select, update

from facility.applications.models.application import Application
from facility.applications.service.withdrawal import withdraw
from facility.awards.reactions.ranking import write_to_applicants
from facility.awards.service.ending import withdraw_award
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.events.base import from_data
from facility.events.models import EventRow
from facility.letters.models import Letter
from facility.letters.service import letter_on_paper
from facility.outbox.models import Mail
from facility.settings import Settings
from facility.web.render import environment
from facility.web.sheets import safe
from tests.judging import DECIDED, Judging, judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """A awarded, B on the reserve list, C below a threshold, D set aside, E withdrawn."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.apply("B", "47250.00", partners=("BA",))
    await made.apply("C", "52000.00", partners=("RS",))
    await made.apply("D", "1000.00")
    await made.apply("E", "1000.00")
    await made.close()
    await made.score("elena", "A", "16", "64.6")
    await made.score("elena", "B", "14", "60.5")
    await made.score("elena", "C", "11.6", "60.6")
    await made.act("ada", lambda tx: evaluation.set_aside(tx, made.applications["D"], "Nobody is free."))
    await made.act("omar", lambda tx: withdraw(tx, made.applications["E"]))
    await made.decide()
    return made


async def mails(play: Judging) -> list[tuple[str, str, str, int]]:
    async with play.db.reader() as connection:
        rows = await connection.execute(
            select(Mail.template, Mail.to_address, Mail.context, Mail.attachments).where(
                Mail.template.startswith("awards/")
            )
        )
        return sorted(
            (row.template, row.to_address, row.context.get("application", ""), len(row.attachments))
            for row in rows
        )


MAILS = [
    ("awards/award", "omar@example.org", "A", 1),
    ("awards/not_funded", "omar@example.org", "C", 1),
    ("awards/not_funded", "omar@example.org", "D", 1),
    ("awards/proposed", "ines@example.org", "", 0),
    ("awards/proposed", "paul@example.org", "", 0),
    ("awards/ranking_decided", "vera@example.org", "", 0),
    ("awards/reserve", "omar@example.org", "B", 1),
]


async def test_winners_reserve_and_the_others_get_letters_and_who_withdrew_gets_none(play: Judging) -> None:
    assert await mails(play) == MAILS


async def test_who_is_served_from_the_reserve_gets_another_letter_and_whose_award_ended_is_told(
    play: Judging,
) -> None:
    await play.act("ada", lambda tx: withdraw_award(tx, play.applications["A"], "Not able to start."))
    assert await mails(play) == [
        MAILS[0],
        ("awards/award", "omar@example.org", "B", 1),
        ("awards/ended", "omar@example.org", "A", 0),
        ("awards/ended", "partner-me@example.org", "A", 0),
        ("awards/ended", "partner-xk@example.org", "A", 0),
        *MAILS[1:],
    ]


async def test_partners_learn_what_was_decided_and_get_no_letter(play: Judging, settings: Settings) -> None:
    async with play.db.reader() as connection:
        query = select(Mail).where(Mail.template == "applications/partners").order_by(Mail.to_address)
        rows = (await connection.execute(query)).all()
    sent = [(row.context["reference"], row.to_address, row.context["what"]) for row in rows]
    partners = {"A": ("me", "xk"), "B": ("ba",), "C": ("rs",), "D": ("me", "xk"), "E": ("me", "xk")}
    outcomes = {"A": "award", "B": "reserve", "C": "not_funded", "D": "not_funded"}
    expected = [(name, code, "received") for name, codes in partners.items() for code in codes]
    expected += [(name, code, what) for name, what in outcomes.items() for code in partners[name]]
    assert sorted(sent) == sorted(
        (name, f"partner-{code}@example.org", what) for name, code, what in expected
    )
    assert all(row.attachments == [] for row in rows)
    template = environment(settings).get_template("mails/applications/partners.txt")
    texts = {row.context["what"]: template.render(to_name=row.to_name, **row.context) for row in rows}
    assert "35 427.70" in texts["award"].replace("\u00a0", " ")
    assert re.findall(r"\b\d+\b", texts["reserve"]) == ["1"]  # the place


async def test_a_reaction_that_runs_again_writes_no_second_letter(play: Judging) -> None:
    async with play.db.reader() as connection:
        query = select(EventRow).where(EventRow.kind == "AwardsDecided")
        (decided,) = (await connection.execute(query)).all()
    event = from_data(decided.kind, decided.data)
    async with play.db.transaction(now=DECIDED, causation=decided.id) as tx:
        await write_to_applicants(tx, event)
    assert await mails(play) == MAILS
    async with play.db.reader() as connection:
        partners = select(func.count()).where(Mail.template == "applications/partners")
        assert (await connection.execute(partners)).scalar() == 14


async def pdf(play: Judging, settings: Settings, name: str) -> tuple[str, Any]:
    async with play.db.reader() as connection:
        key = (
            await connection.execute(
                select(Letter.id).where(
                    Letter.application_id == play.applications[name], Letter.kind != "receipt"
                )
            )
        ).scalar_one()
        made = await letter_on_paper(connection, environment(settings), key)
    read = pypdf.PdfReader(io.BytesIO(made.content))
    return " ".join(" ".join(page.extract_text().split()) for page in read.pages), read


async def test_the_award_letter_says_amount_and_scores(play: Judging, settings: Settings) -> None:
    wording, read = await pdf(play, settings, "A")
    for text in (
        "Your application A gets an award",
        "35 427.70",
        "Financial and operational capacity 16.00 20 12",
        "Total 80.60 100 60",
        "Co-funded by the European Union",
        "Paul Weber",
    ):
        assert text in wording.replace("\u00a0", " "), text
    assert re.search(r" 1 \w+ 2\.", wording)  # the rank
    assert "UNSCR" not in wording
    assert read.metadata.title == "Decision on application A"
    assert bool(read.trailer["/Root"]["/MarkInfo"]["/Marked"])


@pytest.mark.as_worded
async def test_the_others_read_why(play: Judging, settings: Settings) -> None:
    assert "It has place 1 on the reserve list." in (await pdf(play, settings, "B"))[0]
    wording, _ = await pdf(play, settings, "C")
    assert "Financial and operational capacity (11.60, at least 12 are needed)" in wording
    assert "UNSCR" not in wording
    assert "could not get the required number of assessments" in (await pdf(play, settings, "D"))[0]


async def test_a_letter_says_what_it_said_when_it_was_written(play: Judging, settings: Settings) -> None:
    await play.act(None, lambda tx: tx.session.execute(update(Application).values(title="Something else")))
    assert "Joint work A" in (await pdf(play, settings, "A"))[0]
    assert (await play.row(Application, play.applications["A"])).title == "Something else"
    assert (await play.award("A")).made_at == DECIDED


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-2", "'-2"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("A=1", "A=1"),
        (None, ""),
    ],
)
def test_a_cell_that_looks_like_a_formula_is_only_shown(cell: object, written: str) -> None:
    assert safe(cell) == written
