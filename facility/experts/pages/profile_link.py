"""The expert's own profile, by a link: GET only shows, since programs that look at mails open every link; POST saves."""

from datetime import date

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.forms import candidacy as candidacy_forms
from facility.experts.forms import profile as profile_form
from facility.experts.pages.offers import offers_for
from facility.experts.queries import pool as queries
from facility.experts.rules.profile import is_in_pool
from facility.experts.service.profile_link import PROFILE, change_own_profile
from facility.experts.words import STILL_HERE
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.limits import Rate, address_of
from facility.web.privacy import NOTICE

BY_LINK = Rate("profile-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


def notice_to_agree(agreed: date | None) -> date | None:
    """The privacy notice that the expert has still to agree to."""
    return NOTICE if agreed is None or agreed < NOTICE else None


async def _page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    profile: queries.ExpertShown,
    fields: Fields,
    *,
    version: int = 0,
    status: int = 200,
    spare: int = profile_form.SPARE_ROWS,
) -> Page:
    offers = await offers_for(connection, profile)
    rows = profile_form.rows(fields.values, profile_form.OWN_GROUPS, spare=spare)
    consent = candidacy_forms.consent(NOTICE)
    return view.page(
        "experts/profile_link.html",
        status=status,
        form=fields,
        token=token,
        expert=profile,
        in_pool=is_in_pool(
            profile.active, profile.valid_until, clock.now().astimezone(clock.BRUSSELS).date()
        ),
        version=version or profile.version,
        consent=consent if notice_to_agree(profile.notice) else None,
        labels=profile_form.own_labels(offers, rows) | {"agree": _("Privacy")},
        **profile_form.own_parts(offers, rows),
    )


@get("/link/profile/{token:str}", opt=EVERYBODY)
async def profile(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The profile in its form."""
    await limits.hit(BY_LINK, address_of(view.scope))
    shown = await queries.expert_by_link(read, token)
    return await _page(view, read, token, shown, Fields.showing(profile_form.shown_expert(shown)))


@post("/link/profile/{token:str}", opt=EVERYBODY)
async def save(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Saves the profile, or gives the form more rows."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link = await standing_link(tx, PROFILE, token)
    connection, fields, expert_id = await tx.session.connection(), Fields(form), link.subject_id
    shown = await queries.expert(connection, expert_id)
    offers = await offers_for(connection, shown)
    more = profile_form.wants_more(fields)
    version = fields.integer("version", 1, 999_999_999)
    if more:
        fields.ignore("agree")
        settled = profile_form.settle(fields, offers, own=True)
        spare = 3 * profile_form.SPARE_ROWS
        return await _page(view, connection, token, shown, settled, version=version, spare=spare)
    stated = profile_form.read_own(fields, offers, shown.email)
    notice = notice_to_agree(shown.notice)
    if notice:
        candidacy_forms.read_consent(fields, NOTICE)
    fields.ignore("agree")

    async def again(read: AsyncConnection, status: int) -> Page:
        now = await queries.expert(read, expert_id)
        if fields.refusal and fields.refusal.codes == ("changed_meanwhile",):
            fields.wrong("", translated(STILL_HERE))
            return await _page(view, read, token, now, fields, status=status)
        return await _page(view, read, token, now, fields, version=version, status=status)

    async with redrawn(tx, fields, again, late=("changed_meanwhile", "left_the_pool")):
        await change_own_profile(tx, expert_id, stated, version=version, notice=notice)
    return view.go(f"/link/profile/{token}", _("Your profile is saved."))


HANDLERS = [profile, save]
