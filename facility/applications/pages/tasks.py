"""The task list: each part of an application, how far it is, and what is missing before it can be submitted."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from facility.applications.queries import ApplicationShown, PartyLine
from facility.applications.rules import Confirmation
from facility.refused import Reason
from facility.web.i18n import _, listed, ngettext
from facility.web.sentences import sentence

SECTION_OF = {
    "title_missing": "ask",
    "summary_missing": "ask",
    "plan_missing": "ask",
    "themes_missing": "themes",
    "casework_origin_missing": "casework",
    "lead_role_missing": "partners",
    "too_few_beneficiaries": "partners",
    "partner_not_eligible": "partners",
    "partner_not_confirmed": "partners",
    "above_award_max": "partners",
    "below_award_min": "partners",
    "classified_document": "documents",
    "consultation_missing": "consultation",
    "late": "check",
    "not_open": "check",
}
"""Where each reason against a submission can be mended."""


class Why(msgspec.Struct, frozen=True):
    """One thing that is missing, and the way to mend it."""

    text: str
    fix: str
    href: str


class Task(msgspec.Struct, frozen=True):
    """A line of the task list."""

    label: str
    href: str
    state: str
    kind: str
    whys: tuple[Why, ...] = ()


def tasks(application: ApplicationShown, at: datetime) -> list[Task]:
    """The parts of a draft in the order in which they are best filled in."""
    reasons = application.reasons_now(at)
    names = ["ask", "themes", "casework", "partners", "documents"]
    if application.track == "exception":
        names.append("consultation")
    made = [_task(application, name, reasons) for name in names]
    return [*made, _check(application, reasons)]


def whys(application: ApplicationShown, reasons: Sequence[str]) -> list[Why]:
    """Everything that stands against submitting, each with the page where it can be mended."""
    return [why for reason in reasons for why in _why(application, reason)]


def address(application: ApplicationShown, section: str) -> str:
    """The page of a part."""
    below = f"answers/{section}" if section in ("ask", "themes", "casework") else section
    return f"/applications/{application.id}/{below}"


def label(section: str) -> str:
    """What a part is called."""
    return {
        "ask": _("What you ask for, and why"),
        "themes": _("Themes"),
        "casework": _("Where it comes from in casework"),
        "partners": _("Partners, amounts and confirmations"),
        "documents": _("Documents"),
        "consultation": _("Consultation"),
        "check": _("Check everything and submit"),
    }[section]


def _task(application: ApplicationShown, section: str, reasons: Sequence[str]) -> Task:
    against = [reason for reason in reasons if SECTION_OF[reason] == section]
    state, kind = _state(application, section, against)
    # "Not started" says enough for an empty part; what is wrong with a filled one is said.
    said = whys(application, against) if kind != "plain" else []
    return Task(label(section), address(application, section), state, kind, tuple(said))


def _state(application: ApplicationShown, section: str, against: Sequence[str]) -> tuple[str, str]:
    if section == "documents":
        return _documents(application)
    if section == "partners" and application.parts.partners:
        return _partners(application.parts.partners, against)
    if not against:
        return _("Complete"), "ok"
    if section == "ask" and len(against) == 1:
        return _("Begun"), "wait"
    return _("Not started"), "plain"


def _documents(application: ApplicationShown) -> tuple[str, str]:
    if marked := application.parts.marked:
        return ngettext("{count} refused", "{count} refused", marked), "bad"
    count = len(application.parts.documents)
    if count:
        return ngettext("{count} attached", "{count} attached", count), "ok"
    return _("None, none needed"), "plain"


def _partners(partners: Sequence[PartyLine], against: Sequence[str]) -> tuple[str, str]:
    confirmed = sum(partner.confirmed for partner in partners)
    if confirmed < len(partners):
        return _("{confirmed} of {all} confirmed", confirmed=confirmed, all=len(partners)), "wait"
    return (_("To mend"), "bad") if against else (_("Complete"), "ok")


def _check(application: ApplicationShown, reasons: Sequence[str]) -> Task:
    own = whys(application, [reason for reason in reasons if SECTION_OF[reason] == "check"])
    if reasons:
        return Task(
            label("check"), address(application, "check"), _("Cannot be submitted yet"), "plain", tuple(own)
        )
    return Task(label("check"), address(application, "check"), _("Ready"), "info")


def _why(application: ApplicationShown, reason: str) -> Iterator[Why]:
    href = address(application, SECTION_OF[reason])
    if reason == "partner_not_confirmed":
        yield from _unconfirmed(application.parts.partners, href)
    elif reason == "classified_document":
        yield Why(sentence(Reason(reason)), _("What you may send"), href)
    elif reason == "consultation_missing" or reason.endswith("_missing"):
        yield Why(sentence(Reason(reason)), _("Fill it in"), href)
    elif SECTION_OF[reason] == "check":
        yield Why(sentence(Reason(reason)), _("See the call"), f"/calls/{application.call_reference}")
    else:
        yield Why(sentence(Reason(reason)), _("Change the partners or amounts"), href)


def _unconfirmed(partners: Sequence[PartyLine], href: str) -> Iterator[Why]:
    """Who has not answered and who must again, by what can be done about it."""
    told = {
        Confirmation.NONE: (_("Not asked yet: {names}."), _("Ask for confirmation")),
        Confirmation.INVITED: (_("Not answered yet: {names}."), _("Remind or correct the address")),
        Confirmation.VOID: (
            _("Must confirm the changed text again: {names}."),
            _("Remind or correct the address"),
        ),
        Confirmation.DECLINED: (_("Declined: {names}."), _("Read the reason")),
    }
    for state, (text, fix) in told.items():
        names = [partner.institution for partner in partners if partner.confirmation is state]
        if names:
            yield Why(text.format(names=listed(names)), fix, href)
