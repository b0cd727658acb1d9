"""The form of a call: from what is stored to fields, and from fields to a draft."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from facility.accounts.rules.beneficiaries import WESTERN_BALKANS
from facility.calls.forms.cut_offs import MONTHLY, NO_CUT_OFF, CutOffsForm, shown_cut_offs
from facility.calls.forms.grid import GridForm, Values, preset, shown_grid
from facility.calls.rules.after_decision import FLAGS, NUMBERS, AfterDecision
from facility.calls.rules.call import CallDraft
from facility.calls.rules.committee import LEAST_INSTITUTIONS, Committee
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.modes import MOST_HOURS, Mode
from facility.calls.rules.presets import PLAIN
from facility.calls.rules.strict import JOINT, LOOKS_AT
from facility.refused import Reason
from facility.web.fields import Fields, shown, shown_instant
from facility.web.i18n import _
from facility.web.sentences import sentence

_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}")


def shown_draft(draft: CallDraft) -> Values:
    """The fields of a draft that is stored."""
    return {
        "reference": draft.reference,
        "title": draft.title,
        "text": draft.text,
        **shown_instant("opens_at", draft.opens_at),
        **shown_instant("closes_at", draft.closes_at if draft.mode is not Mode.ROLLING else None),
        "mode": draft.mode.value,
        "decide_within_hours": shown(draft.decide_within_hours),
        **shown_cut_offs(draft.cut_offs),
        **shown_instant("questions_until", draft.questions_until),
        **shown_instant("answers_until", draft.answers_until),
        "envelope_id": str(draft.envelope_id),
        **{name: shown(getattr(draft, name)) for name in ("amount", "award_min", "award_max")},
        "min_beneficiaries": str(draft.min_beneficiaries),
        "extended_to": list(draft.extended_to),
        "extension_decision": draft.extension_decision or "",
        "only_themes": list(draft.only_themes),
        "skip_unaffordable": "yes" if draft.skip_unaffordable else "no",
        **_numbers(draft.cool_down, COOL_DOWN),
        **_numbers(draft.after_decision, (*NUMBERS, "offer_least")),
        **{name: "yes" if getattr(draft.after_decision, name) else "" for name in FLAGS},
        "committee_voting": shown(draft.committee.voting),
        "committee_institutions": shown(draft.committee.voting and draft.committee.institutions),
        **shown_grid(draft.grid),
        "unusual_reason": draft.unusual_reason or "",
    }


def _numbers(rules: CoolDown | AfterDecision, names: Iterable[str]) -> Values:
    return {name: shown(getattr(rules, name)) for name in names}


def blank(preset_name: str, reference: str) -> Values:
    """The fields of a call that nobody has begun."""
    return {
        "reference": reference,
        "mode": Mode.DEADLINE.value,
        "min_beneficiaries": "2",
        "skip_unaffordable": "no",
        **shown_grid(preset(preset_name)),
    }


GRID_FIELDS = (
    "sections",
    "total",
    "total_threshold",
    "min_assessments",
    "tie_beneficiaries",
    "tie_received_at",
    "criteria",
    "rejecting",
    "reject_at",
)
GRID_REASONS = frozenset({"sections", "total", "thresholds", "tie_break", "min_assessments", "rejecting"})
"""The fields of the grid, and the groups of its rules' reasons: they are asked once all of these can be read."""
MOST_MEMBERS = 99
COOL_DOWN = {"same_lead_calls": 20, "per_beneficiary_most": 999}
"""The rules that spread awards, and the largest number that each takes."""


