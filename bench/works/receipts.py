"""Receipts on paper: how many a second one core makes, beside WeasyPrint alone on the smallest page with the same words."""

import html
import re
from collections.abc import Callable
from io import BytesIO
from time import process_time
from typing import Any

from pypdf import PdfReader
from weasyprint import HTML

from bench.rounds import alternate, median, rounded
from bench.sizes import Size
from bench.stage import Stage
from facility.applications.queries.application import shown, snapshot
from facility.applications.service.receipt import RECEIPT, receipt_data
from facility.garbage import settle
from facility.letters.service import lay_out
from facility.web.render import environment


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Receipts a second of processor time. The page of the bare way has every word of the receipt in one paragraph, and
    is tagged PDF/UA-1 as well. Both are made in a process that has settled, as the worker has."""
    settle()
    async with stage.db.reader() as connection:
        application = await shown(connection, await stage.id_of(_SUBMITTED))
        submitted = await snapshot(connection, application.id)
    receipt = receipt_data(submitted, application.fingerprint or "", application.call_title)
    templates = environment(stage.settings)

    def product() -> bytes:
        return lay_out(templates, RECEIPT, receipt)

    words = _words(product())
    page = f'<html lang="en"><title>Receipt</title><body><p>{html.escape(words)}</p></body></html>'

    def bare() -> bytes:
        written: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
        return written

    assert "".join(_words(bare()).split()) == "".join(words.split())  # a reference may break where lines end
    rounds = await alternate(_rate(product, size), _rate(bare, size), size.rounds)
    return {
        "receipts_per_second": median(rounds.ours),
        "bare_per_second": median(rounds.bare),
        "receipt_ms": rounded(1000 / median(rounds.ours)),
        "bytes": len(product()),
        "partners": len(application.parts.partners),
        "rounds": size.rounds,
        "ratio": rounds.ratio,
    }


_SUBMITTED = (
    "SELECT id FROM application WHERE submission IS NOT NULL"
    " ORDER BY (SELECT count(*) FROM party WHERE application_id = application.id) DESC, id LIMIT 1"
)


def _words(pdf: bytes) -> str:
    text_of_pages = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text_of_pages).strip()


def _rate(make: Callable[[], bytes], size: Size) -> Callable[[], Any]:
    async def half() -> float:
        begin, made = process_time(), 0
        while made == 0 or process_time() - begin < size.seconds:
            make()
            made += 1
        return made / (process_time() - begin)

    return half
