"""The minutes of an opening on paper."""

from typing import Any

import jinja2
import msgspec

from facility.admission.rules import Minutes
from facility.admission.service.opening import minutes_hash
from facility.pdf import render_pdf
from facility.refused import Reason
from facility.web.i18n import _
from facility.web.sentences import sentence


def minutes_pdf(templates: jinja2.Environment, kept: dict[str, Any]) -> bytes:
    """Both persons, all instants, the list with its fingerprints and what came too late, as PDF/UA. Call it in a thread."""
    minutes = msgspec.convert(kept, Minutes, strict=False)
    html = templates.get_template("documents/opening.html").render(
        minutes=minutes,
        fingerprint=minutes_hash(kept),
        whys={code: sentence(Reason(code)) for one in minutes.listed.late for code in one.reasons},
        designation_note=None,
    )
    return render_pdf(html, title=_("Minutes of the opening of {call}", call=minutes.call))
