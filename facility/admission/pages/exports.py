"""The list of what came in, for spreadsheets: nothing of a person, of a confidential field, or of what is sealed."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from facility.admission.queries.narrowing import Filters
from facility.admission.queries.received import ExportLine, batches
from facility.applications import words
from facility.applications.rules.status import ApplicationStatus
from facility.db import Database
from facility.refused import Reason
from facility.web.i18n import _, translated
from facility.web.sentences import sentence
from facility.web.sheets import Rows


def head() -> list[str]:
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
    ]


def row(line: ExportLine) -> list[object]:
    """One application; of a sealed one, or one that is closed to the viewer, only that it is there."""
    return [
        line.reference,
        line.call_reference,
        translated(words.TRACKS[line.track]),
        translated(words.STATUSES[ApplicationStatus(line.status)][0]) if line.status else None,
        line.received_at.isoformat(),
        _title(line),
        line.lead,
        "; ".join(line.partners or ()),
        " ".join(line.chips or ()),
        " ".join(line.themes or ()),
        line.requested,
        translated(words.CHECKED[line.checked]) if line.checked else None,
    ]


def _title(line: ExportLine) -> str | None:
    if line.closed:
        return sentence(Reason("conflict"))
    return _("sealed until the opening") if line.sealed else line.title


async def rows(
    db: Database, filters: Filters, viewer: UUID, chosen: Sequence[UUID] | None = None
) -> AsyncIterator[Rows]:
    """All that fit, batch by batch."""
    async for batch in batches(db, filters, viewer, chosen):
        yield [row(line) for line in batch]
