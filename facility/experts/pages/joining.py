"""Joining the pool, by people without an account: the public page, and the forms behind the links that it sends. GET only shows."""

from typing import Any

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.forms import candidacy as forms
from facility.experts.forms import profile as profile_form
from facility.experts.pages.offers import offers_for
from facility.experts.queries import candidacies as queries
from facility.experts.rules.candidacy import CandidacyState, Wish
from facility.experts.service import joining as service
from facility.forms.reading import read_texts
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of, may_ask_for_mail
from facility.web.privacy import NOTICE
from facility.web.stops import Wrong

BY_LINK = Rate("pool-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


def _ask_page(view: render.View, fields: Fields, status: int = 200) -> Page:
    return view.page("experts/join.html", status=status, form=fields, joining=forms.joining())


@get("/pool", opt=EVERYBODY, sync_to_thread=False)
def ask(view: View) -> Page:
    """What the pool is; asks for an address, and what its owner wants."""
    return _ask_page(view, Fields.showing())


@post("/pool", opt=EVERYBODY)
async def send(view: View, form: Form, limits: Limits, tx: Tx) -> Page:
    """Sends a mail; the answer is the same for every address."""
    fields = Fields(form)
    typed = read_texts(fields, forms.joining())
    if not fields.are_right():
        raise Wrong(_ask_page(view, fields, fields.status))
    await may_ask_for_mail(limits, view.scope, typed["email"])
    await service.ask_by_mail(tx, Wish(typed["wish"]), typed["email"])
    return view.go("/pool/check")


@get("/pool/check", opt=EVERYBODY, sync_to_thread=False)
def sent(view: View) -> Page:
    """Says that a mail is under way."""
    return view.page("experts/join_sent.html")


async def _nomination_page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    linked = await queries.by_link(connection, service.NOMINATION, token)
    return view.page(
        "experts/nominate.html",
        status=status,
        form=fields,
        token=token,
        nomination=forms.nomination(),
        outcome="done" if linked.used else "over" if linked.over else "open",
    )


@get("/link/nomination/{token:str}", opt=EVERYBODY)
async def nomination(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The form of an authority that nominates an expert."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _nomination_page(view, read, token, Fields.showing())


@post("/link/nomination/{token:str}", opt=EVERYBODY)
async def nominate(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert is asked by mail."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    typed = read_texts(fields, forms.nomination())

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _nomination_page(view, read, token, fields, status)

    async with redrawn(tx, fields, again, late=True, own_words=True):
        await service.nominate(tx, token, service.Nomination(**typed))
    return view.go(f"/link/nomination/{token}")


async def _form_page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    fields: Fields,
    status: int = 200,
    spare: int = profile_form.SPARE_ROWS,
) -> Page:
    linked = await queries.by_link(connection, service.CANDIDACY, token)
    candidacy, offers = linked.candidacy, await offers_for(connection)
    rows = profile_form.rows(fields.values, profile_form.OWN_GROUPS, spare=spare)
    open_now = candidacy.state is CandidacyState.INVITED
    return view.page(
        "experts/candidate_form.html",
        status=status,
        form=fields,
        token=token,
        candidacy=candidacy,
        outcome=("over" if linked.over else "open") if open_now else candidacy.state.value,
        consent=forms.consent(NOTICE),
        labels=profile_form.own_labels(offers, rows) | {"agree": _("Privacy")},
        **profile_form.own_parts(offers, rows),
    )


@get("/link/candidacy/{token:str}", opt=EVERYBODY)
async def candidacy(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The candidate's form, or how far the candidacy is."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await queries.by_link(read, service.CANDIDACY, token)
    return await _form_page(view, read, token, Fields.showing({"name": linked.candidacy.name}))


@post("/link/candidacy/{token:str}", opt=EVERYBODY)
async def send_candidacy(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Hands the profile in, or gives the form more rows."""
    await limits.hit(BY_LINK, address_of(view.scope))
    connection, fields = await tx.session.connection(), Fields(form)
    offers = await offers_for(connection)
    if profile_form.wants_more(fields):
        fields.ignore("agree")
        settled = profile_form.settle(fields, offers, own=True)
        return await _form_page(view, connection, token, settled, spare=3 * profile_form.SPARE_ROWS)
    linked = await queries.by_link(connection, service.CANDIDACY, token)
    profile = profile_form.read_own(fields, offers, linked.candidacy.email)
    forms.read_consent(fields, NOTICE)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _form_page(view, read, token, fields, status)

    async with redrawn(tx, fields, again, late=True, own_words=True):
        await service.send_candidacy(tx, token, profile, notice=NOTICE)
    return view.go(f"/link/candidacy/{token}")


HANDLERS: list[Any] = [ask, send, sent, nomination, nominate, candidacy, send_candidacy]
