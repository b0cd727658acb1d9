import json
from decimal import Decimal

from sqlalchemy import select

from facility.db import Database
from facility.monitoring.models import Indicator, IndicatorTarget, Result
from facility.monitoring.service.indicators import seed
from facility.monitoring.service.reference import REFERENCE
from tests.browser import NOW


async def test_everything_of_the_reference_data_stands_there_once(db: Database) -> None:
    for _ in range(2):
        async with db.transaction(now=NOW) as tx:
            await seed(tx)
    data = json.loads(REFERENCE.read_text("utf-8"))
    async with db.transaction(now=NOW) as tx:
        results = (await tx.session.scalars(select(Result).order_by(Result.position))).all()
        indicators = (await tx.session.scalars(select(Indicator).order_by(Indicator.position))).all()
        targets = (await tx.session.scalars(select(IndicatorTarget))).all()
    by_year = {(one.indicator_code, one.year): one.value for one in targets}
    assert [
        {"id": one.code, "component": one.component, "title": one.title, "lead": one.leads} for one in results
    ] == data["results"]
    assert {str(one.component): one.component_name for one in results} == data["components"]
    assert [
        {
            "id": one.code,
            "name": one.name,
            "unit": one.unit,
            "baseline": {"year": one.baseline_year, "value": one.baseline_value},
            "target_2021": by_year[one.code, 2021],
            "target_2023": by_year[one.code, 2023],
            "source": one.source,
            "note": one.note,
        }
        for one in indicators
    ] == data["indicators"]
    assert len(by_year) == 48
    assert by_year["10.1", 2023] == Decimal(12)
    assert {one.code: one.result_code for one in indicators}["1.2a"] == "R1"
