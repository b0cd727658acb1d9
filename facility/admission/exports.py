"""The list of what came in, for spreadsheets: nothing of a person, of a confidential field, or of what is sealed."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from facility.admission.narrowing import Filters
from facility.admission.received import ExportLine, batches
from facility.applications import words
from facility.applications.rules import ApplicationStatus
from facility.db import Database
from facility.web.i18n import _, translated
from facility.web.sheets import NOTE, Rows


def head() -> list[str]:
    """The names of the columns."""
    return [
        _("Application"),
        _("Call"),
        _("Track"),
        _("State"),
        _("Received"),
        _("Title"),
        _("Lead"),
        _("Partners"),
        _("Beneficiaries"),
        _("Themes"),
        _("Requested EUR"),
        _("Admissibility"),
        NOTE,
    ]


def row(line: ExportLine) -> list[object]:
    """One application; of a sealed one only that it is there."""
    return [
        line.reference,
        line.call_reference,
        translated(words.TRACKS[line.track]),
        translated(words.STATUSES[ApplicationStatus(line.status)][0]),
        line.received_at.isoformat(),
        line.title if not line.sealed else _("sealed until the opening"),
        line.lead,
        "; ".join(line.partners or ()),
        " ".join(line.chips or ()),
        " ".join(line.themes or ()),
        line.requested,
        translated(words.CHECKED[line.checked]) if line.checked else None,
        line.note,
    ]


async def rows(db: Database, asked: Filters, chosen: Sequence[UUID] | None = None) -> AsyncIterator[Rows]:
    """All that fit, batch by batch."""
    async for batch in batches(db, asked, chosen):
        yield [row(line) for line in batch]
