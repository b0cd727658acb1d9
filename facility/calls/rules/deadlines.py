"""What the Financial Regulation asks of a call by when (Regulation (EU, Euratom) 2024/2509, Articles 197(2) and 203(7))."""

from datetime import date, datetime

from facility.periods import last_of_months

INFORM_MONTHS = 6
SIGN_MONTHS = 3
"""Within which an agreement is signed, once its applicant has been informed."""


def inform_by(closes_at: datetime) -> date:
    """The last day on which applicants hear of the outcome: six months after the last day for applications."""
    return last_of_months(closes_at, INFORM_MONTHS)
