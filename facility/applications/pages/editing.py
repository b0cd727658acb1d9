"""What somebody edits at one go: what is saved of it, what this person has typed and not saved, and how two versions differ."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import Change
from facility.drafting.queries import Copy
from facility.forms.checks import Answers
from facility.forms.keys import BESIDE, SIDES
from facility.forms.reading import typed_in
from facility.forms.sections import Section
from facility.forms.versions import Difference, base_of, changes
from facility.web.forms import Form
from facility.web.i18n import _


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """A section, an activity, a party or the budget of a draft, with the fields of its form (a `drafting.Drafted`).
    party_id: whose it is; stored: what is saved, empty for a new one; version: how often it was saved (new entries
    share one key, and each addition raises its version by one); strays: fields of its form to ignore; notes: what is
    wrong for submission, by field; goes: where the visitor may go after saving, besides back."""

    application: ApplicationShown
    section: Section
    party_id: UUID
    here: str
    back: str
    stored: Answers
    version: int
    is_new: bool = False
    strays: Sequence[str] = ()
    notes: Mapping[str, list[str]] = {}
    goes: Mapping[str, str] = {}

    @property
    def subject_id(self) -> UUID:
        """What is typed in it is kept with its party."""
        return self.party_id

    @property
    def key(self) -> str:
        """Under which it is kept there."""
        return self.section.key

    @property
    def place(self) -> tuple[UUID, UUID, str]:
        """Application, party and key: where changes of it are kept."""
        return self.application.id, self.party_id, self.section.key

    @property
    def beside(self) -> Sequence[str]:
        """What its form sends beside its fields."""
        sides = (f"{side}-{field.key}" for field in self.section.fields for side in SIDES)
        return (*BESIDE, *sides, *self.strays)

    def typed_in(self, form: Form) -> dict[str, list[str]]:
        """What a form says in its fields."""
        return typed_in(form, self.section)


def unsaved(section: Section, stored: Answers, copy: Copy | None) -> Copy | None:
    """The working copy, if it says anything else than what is saved."""
    return copy if copy and copy.says_else(stored, [field.key for field in section.fields]) else None


def voiding(edited: Edited, answers: Answers) -> list[Difference]:
    """What these answers would change of what partners confirm."""
    changed = changes(edited.section, edited.stored, answers)
    return [difference for difference in changed if difference.field.material]


class Meanwhile(msgspec.Struct, frozen=True):
    """What others saved since somebody began: who and when, and each answer that differs from what this person typed."""

    names: tuple[str, ...]
    at: datetime
    differences: Sequence[Difference]


def meanwhile(edited: Edited, mine: Answers, saves: Sequence[Change]) -> Meanwhile:
    """Mine against what is saved; saves: those since, the newest first."""
    # Without them nobody knows what both began from, and each difference is for the person to decide.
    base = base_of(edited.stored, [save.before for save in saves]) if saves else None
    return Meanwhile(
        names=tuple(dict.fromkeys(save.saved_by or _("Somebody") for save in saves)) or (_("Somebody"),),
        at=saves[0].saved_at if saves else edited.application.saved_at,
        differences=changes(edited.section, edited.stored, mine, base),
    )
