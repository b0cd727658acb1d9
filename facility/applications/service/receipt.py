"""On paper: the receipt, and the application as it was submitted; and what their files are called."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import jinja2

from facility.applications import words
from facility.applications.queries.application import ApplicationShown
from facility.pdf import render_pdf
from facility.web import filters
from facility.web.i18n import _

filters.register("decimal", Decimal)


def json_name(application: ApplicationShown) -> str:
    """The name of the canonical JSON: the reference, fit for a file."""
    return _file(application.reference, ".json")


def pdf_name(application: ApplicationShown) -> str:
    """The name of the whole application on paper."""
    return _file(application.reference, _("-application") + ".pdf")


def _file(reference: str, end: str) -> str:
    return reference.replace("/", "-") + end


def receipt_pdf(templates: jinja2.Environment, application: ApplicationShown) -> bytes:
    """Reference, instant, fingerprint, parties and documents as PDF/UA. Blocks for about 150 ms: call it in a thread."""
    html = templates.get_template("documents/receipt.html").render(
        application=application,
        filename=json_name(application),
    )
    return render_pdf(html, title=_("Receipt {reference}", reference=application.reference))


def application_pdf(templates: jinja2.Environment, snapshot: Mapping[str, Any], fingerprint: str) -> bytes:
    """Everything that was submitted as PDF/UA, from the snapshot alone: what has changed since does not show. Blocks for
    a second or more where there are long tables: call it in a thread."""
    html = templates.get_template("documents/application.html").render(
        told=snapshot,
        received_at=datetime.fromisoformat(snapshot["received_at"]),
        fingerprint=fingerprint,
        filename=_file(snapshot["reference"], ".json"),
        declared=words.DECLARED,
    )
    return render_pdf(html, title=f"{snapshot['reference']}: {snapshot['title']}")
