"""Feedback of leads in later shortlists: only where the request gives points for it, from three missions on, with a small weight."""

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from facility.db import Tx
from facility.deployments.rules.shortlist import LEAST_MISSIONS, MOST_FEEDBACK, Part, match
from facility.deployments.service.reporting import ask_for_reports, give_feedback
from facility.deployments.service.requesting import conditions_of, renew_shortlist
from facility.deployments.words import part_in_words
from facility.experts.rules.profile import ExpertProfile, Feedback
from facility.story.after_award import REQUEST
from tests.browser import Browsers, errors
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert, form_of, sound

AFTER = datetime(2021, 10, 30, 6, tzinfo=UTC)


@given(
    st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=LEAST_MISSIONS, max_size=8),
    st.integers(1, MOST_FEEDBACK),
)
def test_points_are_in_proportion_to_the_mean(figures: list[tuple[int, ...]], weight: int) -> None:
    plain: dict[str, Any] = {"id": "X1", "country": "IT", "themes": {}, "languages": {}, "available": ()}
    profile = ExpertProfile(
        **plain, deployments_12m=1, feedback=Feedback(len(figures), sum(map(sum, figures)))
    )
    request = conditions_of(REQUEST)
    assert match(profile, request).parts == ()
    weighed = type(request)(
        **{name: getattr(request, name) for name in request.__struct_fields__} | {"feedback_weight": weight}
    )
    (part,) = match(profile, weighed).parts
    mean = Fraction(sum(map(sum, figures)), 3 * len(figures))
    exact = weight * (mean - 1) / 4
    assert 0 <= part.points <= weight
    assert exact - Fraction(1, 2) < part.points <= exact + Fraction(1, 2)
    assert (part.level, abs(Fraction(part.key) - mean) <= Fraction(1, 20)) == (len(figures), True)


async def after_mission(sending: Sending, number: int) -> None:
    """X2 was on a mission, in another week for each number, and the lead said 5, 4 and 4."""
    first, sending.at = date(2021, 10, 4) + timedelta(days=7 * number), INVITED
    key = await sending.asking(starts_on=first, ends_on=first + timedelta(days=1), report_days=5)
    await sending.decline(key, "X1")
    await sending.accept(key, "X2", INVITED + 2 * HOUR)
    await ask_for_reports(sending.db, AFTER)
    invitation = await sending.invitation(key, "X2")
    await sending.play.act("omar", partial(_say, sending.play.applications["A"], invitation), AFTER)
    sending.at = AFTER


async def _say(application: UUID, invitation: UUID, tx: Tx) -> Any:
    answers = {"knowledge": 5, "cooperation": 4, "benefit": 4, "comment": "Good."}
    return await give_feedback(tx, application, invitation, answers)


async def ranked(sending: Sending, key: UUID) -> dict[str, list[tuple[str, int]]]:
    candidates = (await sending.row(key)).shortlist["ranked"]
    return {
        candidate["code"]: [
            (part["key"], part["points"]) for part in candidate["parts"] if part["kind"] == "feedback"
        ]
        for candidate in candidates
    }


async def test_feedback_on_three_missions_counts_where_the_request_says_so(
    sending: Sending, browse: Browsers
) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    days = {"starts_on": date(2021, 11, 8), "ends_on": date(2021, 11, 9)}
    for number in range(LEAST_MISSIONS - 1):
        await after_mission(sending, number)
    few = await sending.request(**days, feedback_weight=5)
    assert await ranked(sending, few) == {"X1": [], "X2": []}
    await after_mission(sending, LEAST_MISSIONS)
    silent = await sending.request(**days)
    assert await ranked(sending, silent) == {"X1": [], "X2": []}
    counting = await sending.request(**days, feedback_weight=4)
    assert await ranked(sending, counting) == {"X2": [("4.3", 3)], "X1": []}
    assert list(await ranked(sending, counting)) == ["X2", "X1"]
    ada, carl = await browse(sending.play.people["ada"]), await browse(sending.play.people["carl"])
    page = (await ada.get(f"/deployments/{counting}/order")).text
    assert part_in_words(Part("feedback", 3, "4.3", LEAST_MISSIONS), {}) in page
    assert "4.3" not in (await carl.get(f"/deployments/{counting}")).text
    # Frozen: what leads say later changes no shortlist that was made.
    async with sending.db.engine.begin() as connection:
        await connection.execute(text("UPDATE expert_feedback SET counts = false"))
    assert list(await ranked(sending, counting)) == ["X2", "X1"]
    await sending.play.act("ada", lambda tx: renew_shortlist(tx, counting), AFTER)
    assert await ranked(sending, counting) == {"X1": [], "X2": []}
    await sound(sending)


async def test_the_form_takes_at_most_five_points(sending: Sending, browse: Browsers) -> None:
    ada = await browse(sending.play.people["ada"])
    wrong = await ada.send_form("/deployments/new", form_of(sending, feedback_weight="6"))
    assert errors(wrong) == ["feedback_weight"]
    made = await ada.send_form("/deployments/new", form_of(sending, feedback_weight="5"))
    page = (await ada.get(made.headers["location"])).text
    assert re.search(r"<dt>Feedback</dt><dd>[^<]* 5 ", page)
