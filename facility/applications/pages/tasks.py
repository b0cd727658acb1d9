"""The task list: each part of an application, how far it is, and what is missing before it can be submitted."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.content import PartyLine
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.rules.own_parts import ROLE, own_sections, readable
from facility.applications.rules.parties import Confirmation
from facility.calls.rules.forms import TITLE, By, FormSection, SectionKind
from facility.forms.checks import is_filled
from facility.forms.findings import findings
from facility.refused import Reason
from facility.web.i18n import N_, _, filled, listed, ngettext, translated
from facility.web.sentences import sentence

SECTION_OF = {
    "lead_role_missing": "partners",
    "too_few_beneficiaries": "partners",
    "partner_not_eligible": "partners",
    "partner_not_confirmed": "partners",
    "above_award_max": "partners",
    "below_award_min": "partners",
    "classified_document": "documents",
    "consultation_missing": "consultation",
    "late": "check",
    "call_cancelled": "check",
    "not_open": "check",
}
"""Where each reason against a submission can be mended, other than those about an answer, which name their section."""

CHANGE_REQUESTED = N_("Change requested by {names}.")
UNCONFIRMED = {
    Confirmation.NONE: (N_("Not asked yet: {names}."), N_("Ask for confirmation")),
    Confirmation.INVITED: (N_("Not answered yet: {names}."), N_("Remind or correct the address")),
    Confirmation.VOID: (
        N_("Must confirm the changed text again: {names}."),
        N_("Remind or correct the address"),
    ),
    Confirmation.DECLINED: (N_("Declined: {names}."), N_("Read the reason")),
}
"""By how a partner's confirmation stands: what is missing, and what can be done about it; untranslated."""


def section_of(application: ApplicationShown, reason: Reason) -> str:
    """The part in which this can be mended."""
    if reason.code in ("above_award_max", "below_award_min") and (
        section := application.form.of(SectionKind.BUDGET)
    ):
        return section.key
    if _of_partner(reason):
        return "partners"
    return SECTION_OF.get(reason.code) or (reason.field or "").partition(".")[0]


def _of_partner(reason: Reason) -> bool:
    """Whether it is about a partner's own part."""
    return (reason.field or "").startswith("part:")


class Why(msgspec.Struct, frozen=True):
    """One thing that is missing, and the way to mend it."""

    text: str
    fix: str
    href: str


