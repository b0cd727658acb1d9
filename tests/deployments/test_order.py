"""The page of a shortlist: its order, another with a reason, what is wrong in it, and its points as bars."""

import re
from uuid import uuid4

import pytest

from facility import clock
from facility.experts.service.pool import change_expert
from tests.browser import Browsers, errors, gives_reason, states
from tests.deployments.conftest import AHEAD, Sending, expert, order_of, requested


async def test_who_only_reads_a_shortlist_gets_no_form(pool: Sending, browse: Browsers) -> None:
    key = await requested(pool, await browse(pool.play.people["ada"]))
    greta = await browse(pool.play.people["greta"])
    page = await greta.get(f"/deployments/{key}/order")
    assert (page.status_code, "no deployment in 12 months" in page.text) == (200, True)
    assert f'action="/deployments/{key}/order"' not in page.text
    assert "order-to-confirm" not in states(page)


async def test_the_shortlists_own_order_needs_no_reason(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    answer = await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X0", "X1", "X2"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deployments/{key}")
    assert await pool.outcomes(key) == {"X0": "open", "X1": "open"}
    page = await ada.get(f"/deployments/{key}")
    for words in ("71 hours", "2 days 23 hours left", "Next in line", "Expert X2"):
        assert (words in page.text) is (words != "71 hours")
    assert "filled-0-of-2" in states(page)
    again = await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X0", "X1", "X2"))
    assert again.status_code == 409
    assert (await ada.get(f"/deployments/{key}/order")).headers["location"] == f"/deployments/{key}"


async def test_another_order_takes_a_reason_which_is_kept(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada, seats="1")
    path = f"/deployments/{key}/order"
    without = await ada.send_form(path, order_of(pool, "X2", "X0"))
    assert without.status_code == 422
    assert gives_reason(without, "reason_missing")
    assert f'name="place_{pool.experts["X2"]}" type="text" inputmode="numeric" value="1"' in without.text
    assert (
        await ada.send_form(path, order_of(pool, "X2", "X0", reason="Knows the court."))
    ).status_code == 303
    assert await pool.outcomes(key) == {"X2": "open"}
    assert "Knows the court." in (await ada.get(f"/deployments/{key}")).text


async def test_a_wrong_order_is_said_at_its_place(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    fields = order_of(pool, "X0", "X1", "X2")
    first, second = (f"place_{pool.experts[code]}" for code in ("X0", "X1"))
    twice = await ada.send_form(f"/deployments/{key}/order", {**fields, second: "1"})
    assert (twice.status_code, errors(twice)) == (422, [second])
    assert re.search(rf'href="#f-{second}">Place of X1: [^<]* 1 ', twice.text)
    high = await ada.send_form(f"/deployments/{key}/order", {**fields, first: "4"})
    assert (high.status_code, errors(high)) == (422, [first])
    assert re.search(rf'href="#f-{first}">Place of X0: [^<]* 1 [^<]* 3\.', high.text)
    nobody = await ada.send_form(f"/deployments/{key}/order", order_of(pool))
    assert (nobody.status_code, gives_reason(nobody, "nobody_chosen")) == (422, True)
    unknown = await ada.send_form(f"/deployments/{key}/order", {**fields, f"place_{uuid4()}": "4"})
    assert unknown.status_code == 400
    assert await pool.outcomes(key) == {}


async def test_the_shortlist_is_made_anew_when_the_pool_has_changed(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    better = expert("X3", available=[AHEAD])
    await pool.play.act("vera", lambda tx: change_expert(tx, pool.experts["X3"], better), clock.now())
    answer = await ada.send_form(f"/deployments/{key}/shortlist")
    assert answer.headers["location"] == f"/deployments/{key}/order"
    codes = [candidate["code"] for candidate in (await pool.row(key)).shortlist["ranked"]]
    assert codes == ["X0", "X3", "X1", "X2"]


async def test_the_points_of_a_shortlist_are_bars(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await pool.request(seats=1, themes={"X.JIT": 3, "OC.FIREARMS": 2})
    page = (await ada.get(f"/deployments/{key}/order")).text
    bars = re.findall(r'<svg class="bar"[^>]*aria-label="(\d+) points?">(.*?)</svg>', page)
    scores = [int(score) for score, _ in bars]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 1
    for score, bar in bars:
        widths = [float(width) for width in re.findall(r'class="c\d"[^>]* width="([\d.]+)%"', bar)]
        assert sum(widths) == pytest.approx(100 * int(score) / scores[0], abs=0.1)
