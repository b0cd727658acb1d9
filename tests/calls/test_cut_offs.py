"""Cut-offs of a rolling call that is published: moved later by corrigendum before they pass, and never otherwise."""

from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.rules.call import CallDraft
from facility.calls.rules.deadlines import inform_by
from facility.calls.service.closing import close_due
from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.reading import draft_of
from facility.calls.words.changes import CUT_OFF_MOVED
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.outbox.models import Mail
from facility.refused import Reason, Refused
from facility.web.fields import shown_instant
from facility.web.i18n import filled
from tests.browser import Browsers, errors, says
from tests.judging import CLOSES, OPENS
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES, Rolling, rolling

WEEK = timedelta(days=7)
BETWEEN = CUT_OFFS[0] + timedelta(days=1)


async def with_cut_offs(play: Rolling, *cut_offs: datetime) -> CallDraft:
    draft = draft_of(await play.row(Call, play.calls[SERIES]))
    return msgspec.structs.replace(draft, cut_offs=cut_offs, closes_at=cut_offs[-1])


@built_once
async def play(db: Database) -> Rolling:
    return await rolling(db)


async def test_a_cut_off_moves_and_the_windows_with_it(db: Database, play: Rolling) -> None:
    await play.apply("A", "10000.00", call=SERIES)
    later = await with_cut_offs(play, CUT_OFFS[0] + WEEK, CUT_OFFS[1], CUT_OFFS[2] + WEEK)
    key, now = play.calls[SERIES], CLOSES - timedelta(days=1)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, later, "Holidays"), now)
    await play.act("vera", lambda tx: publish_corrigendum(tx, key), now)
    assert {row.inform_by == inform_by(row.closes_at) for row in await play.batches()} == {True}
    assert [(row.opens_at, row.closes_at) for row in await play.batches()] == [
        (OPENS, CUT_OFFS[0] + WEEK),
        (CUT_OFFS[0] + WEEK, CUT_OFFS[1]),
        (CUT_OFFS[1], CUT_OFFS[2] + WEEK),
    ]
    assert (await play.row(Call, key)).closes_at == CUT_OFFS[2] + WEEK
    async with db.reader() as connection:
        query = select(Mail.context).where(Mail.template == "applications/call_corrected")
        meanings = [row.context["meanings"] for row in await connection.execute(query)]
    noon = "12:00 Brussels time"
    assert meanings == [
        [
            filled(CUT_OFF_MOVED, number=number, after=f"{after}, {noon}", before=f"{before}, {noon}")
            for number, after, before in (
                (1, "Friday 6 August 2021", "Friday 30 July 2021"),
                (3, "Tuesday 5 October 2021", "Tuesday 28 September 2021"),
            )
        ]
    ]
    await play.apply("B", "10000.00", call=SERIES, received_at=CUT_OFFS[0] + timedelta(days=1))
    assert (await play.batch_of("A"), await play.batch_of("B")) == (1, 1)
    assert await close_due(db, CUT_OFFS[0]) == 0
    assert await close_due(db, CUT_OFFS[0] + WEEK) == 1
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


@pytest.mark.parametrize(
    ("cut_offs", "reason"),
    [
        ((CUT_OFFS[0] + WEEK, *CUT_OFFS[1:]), Reason("cut_off_has_passed", "cut_offs.0")),
        ((CUT_OFFS[0], CUT_OFFS[1] - WEEK, CUT_OFFS[2]), Reason("deadline_only_later", "cut_offs.1")),
        ((CUT_OFFS[0], CUT_OFFS[2], CUT_OFFS[2]), Reason("cut_offs_not_in_order", "cut_offs.2")),
        (CUT_OFFS[:2], Reason("frozen_rhythm", "cut_offs")),
    ],
)
async def test_what_is_not_moved(play: Rolling, cut_offs: tuple[datetime, ...], reason: Reason) -> None:
    draft, key = await with_cut_offs(play, *cut_offs), play.calls[SERIES]
    with pytest.raises(Refused) as refused:
        await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Holidays"), BETWEEN)
    assert reason in refused.value.reasons


async def test_the_page_moves_those_that_are_to_come(db: Database, play: Rolling, browse: Browsers) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    coming = (now - timedelta(days=2), now + timedelta(days=20), now + timedelta(days=50))
    key = await play.series("80000.00", cut_offs=coming, reference="TAF-2026-09")
    ada, vera = await browse(play.people["ada"]), await browse(play.people["vera"])
    here = f"/staff/calls/{key}/corrigendum"
    page = (await ada.get(f"{here}/edit")).text
    assert 'name="cut_offs-0-at_day"' not in page
    assert 'name="cut_offs-1-at_day"' in page
    sent = {
        "reason": "Holidays",
        "title": "Joint initiatives",
        "text": "What we look for.",
        "amount": "80000",
        "award_min": "1",
        "award_max": "60000",
        **shown_instant("cut_offs-1-at", coming[1] - WEEK),
        **shown_instant("cut_offs-2-at", coming[2]),
    }
    wrong = await ada.send_form(f"{here}/edit", sent)
    assert (wrong.status_code, errors(wrong)) == (422, ["cut_offs-1-at"])
    sent |= shown_instant("cut_offs-1-at", coming[1] + WEEK)
    assert (await ada.send_form(f"{here}/edit", sent)).status_code == 303
    assert says(await vera.get(here), CUT_OFF_MOVED, number=2)
    async with db.reader() as connection:
        query = select(CallVersion.drafted_at).where(CallVersion.published_at.is_(None))
        seen = (await connection.execute(query)).scalar_one()
    assert (await vera.send_form(f"{here}/publish", {"seen": seen.isoformat()})).status_code == 303
    assert (await play.row(Call, key)).cut_offs[1] == (coming[1] + WEEK).isoformat()
