"""Requests for expertise for those who run and watch them: list, request, shortlist, order, what became of it.

Names and reasons are for secretariat and auditor; the Commission and the authorising officer read codes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments import words
from facility.deployments.access import READERS, SECRETARIAT
from facility.deployments.forms import report as report_forms
from facility.deployments.forms import request as forms
from facility.deployments.models.request import DeploymentState
from facility.deployments.pages.history import history_of
from facility.deployments.queries import requests as queries
from facility.deployments.queries.fees import cancelled, missions
from facility.deployments.queries.release import booked
from facility.deployments.queries.report import reports
from facility.deployments.queries.requests import DeploymentShown
from facility.deployments.rules.balance import Member, balance
from facility.deployments.rules.shortlist import RecentFrom
from facility.deployments.service.inviting import INVITATION
from facility.deployments.service.requesting import confirm_order, renew_shortlist
from facility.experts.queries.pool import themes
from facility.experts.rules.rota import week_of
from facility.experts.words import GENDERS
from facility.inquiries.service import ask_again
from facility.refused import refuse
from facility.web import render
from facility.web.access import PRIVATE, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _

WORDS: dict[str, Any] = {
    "exclusions": words.EXCLUSIONS,
    "genders": GENDERS,
}
"""For templates that show a shortlist."""


@get("/deployments", opt=READERS)
async def requests(
    view: View,
    read: Read,
    status: FromQuery[str | None] = None,
    application: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """All requests, newest first, with how long it took until every seat had its yes."""
    chosen = status if status in set(DeploymentState) else None
    lines, older = await queries.requests(
        read, view.me.id, state=chosen, application=application, before=before
    )
    asked_for = await queries.application(read, application, view.me.id) if application else None
    return view.page(
        "deployments/requests.html",
        requests=lines,
        older=older,
        before=before,
        chosen=chosen,
        application=asked_for,
        may_ask=view.me.has(Role.SECRETARIAT),
        may_match=view.me.has(*PRIVATE),
        states=words.STATES,
    )


@get("/deployments/{deployment_id:uuid}", opt=READERS)
async def deployment(
    view: View, read: Read, deployment_id: FromPath[UUID], left_out: FromQuery[str | None] = None
) -> Page:
    """Seats, who was asked when and with which outcome, the time left, and for those who may, names and history."""
    shown = await queries.deployment(read, deployment_id, left_out=left_out)
    private = view.me.has(*PRIVATE)
    known = dict(await themes(read, retired=True))
    return view.page(
        "deployments/deployment.html",
        deployment=shown,
        themes=known,
        private=private,
        may_act=view.me.has(Role.SECRETARIAT),
        shortlist=await _shortlist(read, shown, known) if private else {},
        today=clock.now().astimezone(clock.BRUSSELS).date(),
        history=await history_of(read, shown) if private else [],
        missions=await missions(read, deployment_id) if shown.terms else [],
        cancelled=await cancelled(read, deployment_id) if shown.terms else [],
        booked=await booked(read, deployment_id) if shown.release_days or shown.appoints else [],
        reports=await reports(read, deployment_id, feedback=view.me.has(Role.SECRETARIAT))
        if shown.report_days
        else [],
        report_states=words.REPORTS,
        report_forms=report_forms,
        releases=words.RELEASES,
        states=words.STATES,
        outcomes=words.OUTCOMES,
        passed_over=words.PASSED_OVER,
        **WORDS,
        declined_because=words.DECLINED_BECAUSE,
        relaxed=partial(
            words.relaxed_in_words,
            language=shown.language,
            level=shown.language_level,
            least=shown.min_theme_level,
        ),
    )


@post("/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/again", opt=SECRETARIAT)
async def again(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Sends an invitation that did not get through once more."""
    Fields(form).check()
    await ask_again(tx, INVITATION, deployment_id, invitation_id)
    return view.go(
        f"/deployments/{deployment_id}",
        _("The invitation goes out again. The expert has the full time to answer."),
    )


