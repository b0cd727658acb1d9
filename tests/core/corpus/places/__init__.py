"""Every place in every format where a marking can stand: makers that take the marking and give a file name and bytes."""

from tests.core.corpus import Place
from tests.core.corpus.places.excel import EXCEL
from tests.core.corpus.places.odf import OPEN
from tests.core.corpus.places.pdf import PDF
from tests.core.corpus.places.pictures import PICTURES
from tests.core.corpus.places.word import WORD

PLACES: dict[str, Place] = {
    f"{group}: {name}": place
    for group, places in (("docx", WORD), ("xlsx", EXCEL), ("odf", OPEN), ("pdf", PDF), ("picture", PICTURES))
    for name, place in places.items()
}


ASCII_ONLY = frozenset(
    f"pdf: {name}"
    for name in (
        "invisible",
        "off the page",
        "white",
        "turned",
        "hidden layer",
        "no size",
        "earlier revision",
    )
) | {"picture: png exif"}
"""Drawn by hand, with a font that knows no other letters."""
