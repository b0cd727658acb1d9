"""Each version of a committee's report is signed, and who is recused reads no ranks in it."""

import re
from typing import Any
from uuid import UUID

from facility.awards.queries.report import report
from facility.awards.service import later_version
from facility.awards.service.deciding import decide, propose
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database
from facility.evaluation.service.reopening import reopen
from tests.awards.complaining import clean
from tests.awards.later_versions import CALL, LATER, sent, upheld
from tests.browser import Browsers, marked, work
from tests.calls.reading import refused
from tests.evaluation.test_committee import Play
from tests.judging import DECIDED


class Seated(Play):
    """A call with a committee that takes complaints."""

    async def call(self, reference: str = CALL, **more: Any) -> UUID:
        rules = AfterDecision(complaint_days=14, answer_days=30)
        return await super().call(reference, amount="100.00", after_decision=rules, **more)


async def test_members_sign_each_version_and_whoever_is_recused_reads_no_ranks(
    db: Database, browse: Browsers
) -> None:
    play = Seated(db)
    await play.tell()
    await play.fill()
    for name, amount in (("A", "80.00"), ("B", "60.00")):
        await play.apply(name, amount)
    await play.close()
    for name, points in (("A", "70"), ("B", "60")):
        await play.score("elena", name, "16", points)
    await play.declare("erik", "A", conflict=True)
    await play.act("vera", lambda tx: propose(tx, play.id), DECIDED)
    await play.sign("elena", "erik", "emma")
    await play.act("paul", lambda tx: decide(tx, play.id), DECIDED)
    await upheld(play, "B", "correction")
    elena = play.people["elena"]
    await play.act("vera", lambda tx: reopen(tx, play.applications["B"], elena, "A sum."), DECIDED)
    await sent(play, "B", "75", "elena")
    await play.act("vera", lambda tx: later_version.propose_version(tx, play.id), LATER)
    assert await refused(play, "paul", lambda tx: later_version.decide_version(tx, play.id), LATER) == [
        ("report_unsigned", None)
    ]
    async with db.reader() as read:
        own = (await report(read, play.id, play.people["erik"])).sheet
    assert (own["whole"], own["number"], len(own["ranking"])) == (False, 2, 1)
    page = await (await browse(elena)).get(f"/evaluation/{play.id}/report")
    assert re.findall(r"\d+", marked(page, "later-version")) == ["2"]
    assert "evaluation-reports-of-new-versions-to-sign" in work(await (await browse(elena)).get("/"))
    await play.sign("elena", "erik", "emma")
    await play.act("paul", lambda tx: later_version.decide_version(tx, play.id), LATER)
    async with db.reader() as read:
        signed = [await report(read, play.id, elena, number) for number in (1, 2)]
    digests = [{member.digest for member in view.members if member.current} for view in signed]
    assert [len(of_version) for of_version in digests] == [2, 2]
    assert digests[0].isdisjoint(digests[1])
    await clean(db)
