"""What may be attached beside what is there: the same bytes once, and so many documents."""

from collections.abc import Collection

from facility.refused import refuse


def may_attach(sha256: str, attached: Collection[str], most: int) -> None:
    """attached: the hashes of what is there. Refused: "document_twice" for the same bytes again (invalid), and as `has_room`."""
    if sha256 in attached:
        refuse("document_twice", kind="invalid", field="document")
    has_room(len(attached), 1, most)


def has_room(attached: int, more: int, most: int) -> None:
    """Refused: "too_many_documents" beyond `most` (invalid)."""
    if attached + more > most:
        refuse("too_many_documents", kind="invalid", field="document", most=str(most))