async def _shortlist(
    connection: AsyncConnection, deployment: DeploymentShown, known: Mapping[str, str]
) -> dict[str, Any]:
    """The shortlist's lines in words, with the experts behind the codes, and how those are made up who would be asked first, and all."""
    ranked, excluded = deployment.shortlist.ranked, deployment.shortlist.excluded
    experts = await queries.behind(connection, [*[expert.code for expert in ranked], *excluded])
    members = [_member(deployment, experts[expert.code]) for expert in ranked]
    groups = [balance(members[: deployment.seats]), balance(members)]
    on_call = deployment.shortlist.on_call
    this_week = week_of(_day(clock.now())) == week_of(_day(deployment.requested_at))
    return {
        "ranked": [
            (experts[expert.code], words.score_in_words(expert.parts, expert.score, known), expert, member)
            for expert, member in zip(ranked, members, strict=True)
        ],
        "excluded": [
            (experts[code], why, words.conflicts_in_words(deployment.shortlist.conflicts.get(code, [])))
            for code, why in sorted(excluded.items())
        ],
        "groups": groups[: 1 if len(members) <= deployment.seats else 2],
        "counts": sorted(deployment.shortlist.counts.items(), key=lambda item: (-item[1], item[0])),
        "size": deployment.shortlist.size,
        "last": max(excluded, default=""),
        "most": max((expert.score for expert in ranked), default=0),
        "on_call": words.on_call_reasons(on_call, known, this_week=this_week),
        "away": sorted(
            {code for codes in on_call.values() for code in codes} - {expert.code for expert in ranked}
        ),
        "nobody_on_call": [known.get(theme, theme) for theme, codes in on_call.items() if not codes],
    }


def _day(at: datetime) -> date:
    return at.astimezone(clock.BRUSSELS).date()


def _member(deployment: DeploymentShown, expert: queries.Named) -> Member:
    counted = deployment.recent_from is RecentFrom.BOOKINGS
    recent = deployment.shortlist.recent.get(expert.code, 0) if counted else expert.stated
    return Member(expert.country, expert.gender, recent)


async def _order_page(
    view: render.View,
    connection: AsyncConnection,
    deployment: DeploymentShown,
    fields: Fields | None = None,
    status: int = 200,
) -> Page:
    known = dict(await themes(connection, retired=True))
    shortlist = await _shortlist(connection, deployment, known)
    experts = [expert for expert, *_rest in shortlist["ranked"]]
    return view.page(
        "deployments/order.html",
        status=status,
        deployment=deployment,
        form=fields or Fields.showing(forms.shown_order(experts)),
        themes=known,
        shortlist=shortlist,
        place_name=forms.place_name,
        may_act=view.me.has(Role.SECRETARIAT),
        **WORDS,
    )


@get("/deployments/{deployment_id:uuid}/order", opt={"allow": allow(*PRIVATE)})
async def order(
    view: View, read: Read, deployment_id: FromPath[UUID], left_out: FromQuery[str | None] = None
) -> Page:
    """The shortlist, each score in words, and the order to confirm."""
    shown = await queries.deployment(read, deployment_id, left_out=left_out)
    if shown.state != DeploymentState.REQUESTED:
        return view.go(f"/deployments/{deployment_id}")
    return await _order_page(view, read, shown)


@post("/deployments/{deployment_id:uuid}/order", opt=SECRETARIAT)
async def confirm(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """The first for each seat are asked now."""
    connection, fields = await tx.session.connection(), Fields(form)
    deployment = await queries.deployment(connection, deployment_id)
    if deployment.state != DeploymentState.REQUESTED:
        refuse("already_asking")
    experts = await queries.behind(connection, [expert.code for expert in deployment.shortlist.ranked])
    ranked = [experts[expert.code] for expert in deployment.shortlist.ranked]
    chosen, reason = forms.read_order(fields, ranked)

    async def again(read: AsyncConnection, status: int) -> Page:
        shown = await queries.deployment(read, deployment_id)
        return await _order_page(view, read, shown, fields, status)

    async with redrawn(tx, fields, again):
        await confirm_order(tx, deployment_id, chosen, reason=reason, seen=len(ranked))
    return view.go(
        f"/deployments/{deployment_id}", _("The order is confirmed. The invitations are on their way.")
    )


@post("/deployments/{deployment_id:uuid}/shortlist", opt=SECRETARIAT)
async def renew(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """Computes the shortlist anew, as the pool stands now."""
    Fields(form).check()
    await renew_shortlist(tx, deployment_id)
    return view.go(f"/deployments/{deployment_id}/order", _("The shortlist is up to date with the pool."))


HANDLERS = [requests, deployment, again, order, confirm, renew]
