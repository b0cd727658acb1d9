"""Enters results and indicators. There is no other command on them: figures follow from the log."""

from sqlalchemy import select

from facility.db import Tx
from facility.monitoring.models import Indicator, IndicatorTarget, Result
from facility.monitoring.service.reference import ReferenceIndicator, ReferenceResult, reference_data


async def seed(tx: Tx) -> None:
    """Enter the results and indicators of the action that aren't there yet (dossier 1c, 1d)."""
    reference = reference_data()
    results = set((await tx.session.execute(select(Result.code))).scalars())
    indicators = set((await tx.session.execute(select(Indicator.code))).scalars())
    tx.add(
        *[
            _result(position, result, reference.components[str(result.component)])
            for position, result in enumerate(reference.results)
            if result.id not in results
        ]
    )
    await tx.flush()
    new = [
        (n, indicator) for n, indicator in enumerate(reference.indicators) if indicator.id not in indicators
    ]
    tx.add(*[_indicator(position, indicator) for position, indicator in new])
    await tx.flush()
    tx.add(
        *[
            IndicatorTarget(indicator_code=indicator.id, year=year, value=value)
            for _position, indicator in new
            for year, value in indicator.targets.items()
        ]
    )
    await tx.flush()


def _result(position: int, result: ReferenceResult, component: str) -> Result:
    return Result(
        code=result.id,
        position=position,
        component=result.component,
        component_name=component,
        title=result.title,
        leads=result.lead,
    )


def _indicator(position: int, indicator: ReferenceIndicator) -> Indicator:
    return Indicator(
        code=indicator.id,
        position=position,
        result_code=indicator.result,
        name=indicator.name,
        unit=indicator.unit,
        baseline_year=indicator.baseline.year,
        baseline_value=indicator.baseline.value,
        source=indicator.source,
        note=indicator.note,
    )