class DraftForm:
    """Reads the whole form. `note()` and `field_of` bring a rule's reasons to its fields.
    `left_out`: what was typed for another mode than the chosen one, and is not kept, as phrases."""

    def __init__(
        self,
        fields: Fields,
        beyond: Collection[str],
        themes: Collection[str],
        form: FormDefinition = PLAIN,
    ) -> None:
        self.fields = fields
        self.form = form
        self.beyond = beyond
        self.themes = themes
        self.grid = GridForm(fields)
        self.cut_offs = CutOffsForm(fields)
        self.left_out: list[str] = []

    def read(self) -> CallDraft:
        """The draft as it was typed; wrong fields are noted in `fields`, and have placeholders."""
        fields = self.fields
        reference = read_reference(fields)
        title, text = read_texts(fields)
        opens_at = fields.instant("opens_at")
        mode, closes_at, cut_offs, hours = self._mode()
        questions_until, answers_until = (
            optional_instant(fields, name) for name in ("questions_until", "answers_until")
        )
        envelope_id = fields.key("envelope_id")
        amount, award_min, award_max = (fields.eur(name) for name in ("amount", "award_min", "award_max"))
        min_beneficiaries = fields.integer("min_beneficiaries", JOINT, len(WESTERN_BALKANS))
        extended_to = tuple(fields.many("extended_to", self.beyond, required=False))
        decision = fields.text("extension_decision", missing=None, most=200) or None
        return CallDraft(
            reference=reference,
            title=title,
            text=text,
            opens_at=opens_at,
            closes_at=closes_at,
            questions_until=questions_until,
            answers_until=answers_until,
            envelope_id=envelope_id,
            amount=amount,
            award_min=award_min,
            award_max=award_max,
            min_beneficiaries=min_beneficiaries,
            extended_to=extended_to,
            extension_decision=decision if extended_to else None,
            only_themes=tuple(fields.many("only_themes", self.themes, required=False)),
            skip_unaffordable=fields.choice("skip_unaffordable", ("yes", "no")) == "yes",
            cool_down=CoolDown(**self._optional(COOL_DOWN)),
            after_decision=self._after_decision(),
            committee=self._committee(),
            grid=self.grid.read(),
            form=self.form,
            mode=mode,
            cut_offs=cut_offs,
            decide_within_hours=hours,
            unusual_reason=fields.text("unusual_reason", missing=None, most=2000, multiline=True) or None,
        )

    def _after_decision(self) -> AfterDecision:
        fields = self.fields
        return AfterDecision(
            **self._optional(NUMBERS),
            offer_least=fields.eur("offer_least", least=Decimal("0.01"))
            if fields.given("offer_least")
            else None,
            **{name: fields.yes(name) for name in FLAGS},
        )

    def note(self, reasons: Iterable[Reason]) -> None:
        """Note these reasons of rules at their fields, beside what is wrong with single ones."""
        grid = any(not self.fields.sound(name) for name in GRID_FIELDS)
        of_fields = [
            Reason(reason.code, self.field_of(reason), reason.params)
            for reason in reasons
            if not (grid and (reason.field or "").partition(".")[0] in GRID_REASONS)
        ]
        self.fields.between(of_fields, LOOKS_AT)

    def field_of(self, reason: Reason) -> str | None:
        """The field of this form that a rule's reason is about."""
        return self.cut_offs.field(reason) or self.grid.field(reason)

    def _mode(self) -> tuple[Mode, datetime, tuple[datetime, ...], int | None]:
        """Mode, closing, cut-offs and hours; what only another mode asks for is left out."""
        fields = self.fields
        mode = fields.one_of("mode", Mode) if fields.given("mode") else Mode.DEADLINE
        fields.ignore("mode", *MONTHLY)
        hours = None
        if mode is not Mode.URGENT:
            self._leave_out(_("the hours until a decision"), "decide_within_hours")
        elif fields.given("decide_within_hours"):
            hours = fields.integer("decide_within_hours", 1, MOST_HOURS)
        else:  # the rule says so too, but only once every field can be read
            fields.wrong("decide_within_hours", sentence(Reason("hours_missing")))
        if mode is Mode.ROLLING:
            self._leave_out(_("the closing time"), "closes_at_day", "closes_at_time")
            cut_offs = self.cut_offs.read()
            if not cut_offs:
                fields.wrong("cut_offs-0-at", sentence(Reason("no_cut_off")))
            return mode, max(cut_offs, default=NO_CUT_OFF), cut_offs, hours
        self._leave_out(_("the cut-offs"), *self.cut_offs.names())
        return mode, fields.instant("closes_at"), (), hours

    def _leave_out(self, what: str, *names: str) -> None:
        given = [name for name in names if self.fields.given(name)]
        if given:
            self.left_out.append(what)

    def _optional(self, names: Mapping[str, int]) -> dict[str, Any]:
        """Whole numbers from 1 that may be left empty, each with its largest."""
        fields = self.fields
        return {
            name: fields.integer(name, 1, most) if fields.given(name) else None
            for name, most in names.items()
        }

    def _committee(self) -> Committee:
        """No voting members: no committee."""
        names = ("committee_voting", "committee_institutions")
        voting, institutions = (
            self.fields.integer(name, 1, MOST_MEMBERS) if self.fields.given(name) else None for name in names
        )
        return Committee(voting, institutions or LEAST_INSTITUTIONS) if voting else Committee()


def read_texts(fields: Fields) -> tuple[str, str]:
    return (
        fields.text("title", missing=_("Enter the title of the call."), most=150),
        fields.text("text", missing=_("Enter the text of the call."), most=10_000, multiline=True),
    )


def optional_instant(fields: Fields, name: str) -> datetime | None:
    """A moment that may be left empty; half of one is wrong."""
    parts = (f"{name}_day", f"{name}_time")
    if any(fields.given(part) for part in parts):
        return fields.instant(name)
    fields.ignore(*parts)
    return None


def read_reference(fields: Fields) -> str:
    """The field "reference" of a form: a call's name in addresses and letters, in capitals."""
    reference = fields.text("reference", missing=_("Enter the reference of the call."), most=30).upper()
    if reference and not _REFERENCE.fullmatch(reference):
        fields.wrong("reference", _("Use 3 to 30 capital letters, digits and hyphens, such as TAF-2026-01."))
    return reference
