"""The two addresses of a form that keeps what is typed in it: /copy, to a script and to a browser without one, and /discard."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from facility import db
from facility.db import new_id
from facility.drafting.queries import Copy
from facility.drafting.service import Holder, end, keep
from facility.refused import Refused, refuse
from facility.web import forms, render
from facility.web.again import Trace
from facility.web.carried import key, stamp
from facility.web.errors import AUTOSAVE
from facility.web.fields import Fields
from facility.web.handler import Form, Limits, Page, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.stops import Stop

TYPING = Rate("partner-typing", 1200, 600)
"""By a link one copy a second goes in while somebody types, for two who sit behind the same address."""
OF_A_LINK = ("sitting", "resumed", "resumed_at")
"""Hidden fields by which a page that was opened by a link says which it is, and what it showed."""


class Drafted(Protocol):
    """What somebody edits at one go. subject_id, key: where it is kept; here: its page; back: where one comes from; is_new: nothing
    is saved of it yet; beside: names of its form that are no text."""

    @property
    def subject_id(self) -> UUID: ...
    @property
    def key(self) -> str: ...
    @property
    def here(self) -> str: ...
    @property
    def back(self) -> str: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def beside(self) -> Collection[str]: ...

    def typed_in(self, form: forms.Form) -> dict[str, list[str]]:
        """What a form says in its fields."""


def signed_in(view: render.View, form: forms.Form) -> Holder:
    """Whose form it is. What somebody typed is not saved in the name of whoever signed in at the same browser meanwhile (Refused:
    "other_person")."""
    by = form.take("by")
    if by and by != str(view.me.id):
        refuse("other_person")
    return Holder(view.me.id)


def opened() -> Holder:
    """A page that is opened by a link now."""
    return Holder(new_id(), signed_in=False)


def by_link(form: forms.Form) -> Holder:
    """Which page of a link sent the form. Stop 400 for what no page of ours wrote."""
    own, resumed, at = (form.take(name) for name in OF_A_LINK)
    if (own and not key(own)) or (resumed and not key(resumed)):
        raise Stop(400, "malformed")
    return Holder(key(own) or new_id(), False, key(resumed), stamp(at))


def hidden(holder: Holder, copy: Copy | None) -> list[tuple[str, str]]:
    """Hidden fields by which a form says whose it is; copy: what it shows."""
    if holder.signed_in:
        return [("by", str(holder.id))]
    shown = [("resumed", str(copy.holder_id)), ("resumed_at", copy.saved_at.isoformat())] if copy else []
    return [("sitting", str(holder.id)), *shown]


def began(form: forms.Form) -> int:
    """The version of the section that whoever typed began from; 0 for what no page of ours wrote."""
    version = form.get("began") or form.get("seen") or form.get("version")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


async def keep_typed(tx: db.Tx, drafted: Drafted, holder: Holder, form: forms.Form) -> None:
    """Keep what the form says, whatever it is. Refused: as `service.keep`."""
    typed = drafted.typed_in(form)
    await keep(tx, drafted.subject_id, drafted.key, holder, typed, based_on=began(form))


def kept(tx: db.Tx, drafted: Drafted, holder: Holder, form: forms.Form) -> Trace:
    """For `redrawn`: what can't be saved is kept. Where it is too long to be kept, it still stands in the form."""

    async def trace(_refused: Refused) -> None:
        with suppress(Refused):
            await keep_typed(tx, drafted, holder, form)

    return trace


def _answer(view: render.View, drafted: Drafted, holder: Holder) -> ASGIResponse:
    """A script stays on its page, a browser goes back with the message."""
    if forms.header_of(view.scope, AUTOSAVE.encode()):
        return ASGIResponse(status_code=204)
    if holder.signed_in:
        message = _(
            "Your text is stored as a draft and not saved yet. Your colleagues and partners do not see it."
        )
    else:
        message = _("Your text is stored as a draft and not saved yet. Only people with this link see it.")
    return view.go(drafted.back, message, kind="wait")


type Find = Callable[..., Awaitable[Drafted]]
"""`find(view, tx, **ids)`: what the address is the form of, if it may be edited; ids: what the path names."""


def keeping(
    path: str, access: dict[str, Any], find: Find, *, by_link_at: Rate | None = None
) -> list[HTTPRouteHandler]:
    """The handlers of PATH/copy and PATH/discard. by_link_at: nobody is signed in, and so often may they discard."""

    async def _edited(view: View, form: Form, tx: Tx) -> tuple[Drafted, Holder]:
        holder = by_link(form) if by_link_at else signed_in(view, form)
        return await find(view, tx, **view.scope["path_params"]), holder

    @post(f"{path}/copy", opt=access)
    async def keep_copy(view: View, form: Form, tx: Tx, limits: Limits) -> Page:
        """Keeps what is typed, whatever it is; without an event, and nothing is voided."""
        if by_link_at:
            await limits.hit(TYPING, address_of(view.scope))
        drafted, holder = await _edited(view, form, tx)
        fields = Fields(form)
        fields.ignore(*drafted.typed_in(form), *drafted.beside)
        fields.check()
        await keep_typed(tx, drafted, holder, form)
        return _answer(view, drafted, holder)

    @post(f"{path}/discard", opt=access)
    async def discard(view: View, form: Form, tx: Tx, limits: Limits) -> Page:
        """Forgets what was typed and not saved."""
        if by_link_at:
            await limits.hit(by_link_at, address_of(view.scope))
        drafted, holder = await _edited(view, form, tx)
        Fields(form).check()
        await end(tx, drafted.subject_id, [drafted.key], holder)
        if drafted.is_new:
            return view.go(drafted.back, _("Discarded."))
        return view.go(drafted.here, _("Discarded. This is the saved version."))

    return [keep_copy, discard]
