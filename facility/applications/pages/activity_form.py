"""The form of an activity that a draft plans: a new one, or one that stands there."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.words import PLACES, place_choices
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
    ActivityKind,
    Plan,
    Planned,
    activity_mistakes,
)
from facility.applications.rules.drafting import MAX_TITLE
from facility.applications.rules.entries import EntryKind, activity_answers, entry_key, people_field
from facility.applications.service.plan import add_activity, change_planned
from facility.calls.rules.forms import FormSection
from facility.db import Tx
from facility.forms.checks import Answers
from facility.forms.types import Field, FieldType, Option
from facility.refused import refuse
from facility.web.fields import Fields
from facility.web.i18n import _, translated
from facility.zone import BRUSSELS

DAYS = {
    "day_too_early": ("starts_on", "ends_on", "month"),
    "ends_before_it_starts": ("starts_on",),
    "more_days_than_that": ("starts_on", "ends_on"),
}
"""The fields that reasons about days look at, beside their own."""
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


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


def _section(application: ApplicationShown, activity: Planned | None) -> FormSection:
    """The fields of the form, as two versions are shown side by side."""
    kinds = tuple(Option(kind.value, translated(word)) for kind, word in words.ACTIVITY_KINDS.items())
    places = tuple(Option(code, name) for code, name in place_choices())
    number, short, day = FieldType.NUMBER, FieldType.SHORT_TEXT, FieldType.DAY
    people = (
        Field(key=people_field(party.id), label=party.institution, type=number)
        for party in application.parts.on_board
    )
    return FormSection(
        key=entry_key(EntryKind.ACTIVITY, activity.id if activity else None),
        title=activity.title if activity else _("Add an activity"),
        fields=(
            Field(key="kind", label=_("Kind"), type=FieldType.ONE_OF, options=kinds),
            Field(key="title", label=_("Title"), type=short),
            Field(key="place", label=_("Town"), type=short),
            Field(key="country", label=_("Country"), type=FieldType.ONE_OF, options=places),
            Field(key="days", label=_("Days"), type=number),
            Field(key="month", label=_("Month"), type=short),
            Field(key="starts_on", label=_("First day"), type=day),
            Field(key="ends_on", label=_("Last day"), type=day),
            *people,
            Field(key="purpose", label=_("What it is for"), type=FieldType.LONG_TEXT),
        ),
    )


def activity_entries(
    application: ApplicationShown, keys: Collection[str]
) -> Iterator[tuple[FormSection, Answers]]:
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
        """The activity, and where it may take place."""
        activity = edited.application.plan.activity(self.planned_id)
        return {"activity": activity, "places": place_choices()}

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """The plan, and the command for it."""
        plan = _read(fields, edited.application, edited.application.plan.activity(self.planned_id))

        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            if self.planned_id is None:
                await add_activity(tx, self.application_id, plan, seen=seen, may_void=may_void)
                return _("The activity is added.")
            await change_planned(tx, self.planned_id, plan, seen=seen, may_void=may_void)
            return _("Saved.")

        return Reading(activity_answers(plan), save)


def _read(fields: Fields, application: ApplicationShown, before: Planned | None) -> Plan:
    kind = fields.one_of("kind", ActivityKind)
    title = fields.text("title", most=MAX_TITLE)
    place = fields.text("place", most=MAX_PLACE)
    country = fields.choice("country", PLACES)
    days = fields.integer("days", 1, MAX_DAYS)
    month, starts_on, ends_on = _when(fields)
    plan = Plan(
        kind=kind,
        title=title,
        place=place,
        country=country,
        days=days,
        month=month,
        starts_on=starts_on,
        ends_on=ends_on,
        purpose=fields.text("purpose", most=MAX_PURPOSE, multiline=True),
        people={party.id: _people(fields, party.id, before) for party in application.parts.on_board},
    )
    first = max(application.activities_from, clock.now().astimezone(BRUSSELS).date())
    fields.between(activity_mistakes(plan, first), DAYS)
    return plan


def _people(fields: Fields, party_id: UUID, before: Planned | None) -> int:
    """How many a party sends; as it is saved where the form had no field for it, since it came in after that was opened."""
    name = people_field(party_id)
    if fields.given(name):
        return fields.integer(name, 0, MAX_PEOPLE)
    return before.people.get(party_id, 0) if before and name not in fields.form.fields else 0


def _when(fields: Fields) -> tuple[date, date | None, date | None]:
    """The month, and the days where they are known: a day is enough for both."""
    starts_on = fields.day("starts_on") if fields.given("starts_on") else None
    ends_on = fields.day("ends_on") if fields.given("ends_on") else starts_on
    text = fields.text("month", required=False)
    if starts_on:
        return starts_on.replace(day=1), starts_on, ends_on
    if ends_on:
        fields.wrong("starts_on", _("Enter the first day, too."))
    elif not text:
        fields.wrong("month", _("Enter the month, or the days where you know them."))
    elif match := _MONTH.fullmatch(text):
        return date(int(match[1]), int(match[2]), 1), None, None
    else:
        fields.wrong("month", _("Enter a month like 2027-03."))
    return date(2000, 1, 1), None, None


_HERE = "/applications/{application_id:uuid}/activities"
HANDLERS = [
    *form_handlers(f"{_HERE}/add", ActivityForm),
    *form_handlers(f"{_HERE}/{{planned_id:uuid}}", ActivityForm),
]
