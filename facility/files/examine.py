"""What a document is and whether it carries a classification marking: runs in a process of its own (`child`)."""

from collections.abc import Iterator

import msgspec

from facility.files.from_image import jpeg, png
from facility.files.from_letter import RTF, is_mail, mail, rtf
from facility.files.from_office import office
from facility.files.kinds import OLE, Code, Kind, UnreadableDocument, sniff
from facility.files.matching import Marking, find
from facility.files.passages import MAX_NESTING, Budget, decoded, without_tags
from facility.files.position import Passage

_MAX_UNKNOWN = 4 * 1024 * 1024


class Finding(msgspec.Struct, frozen=True):
    """What the scan of a document found: its kind (None when it was refused for its name alone), a marking or None,
    and how many pages and pictures hold nothing that a machine could read."""

    kind: Kind | None
    marking: Marking | None = None
    unread: int = 0


class Answer(msgspec.Struct):
    """What the process that read the document says: a finding, or the code of why it can't be read."""

    finding: Finding | None = None
    code: Code | None = None


def examine(data: bytes) -> Finding:
    """The same answer as `scan.scan` but for the name, in this process and so without limits of time and memory."""
    budget = Budget(len(data))
    try:
        kind = sniff(data)
        for passage in _passages(kind, data, budget, MAX_NESTING):
            if marking := find(passage, budget):
                return Finding(kind, marking, budget.unread)
        if budget.refusal:
            raise UnreadableDocument(budget.refusal)
    except (UnreadableDocument, ImportError):
        raise
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument("bomb") from error
    except (
        Exception
    ) as error:  # parsers raise almost anything on hostile bytes, and each means: can't be searched
        raise UnreadableDocument("broken") from error
    return Finding(kind, None, budget.unread + kind.picture)


def _passages(kind: Kind, data: bytes, budget: Budget, nesting: int) -> Iterator[Passage]:
    def nested(part: bytes) -> Iterator[Passage]:
        return _nested(part, budget, nesting - 1)

    match kind:
        case Kind.PNG:
            return png(data, budget, nested)
        case Kind.JPEG:
            return jpeg(data, budget, nested)
        case Kind.PDF:
            from facility.files.from_pdf import pdf  # half a second to import, and only the reader needs it

            return pdf(data, budget, nested)
        case Kind.DOCX | Kind.ODT | Kind.XLSX | Kind.ODS:
            return office(kind, data, budget, nested)


def _nested(part: bytes, budget: Budget, nesting: int) -> Iterator[Passage]:
    """What stands in a document inside a document. Slides or a plain archive are read as a zip of anything; what is of
    no kind known here, or a picture that is damaged, is searched as plain text."""
    if nesting <= 0:
        raise UnreadableDocument("bomb")
    try:
        for passage in _nested_passages(part, budget, nesting):
            yield passage._replace(reported="attachment")
    except UnreadableDocument as problem:
        if problem.code in ("encrypted", "bomb"):
            raise
        yield Passage("attachment", without_tags(decoded(part[:_MAX_UNKNOWN])))


def _nested_passages(part: bytes, budget: Budget, nesting: int) -> Iterator[Passage]:
    def nested(inner: bytes) -> Iterator[Passage]:
        return _nested(inner, budget, nesting - 1)

    if part.startswith(OLE):
        from facility.files.from_ole import ole  # rare

        return ole(part, budget, nested)
    if part.startswith(b"PK\x03\x04"):
        return office(_zip_kind(part), part, budget, nested)
    if part.startswith(RTF):
        return rtf(part, budget, nested)
    if is_mail(part):
        return mail(part, budget, nested)
    return _passages(sniff(part), part, budget, nesting)


def _zip_kind(part: bytes) -> Kind | None:
    try:
        return sniff(part)
    except UnreadableDocument as problem:
        if problem.code in ("unknown", "macros", "two_kinds"):
            return None
        raise
