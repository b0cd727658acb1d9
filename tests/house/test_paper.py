"""What is on paper is read years later: an instant there has its year and its zone, a day its year."""

import re

from facility.settings import ROOT

OF_PAGES = {"moment", "short_day", "short_month", "hour"}
"""Filters for pages, whose foot says that times are Brussels time, and which leave this year out."""
TEMPLATES = ROOT / "templates"


def test_paper_has_no_date_in_the_short_form_of_pages() -> None:
    papers = [
        path
        for path in TEMPLATES.rglob("*.html")
        if path.parent.name in ("documents", "letters")
        or re.search(r'extends "(documents|letters)/', path.read_text())
    ]
    assert len(papers) > 10
    short = {
        str(path.relative_to(TEMPLATES)): used
        for path in papers
        if (used := OF_PAGES & set(re.findall(r"\|(\w+)", path.read_text())))
    }
    assert short == {}
