"""Marked documents over formats, languages, scripts and hiding places are refused; innocent ones go through."""

from collections.abc import Iterator
from itertools import cycle

import pytest

from facility.files.examine import examine
from facility.files.kinds import UnreadableDocument
from facility.files.matching import find
from facility.files.position import Passage
from facility.files.scan import find_in_name
from tests import documents
from tests.core.corpus.innocent import innocent
from tests.core.corpus.levels import LEVELS
from tests.core.corpus.places import ASCII_ONLY, PLACES

PHRASES = ("RESTREINT UE/EU RESTRICTED", "STRENG GEHEIM", "NATO SECRET", "DIFFUSION RESTREINTE", "TOP SECRET")
SCRIPTS = (
    "STROGO POVJERLJIVO",
    "СТРОГО ДОВЕРЛИВО",
    "TEPËR SEKRET",
    "HİZMETE ÖZEL",
    "Строго поверљиво",
    "VRLO TAJNO",
)
WORDS = ("TAJNO", "SECRET", "INTERNO", "SEKRET", "GİZLİ", "ДОВЕРЛИВО", "RISERVATO", "GEHEIM")


def judged(name: str, data: bytes) -> str | None:
    """The marking that is found, or why the document can't be read."""
    try:
        marking = find_in_name(name) or examine(data).marking
    except UnreadableDocument as unreadable:
        return f"!{unreadable.code}"
    return marking.level if marking else None


def marked() -> Iterator[tuple[str, str, bytes]]:
    """Every place with a phrase or a word of another script, and every level in the next format."""
    turns = zip(PLACES.items(), cycle(PHRASES), cycle(SCRIPTS), cycle(WORDS), strict=False)
    for number, ((place, make), phrase, script, word) in enumerate(turns):
        for level in (phrase, word) if number % 2 or place in ASCII_ONLY else (script, word):
            if level.isascii() or place not in ASCII_ONLY:
                yield f"{place}: {level}", *make(level)
    first, second = documents.LETTER
    for number, level in enumerate(LEVELS):
        match number % 4:
            case 0:
                made = "a.docx", documents.docx(first, level, second)
            case 1:
                made = "a.odt", documents.odt(first, second, first, level, first, second, first)
            case 2:
                made = "a.xlsx", documents.xlsx(("a", first), ("b", level), ("c", second))
            case _:
                made = "a.docx", documents.docx(header=level)
        yield level, *made


def test_marked_documents_are_refused_and_innocent_ones_are_not() -> None:
    caught = {label: judged(name, data) for label, name, data in marked()}
    through = {label: judged(name, data) for label, name, data in innocent()}
    missed = {
        label: verdict for label, verdict in caught.items() if verdict is None or verdict.startswith("!")
    }
    wrong = {label: verdict for label, verdict in through.items() if verdict is not None}
    print(f"\nmarked {len(caught)}, missed {len(missed)}; innocent {len(through)}, refused {len(wrong)}")  # noqa: T201
    assert (missed, wrong) == ({}, {})
    assert min(len(caught), len(through)) >= 200


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_REPORT.pdf", "izvjestaj_tajno.pdf", "IZVJESTAJ_TAJNO.PDF", "Report - Secret.pdf", "raport-sekret.docx",
        "top_secret_plan.pdf", "NATO-Secret-brief.pdf", "report_VS-NfD_v2.pdf", "tajno.docx", "[SECRET] plan.docx",
        "plan (restricted).docx", "R-UE_EU-R plan.pdf", "Поверљиво - записник.docx", "2021-05-03_TAJNO_zapisnik.pdf",
        "nacrt.\u202eONJAT\u202c.pdf", "Тајно.pdf.docx",
    ],
)  # fmt: skip
def test_names_that_mark(name: str) -> None:
    assert find_in_name(name) is not None


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("TOP SECRET, SECRET, CONFIDENTIAL or RESTRICTED", False),
        ("☐ RESTRICTED ☐ CONFIDENTIAL ☒ SECRET", True),
        ("Classification: SECRET\nChoose: TOP SECRET, SECRET, CONFIDENTIAL, RESTRICTED", True),
        ("documents marked NATO SECRET must be locked away", False),
        ("this document is marked NATO SECRET and must be locked away", True),
        ("the attached documents are marked NATO SECRET or above", True),
        ("up to CONFIDENTIEL UE/EU CONFIDENTIAL", False),
        ("The CTS number is 7", False),
        ("classified as confidential", False),
        ("This report is classified as confidential.", True),
        ("Handling code H0", False),
        ("☒ NATO SECRET ☐ PUBLIC", True),
        ("PUBLIC ☐ NATO SECRET ☒", True),
        ("☐ NATO SECRET", True),
        ("Report on NATO SECRET documents attached", True),
        ("EU SECRET applies to Annex 2", True),
        ("Customs clearance: this annex is NATO SECRET", True),
        ("NATO RESTRICTED and NATO CONFIDENTIAL annexes", True),
        ("not yet reviewed\nNATO SECRET", True),
    ],
)
def test_what_is_said_about_levels_is_no_marking(text: str, marks: bool) -> None:
    amid = f"First line of it\nand a second\nand a third\n{text}\nand three\nmore lines\nat the end"
    assert (find(Passage("text", amid, page=True)) is not None) is marks


@pytest.mark.parametrize("level", ["CTS", "Secret", "Interno", "Тајно", "Gizli", "VS-V"])
def test_at_the_top_or_bottom_of_a_page_less_is_enough(level: str) -> None:
    text = "\n".join(["One line", "two lines", "three lines", "four lines", "five lines"])
    assert find(Passage("text", f"{level}\n{text}", page=True)) is not None
    assert find(Passage("text", f"{text}\n{level}\n5/5", page=True)) is not None
    assert find(Passage("text", f"{text}\n{level}\n{text}", page=True)) is None
