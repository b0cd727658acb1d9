"""Where a call stands, as conditions of statements on `call` at the instant :now: `rules.standing`, here and nowhere else."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column

from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState, Standing
from facility.db import as_sql
from facility.zone import last_second_sql


def runs(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """`rules.standing.runs`: open, or still to open."""
    return and_(Call.state == CallState.PUBLISHED, Call.closes_at >= now)


RUNS_SQL = as_sql(runs(literal_column(":now")))
_OVER = "(call.state = 'closed' OR call.state = 'published' AND call.closes_at < :now)"
STANDS = {
    Standing.DRAFT: "call.state = 'draft'",
    Standing.COMING: f"{RUNS_SQL} AND call.opens_at > :now",
    Standing.OPEN: f"{RUNS_SQL} AND call.opens_at <= :now",
    Standing.CLOSED: f"{_OVER} AND call.evaluating_since IS NULL AND call.opened_at IS NULL",
    Standing.OPENED: f"{_OVER} AND call.evaluating_since IS NULL AND call.opened_at IS NOT NULL",
    Standing.EVALUATION: f"{_OVER} AND call.evaluating_since IS NOT NULL",
    Standing.DECIDED: "call.state = 'decided'",
    Standing.CANCELLED: "call.state = 'cancelled'",
    Standing.ARCHIVED: "true",
}
"""By standing; what is archived is left out of all but its own."""
PAST_SQL = f"({_OVER} OR call.state IN ('decided', 'cancelled'))"
"""What was published once, and runs no more."""
DECIDE_BY_SQL = "call.closes_at + call.decide_within_hours * interval '1 hour'"
"""When an urgent application is to be decided at the latest; NULL for other calls."""
HEAR_BY_SQL = f"coalesce({DECIDE_BY_SQL}, {last_second_sql('call.inform_by')})"
"""Until when applicants hear of the decision: within the hours that an urgent call promises, otherwise with the last second of the
day that the Regulation sets (`rules.deadlines.inform_by`)."""
SUBMIT_BY_SQL = """coalesce((SELECT min(CAST(at AS timestamptz)) FROM jsonb_array_elements_text(call.cut_offs) AS at
    WHERE CAST(at AS timestamptz) >= :now), call.closes_at)"""
"""The deadline that a draft goes by, as `rules.submit_by` has it."""
