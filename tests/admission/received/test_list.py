"""The list on its page: wrong filters, numbers told, lists kept, and what it costs; and one's own list."""

import itertools
import re
from uuid import UUID, uuid4

import pytest

from facility import clock
from facility.admission.queries import received
from facility.admission.queries.narrowing import SORTS
from facility.applications.service.answers import start_application
from facility.db import Database
from tests.admission.received.conftest import HERE, handed_in
from tests.applications.conftest import NOW, Stage
from tests.browser import Browsers, errors
from tests.statements import count_statements


async def test_keys_that_are_none_of_ours_begin_at_the_top(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara, some = await browse(stage.sara), uuid4()
    keys = ["x", "~", f"2021-01-01T00:00:00~{some}", f"NaN~{some}", f"1e999~{some}", f"nothing~{some}"]
    for sort, key in itertools.product(SORTS, keys):
        page = await sara.get(HERE, params={"sort": sort, "after": key, "before": key})
        assert page.status_code == 200
        if not sort.startswith("reference"):
            assert page.text.count('<th scope="row">') == 3


async def test_wrong_filters_are_said_at_their_fields_and_left_out(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara = await browse(stage.sara)
    page = await sara.get(HERE, params={"least": "much", "since": "2021-02-30", "beneficiary": "XK"})
    assert page.status_code == 422
    assert errors(page) == ["least", "since"]
    assert ('value="much"' in page.text, page.text.count('<th scope="row">')) == (True, 1)


async def test_the_number_is_told_apart_and_never_beyond_a_thousand(
    browse: Browsers, stage: Stage, opened: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    sara = await browse(stage.sara)
    assert "3 results" in (await sara.get(HERE)).text
    monkeypatch.setattr(received, "PAGE", 2)
    page = await sara.get(HERE)
    assert f'hx-get="{HERE}/count?' in page.text
    assert "3 results" in (await sara.get(f"{HERE}?count=yes")).text
    assert "1 result" in (await sara.get(f"{HERE}/count?theme=OC.CYBER")).text
    monkeypatch.setattr(received, "MOST_COUNTED", 2)
    monkeypatch.setattr("facility.admission.pages.received.MOST_COUNTED", 2)
    assert "More than" in (await sara.get(f"{HERE}/count")).text


async def test_lists_are_kept_shared_replaced_and_forgotten(
    browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    form = {"query": "theme=OC.CYBER&sort=amount&nonsense=1&least=much", "name": "Cyber"}
    kept = await sara.send_form("/applications/views", form)
    assert kept.headers["location"] == f"{HERE}?theme=OC.CYBER&sort=amount"
    link = re.findall(r'href="(/applications/views/[^"]+)"', (await sara.get(HERE)).text)[0]
    assert (await sara.get(link)).headers["location"] == f"{HERE}?theme=OC.CYBER&sort=amount"
    assert (await carl.get(link)).status_code == 404
    again = await sara.send_form(
        "/applications/views", {"query": "q=firearms", "name": "Cyber", "shared": "yes"}
    )
    assert again.status_code == 303
    assert (await carl.get(link)).headers["location"] == f"{HERE}?q=firearms"
    assert (await carl.send_form(f"{link}/forget")).status_code == 404
    assert (await sara.send_form(f"{link}/forget")).status_code == 303
    assert (await carl.get(link)).status_code == 404
    nameless = await sara.send_form("/applications/views", {"query": "q=firearms", "name": " "})
    assert (nameless.status_code, 'href="#f-name"' in nameless.text) == (422, True)


async def test_filters_cost_the_same_for_one_row_and_three(
    db: Database, browse: Browsers, stage: Stage
) -> None:
    sara, counts = await browse(stage.sara), []
    for number in range(3):
        await handed_in(db, stage, f"Firearms {number}", partner=stage.partner, at=NOW)
        if number == 0 or number == 2:
            for path in (
                f"{HERE}?q=firearms",
                f"{HERE}?lead=albanian&theme=X.JIT&call=TAF-2021-01",
                f"{HERE}/list.csv",
            ):
                with count_statements(db) as statements:
                    await sara.get(path)
                counts.append(len(statements))
    assert counts[:3] == counts[3:]


async def test_ones_own_list_is_narrowed_and_goes_both_ways(
    db: Database, browse: Browsers, stage: Stage
) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        for number in range(30):
            await start_application(
                tx,
                call_id=stage.call,
                lead_institution_id=stage.police,
                title=f"N{number:02}.",
                track="exception",
            )
    omar = await browse(stage.omar)
    first = (await omar.get("/applications")).text
    onward = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    second = (await omar.get(onward)).text
    back = re.findall(r'rel="prev" href="([^"]+)"', second)[0].replace("&amp;", "&")
    assert set(re.findall(r"N\d\d\.", (await omar.get(back)).text)) == set(re.findall(r"N\d\d\.", first))
    assert len(set(re.findall(r"N\d\d\.", first + second))) == 30
    for query, count in (
        ("status=draft", 25),
        ("status=submitted", 0),
        ("status=admissible", 25),  # what they are not told they can't ask for
        ("call=TAF-2021-01&status=draft", 25),
        ("call=NONE", 0),
    ):
        page = (await omar.get(f"/applications?{query}")).text
        assert page.count('<th scope="row">') == count, query
    assert clock.now() > NOW
