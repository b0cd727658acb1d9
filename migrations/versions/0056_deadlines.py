"""The last days on which applicants are informed and awards signed, as the Regulation counts, and the day on which an award was signed."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_COUNTED = (("call", "inform_by", "closes_at", 6), ("award", "sign_by", "made_at", 3))


def _easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - f + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _works(day: date) -> bool:
    """A working day of the EU institutions."""
    fixed = {(1, 1), (1, 2), (5, 1), (5, 9), (7, 21), (8, 15), (11, 1), (11, 2)}
    fixed |= {(12, number) for number in range(24, 32)}
    moving = (day - _easter(day.year)).days in (-3, -2, 1, 39, 40, 50)
    return day.weekday() < 5 and (day.month, day.day) not in fixed and not moving


def _last(since: datetime, months: int) -> date:
    """The last day of a period of months (Regulation 1182/71, Article 3)."""
    first = since.astimezone(ZoneInfo("Europe/Brussels")).date()
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
    while not _works(day):
        day += timedelta(days=1)
    return day


def _fill(table: str, column: str, since: str, months: int) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text(f"SELECT id, {since} AS since FROM {table}")).all():  # noqa: S608
        connection.execute(
            sa.text(f"UPDATE {table} SET {column} = :last WHERE id = :id"),  # noqa: S608
            {"last": _last(row.since, months), "id": row.id},
        )


def upgrade() -> None:
    for table, column, since, months in _COUNTED:
        op.add_column(
            table, sa.Column(column, sa.Date(), nullable=False, server_default=sa.func.current_date())
        )
        op.alter_column(table, column, server_default=None)
        _fill(table, column, since, months)
    op.create_table(
        "award_signature",
        sa.Column("award_id", sa.Uuid(), sa.ForeignKey("award.id"), primary_key=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("award_signature")
    for table, column, _since, _months in reversed(_COUNTED):
        op.drop_column(table, column)
