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
    by_year = {(target.indicator_code, target.year): target.value for target in targets}
    assert [
        {"id": result.code, "component": result.component, "title": result.title, "lead": result.leads}
        for result in results
    ] == data["results"]
    assert {str(result.component): result.component_name for result in results} == data["components"]
    assert [
        {
            "id": indicator.code,
            "name": indicator.name,
            "unit": indicator.unit,
            "baseline": {"year": indicator.baseline_year, "value": indicator.baseline_value},
            "target_2021": by_year[indicator.code, 2021],
            "target_2023": by_year[indicator.code, 2023],
            "source": indicator.source,
            "note": indicator.note,
        }
        for indicator in indicators
    ] == data["indicators"]
    assert len(by_year) == 48
    assert by_year["10.1", 2023] == Decimal(12)
    assert {indicator.code: indicator.result_code for indicator in indicators}["1.2a"] == "R1"
