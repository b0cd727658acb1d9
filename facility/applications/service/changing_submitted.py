"""Changing what was submitted until the deadline: the version that was submitted stays valid until the new one takes its place.

The rows are edited as those of a draft are. What they said when the lead began is kept beside the application, and comes
back where the changes are discarded, or where the call closes before they are submitted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from facility.applications.events import ChangesBegun, ChangesDiscarded
from facility.applications.models.application import Application
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.queries.content import track_of
from facility.applications.rules.drafting import may_change
from facility.applications.service.editing import lock_with_call, open_again, status_of
from facility.applications.service.ending import end_what_is_open
from facility.calls.models.call import Call
from facility.calls.rules.standing import CallState
from facility.calls.service.reading import rules_of
from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled
from facility.refused import refuse

_ROWS = {
    "application": "SELECT title, themes, requested FROM application WHERE id = :id",
    "party": "SELECT * FROM party WHERE application_id = :id",
    "section_answers": "SELECT * FROM section_answers WHERE application_id = :id",
    "planned_activity": "SELECT * FROM planned_activity WHERE application_id = :id",
    "planned_people": """SELECT planned_people.* FROM planned_people
        JOIN planned_activity ON planned_activity.id = activity_id WHERE application_id = :id""",
    "budget": "SELECT * FROM budget WHERE application_id = :id",
    "budget_line": "SELECT * FROM budget_line WHERE application_id = :id",
    "document": "SELECT id FROM document WHERE application_id = :id AND removed_at IS NULL",
}
"""What an application consists of, by table."""
_LISTED = ", ".join(
    f"'{table}', (SELECT coalesce(jsonb_agg(to_jsonb(kept)), '[]') FROM ({query}) AS kept)"  # noqa: S608 - our own text
    for table, query in _ROWS.items()
)
_KEEP = text(f"SELECT jsonb_build_object({_LISTED})")


async def begin_changes(tx: Tx, application_id: UUID) -> Application:
    """The lead changes what it has submitted; nothing happens where it has begun already. Confirmations stand as long as what was
    confirmed does: not where a partner has left since, whose amount is in no sum any more. Refused: as `rules.may_change`."""
    application, call = await lock_with_call(tx, application_id)
    may_change(
        status_of(application), track_of(application), rules_of(call), tx.now, sealed=application.sealed
    )
    if application.changing_since is None:
        kept = await tx.session.execute(_KEEP, {"id": application_id})
        application.as_submitted = kept.scalar_one()
        application.changing_since = tx.now
        await record(tx, ChangesBegun(application_id=application_id, call_id=call.id))
        await open_again(tx, application)
    return application


async def discard_changes(tx: Tx, application_id: UUID) -> Application:
    """The lead goes back to what it has submitted. Refused: "nothing_changed"."""
    application, _call = await lock_with_call(tx, application_id)
    if not await _discard(tx, application, closed=False):
        refuse("nothing_changed")
    return application


async def discard_of_call(tx: Tx, call_id: UUID) -> None:
    """What was not submitted again when this call closed; the caller holds the call's row."""
    changing = select(Application.id).where(
        Application.call_id == call_id, Application.changing_since.is_not(None)
    )
    for application_id in await tx.session.scalars(changing.order_by(Application.id)):
        await _discard(tx, await tx.lock(Application, application_id), closed=True)


@scheduled("applications: discard changes that were not submitted")
async def discard_with_the_call(db: Database, now: datetime) -> int:
    """Where a call has closed, or was cancelled, what was submitted counts. Not before the call says so: a submission that came in
    time may still wait for its turn."""
    left = (
        select(Application.id)
        .join(Call, Call.id == Application.call_id)
        .where(Application.changing_since.is_not(None), Call.state != CallState.PUBLISHED)
        .order_by(Application.id)
    )
    return await one_by_one(db, now, left, _discard_late)


async def _discard_late(tx: Tx, application_id: UUID) -> bool:
    application, call = await lock_with_call(tx, application_id)
    return call.state != CallState.PUBLISHED and await _discard(tx, application, closed=True)


