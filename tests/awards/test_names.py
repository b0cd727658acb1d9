"""The ledger's page calls an award by its application's reference and leads to it; institutions bear the name of their beneficiary."""

import html

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


async def test_institutions_of_one_name_are_told_apart(db: Database, browse: Browsers) -> None:
    play = await judging(db)
    await play.apply("A", "10000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    award = await play.award("A")
    page = html.unescape((await (await browse(play.people["ada"])).get(f"/awards/{award.id}")).text)
    assert page.count("Albanian State Police (Albania)") == 2, "as the lead, and in the table of parts"
    assert page.count("Supreme State Prosecutor’s Office (Montenegro)") == 1
