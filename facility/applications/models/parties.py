"""Which parties still belong to an application, as conditions of statements: here and in `Party.on_board`, nowhere else (for a
row at hand the rule is `rules.is_on_board`)."""

from sqlalchemy import ColumnElement, and_

from facility.applications.models.application import Party
from facility.applications.rules.parties import Confirmation
from facility.db import as_sql

TAKES_PART: ColumnElement[bool] = and_(Party.on_board, Party.confirmation != Confirmation.DECLINED)
"""On board, and it did not decline: its people see the application, and what is done with it."""

ON_BOARD_SQL, TAKES_PART_SQL = as_sql(Party.on_board), as_sql(TAKES_PART)
"""The same for a statement that is written as text, where the table bears its own name."""
