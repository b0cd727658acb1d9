"""The receipt on paper, and what its files are called."""

import jinja2

from facility.applications.queries import ApplicationShown
from facility.pdf import render_pdf
from facility.web.i18n import _


def json_name(application: ApplicationShown) -> str:
    """The name of the canonical JSON: the reference, fit for a file."""
    return f"{application.reference.replace('/', '-')}.json"


def receipt_pdf(templates: jinja2.Environment, application: ApplicationShown) -> bytes:
    """Reference, instant, fingerprint, parties and documents as PDF/UA. Blocks for about 50 ms: call it in a thread."""
    html = templates.get_template("documents/receipt.html").render(
        application=application,
        filename=json_name(application),
        designation_note=application.parts.note or None,
    )
    return render_pdf(html, title=_("Receipt {reference}", reference=application.reference))
