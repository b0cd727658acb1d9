"""The calendar that follows an expert's bookings knows each by the name that it has in the file of the single booking."""

from sqlalchemy import select

from facility.experts.service.calendar import end_calendar_link, make_calendar_link
from facility.outbox.links import path_of
from facility.outbox.models import Link
from tests.browser import Browsers
from tests.deployments.conftest import AHEAD, Sending, expert


async def test_a_feed_holds_the_bookings_that_stand(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    key = await sending.soon()
    own = await sending.link(key, "X1")
    await sending.play.act("ada", lambda tx: make_calendar_link(tx, sending.experts["X1"]), sending.at)
    async with sending.db.transaction(now=sending.at) as tx:
        feed = path_of((await tx.session.scalars(select(Link).where(Link.purpose == "bookings"))).one())
    nobody = await browse()
    assert b"BEGIN:VEVENT" not in (await nobody.get(feed)).content
    assert (await nobody.send_form(own, {"answer": "accept"})).status_code == 303
    single, followed = (await nobody.get(f"{own}/booking.ics")).text, (await nobody.get(feed)).text
    uid = f"UID:{key}-{sending.experts['X1']}@facility"
    assert (uid in single.replace("\r\n ", ""), uid in followed.replace("\r\n ", "")) == (True, True)
    assert (await nobody.send_form(f"{own}/cancel", {"reason": "Ill."})).status_code == 303
    assert b"BEGIN:VEVENT" not in (await nobody.get(feed)).content
    await sending.play.act("ada", lambda tx: end_calendar_link(tx, sending.experts["X1"]), sending.at)
    assert (await nobody.get(feed)).status_code == 409
