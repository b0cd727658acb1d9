"""The form of an activity that a draft plans: a new one, or one that stands there."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.words import place_choices
from facility.applications import words
from facility.applications.pages.drafts import draft
from facility.applications.pages.edit_form import Reading, form_handlers
from facility.applications.pages.editing import Edited
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import entry_version
from facility.applications.rules.activities import (
    MAX_DAYS,
    MAX_PEOPLE,
    MAX_PLACE,
    MAX_PURPOSE,
    Plan,
    Planned,
    activity_mistakes,
)
from facility.applications.rules.drafting import MAX_TITLE
from facility.applications.rules.entries import EntryKind, activity_answers, entry_key, people_field
from facility.applications.service.plan import add_activity, change_planned
from facility.db import Tx
from facility.forms.checks import Answers
from facility.forms.reading import read_texts
from facility.forms.sections import Section
from facility.forms.types import Option, T, ask
from facility.refused import refuse
from facility.web import filters
from facility.web.fields import Fields
from facility.web.i18n import _, translated
from facility.zone import BRUSSELS

DAYS = {
    "day_too_early": ("starts_on", "ends_on", "month"),
    "ends_before_it_starts": ("starts_on",),
    "more_days_than_that": ("starts_on", "ends_on"),
}
"""The fields that reasons about days look at, beside their own."""
MONTHS = 36
"""How many months can be chosen."""


async def draft_with_activities(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The draft, if its call asks for activities. Raises Refused (missing)."""
    application = await draft(connection, application_id)
    if not application.asks_activities:
        refuse("not_found", kind="missing", what="section")
    return application


def planned(application: ApplicationShown, planned_id: UUID) -> Planned:
    """The activity with this id. Raises Refused ("removed", missing)."""
    activity = application.plan.activity(planned_id)
    return activity or refuse("removed", kind="missing", what="planned_activity")


def _section(application: ApplicationShown, activity: Planned | None) -> Section:
    kinds = tuple(Option(kind.value, word) for kind, word in words.ACTIVITY_KINDS.items())
    places = tuple(Option(code, name) for code, name in place_choices())
    people = (
        ask(
            people_field(p.id),
            f"{p.institution} ({p.chip})",
            T.WHOLE,
            needed=False,
            most=MAX_PEOPLE,
            unit=_("people"),
        )
        for p in application.parts.on_board
    )
    months = tuple(Option(f"{month:%Y-%m}", filters.month(month)) for month in _months(application, activity))
    lasts = _("Days on which people work, without travel days.")
    gives = _("What people will be able to do afterwards, and how you will see it.")
    return Section(
        key=entry_key(EntryKind.ACTIVITY, activity.id if activity else None),
        title=activity.title if activity else _("Add an activity"),
        fields=(
            ask("kind", _("Kind"), T.ONE_OF, options=kinds),
            ask(
                "title",
                _("Title"),
                T.SHORT_TEXT,
                _("In a line. No names of operations, cases or persons."),
                most=MAX_TITLE,
                missing=translated(words.TITLE_MISSING),
            ),
            ask("place", _("Town"), T.SHORT_TEXT, most=MAX_PLACE, missing=translated(words.PLACE_MISSING)),
            ask("country", _("Country"), T.ONE_OF_LIST, options=places),
            ask("days", _("How long"), T.WHOLE, lasts, least=1, most=MAX_DAYS, unit=_("days")),
            ask("month", _("Month"), T.ONE_OF_LIST, needed=False, options=months),
            ask("starts_on", _("First day"), T.DAY, needed=False),
            ask("ends_on", _("Last day"), T.DAY, needed=False),
            *people,
            ask(
                "purpose",
                _("What it is for"),
                T.LONG_TEXT,
                gives,
                most=MAX_PURPOSE,
                missing=_("Enter what the activity is for."),
            ),
        ),
    )


