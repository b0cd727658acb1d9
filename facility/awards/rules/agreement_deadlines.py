"""What the Financial Regulation asks after a decision by when (Regulation (EU, Euratom) 2024/2509, Articles 197(2) and 203(7))."""

from datetime import date, datetime

from facility.calls.rules.deadlines import SIGN_MONTHS
from facility.periods import last_of_days, last_of_months
from facility.refused import refuse
from facility.zone import BRUSSELS

OTHERS_DAYS = 15


def sign_by(made_at: datetime) -> date:
    """The last day for signing an award: three months after its applicant was informed. The decision counts as
    informing."""
    return last_of_months(made_at, SIGN_MONTHS)


def inform_others_by(informed_at: datetime) -> date:
    """The last day on which applicants without an award hear of it: 15 days after those with one."""
    return last_of_days(informed_at, OTHERS_DAYS)


def may_be_signed(signed_on: date, made_at: datetime, now: datetime) -> None:
    """The day lies between the award and today. Refused (invalid): "signed_before_award", "signed_later"."""
    if signed_on < made_at.astimezone(BRUSSELS).date():
        refuse("signed_before_award", kind="invalid", field="signed_on")
    if signed_on > now.astimezone(BRUSSELS).date():
        refuse("signed_later", kind="invalid", field="signed_on")
