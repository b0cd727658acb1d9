"""What a form says beside its answers, and two versions of them side by side: the one that is saved and the one that was typed."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.editing import Edited, meanwhile
from facility.applications.queries.writing import section_changes
from facility.forms.checks import Answers
from facility.forms.sections import Section
from facility.forms.versions import Whose
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Page

MOST_VERSION = 999_999_999
AFTER = ("next", "list", "stay")
"""Where to go after saving: the next part, the task list, or nowhere."""


class Sent(msgspec.Struct, frozen=True):
    """What a form says beside the answers. seen: the version with which it must be saved; began: the one that the person
    began from; void: that confirmations may be voided; merging: the form compares two versions."""

    seen: int
    began: int
    void: bool
    then: str
    merging: bool


def sent_in(fields: Fields) -> Sent:
    """From the form."""
    seen = fields.integer("seen", 0, MOST_VERSION)
    began = fields.integer("began", 0, MOST_VERSION) if fields.given("began") else seen
    return Sent(seen, began, fields.yes("void"), then_in(fields), fields.yes("merging"))


def then_in(fields: Fields) -> str:
    """Where to go after saving; forms that don't say it go back to the list."""
    return fields.choice("then", AFTER) if fields.given("then") else "list"


def choose(fields: Fields, section: Section) -> None:
    """Put the version that was chosen for each answer in its place."""
    for field in section.fields:
        fields.ignore(f"mine-{field.key}", f"theirs-{field.key}")
        if f"mine-{field.key}" not in fields.form.fields and f"theirs-{field.key}" not in fields.form.fields:
            continue
        choice = fields.choice(f"choice-{field.key}", ("mine", "theirs", "edit"))
        if choice in ("mine", "theirs"):
            fields.put(
                field.key, [value for value in fields.form.fields.get(f"{choice}-{field.key}", []) if value]
            )


async def compare(
    view: render.View,
    connection: AsyncConnection,
    edited: Edited,
    fields: Fields,
    sent: Sent,
    answers: Answers,
) -> Page:
    """Both versions side by side. Where only one of the two has changed an answer, that one is proposed."""
    saves = await section_changes(connection, *edited.place, seen=sent.began)
    theirs = meanwhile(edited, answers, saves)
    for difference in theirs.differences:
        proposed = "" if difference.whose is Whose.BOTH else difference.whose.value
        fields.values.setdefault(f"choice-{difference.field.key}", proposed)
    return view.page(
        "applications/compare.html",
        status=422 if fields.errors else 409,
        application=edited.application,
        section=edited.section,
        edited=edited,
        form=fields,
        seen=edited.version,
        began=sent.began,
        theirs=theirs,
    )
