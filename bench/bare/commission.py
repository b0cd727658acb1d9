"""The Commission's page: who has signed in, and all figures in the one statement that the product asks too."""

from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.response import Response

from bench.bare.pages import pages_of, visitor_of
from facility import clock
from facility.monitoring import words
from facility.monitoring.pages.commission import chart
from facility.monitoring.queries import overview

_OVERVIEW = str(overview._OVERVIEW).replace(
    ":viewer", "$1"
)  # by hand already, and the longest of all: not worth a second copy


@get("/commission")
async def commission(state: State, request: Request[Any, Any, Any]) -> Response[str]:
    """All figures: two statements."""
    me = await visitor_of(request, state.pool)
    figures = overview._overview.decode(await state.pool.fetchval(_OVERVIEW, me.id))
    newest = figures.headlines[0].position if figures.headlines else 0
    return pages_of(state).page(
        "monitoring/commission.html",
        "/commission",
        me,
        overview=figures,
        opened={call.awards for call in figures.calls},  # Carl is shut out of nothing, so roles decide
        seen=newest,
        chart=chart(figures, clock.now().astimezone(clock.BRUSSELS).year),
        lines=words.lines(figures.headlines, None),
    )
