"""What a reason's code says to a person. Rooms register their sentences; a code without one is found by a house test."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import jinja2

from facility.refused import Reason
from facility.web import filters
from facility.web.i18n import N_, Message, filled, translated

SENTENCES: dict[str, Message] = {}
"""The sentence of each code, untranslated, with its parameters in braces."""

SHORT: dict[str, Message] = {}
"""For codes whose sentence names something, what it says where only the code was kept; untranslated."""


ONWARD: dict[str, tuple[Message, Callable[..., str]]] = {}
"""For codes that say what comes first: the words of the link to it, and its address by the reason's parameters."""


NOT_POSSIBLE = N_("This is not possible.")
"""What a code without a sentence says."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def register(sentences: Mapping[str, Message]) -> None:
    """Add sentences: `register({"call_closed": N_("The call closed at {closed}.")})`. Raises TypeError for a code twice."""
    if twice := SENTENCES.keys() & sentences.keys():
        raise TypeError(f"sentences registered twice: {sorted(twice)}")
    SENTENCES.update(sentences)


def leads_on(code: str, label: Message, href: Callable[..., str]) -> None:
    """Put a link to what comes first on the page of this refusal: `leads_on("sign_first", N_("Sign it"), lambda call: f"/sign/{call}")`."""
    ONWARD[code] = (label, href)


def onward(reasons: Iterable[Reason]) -> tuple[str, str] | None:
    """The label and the address of the first link that these reasons have."""
    for reason in reasons:
        if reason.code in ONWARD:
            label, href = ONWARD[reason.code]
            return translated(label), href(**reason.params)
    return None


def sentence(reason: Reason) -> str:
    """The reason as a sentence in the language of the page; the short form where the reason has no values for the long
    one."""
    text = SENTENCES.get(reason.code)
    if text and "{" in text and not reason.params:
        text = SHORT.get(reason.code)
    if text is None:
        return translated(NOT_POSSIBLE)
    try:
        return filled(text, **{name: _shown(value) for name, value in reason.params.items()})
    except (KeyError, IndexError):
        return translated(NOT_POSSIBLE)


@jinja2.pass_context  # as |translated
def _of_code(_context: jinja2.runtime.Context, code: str) -> str:
    return translated(SENTENCES[code])


filters.register("sentence", _of_code)


def _shown(value: str) -> str:
    """A day as pages write it: rules hand it on as 2026-11-30."""
    if not _DAY.fullmatch(value):
        return value
    try:
        return filters.day(date.fromisoformat(value))
    except ValueError:
        return value


register(
    {
        "not_found": N_("There is nothing at this address, or it is not for you to see."),
        "not_yours": N_("Your account does not allow this."),
        "sign_in_first": N_("You were signed out before this was sent."),
        "form_forged": N_(
            "The form was too old or did not come from this page. Go back, reload the page and try again."
        ),
        "method": N_("This address does not take that kind of request."),
        "malformed": N_("The form arrived damaged and could not be read. Nothing was saved."),
        "unknown_fields": N_("The form contains fields that this page does not have. Nothing was saved."),
        "media_type": N_("This kind of content cannot be read here."),
        "too_large": N_("This is too large. A file may have 10 MB, all files together 12 MB."),
        "too_many_fields": N_("The form has too many fields."),
        "too_slow": N_("The connection was too slow: the form did not arrive in time. Try again."),
        "too_many_at_once": N_(
            "You are sending several things at the same time. Wait until they have arrived, then send this again."
        ),
        "too_many_bodies": N_(
            "Too much is being sent to the facility at this moment. Nothing was saved; try again in a minute."
        ),
        "too_often": N_("Too many attempts. Wait a while, then try again."),
        "one_document_at_a_time": N_(
            "Another document of yours is being checked. Wait until that is done, then send this one again."
        ),
        "changed_meanwhile": N_(
            "Somebody else has changed this in the meantime. Reload the page to see the current state."
        ),
        "ends_before_it_starts": N_("The last day is before the first."),
        "busy": N_(
            "The facility is busy or restarting. Nothing was lost and nothing was saved; try again in a moment."
        ),
        "failed": N_("Something went wrong on our side. Nothing was saved."),
        "link_unknown": N_(
            "This link is not one of ours, or it was cut short. Copy the whole address from the mail."
        ),
        "link_used": N_("This link has been used. A link works once."),
        "link_revoked": N_("This link is no longer valid: a newer one was sent, or it is no longer needed."),
        "mail_got_through": N_("The mail got through, or is on its way again. Nothing is sent twice."),
        "link_expired": N_("This link is too old."),
    }
)
