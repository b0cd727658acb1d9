"""Who came: how many people of each beneficiary, perhaps by institution and gender. Counts, no names."""

import re
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import beneficiaries
from facility.activities.access import REPORTS
from facility.activities.pages.plan import WORDS
from facility.activities.queries import activities
from facility.activities.queries.activities import ActivityShown
from facility.activities.rules.reporting import may_report
from facility.activities.service.evidence import AttendanceRow, set_attendance
from facility.activities.words import GENDERS
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields, row_numbers, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

SPARE_ROWS = 3
MOST_NUMBER = 1000
_ROW = re.compile(r"lines-([0-9]{1,3})-")
MOST_PEOPLE = 100_000


async def _who(connection: AsyncConnection, activity: ActivityShown) -> list[tuple[str, str]]:
    """Whom a line may be about: the application's institutions, and any beneficiary as a whole."""
    parties = [
        (f"{party.beneficiary}:{party.institution_id}", f"{party.chip} {party.institution}")
        for party in activity.parties
    ]
    known = {value for value, _label in parties}
    # Whoever has left the application since, but is in what was written down before, stays a choice.
    parties += [
        (value, f"{line.chip} {line.institution}")
        for line in activity.attendance
        if line.institution_id and (value := f"{line.beneficiary}:{line.institution_id}") not in known
    ]
    whole = await beneficiaries(connection)
    named = [
        (beneficiary.code, _("{beneficiary}, as a whole", beneficiary=beneficiary.name))
        for beneficiary in whole
    ]
    return [*dict.fromkeys(parties), *named]


def _values(activity: ActivityShown) -> dict[str, str | list[str]]:
    """What was written down, or a line for each institution of the application."""
    rows = [
        (
            f"{line.beneficiary}:{line.institution_id}" if line.institution_id else line.beneficiary,
            line.gender or "",
            shown(line.expected),
            shown(line.present),
        )
        for line in activity.attendance
    ] or [(f"{party.beneficiary}:{party.institution_id}", "", "", "") for party in activity.parties]
    return {
        f"lines-{number}-{name}": value
        for number, line in enumerate(rows)
        for name, value in zip(("who", "gender", "expected", "present"), line, strict=True)
    }


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
        choices=await _who(connection, activity),
        **WORDS,
    )


@get("/activities/{activity_id:uuid}/attendance", opt=REPORTS)
async def attendance(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """Who was expected and who came, line by line."""
    activity = await activities.shown(read, activity_id)
    may_report(activity.state)
    return await _page(view, read, activity, Fields.showing(_values(activity)))


def _line(row: Fields, choices: list[str]) -> AttendanceRow | None:
    """A line, or None where nothing stands in it or it is wrong."""
    counted = {name: row.given(name) for name in ("expected", "present")}
    if not any(counted.values()):
        row.ignore("who", "gender")
        return None
    who = row.choice("who", choices)
    gender = row.choice("gender", tuple(GENDERS)) if row.given("gender") else None
    people = {name: row.integer(name, 0, MOST_PEOPLE) if given else None for name, given in counted.items()}
    if who not in choices:
        return None
    code, _colon, institution = who.partition(":")
    return AttendanceRow(
        beneficiary_code=code,
        institution_id=UUID(institution) if institution else None,
        gender=gender,
        **people,
    )


@post("/activities/{activity_id:uuid}/attendance", opt=REPORTS)
async def save_attendance(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Write it down anew, or show the form with more lines."""
    connection = await tx.session.connection()
    activity = await activities.shown(connection, activity_id)
    may_report(activity.state)
    fields = Fields(form)
    more = fields.form.get("do") == "more"
    fields.ignore("do")
    choices = [value for value, _label in await _who(connection, activity)]
    rows = [_line(row, choices) for row in fields.rows("lines")]
    if more:
        fields.errors.clear()
        fields.check()
        return await _page(view, connection, activity, fields, spare=2 * SPARE_ROWS)

    async def again(other: AsyncConnection, status: int) -> Page:
        return await _page(view, other, await activities.shown(other, activity_id), fields, status=status)

    lines = [line for line in rows if line is not None]
    async with redrawn(tx, fields, again):
        await set_attendance(tx, activity_id, lines)
    return view.go(f"/activities/{activity_id}", _("Attendance is saved."))


HANDLERS = [attendance, save_attendance]
