"""The public pages: the list of calls, one call with all its rules, and what was corrected."""

from collections.abc import Container

from litestar import get

from facility import clock
from facility.calls.queries import lists
from facility.calls.queries.lists import CallLine, Narrowed, current_calls, past_calls
from facility.calls.queries.public import public_call
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import Standing
from facility.calls.words.calls import MODES, STANDINGS, stands, ties
from facility.calls.words.changes import side_by_side
from facility.web.access import ANYONE, Role, allow
from facility.web.fields import Fields
from facility.web.handler import FromPath, FromQuery, Page, Read, View
from facility.web.i18n import N_

WHICH = {"open": N_("Open"), "coming": N_("Coming"), "over": N_("Over"), "archived": N_("Archived")}


@get("/calls", opt={"allow": allow(ANYONE)})
async def calls(
    view: View,
    read: Read,
    which: FromQuery[str] = "",
    beneficiary: FromQuery[str] = "",
    theme: FromQuery[str] = "",
    mode: FromQuery[str] = "",
    before: FromQuery[str | None] = None,
) -> Page:
    """Calls that are open, to come and over, or only some of them; further pages hold only what is over."""
    now = clock.now()
    choices = await lists.choices(read)
    narrowed = Narrowed(
        beneficiary=_valid_choice(beneficiary, dict(choices.beneficiaries)),
        theme=_valid_choice(theme, dict(choices.themes)),
        mode=_valid_choice(mode, {mode.value: "" for mode in Mode}),
    )
    chosen = _valid_choice(which, WHICH)
    open_calls: list[CallLine] = []
    coming: list[CallLine] = []
    if not before and chosen in ("", "open", "coming"):
        open_calls, coming = await current_calls(read, now, narrowed)
    past: list[CallLine] = []
    older = None
    if chosen in ("", "over", "archived"):
        past, older = await past_calls(read, now, before, narrowed, archived=chosen == "archived")
    given = {
        name: value
        for name, value in (
            ("which", chosen),
            ("beneficiary", narrowed.beneficiary),
            ("theme", narrowed.theme),
            ("mode", narrowed.mode),
        )
        if value
    }
    return view.page(
        "calls/calls.html",
        open_calls=open_calls,
        coming=coming,
        past=[(line, *STANDINGS[line.standing(now)]) for line in past],
        older=older,
        before=before,
        which=chosen,
        kinds=WHICH,
        filters=given,
        form=Fields.showing(given),
        choices=choices,
        modes=MODES,
    )


def _valid_choice(given: str, codes: Container[str]) -> str:
    """The choice in the address, or "" where there is no such choice."""
    return given if given in codes else ""


@get("/calls/{reference:str}", opt={"allow": allow(ANYONE)})
async def call(view: View, read: Read, reference: FromPath[str]) -> Page:
    """One call: who may apply, for what, how much, until when, and how it will be judged."""
    call = await public_call(read, reference)
    now = clock.now()
    return view.page(
        "calls/call.html",
        call=call,
        ties=ties(call.grid),
        stands=stands(call, now),
        is_open=call.standing(now) is Standing.OPEN,
        asks=call.questions_until is not None and now <= call.questions_until,
        may_apply=view.visitor is None or view.visitor.has(Role.OFFICER),
    )


@get("/calls/{reference:str}/changes", opt={"allow": allow(ANYONE)})
async def changes(view: View, read: Read, reference: FromPath[str]) -> Page:
    """The versions of a call: what was published first, and what each corrigendum changed, side by side."""
    call = await public_call(read, reference)
    return view.page(
        "calls/changes.html",
        call=call,
        corrigenda=[
            (step.after, side_by_side(step.before.draft, step.after.draft)) for step in call.corrigenda
        ],
    )


HANDLERS = [calls, call, changes]
