"""Nobody is silent who was not asked: invitations whose mail the server refused."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.deployments.service.answering import expire_due
from facility.deployments.service.requesting import confirm_shortlist
from facility.events.relay import deliver_all
from facility.experts.service.pool import change_expert
from facility.inquiries.kinds import GRACE
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.settings import Settings
from tests.browser import Browsers, gives_reason, work
from tests.deployments.conftest import AHEAD, DUE, HOUR, INVITED, Sending, expert, sound
from tests.posting import Post
from tests.smtp import SmtpServer

FIRST = "x1@example.org"
NEW = "desk@example.org"


@pytest.fixture
def post(sending: Sending, settings: Settings, smtp: SmtpServer) -> Post:
    return Post(sending.db, settings, smtp)


async def links(sending: Sending, deployment_id: UUID, code: str) -> list[str]:
    """Paths of the links to this invitation, the oldest first."""
    key = await sending.invitation(deployment_id, code)
    query = select(Link).where(Link.purpose == "invitation", Link.subject_id == key).order_by(Link.created_at)
    async with sending.db.transaction(now=INVITED) as tx:
        return [path_of(link) for link in await tx.session.scalars(query)]


async def test_an_expert_whose_mail_was_refused_does_not_lose_the_seat(
    sending: Sending, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    smtp.refuse(FIRST)
    key = await sending.soon()
    await post.goes(sending.at)
    assert await expire_due(sending.db, sending.at + 73 * HOUR) == 0
    assert await sending.outcomes(key) == {"X1": "open"}
    ada = await browse(sending.play.people["ada"])
    assert "experts-who-did-not-get-our-invitation" in work(await ada.get("/"))
    page = (await ada.get(f"/deployments/{key}")).text
    assert "Mail not delivered" in page
    assert f'href="/experts/{sending.experts["X1"]}/edit"' in page
    corrected = expert("X1", available=[AHEAD], email=NEW)
    await sending.play.act(
        "ada",
        partial(change_expert, expert_id=sending.experts["X1"], draft=corrected),
        sending.at + 74 * HOUR,
    )
    later = sending.at + 80 * HOUR
    await post.goes(later)
    assert [mail.subject.split()[:3] for mail in smtp.to(NEW)] == [["Can", "you", "help?"]]
    invitation = (await sending.invitations(key))["X1"]
    asked_at = invitation.invited_at
    assert invitation.respond_by == asked_at + 72 * HOUR
    first, second = await links(sending, key, "X1")
    nobody = await browse()
    assert ((await nobody.get(first)).status_code, (await nobody.get(second)).status_code) == (409, 200)
    assert (await nobody.send_form(first, {"answer": "accept"})).status_code == 409
    assert "experts-who-did-not-get-our-invitation" not in work(await ada.get("/"))
    refused = await ada.send_form(f"/deployments/{key}/invitations/{invitation.id}/again")
    assert (refused.status_code, gives_reason(refused, "mail_got_through")) == (409, True)
    assert await expire_due(sending.db, asked_at + 72 * HOUR) == 0
    assert await expire_due(sending.db, asked_at + 72 * HOUR + GRACE) == 1
    assert await sending.outcomes(key) == {"X1": "expired", "X2": "open"}
    await sound(sending)


async def test_the_secretariat_sends_it_again_where_the_address_is_right(
    sending: Sending, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    smtp.refuse(FIRST)
    key = await sending.soon()
    await post.goes(sending.at)
    smtp.accept(FIRST)
    invitation = await sending.invitation(key, "X1")
    again = f"/deployments/{key}/invitations/{invitation}/again"
    for name, status in (("carl", 403), ("ada", 303)):
        browser = await browse(sending.play.people[name])
        assert (name, (await browser.send_form(again)).status_code) == (name, status)
    await post.goes(clock.now())
    assert len(smtp.to(FIRST)) == 1
    made = (await sending.invitations(key))["X1"]
    assert made.respond_by == made.invited_at + 72 * HOUR
    other = await sending.request()
    elsewhere = f"/deployments/{other}/invitations/{invitation}/again"
    assert (await browser.send_form(elsewhere)).status_code == 404


async def test_a_mail_that_got_through_late_begins_the_time_then(
    sending: Sending, post: Post, smtp: SmtpServer
) -> None:
    await sending.pool(expert("X1"), expert("X2"))
    smtp.greylist(FIRST)
    key = await sending.asking()
    await post.goes(INVITED)
    late = INVITED + 70 * HOUR
    await post.goes(late)
    assert len(smtp.to(FIRST)) == 1
    assert await expire_due(sending.db, DUE + GRACE) == 1
    assert await sending.outcomes(key) == {"X1": "open"}
    assert (await sending.invitations(key))["X1"].respond_by == late + 72 * HOUR
    assert await expire_due(sending.db, late + 72 * HOUR) == 0
    assert await expire_due(sending.db, late + 72 * HOUR + GRACE) == 1
    await sound(sending)


@pytest.mark.parametrize("first", ["the reaction", "the step"])
async def test_after_an_outage_longer_than_the_time_to_answer_nobody_has_been_silent(
    sending: Sending, first: str
) -> None:
    await sending.pool(expert("X1"), expert("X2"))
    request = await sending.request()
    async with sending.db.transaction(now=INVITED, actor=sending.play.people["ada"]) as tx:
        await confirm_shortlist(tx, request)
    later = DUE + timedelta(days=1)
    if first == "the reaction":
        await deliver_all(sending.db, lambda: later)
    assert await expire_due(sending.db, later) == (0 if first == "the reaction" else 1)
    await deliver_all(sending.db, lambda: later)
    assert await sending.outcomes(request) == {"X1": "open"}
    assert (await sending.invitations(request))["X1"].respond_by == later + 72 * HOUR
    assert len(await links(sending, request, "X1")) == 1
    await sound(sending)


async def test_an_answer_counts_while_the_mail_that_asks_seems_undelivered(
    sending: Sending, post: Post, smtp: SmtpServer, browse: Browsers
) -> None:
    await sending.pool(expert("X1"), expert("X2"))
    smtp.refuse(FIRST)
    key = await sending.asking()
    await post.goes(INVITED)
    (path,) = await links(sending, key, "X1")
    nobody = await browse()
    assert "Yes, I can come" in (await nobody.get(path)).text
    assert (await nobody.send_form(path, {"answer": "decline", "reason": "Away"})).status_code == 303
    assert await sending.outcomes(key) == {"X1": "declined", "X2": "open"}
