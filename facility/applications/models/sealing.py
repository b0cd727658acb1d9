"""What staff may know of an application, and whether its people may edit it, as conditions of statements: here and in
`Application.sealed` and `.editable`, nowhere else (for a row at hand the rules are `rules.is_sealed` and `.is_editable`)."""

from sqlalchemy import ColumnElement, and_, not_

from facility.applications.models.application import Application
from facility.db import as_sql

SEALED: ColumnElement[bool] = and_(Application.sealed)
"""Nobody has opened its call yet: staff see only that something was submitted."""

TELLS: ColumnElement[bool] = and_(Application.received_at.is_not(None), not_(SEALED))
"""Staff may see what it says and who applies: it was submitted, and is not sealed. A draft is the business of those who
write it."""

SEALED_SQL, OPENED_SQL, TELLS_SQL = as_sql(SEALED), as_sql(Application.opened), as_sql(TELLS)
EDITABLE_SQL = f"({as_sql(and_(Application.editable))})"
