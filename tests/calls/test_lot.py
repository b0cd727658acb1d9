"""A draw by lot: fixed when the call is published, revealed with the proposed ranking, and done again by anyone."""

import hashlib
import json

from msgspec.structs import replace
from sqlalchemy import text

from facility.awards.queries.bundle import bundle
from facility.awards.service.deciding import propose, take_back
from facility.awards.service.verification import verify
from facility.calls.models.lot import Lot
from facility.calls.rules.modes import Mode
from facility.db import Database
from facility.events.log import history
from facility.events.reconcile import reconcile
from tests.awards.bundles import resealed
from tests.browser import Browsers
from tests.judging import CLOSES, GRID, Judging
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES

CALL = "TAF-2021-01"
BY_LOT = replace(GRID, tie_break=("relevance", "lot"))
NAMES = ("A", "B", "C", "D")


@built_once
async def play(db: Database) -> Judging:
    """Four applications with equal scores, received in their order, of which the money reaches for two."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="80000.00")
    await made.call(grid=BY_LOT)
    for name in NAMES:
        await made.apply(name, "30000.00")
    await made.close()
    for name in NAMES:
        await made.score("elena", name, "15", "60")
    return made


async def test_the_lot_orders_what_is_equal_and_anyone_can_do_it_again(
    play: Judging, browse: Browsers
) -> None:
    lot = await play.row(Lot, play.calls[CALL])
    ranked = sorted(NAMES, key=lambda name: hashlib.sha256(f"{lot.seed}{name}".encode()).hexdigest())
    await play.decide()
    statuses = await play.statuses()
    assert [statuses[name] for name in ranked] == ["awarded", "awarded", "reserve", "reserve"]
    assert (await reconcile(play.db))["calls: draws by lot"] == []
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[CALL])
    assert document["call"]["lot"] == {"commitment": lot.commitment, "seed": lot.seed}
    assert verify(json.dumps(document).encode(), document["root"]).differences == []
    page = (await (await browse(play.people["ada"])).get(f"/evaluation/{play.calls[CALL]}/ranking")).text
    assert (page.count("by lot</span>"), lot.seed in page) == (4, True)
    for path in ("report.pdf", "ranking.csv"):
        answer = await (await browse(play.people["ada"])).get(f"/evaluation/{play.calls[CALL]}/{path}")
        assert answer.status_code == 200


async def test_the_seed_is_nobody_s_business_until_the_ranking_is_proposed(
    play: Judging, browse: Browsers
) -> None:
    lot = await play.row(Lot, play.calls[CALL])
    assert lot.commitment == hashlib.sha256(lot.seed.encode()).hexdigest()
    ada, greta, anybody = (
        await browse(play.people["ada"]),
        await browse(play.people["greta"]),
        await browse(None),
    )
    pages = [
        (anybody, f"/calls/{CALL}"),
        (ada, f"/staff/calls/{play.calls[CALL]}"),
        (ada, f"/evaluation/{play.calls[CALL]}/ranking"),
        (greta, f"/evaluation/{play.calls[CALL]}/scores"),
    ]

    async def seen() -> list[tuple[bool, bool]]:
        texts = [(await browser.get(path)).text for browser, path in pages]
        return [(lot.commitment in page, lot.seed in page) for page in texts]

    async def logged() -> list[str]:
        async with play.db.reader() as connection:
            return [str(line.event) for line in await history(connection, play.calls[CALL])]

    assert await seen() == [(True, False), (True, False), (True, False), (False, False)]
    assert [lot.commitment in line for line in await logged()].count(True) == 1
    assert not any(lot.seed in line for line in await logged())
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]), CLOSES)
    assert (await seen())[:3] == [(True, True)] * 3
    await play.act("vera", lambda tx: take_back(tx, play.calls[CALL]), CLOSES)
    assert (await play.row(Lot, play.calls[CALL])).revealed_at == CLOSES


async def test_another_seed_is_found(play: Judging) -> None:
    await play.decide()
    async with play.db.reader() as connection:
        document = await bundle(connection, play.calls[CALL])
    other = json.loads(json.dumps(document))
    other["call"]["lot"]["seed"] = "0" * 64
    paths = {path for path, _message in verify(json.dumps(resealed(other)).encode()).differences}
    assert "call.lot.seed" in paths
    without = json.loads(json.dumps(document))
    del without["call"]["lot"]
    assert "call.lot" in {path for path, _m in verify(json.dumps(resealed(without)).encode()).differences}
    earlier = json.loads(json.dumps(document))
    earlier["call"]["grid"]["tie_break"] = ["lot", "relevance"]
    assert "call.grid.tie_break" in {
        path for path, _m in verify(json.dumps(resealed(earlier)).encode()).differences
    }
    async with play.db.engine.begin() as connection:
        await connection.execute(text("UPDATE lot SET seed = 'another'"))
    found_off = await reconcile(play.db)
    assert len(found_off["calls: draws by lot"]) == len(found_off["awards: rankings and the log"]) == 1


async def test_every_batch_draws_its_own(db: Database, browse: Browsers) -> None:
    play = Judging(db)
    await play.cast()
    await play.envelope()
    await play.call(SERIES, grid=BY_LOT, mode=Mode.ROLLING, cut_offs=CUT_OFFS, closes_at=CUT_OFFS[-1])
    async with db.reader() as connection:
        seeds = (await connection.execute(text("SELECT seed FROM lot"))).scalars().all()
        batches = (await connection.execute(text("SELECT count(*) FROM call WHERE batch > 0"))).scalar_one()
    assert len(set(seeds)) == batches > 1
    page = (await (await browse(None)).get(f"/calls/{SERIES}")).text
    assert page.count("Fingerprint of the number for ") == batches
    assert not any(seed in page for seed in seeds)
    assert (await reconcile(db))["calls: draws by lot"] == []
