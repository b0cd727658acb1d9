"""The minutes of an opening on paper."""

from typing import Any

import jinja2
import msgspec

from facility.admission.rules.opening import Minutes
from facility.admission.service.opening import minutes_hash
from facility.admission.words import whys
from facility.pdf import render_pdf
from facility.web.i18n import _


def minutes_pdf(templates: jinja2.Environment, kept: dict[str, Any]) -> bytes:
    """Both persons, all instants, the list with its fingerprints and what came too late, as PDF/UA. Call it in a thread."""
    minutes = msgspec.convert(kept, Minutes, strict=False)
    html = templates.get_template("documents/opening.html").render(
        minutes=minutes,
        fingerprint=minutes_hash(kept),
        whys=whys(minutes.listed.late),
    )
    return render_pdf(html, title=_("Minutes of the opening of {call}", call=minutes.call))
