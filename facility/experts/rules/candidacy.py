"""Who joins the pool, and until when its members stay in it."""

from datetime import date, timedelta
from enum import StrEnum

from facility.refused import refuse

LINK_LASTS = timedelta(days=14)
"""For how long the link to the form of a candidate, or of whoever nominates one, is good."""
MOST_YEARS = 5
"""The longest that somebody stays in the pool without being asked anew (FR24 Art. 242: lists of experts)."""

RENEWED_YEARS = 2
"""By how many years an expert renews."""


class Wish(StrEnum):
    """What somebody wants who types an address on the public page of the pool."""

    APPLY = "apply"
    NOMINATE = "nominate"
    PROFILE = "profile"


class CandidacyState(StrEnum):
    """How far a candidacy is: an authority is to name somebody; the candidate is to fill in the form; the secretariat is to decide;
    it has decided. member: who was nominated was in the pool already, so nothing is to decide."""

    NAMING = "naming"
    INVITED = "invited"
    WAITING = "waiting"
    VALIDATED = "validated"
    REFUSED = "refused"
    MEMBER = "member"


DECIDED = (CandidacyState.VALIDATED, CandidacyState.REFUSED)


def may_send(state: str) -> None:
    """The form is sent once. Refused: "candidacy_sent"."""
    if state != CandidacyState.INVITED:
        refuse("candidacy_sent")


def may_decide(state: str) -> None:
    """What was sent is decided once. Refused: "candidacy_decided"."""
    if state != CandidacyState.WAITING:
        refuse("candidacy_decided")


def may_attach_documents(state: str) -> None:
    """Between the form and the decision. Refused: "candidacy_takes_no_documents"."""
    if state != CandidacyState.WAITING:
        refuse("candidacy_takes_no_documents")


def years_after(day: date, years: int) -> date:
    """The same date so many years later; 28 February for the 29th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def check_validity(valid_until: date | None, today: date) -> None:
    """Refused (invalid): "validity_over", "validity_too_long"."""
    if valid_until is None:
        return
    if valid_until < today:
        refuse("validity_over", kind="invalid", field="valid_until")
    if valid_until > years_after(today, MOST_YEARS):
        refuse("validity_too_long", kind="invalid", field="valid_until", years=str(MOST_YEARS))