async def _discard(tx: Tx, application: Application, *, closed: bool) -> bool:
    since = application.changing_since
    if since is None:
        return False
    await end_what_is_open(tx, [application.id])
    kept = await tx.session.scalar(select(Application.as_submitted).where(Application.id == application.id))
    assert kept is not None, "kept since the changes began"
    await _bring_back(tx, application, kept, since)
    application.changing_since = application.as_submitted = None
    await record(
        tx,
        ChangesDiscarded(application_id=application.id, call_id=application.call_id, closed=closed),
    )
    return True


async def _bring_back(tx: Tx, application: Application, kept: Mapping[str, Any], since: datetime) -> None:
    """Each row as it was kept. Versions go on counting, so that no history is written twice; an institution keeps the entry that
    it has by now, and a partner that has left by itself stays away."""
    (own,) = kept["application"]
    application.title, application.themes = own["title"], own["themes"]
    values = {"id": application.id, "now": tx.now, "since": since}
    await tx.flush()
    for statement in (*_BACK, *(_again(table, kept[table][0]) for table in _WHOLE if kept[table])):
        await tx.session.execute(text(statement), values)
    await tx.session.refresh(application, ["requested"])


def _was(table: str) -> str:
    """What was kept of a table, as rows of it. PostgreSQL reads them itself, so that no amount goes through a float."""
    return f"""jsonb_populate_recordset(NULL::{table},
        (SELECT as_submitted -> '{table}' FROM application WHERE id = :id))"""  # noqa: S608 - our own words


_WHOLE = ("planned_activity", "planned_people", "budget_line")
"""Tables whose rows have no history of their own: all go, and come again as they were."""


def _again(table: str, row: Mapping[str, Any]) -> str:
    # By the columns that were kept: a column that was added since takes its default.
    columns = ", ".join(row)
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {_was(table)} AS was"  # noqa: S608 - our own words


_PARTY = ", ".join(
    f"{column} = was.{column}"
    for column in (
        *("role", "amount", "contact_name", "contact_email", "position", "replaced_by"),
        *("confirmation", "signatory_name", "signatory_function", "confirmed_at", "confirmed_version"),
        *("declined_at", "decline_reason"),
    )
)
_BACK = (
    # Who came since never took part in what was received.
    f"""UPDATE party SET left_at = (SELECT received_at FROM application WHERE id = :id) WHERE application_id = :id AND {ON_BOARD_SQL} AND id NOT IN (
        SELECT id FROM {_was("party")})""",  # noqa: S608 - our own text
    f"""UPDATE party SET {_PARTY}, left_at = CASE WHEN party.leave_reason IS NULL THEN was.left_at ELSE party.left_at END
        FROM {_was("party")} AS was WHERE party.id = was.id""",  # noqa: S608 - our own text
    # The newest content of a party is that of its confirmation: what was confirmed of the changes is followed by what counts.
    """INSERT INTO confirmed_content (id, party_id, confirmed_at, items)
        SELECT gen_random_uuid(), party_id, :now, items FROM (
            SELECT DISTINCT ON (party_id) party_id, items FROM confirmed_content
            WHERE confirmed_at <= :since AND party_id IN (
                SELECT party_id FROM confirmed_content JOIN party ON party.id = party_id
                WHERE application_id = :id AND confirmation = 'confirmed' AND confirmed_content.confirmed_at > :since)
            ORDER BY party_id, confirmed_at DESC, id DESC) AS before""",
    """UPDATE section_answers SET answers = '{}', salts = '{}' WHERE application_id = :id""",
    f"""UPDATE section_answers SET answers = was.answers, salts = was.salts, saved_by = was.saved_by, saved_at = was.saved_at
        FROM {_was("section_answers")} AS was
        WHERE section_answers.application_id = :id AND section_answers.party_id = was.party_id
            AND section_answers.section = was.section""",  # noqa: S608 - our own words
    f"""UPDATE budget SET indirect_percent = was.indirect_percent
        FROM {_was("budget")} AS was
        WHERE budget.application_id = was.application_id""",  # noqa: S608 - our own words
    f"""UPDATE document SET removed_at = CASE WHEN id IN (
            SELECT id FROM {_was("document")})
        THEN NULL ELSE coalesce(removed_at, :now) END WHERE application_id = :id""",  # noqa: S608 - our own words
    f"UPDATE application SET requested = was.requested FROM {_was('application')} AS was WHERE application.id = :id",  # noqa: S608 - our own words
    "DELETE FROM budget_line WHERE application_id = :id",
    "DELETE FROM planned_activity WHERE application_id = :id",
)
