"""A section on somebody's edited: what is saved of it, what this person has typed and not saved, and who else writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.questions import shown_answers
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.parts import PartyLine
from facility.applications.queries.writing import Change, Copy, own_copies
from facility.applications.rules.differences import Piece, Whose, base_of, clashes, compared
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.rules.parts import ROLE
from facility.calls.rules.forms import TEXTS, Answer, Answers, By, Field, FormSection, findings
from facility.web.forms import Form
from facility.web.i18n import N_, _, filled
from facility.web.sentences import sentence

type Typed = Mapping[str, Sequence[str]]
"""What was typed, by field key: every value of a field, as it came."""


class Editable(Protocol):
    """What somebody writes at one go: a section, an activity, a party. here: its page; back: where one comes from; beside: names
    of its form that are of no account; version: how often it was saved."""

    @property
    def application(self) -> ApplicationShown: ...
    @property
    def section(self) -> FormSection: ...
    @property
    def party_id(self) -> UUID: ...
    @property
    def here(self) -> str: ...
    @property
    def back(self) -> str: ...
    @property
    def beside(self) -> Sequence[str]: ...
    @property
    def stored(self) -> Answers: ...
    @property
    def version(self) -> int: ...


class EditedSection(msgspec.Struct, frozen=True):
    """A section of an application, of one party."""

    application: ApplicationShown
    section: FormSection
    party_id: UUID

    @property
    def here(self) -> str:
        """Its page."""
        return f"/applications/{self.application.id}/answers/{self.section.key}"

    @property
    def back(self) -> str:
        """The task list."""
        return f"/applications/{self.application.id}"

    @property
    def beside(self) -> Sequence[str]:
        """Nothing."""
        return ()

    @property
    def stored(self) -> Answers:
        """What is saved."""
        return self.application.answers(self.section, self.party_id)

    @property
    def shown(self) -> dict[str, Answer]:
        """What is saved, as the form shows it."""
        return shown_answers(self.section, self.stored)

    @property
    def version(self) -> int:
        """How often it was saved."""
        line = self.application.parts.section(self.section.key, self.party_id)
        return line.version if line else 0


def typed_in(section: FormSection, form: Form) -> dict[str, list[str]]:
    """What a form says in the fields of the section."""
    return {field.key: form.fields.get(field.key, []) for field in section.fields}


def values_of(typed: Typed) -> dict[str, Answer]:
    """What was typed, as a form shows it."""
    return {key: values[0] if len(values) == 1 else list(values) for key, values in typed.items() if values}


def unsaved(section: FormSection, stored: Answers, copy: Copy | None) -> Copy | None:
    """The working copy, if it says anything else than what is saved. Of what its form did not ask yet, it says nothing."""
    if copy is None:
        return None
    keys = [field.key for field in section.fields]
    given = {key: copy.typed[key] for key in keys if key in copy.typed}
    same = all(_plain(values) == _plain(_many(stored.get(key, ""))) for key, values in given.items())
    return None if same else copy


def _many(answer: Answer) -> list[str]:
    return answer if isinstance(answer, list) else [answer]


def _plain(values: Sequence[str]) -> list[str]:
    """Without what saving would change or leave out."""
    return sorted(value for value in (value.replace("\r\n", "\n").strip() for value in values) if value)


type Copies = Mapping[str, Sequence[Copy]]
"""What somebody has typed and not saved, by section."""


def typed_sections(application: ApplicationShown, party: PartyLine, copies: Copies) -> list[str]:
    """The keys of the sections of a party, the lead's answers for all among them, where a copy says anything else than what
    is saved."""
    saved: list[tuple[FormSection, Answers]] = [(ROLE, {"role": party.role})]
    for by in (By.LEAD, By.PARTY) if party.is_lead else (By.PARTY,):
        for section in application.form.questions(by):
            saved.append((section, application.answers(section, party.id, confidential=True)))
    if party.is_lead and application.track == "exception":
        saved.append((CONSULTATION, {CONSULTATION.key: application.consultation or ""}))
    return [
        section.key
        for section, stored in saved
        if any(unsaved(section, stored, copy) for copy in copies.get(section.key, ()))
    ]


async def copies_of(
    connection: AsyncConnection, application_id: UUID, party_id: UUID, person_id: UUID
) -> Copies:
    """What this person has typed in a party's sections and not saved."""
    copies = await own_copies(connection, application_id, person_id)
    return {key: [copy] for (party, key), copy in copies.items() if party == party_id}


_SHORT = {
    "answer_missing": N_("Needed before you can submit."),
    "answer_too_short": N_("Before you can submit, write at least {least} characters."),
    "answer_too_long": N_("Before you can submit, shorten this to {most} characters."),
    "answer_too_small": N_("Before you can submit: at least {least}."),
    "answer_too_great": N_("Before you can submit: at most {most}."),
    "answer_too_early": N_("Before you can submit: not before {least}."),
    "answer_too_late": N_("Before you can submit: not after {most}."),
    "answer_too_few": N_("Before you can submit, choose at least {least}."),
    "answer_not_accepted": N_("You can't submit with this answer."),
}
"""What the checks find, said beside the field, whose name need not be repeated."""


def notes(part: EditedSection) -> dict[str, list[str]]:
    """What stands in the saved answers against submitting, by field: nothing before the first save."""
    notes_by_field: dict[str, list[str]] = {}
    for reason in findings(part.section, part.stored) if part.version else ():
        key = (reason.field or "").partition(".")[2]
        short = _SHORT.get(reason.code)
        notes_by_field.setdefault(key, []).append(
            filled(short, **reason.params) if short else sentence(reason)
        )
    return notes_by_field


class Difference(msgspec.Struct, frozen=True):
    """A field that reads one way and another, side by side; pieces: for texts, what is gone and what is new."""

    field: Field
    old: Answer
    new: Answer
    pieces: tuple[Piece, ...]
    whose: Whose = Whose.BOTH


def difference(field: Field, old: Answer, new: Answer, whose: Whose = Whose.BOTH) -> Difference:
    """What becomes of an answer."""
    texts = field.type in TEXTS and isinstance(old, str) and isinstance(new, str)
    return Difference(field, old, new, compared(str(old), str(new)) if texts else (), whose)


def voiding(edited: Editable, answers: Answers) -> list[Difference]:
    """What these answers would change of what partners confirm."""
    return [
        difference(field, edited.stored.get(field.key, ""), answers.get(field.key, ""))
        for field in edited.section.fields
        if field.material and (edited.stored.get(field.key) or "") != (answers.get(field.key) or "")
    ]


class Meanwhile(msgspec.Struct, frozen=True):
    """What others saved since somebody began: who and when, and each answer that differs from what this person typed."""

    names: tuple[str, ...]
    at: datetime
    differences: tuple[Difference, ...]


def meanwhile(edited: Editable, mine: Answers, changes: Sequence[Change]) -> Meanwhile:
    """Mine against what is saved; changes: the saves since, the newest first."""
    # Without them nobody knows what both began from, and each difference is for the person to decide.
    base = base_of(edited.stored, [change.before for change in changes]) if changes else None
    differing = clashes(mine, edited.stored, base)
    return Meanwhile(
        names=tuple(dict.fromkeys(change.saved_by or _("Somebody") for change in changes))
        or (_("Somebody"),),
        at=changes[0].saved_at if changes else edited.application.saved_at,
        differences=tuple(
            difference(edited.section.field(clash.key), clash.theirs, clash.mine, clash.whose)
            for clash in differing
        ),
    )
