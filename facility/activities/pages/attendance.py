"""Who came: how many people of each institution or beneficiary, by gender where it is known. Counts, no names."""

from collections.abc import Collection
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import beneficiaries
from facility.activities.access import REPORTS
from facility.activities.pages.plan import WORDS
from facility.activities.queries import activities
from facility.activities.queries.activities import ActivityShown, Attended
from facility.activities.rules.reporting import may_report
from facility.activities.service.evidence import AttendanceRow, set_attendance
from facility.activities.words import GENDERS
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields, row_numbers, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _

SPARE_ROWS = 1
MOST_NUMBER = 1000
MOST_PEOPLE = 100_000
NOT_STATED = "N"
COLUMNS = GENDERS | {NOT_STATED: N_("Not stated")}


def _institutions(activity: ActivityShown) -> dict[str, str]:
    """Who has a row of its own: the application's institutions, and whoever was recorded before, also those who have left
    the application since."""
    parties = {
        f"{party.beneficiary}:{party.institution_id}": f"{party.chip} {party.institution}"
        for party in activity.parties
    }
    recorded = {
        _key(line): f"{line.chip} {line.institution or line.designation}" for line in activity.attendance
    }
    return recorded | parties


def _key(line: Attended) -> str:
    return f"{line.beneficiary}:{line.institution_id}" if line.institution_id else line.beneficiary


async def _whole(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Further rows may be about any beneficiary as a whole."""
    return [
        (beneficiary.code, _("{beneficiary}, as a whole", beneficiary=beneficiary.name))
        for beneficiary in await beneficiaries(connection)
    ]


def _values(activity: ActivityShown) -> dict[str, str | list[str]]:
    """A row for each institution, with what was recorded."""
    numbers = {who: number for number, who in enumerate(_institutions(activity))}
    values: dict[str, str | list[str]] = {f"lines-{number}-who": who for who, number in numbers.items()}
    for line in activity.attendance:
        cell = f"lines-{numbers[_key(line)]}-{line.gender or NOT_STATED}"
        values |= {f"{cell}-expected": shown(line.expected), f"{cell}-present": shown(line.present)}
    return values


async def _page(
    view: render.View,
    connection: AsyncConnection,
    activity: ActivityShown,
    fields: Fields,
    *,
    status: int = 200,
    spare: int = SPARE_ROWS,
) -> Page:
    used = row_numbers(fields.values, "lines")
    following = range(used[-1] + 1 if used else 0, MOST_NUMBER)
    return view.page(
        "activities/attendance.html",
        status=status,
        activity=activity,
        form=fields,
        rows=[*used, *following[:spare]],
        institutions=_institutions(activity),
        choices=await _whole(connection),
        columns=COLUMNS,
        **WORDS,
    )


@get("/activities/{activity_id:uuid}/attendance", opt=REPORTS)
async def attendance(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """How many were expected and how many came, an institution a row."""
    activity = await activities.shown(read, activity_id)
    may_report(activity.state)
    return await _page(view, read, activity, Fields.showing(_values(activity)))


def _lines(row: Fields, choices: Collection[str]) -> list[AttendanceRow]:
    """What a row says, a line for each gender that has a number; nothing where it has none or is wrong."""
    cells = {
        (column, name): row.integer(f"{column}-{name}", 0, MOST_PEOPLE)
        for column in COLUMNS
        for name in ("expected", "present")
        if row.given(f"{column}-{name}")
    }
    who = row.choice("who", choices) if cells or row.given("who") else ""
    if not cells or who not in choices:
        return []
    code, _colon, institution = who.partition(":")
    return [
        AttendanceRow(
            beneficiary_code=code,
            institution_id=UUID(institution) if institution else None,
            gender=None if column == NOT_STATED else column,
            expected=cells.get((column, "expected")),
            present=cells.get((column, "present")),
        )
        for column in COLUMNS
        if (column, "expected") in cells or (column, "present") in cells
    ]


@post("/activities/{activity_id:uuid}/attendance", opt=REPORTS)
async def save_attendance(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Write it down anew, or show the form with more lines."""
    connection = await tx.session.connection()
    activity = await activities.shown(connection, activity_id)
    may_report(activity.state)
    fields = Fields(form)
    more = fields.form.get("do") == "more"
    fields.ignore("do")
    choices = [*_institutions(activity), *(code for code, _name in await _whole(connection))]
    lines = [line for row in fields.rows("lines") for line in _lines(row, choices)]
    if more:
        fields.errors.clear()
        fields.check()
        return await _page(view, connection, activity, fields, spare=3 * SPARE_ROWS)

    async def again(other: AsyncConnection, status: int) -> Page:
        return await _page(view, other, await activities.shown(other, activity_id), fields, status=status)

    async with redrawn(tx, fields, again):
        await set_attendance(tx, activity_id, lines)
    return view.go(f"/activities/{activity_id}", _("Attendance is saved."))


HANDLERS = [attendance, save_attendance]
