"""The stand-by rota of the demo: two themes, with one gap four weeks ahead."""

from uuid import UUID

from sqlalchemy import select

from facility.db import Tx
from facility.demo.story import Story
from facility.experts.models.profile import Expert, Theme
from facility.experts.rules.rota import WEEK, week_of
from facility.experts.service.rota import put_on_call, set_rota_themes
from facility.zone import BRUSSELS

ROTA = {
    "OC.FIREARMS": (("X01", 0, 3), ("X03", 3, 1)),
    "X.JIT": (("X02", 0, 2), ("X06", 2, 3)),
}
"""By theme: who is on call from which week on, counted from the present one, and for how many."""


async def tell_rota(story: Story) -> None:
    """Both themes are covered but for the last of the weeks that are looked at."""
    at = story.noon(-1)
    themes, experts = await story.act(at, None, _ids)
    await story.act(at, "ada", set_rota_themes, set(themes.values()))
    this_week = week_of(story.now.astimezone(BRUSSELS).date())
    for theme, duties in ROTA.items():
        for code, first, weeks in duties:
            given = (themes[theme], experts[code], this_week + WEEK * first, weeks)
            await story.act(at, "ada", put_on_call, *given)


async def _ids(tx: Tx) -> tuple[dict[str, UUID], dict[str, UUID]]:
    themes = await tx.session.execute(select(Theme.code, Theme.id).where(Theme.code.in_(ROTA)))
    experts = await tx.session.execute(select(Expert.code, Expert.id))
    return {row.code: row.id for row in themes}, {row.code: row.id for row in experts}
