"""Signing in and out. GET only shows; a link is used by POST. Every answer to an address is the same."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts import words as _sentences  # noqa: F401 - registers what the rules say
from facility.accounts.rules.accounts import COOKIE_LASTS
from facility.accounts.service import sessions
from facility.outbox.links import is_good
from facility.web import cookies
from facility.web.access import ANYONE, SIGNED_IN, allow
from facility.web.again import redrawn
from facility.web.amounts import plain_digits
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of, may_ask_for_mail
from facility.web.render import local, with_cookies
from facility.web.stops import Wrong

BY_CODE = Rate("code-from", 30, 600)
BY_LINK = Rate("link-from", 60, 600)


def signed_in(view: View, token: str, target: str) -> Page:
    """Go on as somebody: the session's cookie and the next page."""
    secure = view.renderer.settings.secure
    lasts = int(COOKIE_LASTS.total_seconds())
    return with_cookies(view.go(target), cookies.header(cookies.SESSION, token, secure=secure, max_age=lasts))


@get("/sign-in", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def ask(view: View, next: FromQuery[str] = "/") -> Page:
    """Asks for the mail address."""
    return view.page("accounts/sign_in.html", form=Fields.showing(), next=local(next))


@post("/sign-in", opt={"allow": allow(ANYONE)})
async def send(view: View, form: Form, limits: Limits, tx: Tx) -> Page:
    """Sends link and code, if the address is known; the answer doesn't show it."""
    fields = Fields(form)
    email = fields.email("email")
    target = local(fields.hidden("next", most=1000) or "/")
    if not fields.are_right():
        raise Wrong(view.page("accounts/sign_in.html", status=422, form=fields, next=target))
    await may_ask_for_mail(limits, view.scope, email)
    request_id = await sessions.ask_to_sign_in(tx, email)
    return view.go(f"/sign-in/check/{request_id}?next={quote(target, safe='/')}")


@get("/sign-in/check/{request_id:uuid}", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def check_mail(view: View, request_id: FromPath[UUID], next: FromQuery[str] = "/") -> Page:
    """Says that a mail is under way, and takes its code."""
    return view.page(
        "accounts/check_mail.html", form=Fields.showing(), request_id=request_id, next=local(next)
    )


@post("/sign-in/check/{request_id:uuid}", opt={"allow": allow(ANYONE)})
async def enter_code(view: View, form: Form, request_id: FromPath[UUID], limits: Limits, tx: Tx) -> Page:
    """Signs in by the code. A wrong one is counted, so the transaction commits here too."""
    await limits.hit(BY_CODE, address_of(view.scope))
    fields = Fields(form)
    typed = fields.text("code", missing=_("Enter the code from the mail."), most=20)
    code = plain_digits(typed.replace(" ", ""))
    target = local(fields.hidden("next", most=1000) or "/")
    if fields.are_right():
        if token := await sessions.try_code(tx, request_id, code):
            return signed_in(view, token, target)
        fields.wrong(
            "code",
            _(
                "This code is not right, or no longer valid. Use the link in a mail of the last 15 minutes, or ask for a new mail."
            ),
        )
    return view.page("accounts/check_mail.html", status=422, form=fields, request_id=request_id, next=target)


@get("/link/sign-in/{token:str}", opt={"allow": allow(ANYONE)})
async def show_link(view: View, token: FromPath[str], read: Read) -> Page:
    """The page behind the mail's link: a button, since programs that look at mails open links too. A link that is over offers a new
    one."""
    return await _link_page(view, read, token, Fields.showing())


async def _link_page(
    view: View, connection: AsyncConnection, token: str, form: Fields, status: int = 200
) -> Page:
    good = await is_good(connection, sessions.SIGN_IN, token, clock.now())
    return view.page("accounts/sign_in_link.html", status=status, token=token, good=good, form=form, next="/")


@post("/link/sign-in/{token:str}", opt={"allow": allow(ANYONE)})
async def use_link(view: View, form: Form, token: FromPath[str], limits: Limits, tx: Tx) -> Page:
    """Signs in, once."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _link_page(view, read, token, fields, status)

    async with redrawn(tx, fields, again, late=True, own_words=True):
        session = await sessions.sign_in_by_link(tx, token)
    return signed_in(view, session, "/")


@post("/sign-out", opt={"allow": allow(ANYONE)})
async def sign_out(view: View, form: Form, tx: Tx) -> Page:
    """Ends this session. Anybody may: pressing the button twice is no mistake."""
    Fields(form).check()
    if view.visitor:
        await sessions.end_session(tx, view.visitor.session)
    return _gone(view, _("You are signed out."))


@post("/sign-out/everywhere", opt={"allow": allow(SIGNED_IN)})
async def sign_out_everywhere(view: View, form: Form, tx: Tx) -> Page:
    """Ends every session of the visitor."""
    Fields(form).check()
    await sessions.end_all_sessions(tx, view.me.id)
    return _gone(view, _("You are signed out on every device."))


def _gone(view: View, notice: str) -> Page:
    secure = view.renderer.settings.secure
    return with_cookies(view.go("/", notice), cookies.header(cookies.SESSION, "", secure=secure, max_age=0))


HANDLERS: list[Any] = [
    ask,
    send,
    check_mail,
    enter_code,
    show_link,
    use_link,
    sign_out,
    sign_out_everywhere,
]