class Task(msgspec.Struct, frozen=True):
    """A line of the task list. needs: the questions that are not answered yet, each with its place; whys: what else
    prevents submission; asks: changes that partners have requested where nothing is prevented by them; unsaved: the visitor has
    typed something there and not saved it; waiting: only answers of others are missing."""

    label: str
    href: str
    state: str
    kind: str
    whys: tuple[Why, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    asks: tuple[Why, ...] = ()
    unsaved: bool = False
    waiting: bool = False


def tasks(application: ApplicationShown, at: datetime, unsaved: Collection[str] = ()) -> list[Task]:
    """The parts of a draft in the order in which they are best filled in; unsaved: the keys of those in which the visitor
    has typed something and not saved it."""
    reasons = application.reasons_now(at)
    made = [
        msgspec.structs.replace(_task(application, section, reasons), unsaved=section.key in unsaved)
        for section in sections(application)
    ]
    if _over(reasons):
        made = [_to_read(task) for task in made]
    return [*made, _check(application, _reasons_to_show(reasons))]


def _over(reasons: Sequence[Reason]) -> bool:
    return any(reason.code == "late" for reason in reasons)


def _reasons_to_show(reasons: Sequence[Reason]) -> Sequence[Reason]:
    """After the deadline only the deadline is shown: nobody is asked to correct what can't be submitted any more."""
    return [reason for reason in reasons if reason.code == "late"] or reasons


def _to_read(task: Task) -> Task:
    """A part of a draft that can no longer be submitted: whether it was complete, and nothing to do."""
    kept = {name: getattr(task, name) for name in ("label", "href", "unsaved")}
    if task.kind == "ok":
        return Task(**kept, state=task.state, kind=task.kind)
    return Task(**kept, state=_("Not complete"), kind="plain")


def next_task(made: Sequence[Task]) -> Task | None:
    """The part to go on with: first one with unsaved text, then the first of the list that is not done, and last one
    that only waits for others. Content comes before partners in the list, so nobody is asked to join an empty
    application. None if only checking and submitting is left."""
    left = [task for task in made[:-1] if task.kind != "ok" and (task.whys or task.needs)]
    ordered = [
        *(task for task in made if task.unsaved),
        *(task for task in left if not task.waiting),
        *left,
    ]
    return next(iter(ordered), None)


def state_of(application: ApplicationShown, section: FormSection) -> tuple[str, str]:
    """How far a section of questions is, and the kind of its tag."""
    return _state(application, section, findings(section, application.answers(section)))


def following(application: ApplicationShown, section: FormSection | None) -> tuple[str, str] | None:
    """The part that follows this one, and its page; None after the last."""
    keys = [part.key for part in sections(application)]
    later = keys[keys.index(section.key) + 1 :] if section and section.key in keys else []
    return next(iter(links(application, later)), None)


def after(application: ApplicationShown, section: FormSection | None) -> str:
    """The page of the part that follows this one; after the last the task list."""
    part = following(application, section)
    return part[1] if part else f"/applications/{application.id}"


def part_tasks(
    application: ApplicationShown, party: PartyLine, here: str, *, own: bool, unsaved: Collection[str] = ()
) -> Iterator[Task]:
    """The sections of a party's own part and how far they are. here: the address above them; own: the party looks itself,
    otherwise the lead does, which reads nothing confidential and changes the role elsewhere; unsaved: as in `tasks`."""
    for section in own_sections(application.form):
        if section is ROLE and not own:
            continue
        answers = application.answers(section, party.id, confidential=True)
        if section is ROLE:
            answers = {"role": party.role}
        seen = readable(section, confidential=own)
        missing = len(findings(section, answers))
        begun = any(is_filled(answers.get(field.key, "")) for field in seen)
        if not missing and (begun or not seen):
            state, kind = _("Complete"), "ok"
        elif missing and begun:
            state, kind = ngettext("{count} thing missing", "{count} things missing", missing), "wait"
        else:
            state, kind = _("Not started") if seen else _("Not complete"), "plain"
        href = f"{here}/{section.key}" if seen else ""
        yield Task(section.title, href, state, kind, unsaved=section.key in unsaved)


def sections(application: ApplicationShown) -> Iterator[FormSection]:
    """The parts that the lead fills in: once for all, and its own."""
    yield from application.form.sections
    if application.track == "exception":
        yield CONSULTATION


def whys(application: ApplicationShown, reasons: Sequence[Reason]) -> list[Why]:
    """Everything that stands against submitting, each with the page where it can be mended."""
    return [why for reason in _reasons_to_show(reasons) for why in _why(application, reason)]


def links(application: ApplicationShown, keys: Collection[str]) -> list[tuple[str, str]]:
    """The parts with these keys, each with its page."""
    return [
        (part.title, address(application, part.key)) for part in sections(application) if part.key in keys
    ]


_PAGES = {By.LEAD: "answers", By.PARTY: "part"}


def address(application: ApplicationShown, section: str) -> str:
    """The page of a part."""
    form_section = application.form.section(section)
    below = section
    if form_section is not None:
        below = (
            f"{_PAGES[form_section.by]}/{section}"
            if form_section.kind is SectionKind.QUESTIONS
            else form_section.kind.value
        )
    return f"/applications/{application.id}/{below}"


def _task(application: ApplicationShown, section: FormSection, reasons: Sequence[Reason]) -> Task:
    against = [reason for reason in reasons if section_of(application, reason) == section.key]
    state, kind = _state(application, section, against)
    href = address(application, section.key)
    missing = [reason for reason in against if reason.code == "answer_missing" and not _of_partner(reason)]
    others = whys(application, [reason for reason in against if reason not in missing])
    needs = [(reason.params["label"], _field(href, reason)) for reason in missing]
    asks: tuple[Why, ...] = ()
    waiting = False
    if section.kind is SectionKind.PARTNERS:
        if "partner_not_confirmed" not in {reason.code for reason in against}:
            asks = tuple(_asking(application))
        waiting = not asks and _asked_all(application.parts.partners, against)
    return Task(section.title, href, state, kind, tuple(others), tuple(needs), asks, waiting=waiting)


def _asked_all(partners: Sequence[PartyLine], against: Sequence[Reason]) -> bool:
    """Whether every partner has been asked and none waits for the lead, and nothing but their answers and their own parts is
    missing."""
    unanswered = {partner.confirmation for partner in partners if not partner.confirmed}
    asked_back = any(partner.asks_change for partner in partners)
    return (
        not asked_back
        and unanswered <= {Confirmation.INVITED, Confirmation.VOID}
        and all(reason.code == "partner_not_confirmed" or _of_partner(reason) for reason in against)
    )


def _field(href: str, reason: Reason) -> str:
    """The place of the field that a reason is about."""
    return f"{href}#f-{(reason.field or '').partition('.')[2]}"


def _state(application: ApplicationShown, section: FormSection, against: Sequence[Reason]) -> tuple[str, str]:
    if section.kind is SectionKind.DOCUMENTS:
        return _documents(application)
    if section.kind is SectionKind.PARTNERS and application.parts.partners:
        return _partners(application.parts.partners, against)
    if not against:
        return _("Complete"), "ok"
    begun = {SectionKind.ACTIVITIES: application.plan.activities, SectionKind.BUDGET: application.plan.lines}
    if begun.get(section.kind):
        return _("Needs correction"), "bad"
    answers = application.answers(section, confidential=True)
    if any(is_filled(answer) for key, answer in answers.items() if key != TITLE):
        return _("Started"), "wait"
    return _("Not started"), "plain"


def _documents(application: ApplicationShown) -> tuple[str, str]:
    if marked := application.parts.marked:
        return ngettext("{count} refused", "{count} refused", marked), "bad"
    count = len(application.parts.documents)
    if count:
        return ngettext("{count} attached", "{count} attached", count), "ok"
    return _("None (optional)"), "plain"


def _partners(partners: Sequence[PartyLine], against: Sequence[Reason]) -> tuple[str, str]:
    confirmed = sum(partner.confirmed for partner in partners)
    if confirmed < len(partners):
        return _("{confirmed} of {all} confirmed", confirmed=confirmed, all=len(partners)), "wait"
    return (_("Needs correction"), "bad") if against else (_("Complete"), "ok")


def _check(application: ApplicationShown, reasons: Sequence[Reason]) -> Task:
    own = whys(application, [reason for reason in reasons if section_of(application, reason) == "check"])
    label, href = _("Check everything and submit"), address(application, "check")
    if _over(reasons):
        return Task(label, href, _("Closed"), "plain", tuple(own))
    if reasons:
        return Task(label, href, _("Cannot be submitted yet"), "plain", tuple(own))
    return Task(label, href, _("Ready"), "info")


def _why(application: ApplicationShown, reason: Reason) -> Iterator[Why]:
    section = section_of(application, reason)
    href = address(application, section)
    if reason.code == "partner_not_confirmed":
        yield from _asking(application)
        yield from _unconfirmed(application.parts.partners, href)
    elif reason.code == "classified_document":
        yield Why(sentence(reason), _("What you may send"), href)
    elif reason.code in ("consultation_missing", "lead_role_missing"):
        yield Why(sentence(reason), _("Fill it in"), href)
    elif reason.code in ("no_activity", "no_budget_line"):
        yield Why(sentence(reason), _("Begin"), href)
    elif _of_partner(reason):
        yield _in_part(application, reason)
    elif reason.code not in SECTION_OF:
        yield Why(sentence(reason), _("Fill it in"), _field(href, reason))
    elif section == "check":
        yield Why(sentence(reason), _("See the call"), f"/calls/{application.call_reference}")
    else:
        fix = _("Change the partners or amounts") if section == "partners" else _("Change the budget")
        yield Why(sentence(reason), fix, href)


def _in_part(application: ApplicationShown, reason: Reason) -> Why:
    """What is missing in a partner's own part: the lead can fill in what is not confidential."""
    party, _dot, place = (reason.field or "").removeprefix("part:").partition(".")
    section, _dot, field = place.partition(".")
    partners = address(application, "partners")
    if not section:
        return Why(sentence(reason), _("Remind or correct the address"), partners)
    href = f"/applications/{application.id}/parties/{party}/part/{section}#f-{field}"
    return Why(sentence(reason), _("Fill it in for this partner"), href)


def _asking(application: ApplicationShown) -> list[Why]:
    """Which partners want something changed before they confirm."""
    names = [partner.institution for partner in application.parts.partners if partner.asks_change]
    href = f"/applications/{application.id}/changes"
    text = filled(CHANGE_REQUESTED, names=listed(names))
    return [Why(text, _("Read and answer"), href)] if names else []


def _unconfirmed(partners: Sequence[PartyLine], href: str) -> Iterator[Why]:
    """Who else has not answered and who must again, by what can be done about it."""
    others = [partner for partner in partners if not partner.asks_change]
    for state, (text, fix) in UNCONFIRMED.items():
        names = [partner.institution for partner in others if partner.confirmation is state]
        if names:
            yield Why(filled(text, names=listed(names)), translated(fix), href)
