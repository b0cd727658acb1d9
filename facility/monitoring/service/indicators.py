"""Commands on results and indicators: there is only their entry. Figures follow from the log."""

from sqlalchemy import select

from facility.db import Tx
from facility.monitoring.models import Indicator, IndicatorTarget, Result
from facility.monitoring.service.reference import IndicatorTold, ResultTold, told


async def seed(tx: Tx) -> None:
    """Enter the results and indicators of the action that aren't there yet (dossier 1c, 1d)."""
    reference = told()
    results = set((await tx.session.execute(select(Result.code))).scalars())
    indicators = set((await tx.session.execute(select(Indicator.code))).scalars())
    tx.add(
        *[
            _result(position, one, reference.components[str(one.component)])
            for position, one in enumerate(reference.results)
            if one.id not in results
        ]
    )
    await tx.flush()
    new = [(n, one) for n, one in enumerate(reference.indicators) if one.id not in indicators]
    tx.add(*[_indicator(position, one) for position, one in new])
    await tx.flush()
    tx.add(
        *[
            IndicatorTarget(indicator_code=one.id, year=year, value=value)
            for _position, one in new
            for year, value in one.targets.items()
        ]
    )
    await tx.flush()


def _result(position: int, one: ResultTold, component: str) -> Result:
    return Result(
        code=one.id,
        position=position,
        component=one.component,
        component_name=component,
        title=one.title,
        leads=one.lead,
    )


def _indicator(position: int, one: IndicatorTold) -> Indicator:
    return Indicator(
        code=one.id,
        position=position,
        result_code=one.result,
        name=one.name,
        unit=one.unit,
        baseline_year=one.baseline.year,
        baseline_value=one.baseline.value,
        source=one.source,
        note=one.note,
    )