def _months(application: ApplicationShown, activity: Planned | None) -> list[date]:
    """The firsts of the months that can be chosen: from the first in which an award can cover an activity, and the one
    that was saved."""
    first = _first_day(application).replace(day=1)
    count = first.year * 12 + first.month - 1
    months = {date(month // 12, month % 12 + 1, 1) for month in range(count, count + MONTHS)}
    return sorted(months | ({activity.month} if activity else set()))


def _first_day(application: ApplicationShown) -> date:
    return max(application.activities_from, clock.now().astimezone(BRUSSELS).date())


def activity_entries(
    application: ApplicationShown, keys: Collection[str]
) -> Iterator[tuple[Section, Answers]]:
    """The activities with these keys and what is saved of them, a new one among them."""
    for activity in (*application.plan.activities, None):
        if entry_key(EntryKind.ACTIVITY, activity.id if activity else None) in keys:
            yield _section(application, activity), activity_answers(activity) if activity else {}


class ActivityForm(msgspec.Struct, frozen=True):
    """The form of an activity; planned_id: None for a new one."""

    application_id: UUID
    planned_id: UUID | None = None
    template: str = "applications/activity.html"

    async def find(self, connection: AsyncConnection) -> Edited:
        """The activity. Raises Refused (missing)."""
        application = await draft_with_activities(connection, self.application_id)
        activity = planned(application, self.planned_id) if self.planned_id else None
        section = _section(application, activity)
        lead, back = application.parts.lead.id, f"/applications/{self.application_id}/activities"
        return Edited(
            application=application,
            section=section,
            party_id=lead,
            here=f"{back}/{self.planned_id or 'add'}",
            back=back,
            stored=activity_answers(activity) if activity else {},
            version=await entry_version(connection, self.application_id, lead, section.key),
            is_new=activity is None,
            # Of a party that has left since the form was opened.
            strays=[people_field(party.id) for party in application.parts.parties],
        )

    async def context(self, connection: AsyncConnection, edited: Edited, fields: Fields) -> Mapping[str, Any]:
        return {}

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """The plan, and the command for it."""
        plan = _read(fields, edited, edited.application.plan.activity(self.planned_id))

        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            if self.planned_id is None:
                await add_activity(tx, self.application_id, plan, seen=seen, may_void=may_void)
                return _("The activity is added.")
            await change_planned(tx, self.planned_id, plan, seen=seen, may_void=may_void)
            return _("Saved.")

        return Reading(activity_answers(plan), save)


def _read(fields: Fields, edited: Edited, before: Planned | None) -> Plan:
    typed = read_texts(fields, edited.section)
    month, starts_on, ends_on = _when(fields, typed)
    people = {
        party.id: typed[people_field(party.id)] or _unasked(fields, party.id, before)
        for party in edited.application.parts.on_board
    }
    days = {"month": month, "starts_on": starts_on, "ends_on": ends_on}
    plan = msgspec.convert({**typed, **days, "people": people}, Plan, strict=False)
    fields.between(activity_mistakes(plan, _first_day(edited.application)), DAYS)
    return plan


def _unasked(fields: Fields, party_id: UUID, before: Planned | None) -> int:
    """How many people a party sends, as saved before, if the form had no field for it because the party joined after
    the form was opened."""
    has_field = people_field(party_id) in fields.form.fields
    return 0 if has_field or before is None else before.people.get(party_id, 0)


def _when(fields: Fields, typed: Mapping[str, str]) -> tuple[date, date | None, date | None]:
    """The month, and both days where they are known. The first day alone is an activity of one day."""
    days = (typed["starts_on"], typed["ends_on"] or typed["starts_on"])
    starts_on, ends_on = (date.fromisoformat(day) if day else None for day in days)
    if starts_on:
        return starts_on.replace(day=1), starts_on, ends_on
    if ends_on:
        fields.wrong("starts_on", _("Enter the first day, too."))
    elif not typed["month"]:
        fields.wrong("month", _("Enter the month, or the days where you know them."))
    else:
        return date.fromisoformat(f"{typed['month']}-01"), None, None
    return date(2000, 1, 1), None, None


_HERE = "/applications/{application_id:uuid}/activities"
HANDLERS = [
    *form_handlers(f"{_HERE}/add", ActivityForm),
    *form_handlers(f"{_HERE}/{{planned_id:uuid}}", ActivityForm),
]
