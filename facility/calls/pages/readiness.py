"""Whether a draft is ready to be published: part by part, what is missing and what looks odd, and where it is changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from facility.calls.queries.staff import CallStaff
from facility.calls.rules.call import doubts
from facility.calls.rules.forms import form_mistakes
from facility.calls.rules.strict import strict_mistakes
from facility.calls.words.calls import criterion
from facility.refused import Reason
from facility.web.i18n import N_, Message, _, ngettext, translated
from facility.web.sentences import sentence


class _Part(msgspec.Struct, frozen=True):
    """A part of a draft: where it is changed, and the fields that reasons name."""

    label: Message
    place: str
    fields: frozenset[str]


FORM, CHECKLIST = "form", "checklist"
PARTS = (
    _Part(N_("Title and text"), "edit#f-title", frozenset({"reference", "title", "text"})),
    _Part(
        N_("Dates"),
        "edit#f-opens_at",
        frozenset({"opens_at", "closes_at", "cut_offs", "questions_until", "answers_until"}),
    ),
    _Part(N_("Money"), "edit#f-envelope_id", frozenset({"envelope_id", "amount", "award_min", "award_max"})),
    _Part(
        N_("Who may apply"),
        "edit#f-min_beneficiaries",
        frozenset({"min_beneficiaries", "extended_to", "extension_decision"}),
    ),
    _Part(N_("What it asks for"), FORM, frozenset({"form"})),
    _Part(
        N_("How it is judged"),
        "edit#grid",
        frozenset(
            {"sections", "total", "thresholds", "tie_break", "min_assessments", "rejecting", "unusual_reason"}
        ),
    ),
    _Part(N_("What is checked before assessment"), CHECKLIST, frozenset()),
)


class Ready(msgspec.Struct, frozen=True):
    """How a part of a draft stands. place: where it is changed, below the call's page; stops: it can't be published so."""

    label: str
    place: str
    state: str
    kind: str
    sentences: tuple[str, ...] = ()
    stops: bool = False


def readiness(call: CallStaff, now: datetime) -> list[Ready]:
    """The parts of a draft in the order of its form."""
    against = [*strict_mistakes(call.draft, now), *_over(call, now)]
    odd = [*doubts(call.draft.rules), *_odd(call, now)]
    return [_ready(part, call, _of(part, against), _of(part, odd)) for part in PARTS]


def _over(call: CallStaff, now: datetime) -> Iterator[Reason]:
    if now > call.public.closes_at:
        yield Reason("closes_in_the_past", "closes_at")


def _odd(call: CallStaff, now: datetime) -> Iterator[Reason]:
    if call.public.questions_until is not None and call.public.questions_until < now:
        yield Reason("questions_over_already", "questions_until")
    if call.left_after < 0:
        yield Reason("envelope_promised_twice", "amount")


def _of(part: _Part, reasons: Sequence[Reason]) -> list[Reason]:
    return [reason for reason in reasons if (reason.field or "").partition(".")[0] in part.fields]


def _ready(part: _Part, call: CallStaff, against: Sequence[Reason], odd: Sequence[Reason]) -> Ready:
    label = translated(part.label)
    if part.place == FORM and (count := len(form_mistakes(call.public.form))):
        state = ngettext("{count} thing missing", "{count} things missing", count)
        return Ready(label, part.place, state, "bad", (sentence(Reason("form_incomplete")),), stops=True)
    if part.place == CHECKLIST:
        state = ngettext("{count} item", "{count} items", call.checked) if call.checked else _("None")
        return Ready(label, part.place, state, "ok" if call.checked else "wait")
    if against:
        sentences = _sentences(call, [*against, *odd])
        return Ready(label, part.place, _("Needs correction"), "bad", sentences, stops=True)
    if odd:
        return Ready(label, part.place, _("Please check"), "wait", _sentences(call, odd))
    return Ready(label, part.place, _("Complete"), "ok")


def _sentences(call: CallStaff, reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(_sentence(call, reason) for reason in reasons)


def _sentence(call: CallStaff, reason: Reason) -> str:
    params = dict(reason.params)
    if "key" in params:
        params["key"] = criterion(call.public.grid, params["key"])
    return sentence(Reason(reason.code, reason.field, params))
