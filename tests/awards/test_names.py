"""The ledger's page calls an award by its application's reference and leads to it."""

from sqlalchemy import select

from facility.applications.models.application import Application
from facility.contracts.models import Contract
from facility.db import Database
from tests.browser import Browsers
from tests.judging import judging


async def test_each_booking_leads_to_its_award(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    await play.apply("A", "35427.70")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    award = await play.award("A")
    async with db.reader() as connection:
        reference = (await connection.execute(select(Application.reference))).scalar_one()
        contract = (await connection.execute(select(Contract.reference))).scalar_one()
    carl = await browse(play.people["carl"])
    page = await carl.get(f"/contracts/{contract}")
    rows = page.text.count('data-label="Booked (Brussels)"')
    assert rows > 0
    assert page.text.count(f'<a href="/awards/{award.id}">{reference}</a>') == rows
