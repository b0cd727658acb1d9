"""What institutions are, and when an entry may change, be merged or be signed for."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from facility.refused import refuse


class Kind(StrEnum):
    """What an institution is (dossier 8, Participating body)."""

    POLICE = "POLICE"
    PROSECUTION = "PROSECUTION"
    COURT = "COURT"
    BORDER = "BORDER"
    CUSTOMS = "CUSTOMS"
    FIU = "FIU"
    DPA = "DPA"
    MOI = "MOI"
    MOJ = "MOJ"
    CERT = "CERT"
    PRISON = "PRISON"
    CSO = "CSO"
    TRAINING = "TRAINING"


class Standing(StrEnum):
    """Where an institution is. A pending one may be in a draft; a merged one leads to the one that stays."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    MERGED = "merged"


CHOOSABLE = frozenset({Standing.PENDING, Standing.APPROVED})
"""The standings in which an institution can be chosen for an application or an account."""


def may_validate(standing: str) -> None:
    """Accepted or taken off the list once. Raises Refused (conflict)."""
    if standing != Standing.PENDING:
        refuse("institution_decided")


def may_change_institution(standing: str) -> None:
    """What is merged or off the list stays as it was. Raises Refused (conflict)."""
    if standing not in CHOOSABLE:
        refuse("institution_closed")


def may_merge(
    *, duplicate: str, kept: str, same: bool, beneficiaries: tuple[str, str], together: Collection[str | None]
) -> None:
    """Whether one entry may be merged into another. `together`: references of applications in which both take part, None
    for drafts and sealed ones.

    Raises Refused (invalid) at the field `into`.
    """
    may_change_institution(duplicate)
    if same:
        refuse("merge_itself", kind="invalid", field="into")
    if kept != Standing.APPROVED:
        refuse("merge_into_pending", kind="invalid", field="into")
    if beneficiaries[0] != beneficiaries[1]:
        refuse("merge_across", kind="invalid", field="into")
    if references := ", ".join(filter(None, together)):
        refuse("merge_together", kind="invalid", field="into", applications=references)
    if together:
        refuse("merge_together_unseen", kind="invalid", field="into")


def may_end_signatory(since: date, until: date | None, ends: date) -> None:
    """A power to sign ends once, not before it began. Raises Refused (invalid for the day)."""
    if until is not None:
        refuse("signatory_ended")
    if ends < since:
        refuse("signatory_ends_early", kind="invalid", field="until", since=since.isoformat())
